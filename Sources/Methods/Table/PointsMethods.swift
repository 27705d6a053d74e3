import Engine
import JSON
import Ledger
import Loyalty
import RPC
import Time

/// `balance.get`, `lots.list` and `statement.list`.
enum PointsMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(
            balance,
            Handling(.roles(.everyone)) { request throws(RPCError) in
                request.aboutMember { shapes, member, _, now in shapes.balances(of: member, at: now) }
            }),
        .init(
            lots,
            Handling(.roles(.everyone)) { request throws(RPCError) in
                request.aboutMember { shapes, member, _, _ in shapes.lots(of: member) }
            }),
        .init(statement, Handling(.roles(.everyone)) { request throws(RPCError) in try list(request) }),
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
            .required("balances", ResultSchemas.balances, "Afterwards."), ResultSchemas.replayed,
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

    private static let balance = Method(
        "balance.get", "Tells what a member has.", params: MemberFields.object(),
        result: .object([
            ResultSchemas.member,
            .required("at", .dateTime, "The moment for which this holds."),
            .required("balances", ResultSchemas.balances, "By point currency."),
        ]),
        refusals: [.memberUnknown],
        examples: [
            .init(
                "By card",
                params: #"""
                    {"card":"9001 2345"}
                    """#,
                result: #"""
                    {"member":"7hq2k9tw3m5xz8pa","at":"2026-05-16T10:00:00+09:00","balances":{"beans":{"available":422,
                    "pending":0,"held":100,"debt":0,"next_expiry":{"points":422,"at":"2027-06-01T00:00:00+09:00"}},
                    "status":{"available":22,"pending":0,"held":0,"debt":0}}}
                    """#)
        ])

    private static let lots = Method(
        "lots.list", "Lists a member's open lots in the order in which they are spent.",
        params: MemberFields.object(),
        result: .object([
            ResultSchemas.member,
            .required(
                "lots",
                .array(
                    of: .object([
                        .required("lot", .amount, "The lot's number."),
                        .required("currency", .text, "The point currency."),
                        .required("operation", .text, "The operation that brought the points in."),
                        .required("original", .amount, "How many came in."),
                        .required("remaining", .amount, "How many are left."),
                        .optional("held", .amount, "How many of them holds have reserved."),
                        .optional("vests_at", .dateTime, "From when they can be spent, where that is yet to come."),
                        .optional("awaits", .choice(["confirmation"]), "What must happen before they can be spent."),
                        .required("earned_at", .dateTime, "When they were earned."),
                        .optional("expires_at", .dateTime, "The first instant at which they cannot be used."),
                    ])), "The lots."),
        ]),
        refusals: [.memberUnknown],
        examples: [
            .init(
                "By card",
                params: #"""
                    {"card":"9001 2345"}
                    """#,
                result: #"""
                    {"member":"7hq2k9tw3m5xz8pa","lots":[{"lot":1,"currency":"beans","operation":"1-2","original":2000,
                    "remaining":500,"held":100,"earned_at":"2026-05-16T10:00:00+09:00",
                    "expires_at":"2027-06-01T00:00:00+09:00"},{"lot":2,"currency":"beans","operation":"1-3",
                    "original":11,"remaining":11,"earned_at":"2026-05-16T10:00:00+09:00",
                    "expires_at":"2027-06-01T00:00:00+09:00"},{"lot":4,"currency":"beans","operation":"1-6",
                    "original":11,"remaining":11,"earned_at":"2026-05-16T10:00:00+09:00",
                    "expires_at":"2027-06-01T00:00:00+09:00"},{"lot":3,"currency":"status","operation":"1-3",
                    "original":11,"remaining":11,"earned_at":"2026-05-16T10:00:00+09:00"},{"lot":5,"currency":"status",
                    "operation":"1-6","original":11,"remaining":11,"earned_at":"2026-05-16T10:00:00+09:00"}]}
                    """#)
        ])

    private static let statement = Method(
        "statement.list", "Lists what happened to a member's points, newest first.",
        params: MemberFields.object(and: [
            .optional("limit", .integer(1...200), "How many operations at most; 50 where it is left out."),
            .optional("cursor", .string(bytes: 1...19, .digits), "The `next_cursor` of the page before."),
        ]),
        result: .object([
            ResultSchemas.member,
            .required("operations", .array(of: operation), "Newest first."),
            .optional("next_cursor", .text, "Where the next page begins; absent on the last one."),
        ]),
        refusals: [.memberUnknown],
        examples: [
            .init(
                "The newest two",
                params: #"""
                    {"card":"9001 2345","limit":2}
                    """#,
                result: #"""
                    {"member":"7hq2k9tw3m5xz8pa","operations":[{"operation":"1-6","kind":"purchase",
                    "occurred_at":"2026-05-16T10:00:00+09:00","posted_at":"2026-05-16T10:00:00+09:00",
                    "store":"tokyo-01","terminal":"t3","receipt":"54","amount":1210,"currency":"JPY",
                    "transfers":[{"number":6,"currency":"beans","from":"issued","to":"available","amount":11,"lot":4,
                    "available_after":422},{"number":7,"currency":"status","from":"issued","to":"available","amount":11,
                    "lot":5,"available_after":22}]},{"operation":"1-5","kind":"redeem",
                    "occurred_at":"2026-05-16T10:00:00+09:00","posted_at":"2026-05-16T10:00:00+09:00",
                    "transfers":[{"number":5,"currency":"beans","from":"available","to":"redeemed","amount":1500,
                    "lot":1,"available_after":411}]}],"next_cursor":"5"}
                    """#)
        ])

    static let operation = Schema.named(
        NamedSchema(
            "Operation",
            .object([
                ResultSchemas.operation,
                .required("kind", .choice(OperationKind.allCases.map(\.name)), "What was done."),
                .required("occurred_at", .dateTime, "When it happened."),
                .required("posted_at", .dateTime, "When it was recorded."),
                .optional("store", .text, "The store of a purchase."),
                .optional("terminal", .text, "The till of a purchase."),
                .optional("receipt", .text, "The receipt of a purchase."),
                .optional("amount", .amount, "What a purchase cost, in minor units."),
                .optional("currency", .text, "The ISO 4217 code of the amount."),
                .optional("about", .text, "The earlier operation that it concerns."),
                .optional("reason", .text, "Why somebody corrected points."),
                .required(
                    "transfers",
                    .array(
                        of: .object([
                            .required("number", .amount, "Its place among the member's transfers."),
                            .required("currency", .text, "The point currency."),
                            .required("from", .text, "The account the points left."),
                            .required("to", .text, "The account they arrived in."),
                            .required("amount", .amount, "How many."),
                            .required("lot", .amount, "The lot they belong to."),
                            .required("available_after", .amount, "What the member had available afterwards."),
                        ])), "How points moved."),
            ])))

    private static func list(_ request: Request) throws(RPCError) -> Disposition {
        let limit = Int(request.params["limit"]?.int64 ?? 50)
        guard let first = Int64(request.params.optionalText("cursor") ?? "\(Int64.max)"), first > 0 else {
            throw .invalidParams([
                Problem(pointer: "/params/cursor", detail: "must be the next_cursor of an earlier page")
            ])
        }
        let identifier = request.params.member()
        let rules = request.surroundings.rules
        return .query { reader, now in
            guard let number = try reader.owner(of: identifier), var state = try reader.state(of: number) else {
                return .refused(.memberUnknown(identifier.kind))
            }
            let book = rules.book
            let shapes = ResultShapes(book.inForce(at: now))
            // What has fallen due and is not written down yet is part of the statement all the same.
            let due = Array(state.advance(to: now, under: book).reversed())
            var page = due.filter { $0.id.sequence < first }
            let stored = try reader.operations(
                of: number, before: min(first, due.last?.id.sequence ?? .max), limit: limit + 1)
            page += stored.map(\.sealed.operation)
            let next = page.count > limit ? page[limit - 1].id.sequence : nil
            return .answered(result: shapes.statement(of: state, Array(page.prefix(limit)), next: next))
        }
    }
}
