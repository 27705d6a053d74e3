// The tables of what is wrong with lines, with params and with purchases, and of what must be said about it.

/// Input that is wrong.
enum BadInput {
    /// A line, the code of the answer, and a part of its detail.
    static let lines: [(line: [UInt8], code: Int, detail: String)] = [
        (line(#"{"jsonrpc":"2.0","id":1,"method":"session.ping""#), -32700, "ends in the middle"),
        (line(#"{"jsonrpc":"2.0","id":1,"method":"session.ping"}}"#), -32700, "after the value"),
        (line(#"{'jsonrpc':"2.0"}"#), -32700, "member name"),
        (line(#"{"id":01}"#), -32700, "number"),
        (line(#"{"id":NaN}"#), -32700, "value"),
        (line(#"{"jsonrpc":"2.0","id":1,"id":2,"method":"session.ping"}"#), -32700, "member twice"),
        (line(#"{"jsonrpc":"2.0","id":1,"method":"session.ping","params":{"a":1,"\u0061":2}}"#), -32700, "twice"),
        (line(#"{"jsonrpc":"2.0","id":1,"method":"\ud800"}"#), -32700, "surrogate"),
        (line(#"{"jsonrpc":"2.0","id":1,"method":"\udc00\ud800"}"#), -32700, "surrogate"),
        (line(#"{"jsonrpc":"2.0","id":1,"method":"\x41"}"#), -32700, "escape"),
        (line("{\"method\":\"a\tb\"}"), -32700, "control characters"),
        (line(#"{"method":""#, [0xC3, 0x28], #""}"#), -32700, "UTF-8"),
        (line(#"{"method":""#, [0xED, 0xA0, 0x80], #""}"#), -32700, "UTF-8"),
        (line(#"{"method":""#, [0xC0, 0xAF], #""}"#), -32700, "UTF-8"),
        (line("", [0xEF, 0xBB, 0xBF], "{}"), -32700, "byte order mark"),
        ([0x00], -32700, "value"),
        (Array(repeating: UInt8(ascii: "["), count: 65), -32700, "too deeply"),
        (Array(repeating: UInt8(ascii: "["), count: 100_000), -32700, "too deeply"),
        (line("GET / HTTP/1.1"), -32700, ""),
        (line("[]"), -32600, "1 to 100"),
        (line("17"), -32600, "object"),
        (line("{}"), -32600, "jsonrpc"),
        (line(#"{"jsonrpc":"1.0","id":1,"method":"session.ping"}"#), -32600, "jsonrpc"),
        (line(#"{"jsonrpc":"2.0","id":{},"method":"session.ping"}"#), -32600, "id must"),
        (line(#"{"jsonrpc":"2.0","id":1,"method":7}"#), -32600, "method must"),
        (line(#"{"jsonrpc":"2.0","id":1,"method":"session.ping","params":"x"}"#), -32600, "params must"),
    ]

    private static func line(_ text: String, _ bytes: [UInt8] = [], _ rest: String = "") -> [UInt8] {
        Array(text.utf8) + bytes + Array(rest.utf8)
    }

    /// A change to a good purchase, the pointer of the problem, and a part of what is said about it.
    static let params: [(changes: [String: String], pointer: String, detail: String)] = [
        (["recipt": #""1""#], "/params/recipt", "did you mean receipt?"),
        (["zzzzzzzz": "1"], "/params/zzzzzzzz", "not known"),
        (["a/b~c": "1"], "/params/a~1b~0c", "not known"),
        (["store": ""], "/params/store", "required"),
        (["receipt": ""], "/params/receipt", "required"),
        (["idempotency_key": ""], "/params/idempotency_key", "required"),
        (["items": ""], "/params/items", "required"),
        (["member": ""], "/params", "exactly one of"),
        (["card": #""1""#], "/params", "exactly one of"),
        (["member": "null"], "/params/member", "string"),
        (["member": "7"], "/params/member", "string"),
        (["member": #""""#], "/params/member", "at least 1"),
        (["member": quoted(String(repeating: "m", count: 256))], "/params/member", "at most 255"),
        (["member": quoted(String(repeating: "é", count: 128))], "/params/member", "at most 255 bytes"),
        (["items": "[]"], "/params/items", "at least 1"),
        (["items": "{}"], "/params/items", "array"),
        (
            ["items": "[" + Array(repeating: #"{"amount":1}"#, count: 1001).joined(separator: ",") + "]"],
            "/params/items", "at most 1000"
        ),
        (["items": "[7]"], "/params/items/0", "object"),
        (["items": #"[{"sku":"latte"}]"#], "/params/items/0/amount", "required"),
        (["items": #"[{"amount":-1}]"#], "/params/items/0/amount", "at least 0"),
        (["items": #"[{"amount":1},{"amount":-9223372036854775808}]"#], "/params/items/1/amount", "at least 0"),
        (["items": #"[{"amount":1.5}]"#], "/params/items/0/amount", "without fraction"),
        (["items": #"[{"amount":1.0}]"#], "/params/items/0/amount", "without fraction"),
        (["items": #"[{"amount":1e3}]"#], "/params/items/0/amount", "exponent"),
        (["items": #"[{"amount":"1000"}]"#], "/params/items/0/amount", "must be an integer"),
        (["items": #"[{"amount":true}]"#], "/params/items/0/amount", "must be an integer"),
        (["items": #"[{"amount":null}]"#], "/params/items/0/amount", "must be an integer"),
        (["items": #"[{"amount":1000000000000001}]"#], "/params/items/0/amount", "at most 1000000000000000"),
        (["items": #"[{"amount":9223372036854775808}]"#], "/params/items/0/amount", "64 bits"),
        (["items": #"[{"amount":100,"tax":101}]"#], "/params/items/0/tax", "at most the amount"),
        (["items": #"[{"amount":100},{"amount":0,"tax":1}]"#], "/params/items/1/tax", "at most the amount"),
        (["items": #"[{"amount":100,"tax":-1}]"#], "/params/items/0/tax", "at least 0"),
        (["items": #"[{"amount":100,"quantity":-1}]"#], "/params/items/0/quantity", "at least 0"),
        (["items": #"[{"amount":100,"tags":[""]}]"#], "/params/items/0/tags/0", "at least 1"),
        (["items": #"[{"amount":100,"skew":"x"}]"#], "/params/items/0/skew", "not known"),
        (["currency": #""jpy""#], "/params/currency", "capital letters"),
        (["currency": #""YENS""#], "/params/currency", "at most 3"),
        (["occurred_at": #""2025-02-29T10:00:00+09:00""#], "/params/occurred_at", "RFC 3339"),
        (["occurred_at": #""2026-05-16T10:00:00""#], "/params/occurred_at", "RFC 3339"),
        (["occurred_at": #""2026-05-16 10:00:00+09:00""#], "/params/occurred_at", "RFC 3339"),
        (["occurred_at": #""2026-05-16T24:00:00+09:00""#], "/params/occurred_at", "RFC 3339"),
        (["occurred_at": #""2026-05-16T10:00:00+24:00""#], "/params/occurred_at", "RFC 3339"),
        (["occurred_at": #""2026-05-16""#], "/params/occurred_at", "RFC 3339"),
        (["occurred_at": #""""#], "/params/occurred_at", "RFC 3339"),
        (["occurred_at": "1778893200"], "/params/occurred_at", "string"),
        (["occurred_at": #""2026-05-16T23:59:60Z""#], "/params/occurred_at", "leap second"),
        (["idempotency_key": #""""#], "/params/idempotency_key", "at least 1"),
        (["idempotency_key": quoted(String(repeating: "k", count: 256))], "/params/idempotency_key", "at most 255"),
        (["idempotency_key": #""絆""#], "/params/idempotency_key", "printable ASCII"),
        (["idempotency_key": #""a\u0000""#], "/params/idempotency_key", "printable ASCII"),
        (["idempotency_key": #""a\tb""#], "/params/idempotency_key", "printable ASCII"),
    ]

    /// A change to a good purchase, and the refusal.
    static let refusals: [(changes: [String: String], code: Int, type: String)] = [
        (["member": #""nobody""#], 1001, "member-unknown"),
        (["member": "", "card": #""nobody""#], 1001, "member-unknown"),
        (["member": "", "external": #"{"crm":"nobody"}"#], 1001, "member-unknown"),
        (["currency": #""USD""#], 1005, "currency-mismatch"),
        (["occurred_at": #""2026-05-16T10:05:01+09:00""#], 1006, "occurred-in-future"),
        (["occurred_at": #""9999-12-31T23:59:59Z""#], 1006, "occurred-in-future"),
        (["occurred_at": #""2026-04-16T09:59:59+09:00""#], 1007, "too-late"),
        (["occurred_at": #""0000-01-01T00:00:00Z""#], 1007, "too-late"),
    ]
}
