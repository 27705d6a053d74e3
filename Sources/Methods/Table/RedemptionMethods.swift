import Engine
import JSON
import Ledger
import Loyalty
import RPC
import Rules
import Time

/// How points are spent: `hold.*`, `redemption.*` and `reward.list`.
enum RedemptionMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(holdCreate, Handling(.roles(.sellers)) { request throws(RPCError) in hold(request) }),
        .init(
            holdCapture,
            Handling(.roles(.sellers)) { request throws(RPCError) in
                .command(
                    request.cause(),
                    .capture(
                        try OperationID(param: "hold", of: request.params),
                        request.params["points"]?.int64.map(Points.init)))
            }),
        .init(
            holdRelease,
            Handling(.roles(.sellers)) { request throws(RPCError) in
                .command(request.cause(), .release(try OperationID(param: "hold", of: request.params)))
            }),
        .init(redemptionQuote, Handling(.roles(.everyone)) { request throws(RPCError) in quote(request) }),
        .init(redemptionCreate, Handling(.roles(.sellers)) { request throws(RPCError) in try redeem(request) }),
        .init(
            redemptionCancel,
            Handling(.roles(.sellers)) { request throws(RPCError) in
                .command(request.cause(), .cancel(try OperationID(param: "redemption", of: request.params)))
            }),
        .init(
            rewardList,
            Handling(.roles(.everyone)) { request throws(RPCError) in
                request.aboutMember { shapes, member, reader, now in
                    shapes.rewards(
                        for: member, try Pool(of: member, in: reader, at: now, request.surroundings.rules.book),
                        shared: try reader.sharedUsages(), at: now)
                }
            }),
    ]

    private static let currency = Field.optional(
        "currency", .string(bytes: 1...64), "The point currency; the program's first spendable one without it.")
    private static let points = Schema.integer(1 ... .max)

    private static let holdCreate = Method(
        "hold.create", "Reserves points for a while, so that nothing else can spend them.",
        params: MemberFields.object(and: [
            .required("points", points, "How many."), currency,
            .optional(
                "timeout_ms", .integer(1...31_622_400_000),
                "For how long, in milliseconds; the program's timeout without it."),
        ]),
        result: .object([
            ResultSchemas.operation,
            .required("hold", .text, "The hold, by which it is captured or released."),
            ResultSchemas.member,
            .required("currency", .text, "The point currency."),
            .required("points", .amount, "How many points are reserved."),
            .required("until", .dateTime, "The first instant at which they are free again."),
            .required("balances", ResultSchemas.balances, "Afterwards."), ResultSchemas.replayed,
        ]),
        changes: true,
        refusals: [
            .keyReused, .memberUnknown, .currencyUnknown, .insufficientPoints, .holdTooLong, .tooManyHolds,
            .poolRefused,
        ],
        examples: [
            .init(
                "At the checkout",
                params: #"""
                    {"idempotency_key":"shop/cart/77","member":"7hq2k9tw3m5xz8pa","points":100}
                    """#,
                result: #"""
                    {"operation":"1-9","hold":"1-9","member":"7hq2k9tw3m5xz8pa","currency":"beans","points":100,
                    "until":"2026-05-16T10:15:00+09:00",
                    "balances":{"beans":{"available":11,"pending":0,"held":100,"debt":0}},"replayed":false}
                    """#)
        ])

    private static let holdCapture = Method(
        "hold.capture", "Spends what a hold reserved, all of it or a part; the rest is free again.",
        params: .object([
            .required("hold", .string(bytes: 3...40), "The hold."),
            .optional("points", points, "How many; all of them without it."),
        ]),
        result: .object([
            ResultSchemas.operation, .required("hold", .text, "The hold."), ResultSchemas.member,
            .required("currency", .text, "The point currency."),
            .required("captured", .amount, "How many points were spent."),
            .required("released", .amount, "How many are free again."),
            .required("balances", ResultSchemas.balances, "Afterwards."), ResultSchemas.replayed,
        ]),
        changes: true, refusals: [.keyReused, .recordUnknown, .holdNotOpen, .captureExceeds],
        examples: [
            .init(
                "A part of it",
                params: #"""
                    {"idempotency_key":"shop/cart/77/paid","hold":"1-4","points":80}
                    """#,
                result: #"""
                    {"operation":"1-7","hold":"1-4","member":"7hq2k9tw3m5xz8pa","currency":"beans","captured":80,
                    "released":20,"balances":{"beans":{"available":442,"pending":0,"held":0,"debt":0,
                    "next_expiry":{"points":442,"at":"2027-06-01T00:00:00+09:00"}}},"replayed":false}
                    """#)
        ])

    private static let holdRelease = Method(
        "hold.release", "Frees what a hold reserved. To free it again changes nothing.",
        params: .object([.required("hold", .string(bytes: 3...40), "The hold.")]),
        result: .object([
            ResultSchemas.operation, .required("hold", .text, "The hold."), ResultSchemas.member,
            .required("currency", .text, "The point currency."),
            .required("released", .amount, "How many points were freed."),
            .required("balances", ResultSchemas.balances, "Afterwards."), ResultSchemas.replayed,
        ]),
        changes: true, refusals: [.keyReused, .recordUnknown, .holdNotOpen],
        examples: [
            .init(
                "The guest went away",
                params: #"""
                    {"idempotency_key":"shop/cart/77/left","hold":"1-4"}
                    """#,
                result: #"""
                    {"operation":"1-7","hold":"1-4","member":"7hq2k9tw3m5xz8pa","currency":"beans","released":100,
                    "balances":{"beans":{"available":522,"pending":0,"held":0,"debt":0,"next_expiry":{"points":522,
                    "at":"2027-06-01T00:00:00+09:00"}}},"replayed":false}
                    """#)
        ])

    private static let redemptionQuote = Method(
        "redemption.quote", "Tells how many points a member can use on a basket, and what they are worth.",
        params: MemberFields.object(and: [
            .required("amount", .integer(0...1_000_000_000_000_000), "The basket, in minor units.")
        ]),
        result: .object([
            ResultSchemas.member,
            .required("offered", .boolean, "Whether points pay in this program."),
            .optional("currency", .text, "The point currency."),
            .optional("available", .amount, "What the member has."),
            .optional("minimum", .amount, "The least that can be used at a time."),
            .optional("step", .amount, "Points are used in multiples of it."),
            .optional("most", .amount, "The most that can be used on this basket; 0 where none can."),
            .optional("worth", .amount, "What the most is worth, in minor units."),
            .optional("to_pay", .amount, "What is left to pay then, in minor units."),
        ]),
        refusals: [.memberUnknown],
        examples: [
            .init(
                "A basket of 1,210 yen",
                params: #"""
                    {"card":"9001 2345","amount":1210}
                    """#,
                result: #"""
                    {"member":"7hq2k9tw3m5xz8pa","offered":true,"currency":"beans","available":422,"minimum":50,
                    "step":10,"most":420,"worth":420,"to_pay":790}
                    """#)
        ])

    private static let redemptionCreate = Method(
        "redemption.create", "Spends points at once: for a reward, or as money that is used elsewhere.",
        params: MemberFields.object(and: [
            .optional("reward", .string(bytes: 1...64), "What for."),
            .optional("quantity", .integer(1...1000), "How many of the reward; 1 without it."),
            .optional("points", points, "How many points, instead of a reward."), currency,
        ]),
        result: .object([
            ResultSchemas.operation,
            .required("redemption", .text, "The redemption, by which it is cancelled."),
            ResultSchemas.member,
            .required("currency", .text, "The point currency."),
            .required("points", .amount, "What it cost."),
            .optional("reward", .text, "What was given."),
            .optional("vouchers", RedemptionSchemas.vouchers, "The vouchers that were given."),
            .required("balances", ResultSchemas.balances, "Afterwards."), ResultSchemas.replayed,
        ]),
        changes: true,
        refusals: [
            .keyReused, .memberUnknown, .insufficientPoints, .paymentRefused, .rewardUnknown, .rewardUnavailable,
            .outOfRange, .poolRefused,
        ],
        examples: [
            .init(
                "As money",
                params: #"""
                    {"idempotency_key":"shop/spend/8","card":"9001 2345","points":200}
                    """#,
                result: #"""
                    {"operation":"1-7","redemption":"1-7","member":"7hq2k9tw3m5xz8pa","currency":"beans","points":200,
                    "balances":{"beans":{"available":222,"pending":0,"held":100,"debt":0,"next_expiry":{"points":222,
                    "at":"2027-06-01T00:00:00+09:00"}}},"replayed":false}
                    """#)
        ])

    private static let redemptionCancel = Method(
        "redemption.cancel", "Undoes a redemption or a captured hold: its points go back to where they came from.",
        params: .object([.required("redemption", .string(bytes: 3...40), "The redemption, or the capture.")]),
        result: .object([
            ResultSchemas.operation, .required("redemption", .text, "The redemption."), ResultSchemas.member,
            .optional("given_back", RedemptionSchemas.restored, "The points."),
            .optional("vouchers_withdrawn", .amount, "Vouchers that can no longer be used."),
            .required("balances", ResultSchemas.balances, "Afterwards."), ResultSchemas.replayed,
        ]),
        changes: true, refusals: [.keyReused, .recordUnknown, .alreadyCancelled, .voucherUsed, .outOfRange],
        examples: [
            .init(
                "Undone",
                params: #"""
                    {"idempotency_key":"shop/spend/7/undo","redemption":"1-5"}
                    """#,
                result: #"""
                    {"operation":"1-7","redemption":"1-5","member":"7hq2k9tw3m5xz8pa","given_back":{"currency":"beans",
                    "usable":1500,"lapsed":0},"balances":{"beans":{"available":1922,"pending":0,"held":100,"debt":0,
                    "next_expiry":{"points":1922,"at":"2027-06-01T00:00:00+09:00"}}},"replayed":false}
                    """#)
        ])

    private static let rewardList = Method(
        "reward.list", "Lists the rewards, what they cost this member, and whether they can be had now.",
        params: MemberFields.object(),
        result: .object([
            ResultSchemas.member,
            .required(
                "rewards",
                .array(
                    of: .object([
                        .required("reward", .text, "The reward."),
                        .required("title", ResultSchemas.title, "By language."),
                        .required("currency", .text, "The point currency."),
                        .required("cost", .amount, "In points."),
                        .required("voucher", .boolean, "Whether it is given as a voucher."),
                        .required("available", .boolean, "Whether this member can have it now."),
                        .optional("missing", .amount, "How many points are missing."),
                        .optional("left", .amount, "How many there are for all members together."),
                    ])), "In the order of the program."),
        ]),
        refusals: [.memberUnknown],
        examples: [
            .init(
                "By card",
                params: #"""
                    {"card":"9001 2345"}
                    """#,
                result: #"""
                    {"member":"7hq2k9tw3m5xz8pa","rewards":[{"reward":"tumbler","title":{"ja":"タンブラー","en":"Tumbler"},
                    "currency":"beans","cost":1500,"voucher":false,"available":false,"missing":1078,"left":499}]}
                    """#)
        ])

    private static func hold(_ request: Request) -> Disposition {
        .command(
            request.cause(),
            .hold(
                member: request.params.member(),
                HoldRequest(
                    currency: request.currency(request.params.optionalText("currency")),
                    points: Points(request.params["points"]?.int64 ?? 0),
                    timeoutMs: request.params["timeout_ms"]?.int64)))
    }

    private static func redeem(_ request: Request) throws(RPCError) -> Disposition {
        let params = request.params
        let wanted: RedemptionRequest
        switch (params.optionalText("reward"), params["points"]?.int64) {
        case (let reward?, nil): wanted = .reward(reward, quantity: params["quantity"]?.int64 ?? 1)
        case (nil, let points?) where params["quantity"] == nil:
            wanted = .points(request.currency(params.optionalText("currency")), Points(points))
        default:
            throw .invalidParams([
                Problem(pointer: "/params", detail: "needs `reward`, perhaps with `quantity`, or `points`")
            ])
        }
        return .command(request.cause(), .redeem(member: params.member(), wanted))
    }

    private static func quote(_ request: Request) -> Disposition {
        let amount = request.params["amount"]?.int64 ?? 0
        return request.aboutMember { shapes, member, reader, now in
            let pool = try Pool(of: member, in: reader, at: now, request.surroundings.rules.book)
            return shapes.redemptionQuote(for: member, pool, amount: amount)
        }
    }
}
