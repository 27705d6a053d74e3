import Engine
import JSON
import Ledger
import Loyalty
import RPC
import Rules
import Time

/// Stored value, such as gift cards and purses: `value.top_up` and `value.refund`.
enum ValueMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(topUp, Handling(.roles(.sellers)) { request throws(RPCError) in try topUp(request) }),
        .init(
            refund,
            Handling(.roles(.sellers)) { request throws(RPCError) in
                .command(
                    request.cause(),
                    .refund(
                        try OperationID(param: "top_up", of: request.params),
                        request.params["amount"]?.int64.map(Points.init)))
            }),
    ]

    private static let amount = Schema.integer(1...1_000_000_000_000_000)

    private static let topUp = Method(
        "value.top_up", "Takes money in, for the member to pay with later.",
        params: MemberFields.object(and: [
            .required("amount", amount, "What is paid in, in minor units."),
            .required("currency", .string(bytes: 3...3, .capitals), "The ISO 4217 code of the amount."),
            .optional(
                "value", .string(bytes: 1...64), "The currency of stored value; the program's first one without it."),
            .required("store", .string(bytes: 1...64), "Where it is paid in."),
            .optional("terminal", .string(bytes: 0...64), "The till in the store."),
            .required("receipt", .string(bytes: 1...128), "The receipt's number, unique among all at its terminal."),
            .optional("channel", .string(bytes: 0...64), "How it is paid in, such as pos, app or web."),
            .required("occurred_at", .dateTime, "When it was paid in, by the till's clock."),
        ]),
        result: .object([
            ResultSchemas.operation,
            .required("top_up", .text, "The top-up, by which it is paid out again."), ResultSchemas.member,
            .required("value", .text, "The currency of stored value."),
            .required("amount", .amount, "What was paid in, in minor units."),
            .required("balances", ResultSchemas.balances, "Afterwards."), ResultSchemas.replayed,
        ]),
        changes: true,
        refusals: [
            .keyReused, .memberUnknown, .receiptPosted, .currencyMismatch, .occurredInFuture, .tooLate,
            .currencyUnknown, .outOfRange,
        ],
        examples: [
            .init(
                "A gift card",
                params: #"""
                    {"idempotency_key":"tokyo-01/t3/57","card":"9001 2345","amount":5000,"currency":"JPY",
                    "store":"tokyo-01","terminal":"t3","receipt":"57","occurred_at":"2026-05-16T10:00:00+09:00"}
                    """#,
                result: #"""
                    {"operation":"1-7","top_up":"1-7","member":"7hq2k9tw3m5xz8pa","value":"card","amount":5000,
                    "balances":{"beans":{"available":11,"pending":0,"held":0,"debt":0},
                    "card":{"available":5000,"pending":0,"held":0,"debt":0}},"replayed":false}
                    """#)
        ])

    private static let refund = Method(
        "value.refund", "Pays out what was not spent of a top-up, all of it or a part.",
        params: .object([
            .required("top_up", .string(bytes: 3...40), "The top-up."),
            .optional("amount", amount, "How much, in minor units; all that is left of it without it."),
        ]),
        result: .object([
            ResultSchemas.operation, .required("top_up", .text, "The top-up."), ResultSchemas.member,
            .required("value", .text, "The currency of stored value."),
            .required("refund", .amount, "The money to pay out, in minor units."),
            .required("balances", ResultSchemas.balances, "Afterwards."), ResultSchemas.replayed,
        ]),
        changes: true, refusals: [.keyReused, .recordUnknown, .topUpSpent],
        examples: [
            .init(
                "A gift card that is given back",
                params: #"{"idempotency_key":"tokyo-01/t3/58","top_up":"1-2"}"#,
                result: #"""
                    {"operation":"1-3","top_up":"1-2","member":"7hq2k9tw3m5xz8pa","value":"card","refund":5000,
                    "balances":{"beans":{"available":0,"pending":0,"held":0,"debt":0},
                    "card":{"available":0,"pending":0,"held":0,"debt":0}},"replayed":false}
                    """#)
        ])

    private static func topUp(_ request: Request) throws(RPCError) -> Disposition {
        let params = request.params
        return .command(
            request.cause(),
            .topUp(
                member: params.member(),
                TopUp(
                    currency: request.storedValue(params.optionalText("value")), amount: params["amount"]?.int64 ?? 0,
                    money: params.text("currency"),
                    receipt: ReceiptNumber(
                        store: ExactText(params.text("store")),
                        terminal: ExactText(params.optionalText("terminal") ?? ""),
                        number: ExactText(params.text("receipt"))),
                    channel: params.optionalText("channel") ?? "",
                    occurredAt: try Instant(param: params["occurred_at"], at: "/params/occurred_at"))))
    }
}

extension Request {
    /// A currency of stored value by its name, or the program's first one where none is named.
    func storedValue(_ name: String?) -> CurrencyID {
        CurrencyID(name ?? surroundings.ruleSet.program.currencies.first { $0.kind == .storedValue }?.id ?? "")
    }
}
