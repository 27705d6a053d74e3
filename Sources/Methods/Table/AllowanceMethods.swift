import Engine
import JSON
import Ledger
import Loyalty
import RPC
import Rules
import Time

/// What tills need to let members spend points while they cannot ask: `allowance.*`.
enum AllowanceMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(draw, Handling(.roles(.sellers)) { request throws(RPCError) in draw(request) }),
        .init(settle, Handling(.roles(.sellers)) { request throws(RPCError) in try settle(request) }),
    ]

    private static let draw = Method(
        "allowance.draw",
        "Reserves points of a member for one till, which may let the member spend them while it cannot ask.",
        params: MemberFields.object(and: [
            .required("store", .string(bytes: 1...64), "The store of the till."),
            .optional("terminal", .string(bytes: 0...64), "The till in the store."),
            .required("points", .integer(1 ... .max), "How many points at most."),
            .optional(
                "currency", .string(bytes: 1...64), "The point currency; the program's first spendable one without it."),
            .optional(
                "valid_ms", .integer(1...31_622_400_000),
                "For how long the till may use them, in milliseconds; as long as the program says without it."),
        ]),
        result: .object([
            ResultSchemas.operation,
            .required("allowance", .text, "The allowance, by which it is settled."),
            ResultSchemas.member,
            .required("store", .text, "The store of the only till that may use it."),
            .required("terminal", .text, "The till in the store."),
            .required("currency", .text, "The point currency."),
            .required("points", .amount, "How many points are reserved."),
            .required("valid_until", .dateTime, "The first instant at which the till may no longer use them."),
            .required(
                "until", .dateTime, "The first instant at which they are free again, should nobody settle by then."),
            .required(
                "token", .text,
                "All of this as a JSON Web Token, signed with one of the keys that `session.hello` tells."),
            .required("balances", ResultSchemas.balances, "Afterwards."), ResultSchemas.replayed,
        ]),
        changes: true,
        refusals: [
            .keyReused, .memberUnknown, .allowanceRefused, .currencyUnknown, .insufficientPoints, .tooManyHolds,
            .poolRefused,
        ],
        examples: [
            .init(
                "For a day at the market",
                params: #"""
                    {"idempotency_key":"market/1","card":"9001 2345","store":"market","terminal":"t1","points":300}
                    """#,
                result: #"""
                    {"operation":"1-7","allowance":"1-7","member":"7hq2k9tw3m5xz8pa","store":"market","terminal":"t1",
                    "currency":"beans","points":300,"valid_until":"2026-05-17T10:00:00+09:00",
                    "until":"2026-05-24T10:00:00+09:00","token":"eyJhbGciOiJFZERTQSJ9.eyJqdGkiOiIxLTcifQ.c2lnbmF0dXJl",
                    "balances":{"beans":{"available":122,"pending":0,"held":400,"debt":0}},"replayed":false}
                    """#)
        ])

    private static let settle = Method(
        "allowance.settle", "Spends what a till used of an allowance, once; the rest is free again.",
        params: .object(
            [
                .optional("allowance", .string(bytes: 3...40), "The allowance."),
                .optional("token", .string(bytes: 3...4096), "Its token, instead."),
                .required("used", .amount, "How many points the till used; 0 for none."),
                .required(
                    "occurred_at", .dateTime, "When it used the last of them, or gave them back, by the till's clock."),
            ], exactlyOneOf: [["allowance", "token"]]),
        result: .object([
            ResultSchemas.operation, .required("allowance", .text, "The allowance."), ResultSchemas.member,
            .required("currency", .text, "The point currency."),
            .required("used", .amount, "How many points were spent."),
            .required("released", .amount, "How many are free again."),
            .required("balances", ResultSchemas.balances, "Afterwards."), ResultSchemas.replayed,
        ]),
        changes: true,
        refusals: [
            .keyReused, .tokenRefused, .recordUnknown, .occurredInFuture, .holdNotOpen, .captureExceeds,
            .allowanceRefused,
        ],
        examples: [
            .init(
                "Back from the market",
                params: #"""
                    {"idempotency_key":"market/1/back","allowance":"1-7","used":120,
                    "occurred_at":"2026-05-16T10:00:00+09:00"}
                    """#,
                result: #"""
                    {"operation":"1-8","allowance":"1-7","member":"7hq2k9tw3m5xz8pa","currency":"beans","used":120,
                    "released":180,"balances":{"beans":{"available":302,"pending":0,"held":100,"debt":0}},
                    "replayed":false}
                    """#)
        ])

    private static func draw(_ request: Request) -> Disposition {
        let params = request.params
        return .command(
            request.cause(),
            .draw(
                member: params.member(),
                AllowanceRequest(
                    currency: request.currency(params.optionalText("currency")),
                    points: Points(params["points"]?.int64 ?? 0), validMs: params["valid_ms"]?.int64,
                    till: AllowanceRequest.Till(
                        store: ExactText(params.text("store")),
                        terminal: ExactText(params.optionalText("terminal") ?? "")))))
    }

    private static func settle(_ request: Request) throws(RPCError) -> Disposition {
        let params = request.params
        let settlement = Settlement(
            used: Points(params["used"]?.int64 ?? 0),
            usedAt: try Instant(param: params["occurred_at"], at: "/params/occurred_at"))
        let allowance: OperationID
        if let token = params.optionalText("token") {
            allowance = try operation(of: token, request)
        } else {
            allowance = try OperationID(param: "allowance", of: params)
        }
        return .command(request.cause(), .settle(allowance, settlement))
    }

    /// The allowance of a token that was signed here, for this program.
    private static func operation(of token: String, _ request: Request) throws(RPCError) -> OperationID {
        let surroundings = request.surroundings
        guard let payload = surroundings.keys.payload(of: token), let claims = try? JSONDocument(payload).root,
            claims["iss"]?.string == surroundings.ruleSet.program.id,
            let id = claims["jti"]?.string.flatMap({ OperationID($0) })
        else { throw .tokenRefused }
        return id
    }
}
