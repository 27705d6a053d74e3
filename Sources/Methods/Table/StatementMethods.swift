import Engine
import JSON
import Ledger
import Loyalty
import RPC
import Time

/// `balance.*`, `lots.list` and `statement.list`.
enum StatementMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(
            balance,
            Handling(.roles(.everyone)) { request throws(RPCError) in
                request.aboutMember { shapes, member, reader, now in
                    let pool = try Pool(of: member, in: reader, at: now, request.surroundings.rules.book)
                    return shapes.balances(of: member, pool, at: now)
                }
            }),
        .init(at, Handling(.roles(.everyone)) { request throws(RPCError) in try lookBack(request) }),
        .init(lots, Handling(.roles(.everyone)) { request throws(RPCError) in try listLots(request) }),
        .init(statement, Handling(.roles(.everyone)) { request throws(RPCError) in try list(request) }),
    ]

    private static let currency = Field.optional("currency", .string(bytes: 1...64), "Only this point currency.")
    private static let cursor = Field.optional(
        "cursor", .string(bytes: 1...64),
        "The `next_cursor` of the page before, as it came; everything else must be as it was there.")
    private static let nextCursor = Field.optional(
        "next_cursor", .text,
        "Where the next page begins; absent on the last one. A page may be short and have it all the same.")

    private static let balance = Method(
        "balance.get", "Tells what a member has.", params: MemberFields.object(),
        result: .object([
            ResultSchemas.member,
            .required("at", .dateTime, "The moment for which this holds."),
            .required("balances", ResultSchemas.balances, "By point currency."),
            .optional("pool", PoolMethods.pool, "Where the member shares points with others, as in `pool.get`."),
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

    private static let at = Method(
        "balance.at",
        "Tells what a member had at an instant, with the lots and what made them, as balance.get would have told then. "
            + "The id of a member who was merged into another one leads to what that one had itself before.",
        params: MemberFields.object(and: [
            .required("at", .dateTime, "The instant, which must not be in the future.")
        ]),
        result: .object([
            ResultSchemas.member,
            .required("at", .dateTime, "The instant."),
            .required("balances", ResultSchemas.balances, "By point currency."),
            .required(
                "lots",
                .array(
                    of: .object(
                        lotFields + [
                            .required("made_by", .object(operationFields), "The operation that brought the points in.")
                        ])), "Those that were open, in the order in which they would have been spent."),
        ]),
        refusals: [.memberUnknown],
        examples: [
            .init(
                "Now",
                params: #"""
                    {"card":"9001 2345","at":"2026-05-16T10:00:00+09:00"}
                    """#,
                result: #"""
                    {"member":"7hq2k9tw3m5xz8pa","at":"2026-05-16T10:00:00+09:00",
                    "balances":{"beans":{"available":422,"pending":0,"held":100,"debt":0,"next_expiry":{"points":422,
                    "at":"2027-06-01T00:00:00+09:00"}},"status":{"available":22,"pending":0,"held":0,"debt":0}},
                    "lots":[{"lot":1,"currency":"beans","operation":"1-2","original":2000,"remaining":500,"held":100,
                    "earned_at":"2026-05-16T10:00:00+09:00","expires_at":"2027-06-01T00:00:00+09:00",
                    "made_by":{"kind":"adjust","occurred_at":"2026-05-16T10:00:00+09:00",
                    "posted_at":"2026-05-16T10:00:00+09:00","reason":"moved over"}},{"lot":2,"currency":"beans",
                    "operation":"1-3","original":11,"remaining":11,"earned_at":"2026-05-16T10:00:00+09:00",
                    "expires_at":"2027-06-01T00:00:00+09:00","made_by":{"kind":"purchase",
                    "occurred_at":"2026-05-16T10:00:00+09:00","posted_at":"2026-05-16T10:00:00+09:00",
                    "store":"tokyo-01","terminal":"t3","receipt":"55","amount":1210,"currency":"JPY"}},{"lot":4,
                    "currency":"beans","operation":"1-6","original":11,"remaining":11,
                    "earned_at":"2026-05-16T10:00:00+09:00","expires_at":"2027-06-01T00:00:00+09:00",
                    "made_by":{"kind":"purchase","occurred_at":"2026-05-16T10:00:00+09:00",
                    "posted_at":"2026-05-16T10:00:00+09:00","store":"tokyo-01","terminal":"t3","receipt":"54",
                    "amount":1210,"currency":"JPY"}},{"lot":3,"currency":"status","operation":"1-3","original":11,
                    "remaining":11,"earned_at":"2026-05-16T10:00:00+09:00","made_by":{"kind":"purchase",
                    "occurred_at":"2026-05-16T10:00:00+09:00","posted_at":"2026-05-16T10:00:00+09:00",
                    "store":"tokyo-01","terminal":"t3","receipt":"55","amount":1210,"currency":"JPY"}},{"lot":5,
                    "currency":"status","operation":"1-6","original":11,"remaining":11,
                    "earned_at":"2026-05-16T10:00:00+09:00","made_by":{"kind":"purchase",
                    "occurred_at":"2026-05-16T10:00:00+09:00","posted_at":"2026-05-16T10:00:00+09:00",
                    "store":"tokyo-01","terminal":"t3","receipt":"54","amount":1210,"currency":"JPY"}}]}
                    """#)
        ])

    static let lotFields: [Field] = [
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
    ]

    private static let lots = Method(
        "lots.list", "Lists a member's lots in the order in which they are spent.",
        params: MemberFields.object(and: [
            currency,
            .optional("closed", .boolean, "Whether lots of which nothing is left are listed as well; not without it."),
            .optional("limit", .integer(1...500), "How many lots at most; 200 where it is left out."),
            cursor,
        ]),
        result: .object([
            ResultSchemas.member, .required("lots", .array(of: .object(lotFields)), "The lots."), nextCursor,
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
            currency,
            .optional("from", .dateTime, "Only what happened then or later."),
            .optional("until", .dateTime, "Only what happened before then."),
            .optional(
                "kinds", .array(of: .choice(OperationKind.allCases.map(\.name)), count: 1...64),
                "Only operations of these kinds."),
            .optional("limit", .integer(1...200), "How many operations at most; 50 where it is left out."),
            cursor,
        ]),
        result: .object([
            ResultSchemas.member,
            .required("operations", .array(of: operation), "Newest first; with a currency, its transfers only."),
            nextCursor,
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

    private static let operationFields: [Field] = [
        .required("kind", .choice(OperationKind.allCases.map(\.name)), "What was done."),
        .required("occurred_at", .dateTime, "When it happened."),
        .required("posted_at", .dateTime, "When it was recorded."),
        .optional("store", .text, "The store of a purchase."),
        .optional("terminal", .text, "The till of a purchase."),
        .optional("receipt", .text, "The receipt of a purchase."),
        .optional("amount", .amount, "What a purchase cost, in minor units."),
        .optional("currency", .text, "The ISO 4217 code of the amount."),
        .optional("about", .text, "The earlier operation that it concerns."),
        .optional("reason", .text, "Why somebody corrected points, or gave or took a level by hand."),
        TierSchemas.changes,
    ]

    static let operation = Schema.named(
        NamedSchema(
            "Operation",
            .object(
                [ResultSchemas.operation] + operationFields + [
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
                            ])), "How points moved.")
                ])))

    private static func lookBack(_ request: Request) throws(RPCError) -> Disposition {
        let instant = try Instant(param: request.params["at"], at: "/params/at")
        guard instant <= request.surroundings.clock() else {
            throw .invalidParams([Problem(pointer: "/params/at", detail: "must not be in the future")])
        }
        let identifier = request.params.member()
        return request.aboutRecordedMember { present, reader, book, _ in
            let member =
                identifier.kind == .member
                ? try reader.holder(of: identifier.value, now: present, at: instant) : present
            let past = try reader.points(of: member, at: instant, under: book)
            var then = member
            then.ledger = past.ledger
            return ResultShapes(book.inForce(at: instant)).points(of: then, at: instant, madeBy: past.origins)
        }
    }

    private static func listLots(_ request: Request) throws(RPCError) -> Disposition {
        let params = request.params
        let text = params.optionalText("cursor")
        let place = text.flatMap { LotCursor.place($0) }
        if text != nil, place == nil { throw badCursor }
        let filter = LotFilter(
            currency: params.optionalText("currency").map { CurrencyID($0) },
            includesClosed: params["closed"]?.bool ?? false)
        let limit = Int(params["limit"]?.int64 ?? 200)
        return request.aboutMember { shapes, member, reader, _ in
            shapes.lots(of: member, try reader.lots(of: member, behind: place, limit: limit, filter))
        }
    }

    private static func list(_ request: Request) throws(RPCError) -> Disposition {
        let params = request.params
        let limit = Int(params["limit"]?.int64 ?? 50)
        guard let first = Int64(params.optionalText("cursor") ?? "\(Int64.max)"), first > 0 else { throw badCursor }
        let kinds = params.texts("kinds")
        var filter = StatementFilter(
            currency: params.optionalText("currency").map { CurrencyID($0) },
            kinds: Set(OperationKind.allCases.filter { kinds.contains($0.name) }))
        if params["from"] != nil { filter.from = try Instant(param: params["from"], at: "/params/from") }
        if params["until"] != nil { filter.until = try Instant(param: params["until"], at: "/params/until") }
        return request.aboutRecordedMember { [filter] member, reader, book, now in
            let page = try reader.statement(of: member, before: first, limit: limit, filter, at: now, under: book)
            return ResultShapes(book.inForce(at: now)).statement(of: member, page, currency: filter.currency)
        }
    }

    private static let badCursor = RPCError.invalidParams([
        Problem(pointer: "/params/cursor", detail: "must be the next_cursor of an earlier page")
    ])
}
