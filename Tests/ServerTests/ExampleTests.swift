import Engine
import Foundation
import JSON
import Methods
import RPC
import ServerSupport
import Testing
import Time

/// The examples of the description, each made as it stands there on a coffee shop's server of its own.
///
/// Before the call the server has seen a small story, of which the call goes on. What a method needs that others would
/// stumble over is in `before`; whoever adds a method whose example needs more than the story adds a line there.
@Suite struct ExampleTests {
    private typealias Call = (method: String, params: String)

    private static let entries = MethodTable<Handling>.product
    private static var names: [String] { entries.map(\.method.name) }

    private static let document: String = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return (try? String(contentsOf: root.appending(path: "rules/coffee.yaml"), encoding: .utf8)) ?? ""
    }()

    private static let enrolled: [Call] = [
        (
            "member.enroll",
            #"{"idempotency_key":"s1","member":"7hq2k9tw3m5xz8pa","name":"絆 太郎","identifiers":[{"card":"9001 2345"}]}"#
        ),
        (
            "member.enroll",
            #"{"idempotency_key":"s2","member":"4fd8w2j6n9c3v7rk","identifiers":[{"card":"9001 7777"}]}"#
        ),
    ]

    private static func sale(_ receipt: String, quantity: Int) -> Call {
        let line = #"{"sku":"latte","category":"drink","quantity":\#(quantity),"amount":1210,"tax":110}"#
        return (
            "purchase.post",
            purchasing("7hq2k9tw3m5xz8pa", receipt: receipt, key: "s\(receipt)", ["items": "[\(line)]"])
        )
    }

    /// Operations 1-1 to 1-6 of one member: joined, got points, bought, reserved, redeemed, filled a stamp card.
    private static let story: [Call] =
        enrolled + [
            (
                "points.adjust",
                #"{"idempotency_key":"s3","card":"9001 2345","currency":"beans","points":2000,"reason":"moved over"}"#
            ),
            sale("55", quantity: 2),
            ("hold.create", #"{"idempotency_key":"s4","card":"9001 2345","points":100}"#),
            ("redemption.create", #"{"idempotency_key":"s5","card":"9001 2345","reward":"tumbler"}"#),
            sale("54", quantity: 10),
        ]

    private static let secondRules: [Call] = [
        (
            "rules.publish",
            #"{"idempotency_key":"s6","note":"once more","document":\#(quoted(document + "# again\n"))}"#
        )
    ]

    private static let pool: Call = (
        "pool.create", #"{"idempotency_key":"s10","card":"9001 2345","kind":"household"}"#
    )
    private static let inPool: Call = (
        "pool.join", #"{"idempotency_key":"s11","card":"9001 7777","owner":{"card":"9001 2345"}}"#
    )

    /// What comes before the example of a method, where that is not the story alone.
    private static let before: [String: [Call]] = [
        "member.enroll": [], "session.hello": [],
        "purchase.post": enrolled,
        "voucher.give_back": story + [("voucher.redeem", #"{"idempotency_key":"s7","voucher":"\#(printed)"}"#)],
        "purchase.confirm": enrolled + [sale("55", quantity: 2)],
        "tier.unset": story + [
            (
                "tier.set",
                #"{"idempotency_key":"s8","card":"9001 2345","level":"gold","reason":"a match of another club's level"}"#
            )
        ],
        "value.refund": enrolled + [
            (
                "value.top_up",
                #"{"idempotency_key":"s8","card":"9001 2345","amount":5000,"currency":"JPY","store":"tokyo-01","#
                    + #""receipt":"56","occurred_at":"2026-05-16T10:00:00+09:00"}"#
            )
        ],
        "referral.claim": story + [("referral.code", #"{"idempotency_key":"s9","card":"9001 2345"}"#)],
        "pool.join": story + [pool],
        "pool.leave": story + [pool, inPool],
        "pool.get": story + [pool, inPool],
        "purchase.claim": enrolled + [
            (
                "purchase.post",
                purchasing(
                    "", receipt: "56",
                    [
                        "member": "", "unclaimed": "true",
                        "items": #"[{"sku":"latte","category":"drink","quantity":2,"amount":1210,"tax":110}]"#,
                    ])
            )
        ],
        "allowance.settle": story + [
            (
                "allowance.draw",
                #"{"idempotency_key":"s12","card":"9001 2345","store":"market","terminal":"t1","points":300}"#
            )
        ],
        "rules.diff": secondRules,
        "rules.rollback": secondRules,
    ]

    /// What the coffee shop's program says otherwise for a method's example: what is replaced, and by what.
    private static let otherwise: [String: (String, String)] = [
        "purchase.confirm": (
            "  beans:  ", "  beans:\n    vesting: { until_event: confirm, cancel_after: 30 days }\n    #"
        ),
        "points.transfer": ("returns:", "transfers: { allowed: true }\nreturns:"),
        "value.top_up": purse, "value.refund": purse, "referral.code": friends, "referral.claim": friends,
        "purchase.claim": ("returns:", "unclaimed: { keep: 14 days }\nreturns:"),
        "allowance.draw": allowances, "allowance.settle": allowances,
        "pool.create": pools, "pool.join": pools, "pool.leave": pools, "pool.get": pools,
    ]
    private static let allowances = ("redemption:", "redemption:\n  allowances: {}")
    private static let purse = ("  beans:  ", "  card: { kind: stored_value }\n  beans:  ")
    private static let friends = (
        "returns:", "referral: { referrer: { points: 200 }, referred: { points: 100 } }\nreturns:"
    )
    private static let pools = ("returns:", "pools: { kinds: [household] }\nreturns:")

    /// The code in the examples; that of a real voucher cannot be known beforehand.
    private static let printed = "K4TW-9Q2M-7XHC-3PZE"

    @Test("every method has an example")
    func completeness() {
        #expect(Self.entries.filter { $0.method.examples.isEmpty }.map(\.method.name) == [])
    }

    @Test("an example can be pasted in, and gives a result of its method's shape", arguments: names)
    func pasted(_ name: String) async throws {
        let entry = try #require(Self.entries.first { $0.method.name == name })
        for example in entry.method.examples {
            let (replaced, by) = Self.otherwise[name] ?? ("", "")
            let server = try await TestServer.start(
                replaced.isEmpty ? Self.document : Self.document.replacing(replaced, with: by))
            // Saying hello is for a connection that has not done so.
            let till = try Till(server, as: name == "session.hello" ? nil : .admin)
            var code = Self.printed
            for call in Self.before[name] ?? Self.story {
                let answer = try till.ask(call.method, call.params.replacing(Self.printed, with: code))
                let result = try #require(answer.result, "\(call.method): \(answer)")
                code = result["code"]?.string ?? code
                for voucher in result["vouchers"].map({ Array($0.elements) }) ?? [] {
                    code = voucher["voucher"]?.string ?? code
                }
            }
            // In the source an example may fill several lines.
            let params = example.params.replacing("\n", with: "").replacing(Self.printed, with: code)
                .replacing("kz_pos_0123", with: server.key(.pos))
            // The till holds the result against the schema of its method.
            let answer = try till.ask(name, params)
            #expect(answer.result != nil && answer.isReplayed == (entry.method.changes ? false : nil), "\(answer)")
            try await server.stop()
        }
    }
}
