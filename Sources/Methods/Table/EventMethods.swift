import Engine
import JSON
import Ledger
import Loyalty
import RPC
import Rules
import Time

/// `event.*`.
enum EventMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(post, Handling(.roles(.shops)) { request throws(RPCError) in try post(request) })
    ]

    private static let post = Method(
        "event.post", "Tells that something happened to a member, and awards what the program gives for it.",
        params: MemberFields.object(and: [
            .required(
                "event", .string(bytes: 1...64, .identifier),
                "The event's name, such as survey, review or check_in, as the program's rules have it."),
            .required("occurred_at", .dateTime, "When it happened, by the caller's clock."),
            .optional(
                "attributes", AttributeParams.schema, "What rules may ask of the event: texts, whole numbers, truths."),
        ]),
        result: .object([
            ResultSchemas.operation, ResultSchemas.member, ResultSchemas.earned, ResultSchemas.awards,
            ResultSchemas.rewards, ResultSchemas.vouchers,
            .required("balances", ResultSchemas.balances, "Afterwards."),
            .optional("tier", ResultSchemas.tier, "Afterwards, where the program has tiers."),
            ResultSchemas.replayed,
        ]),
        changes: true, refusals: [.keyReused, .memberUnknown, .occurredInFuture, .tooLate, .outOfRange],
        examples: [
            .init(
                "A survey",
                params: #"""
                    {"idempotency_key":"shop/survey/8","member":"7hq2k9tw3m5xz8pa","event":"survey",
                    "occurred_at":"2026-05-16T10:00:00+09:00","attributes":{"score":9}}
                    """#,
                result: #"""
                    {"operation":"1-4","member":"7hq2k9tw3m5xz8pa","earned":{},"awards":[],
                    "balances":{"beans":{"available":11,"pending":0,"held":0,"debt":0,
                    "next_expiry":{"points":11,"at":"2027-06-01T00:00:00+09:00"}}},
                    "tier":{"id":"regular","since":"2026-05-16T09:58:00+09:00"},"replayed":false}
                    """#)
        ])

    private static func post(_ request: Request) throws(RPCError) -> Disposition {
        let params = request.params
        let name = EventName(params.text("event"))
        guard !EventName.ofTheEngine.contains(name.text) else {
            throw .invalidParams([
                Problem(pointer: "/params/event", detail: "\(name.text) happens by itself and cannot be posted")
            ])
        }
        let attributes = try AttributeParams.read(params["attributes"], at: "/params/attributes")
        let happening = Happening(
            name: name, occurredAt: try Instant(param: params["occurred_at"], at: "/params/occurred_at"),
            attributes: try attributes.map { name, value throws(RPCError) in
                guard let value else {
                    throw .invalidParams([
                        Problem(
                            pointer: "/params/attributes/\(AttributeParams.step(name))", detail: "must have a value")
                    ])
                }
                return Attribute(name, value)
            })
        return .command(request.cause(), .event(member: params.member(), happening))
    }
}
