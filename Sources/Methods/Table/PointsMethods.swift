import Engine
import JSON
import Ledger
import Loyalty
import RPC
import Time

/// `points.*`.
enum PointsMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(adjust, Handling(.roles(.admins)) { request throws(RPCError) in try adjust(request) }),
        .init(transfer, Handling(.roles(.shops)) { request throws(RPCError) in give(request) }),
    ]

    private static let transfer = Method(
        "points.transfer", "Gives points of one member to another; they keep their expiry.",
        params: MemberFields.object(and: [
            .required("to", MemberFields.object(), "Who gets them."),
            .required("points", .integer(1 ... .max), "How many."),
            .optional(
                "currency", .string(bytes: 1...64),
                "The point currency; the program's first spendable one without it."),
        ]),
        result: .object([
            ResultSchemas.operation, .required("transfer", .text, "The operation once more."),
            ResultSchemas.member, .required("currency", .text, "The point currency."),
            .required("points", .amount, "How many were given."),
            .required("balances", ResultSchemas.balances, "The giver's, afterwards."), ResultSchemas.replayed,
        ]),
        changes: true,
        refusals: [
            .keyReused, .memberUnknown, .givingRefused, .currencyUnknown, .insufficientPoints, .outOfRange,
        ],
        examples: [
            .init(
                "A present",
                params: #"""
                    {"idempotency_key":"shop/gift/5","card":"9001 2345","to":{"card":"9001 7777"},"points":50}
                    """#,
                result: #"""
                    {"operation":"1-7","transfer":"1-7","member":"7hq2k9tw3m5xz8pa","currency":"beans","points":50,
                    "balances":{"beans":{"available":372,"pending":0,"held":100,"debt":0,"next_expiry":{"points":372,
                    "at":"2027-06-01T00:00:00+09:00"}}},"replayed":false}
                    """#)
        ])

    private static func give(_ request: Request) -> Disposition {
        let params = request.params
        guard let to = params["to"], let receiver = MemberFields.identifier(in: to) else {
            preconditionFailure("the schema requires the receiver")
        }
        return .command(
            request.cause(),
            .give(
                member: params.member(), to: receiver,
                Gift(
                    currency: request.currency(params.optionalText("currency")),
                    points: Points(params["points"]?.int64 ?? 0))))
    }

    private static let adjust = Method(
        "points.adjust", "Corrects a member's points by hand.",
        params: MemberFields.object(and: [
            .required("currency", .string(bytes: 1...64), "The point currency."),
            .required(
                "points", .integer(-1_000_000_000_000_000...1_000_000_000_000_000),
                "How many are added; below 0, taken away."),
            .required("reason", .string(bytes: 1...200), "Why, without personal data: it is kept for ever."),
        ]),
        result: .object([
            ResultSchemas.operation, .required("adjustment", .text, "The operation once more."),
            ResultSchemas.member, .required("currency", .text, "The point currency."),
            .required("points", .integer, "What was added, or taken away."),
            .required("balances", ResultSchemas.balances, "Afterwards."),
            .optional(
                "tier", ResultSchemas.tier,
                "Afterwards, where the program has tiers: a correction of the status points that count moves the level."
            ), ResultSchemas.replayed,
        ]),
        changes: true,
        refusals: [.keyReused, .memberUnknown, .currencyUnknown, .insufficientPoints, .outOfRange],
        examples: [
            .init(
                "An apology",
                params: #"""
                    {"idempotency_key":"office/adjust/3","card":"9001 2345","currency":"beans","points":100,
                    "reason":"waited too long"}
                    """#,
                result: #"""
                    {"operation":"1-7","adjustment":"1-7","member":"7hq2k9tw3m5xz8pa","currency":"beans","points":100,
                    "balances":{"beans":{"available":522,"pending":0,"held":100,"debt":0,"next_expiry":{"points":522,
                    "at":"2027-06-01T00:00:00+09:00"}}},"replayed":false}
                    """#)
        ])

    private static func adjust(_ request: Request) throws(RPCError) -> Disposition {
        let params = request.params
        let points = params["points"]?.int64 ?? 0
        guard points != 0 else {
            throw .invalidParams([Problem(pointer: "/params/points", detail: "must not be 0")])
        }
        return .command(
            request.cause(),
            .adjust(
                member: params.member(),
                Adjustment(
                    currency: CurrencyID(params.text("currency")), points: points, reason: params.text("reason"))))
    }
}
