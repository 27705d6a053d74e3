import Engine
import JSON
import Ledger
import Loyalty
import RPC
import Time

/// What happens to a purchase behind its posting: `purchase.get`, `purchase.return`, `purchase.void`,
/// `purchase.confirm`.
enum ReturnMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(get, Handling(.roles(.everyone)) { request throws(RPCError) in try get(request) }),
        .init(back, Handling(.roles(.sellers)) { request throws(RPCError) in try giveBack(request) }),
        .init(
            void,
            Handling(.roles(.sellers)) { request throws(RPCError) in
                .command(
                    request.cause(),
                    .return(try reference(request.params), Return(.everything, occurredAt: try time(request))))
            }),
        .init(
            confirm,
            Handling(.roles(.sellers)) { request throws(RPCError) in
                .command(request.cause(), .confirm(try reference(request.params), occurredAt: try time(request)))
            }),
    ]

    /// The fields that name a purchase, of which a call gives exactly one.
    private static let naming: [Field] = [
        .optional("purchase", .string(bytes: 3...40), "The purchase, as `purchase.post` answered it."),
        .optional("receipt", ReceiptFields.receipt, "The receipt of the purchase."),
    ]

    private static func object(and others: [Field]) -> Schema {
        .object(naming + others, exactlyOneOf: [["purchase", "receipt"]])
    }

    private static let occurredAt = Field.required("occurred_at", .dateTime, "When it happened, by the till's clock.")

    /// Of a purchase, or of a sale that nobody claimed yet.
    private static let returnResult = Schema.object(
        [
            ResultSchemas.operation.optional,
            .optional("purchase", .text, "The purchase."),
            ResultSchemas.member.optional,
            .required("complete", .boolean, "Whether nothing of the purchase is left."),
            .required("refund", .amount, "The money to give back, in minor units."),
            .optional(
                "taken_back", .map(keys: TextSchema(length: 1...64), values: claim, count: 0 ... .max),
                "By point currency, what the goods had earned; one with nothing to take back is absent."),
            .optional("given_back", RedemptionSchemas.restored, "The points that had paid what came back."),
            .optional("value_back", RedemptionSchemas.restored, "The stored value that had paid what came back."),
            .optional("vouchers_withdrawn", .amount, "Vouchers that the goods had brought and that were not used yet."),
            .optional("balances", ResultSchemas.balances, "Afterwards."),
            .optional("tier", ResultSchemas.tier, "Afterwards, where the program has tiers."),
            ResultSchemas.replayed,
        ] + ReceiptFields.kept, exactlyOneOf: [["operation", "claimable_until"]])

    private static let claim = Schema.named(
        NamedSchema(
            "Claim",
            .object([
                .required("taken", .amount, "What was there and was taken."),
                .required("owed", .amount, "What the member owes from now on."),
                .required("waived", .amount, "What was let go."),
            ])))

    private static let back = Method(
        "purchase.return", "Takes back goods of a purchase: by line, or by an amount of money.",
        params: object(and: [
            occurredAt,
            .optional(
                "items",
                .array(
                    of: .object([
                        .required("line", .integer(0...999), "The line of the purchase, from 0."),
                        .optional(
                            "quantity", .integer(1...1_000_000_000), "How many came back; all that is left without it."),
                        .optional(
                            "amount", .integer(0...1_000_000_000_000_000),
                            "The money that goes back, in minor units; its share of what is left of the line without it."
                        ),
                    ]), count: 1...1000), "The lines that came back."),
            .optional(
                "amount", .integer(1...1_000_000_000_000_000),
                "Money that goes back, in minor units, over all lines in proportion; instead of `items`."),
        ]),
        result: returnResult, changes: true,
        refusals: [
            .keyReused, .recordUnknown, .returnRefused, .occurredInFuture, .tooLate, .insufficientPoints, .outOfRange,
        ],
        examples: [
            .init(
                "One of two lattes",
                params: #"""
                    {"idempotency_key":"tokyo-01/t3/56","occurred_at":"2026-05-16T10:04:00+09:00",
                    "receipt":{"store":"tokyo-01","terminal":"t3","number":"55"},"items":[{"line":0,"quantity":1}]}
                    """#,
                result: #"""
                    {"operation":"1-4","purchase":"1-3","member":"7hq2k9tw3m5xz8pa","complete":false,"refund":605,
                    "taken_back":{"beans":{"taken":6,"owed":0,"waived":0}},
                    "balances":{"beans":{"available":5,"pending":0,"held":0,"debt":0,
                    "next_expiry":{"points":5,"at":"2027-06-01T00:00:00+09:00"}}},
                    "tier":{"id":"regular","since":"2026-05-16T09:58:00+09:00"},"replayed":false}
                    """#)
        ])

    private static let void = Method(
        "purchase.void", "Takes back all that is left of a purchase.", params: object(and: [occurredAt]),
        result: returnResult, changes: true,
        refusals: [
            .keyReused, .recordUnknown, .returnRefused, .occurredInFuture, .tooLate, .insufficientPoints, .outOfRange,
        ],
        examples: [
            .init(
                "By receipt",
                params: #"""
                    {"idempotency_key":"tokyo-01/t3/57","occurred_at":"2026-05-16T10:00:00+09:00",
                    "receipt":{"store":"tokyo-01","terminal":"t3","number":"55"}}
                    """#,
                result: #"""
                    {"operation":"1-7","purchase":"1-3","member":"7hq2k9tw3m5xz8pa","complete":true,"refund":1210,
                    "taken_back":{"beans":{"taken":11,"owed":0,"waived":0},"status":{"taken":11,"owed":0,"waived":0}},
                    "balances":{"beans":{"available":411,"pending":0,"held":100,"debt":0,"next_expiry":{"points":411,
                    "at":"2027-06-01T00:00:00+09:00"}}},"tier":{"id":"regular","since":"2026-05-16T10:00:00+09:00"},
                    "replayed":false}
                    """#)
        ])

    private static let confirm = Method(
        "purchase.confirm", "Lets points be spent that waited for a purchase to be confirmed.",
        params: object(and: [occurredAt]),
        result: .object([
            ResultSchemas.operation, .required("purchase", .text, "The purchase."), ResultSchemas.member,
            .required(
                "confirmed", .map(keys: TextSchema(length: 1...64), values: .amount, count: 0 ... .max),
                "The points that can be spent from now on, by currency."),
            .required("balances", ResultSchemas.balances, "Afterwards."), ResultSchemas.replayed,
        ]),
        changes: true, refusals: [.keyReused, .recordUnknown, .nothingToConfirm, .occurredInFuture, .tooLate],
        examples: [
            .init(
                "By receipt",
                params: #"""
                    {"idempotency_key":"tokyo-01/t3/58","occurred_at":"2026-05-16T10:00:00+09:00",
                    "receipt":{"store":"tokyo-01","terminal":"t3","number":"55"}}
                    """#,
                result: #"""
                    {"operation":"1-3","purchase":"1-2","member":"7hq2k9tw3m5xz8pa","confirmed":{"beans":11},
                    "balances":{"beans":{"available":11,"pending":0,"held":0,"debt":0,"next_expiry":{"points":11,
                    "at":"2027-06-01T00:00:00+09:00"}}},"replayed":false}
                    """#)
        ])

    private static let get = Method(
        "purchase.get", "Tells a purchase and what is left of it.", params: object(and: []),
        result: .object([
            .required("purchase", .text, "The purchase."), ResultSchemas.member,
            .required("store", .text, "Where it was sold."),
            .required("terminal", .text, "The till in the store."),
            .required("receipt", .text, "The receipt's number."),
            .required("occurred_at", .dateTime, "When it was sold."),
            .required("currency", .text, "The ISO 4217 code of the amounts."),
            .required("amount", .amount, "What it cost, in minor units."),
            .required("complete", .boolean, "Whether all of it came back."),
            .required(
                "items",
                .array(
                    of: .object([
                        .required("line", .amount, "The line, from 0."),
                        .required("sku", .text, "The article."),
                        .required("quantity", .amount, "How many were sold."),
                        .required("amount", .amount, "What the line cost, in minor units."),
                        .required("quantity_left", .amount, "How many did not come back."),
                        .required("amount_left", .amount, "The money that was not given back."),
                    ])), "The lines of the receipt."),
            .required("returns", .array(of: .text), "The operations that took something back, oldest first."),
        ]),
        refusals: [.recordUnknown],
        examples: [
            .init(
                "By receipt",
                params: #"""
                    {"receipt":{"store":"tokyo-01","terminal":"t3","number":"55"}}
                    """#,
                result: #"""
                    {"purchase":"1-3","member":"7hq2k9tw3m5xz8pa","store":"tokyo-01","terminal":"t3","receipt":"55",
                    "occurred_at":"2026-05-16T10:00:00+09:00","currency":"JPY","amount":1210,"complete":false,
                    "items":[{"line":0,"sku":"latte","quantity":2,"amount":1210,"quantity_left":2,"amount_left":1210}],
                    "returns":[]}
                    """#)
        ])

    private static func time(_ request: Request) throws(RPCError) -> Instant {
        try Instant(param: request.params["occurred_at"], at: "/params/occurred_at")
    }

    private static func reference(_ params: Params) throws(RPCError) -> Reference {
        if let receipt = params["receipt"] {
            return .receipt(ReceiptFields.read(receipt))
        }
        return .operation(try OperationID(param: "purchase", of: params))
    }

    private static func giveBack(_ request: Request) throws(RPCError) -> Disposition {
        let params = request.params
        let extent: Return.Extent
        switch (params["items"], params["amount"]?.int64) {
        case (let items?, nil):
            extent = .lines(
                items.elements.map {
                    Return.Line(
                        index: Int($0["line"]?.int64 ?? 0), quantity: $0["quantity"]?.int64,
                        amount: $0["amount"]?.int64)
                })
        case (nil, let amount?): extent = .amount(amount)
        case (nil, nil), (_?, _?):
            throw .invalidParams([
                Problem(pointer: "/params", detail: "needs `items` or `amount`; purchase.void takes everything back")
            ])
        }
        return .command(
            request.cause(), .return(try reference(params), Return(extent, occurredAt: try time(request))))
    }

    private static func get(_ request: Request) throws(RPCError) -> Disposition {
        let reference = try reference(request.params)
        let rules = request.surroundings.rules
        return .query { reader, now in
            guard let record = try reader.record(of: reference),
                let member = try reader.state(of: record.holder),
                let shown = ResultShapes(rules.book.inForce(at: now)).purchase(record, of: member)
            else { return .refused(.recordUnknown(.purchase)) }
            return .answered(result: shown)
        }
    }
}

extension OperationID {
    /// Reads a param that names an operation.
    init(param name: String, of params: Params) throws(RPCError) {
        guard let id = OperationID(params.text(name)) else {
            throw .invalidParams([Problem(pointer: "/params/\(name)", detail: "must be an operation such as 1042-7")])
        }
        self = id
    }
}
