import JSON

// Params as texts, so that a test can write anything at all into them.

/// A text as JSON.
func quoted(_ text: String) -> String {
    var json = JSONWriter()
    json.string(text)
    return String(decoding: json.bytes, as: UTF8.self)
}

/// The params of an enrolment with one card.
func enrolling(_ member: String, card: String? = nil, key: String? = nil) -> String {
    let identifiers = card.map { #","identifiers":[{"card":\#(quoted($0))}]"# } ?? ""
    return #"{"idempotency_key":\#(quoted(key ?? "enroll/\(member)")),"member":\#(quoted(member))\#(identifiers)}"#
}

/// The params of a purchase, of which single members can be written otherwise or, as "", left out.
func purchasing(
    _ member: String, receipt: String, key: String? = nil, amount: Int = 1000, _ changes: [String: String] = [:]
) -> String {
    var members = [
        ("idempotency_key", quoted(key ?? "receipt/\(receipt)")), ("member", quoted(member)),
        ("store", #""tokyo-01""#), ("terminal", #""t3""#), ("receipt", quoted(receipt)),
        ("occurred_at", #""2026-05-16T10:00:00+09:00""#), ("currency", #""JPY""#),
        ("items", #"[{"sku":"latte","amount":\#(amount)}]"#),
    ]
    for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
        if let index = members.firstIndex(where: { $0.0 == name }) {
            members[index].1 = value
        } else {
            members.append((name, value))
        }
    }
    return "{" + members.filter { !$0.1.isEmpty }.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
}
