import Engine
import JSON
import Ledger
import Loyalty
import RPC
import Rules
import Time

/// `purchase.*`.
enum PurchaseMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(post, Handling(.roles(.sellers)) { request throws(RPCError) in try post(request) }),
        .init(
            postBatch,
            Handling(.roles(.sellers), chargedPerElementOf: "purchases") { request throws(RPCError) in
                postBatch(request)
            }),
        .init(
            claim,
            Handling(.roles(.sellers)) { request throws(RPCError) in
                .command(
                    request.cause(),
                    .claim(
                        member: request.params.member(),
                        request.params["receipt"].map(ReceiptFields.read)
                            ?? ReceiptNumber(store: "", terminal: "", number: "")))
            }),
        .init(quote, Handling(.roles(.everyone)) { request throws(RPCError) in try quote(request) }),
    ]

    /// Far beyond any sale, and far enough from overflow that a receipt of the longest kind adds up.
    private static let amount = Schema.integer(0...1_000_000_000_000_000)

    static let item = Schema.named(
        NamedSchema(
            "Item",
            .object([
                .optional("sku", .string(bytes: 0...64), "The article."),
                .optional("category", .string(bytes: 0...64), "What kind of article it is."),
                .optional(
                    "tags", .array(of: .string(bytes: 1...64), count: 0...16), "Words that rules can ask for."),
                .optional("quantity", .integer(0...1_000_000_000), "How many; 1 where it is left out."),
                .required("amount", amount, "What the line cost after discounts, tax included, in minor units."),
                .optional("tax", amount, "The tax contained in the amount; 0 where it is left out."),
            ])))

    static let words = Schema.array(of: .string(bytes: 1...64), count: 0...16)

    /// What rules can ask of a sale, apart from where and when it was.
    private static let content: [Field] = [
        .optional("channel", .string(bytes: 0...64), "How it was sold, such as pos, app or web."),
        .required("currency", .string(bytes: 3...3, .capitals), "The ISO 4217 code of the amounts."),
        .optional("tags", words, "Words about the sale that rules can ask for."),
        .optional("coupons", words, "The codes of the coupons that were used."),
        .required("items", .array(of: item, count: 1...1000), "The lines of the receipt."),
    ]

    private static let post = Method(
        "purchase.post",
        """
        Posts a sale and awards its points, now or late, once. A sale to somebody who is not known is kept, where the \
        program keeps such sales, until somebody claims it.
        """,
        params: .object(
            MemberFields.fields + [
                .optional(
                    "unclaimed", .boolean,
                    "True for a sale to somebody who is not known, which is kept until somebody claims it."),
                .required("store", .string(bytes: 1...64), "Where it was sold."),
                .optional("terminal", .string(bytes: 0...64), "The till in the store."),
                .required("receipt", .string(bytes: 1...128), "The receipt's number, unique at its terminal."),
                .required("occurred_at", .dateTime, "When it was sold, by the till's clock."),
                .optional(
                    "pay",
                    .object(points + [.optional("hold", .string(bytes: 3...40), "The hold that reserved them.")]),
                    "The points that pay a part of the sale, or all of it."),
                .optional(
                    "value",
                    .object([
                        .required("amount", .integer(1 ... .max), "How much, in minor units."),
                        .optional(
                            "currency", .string(bytes: 1...64),
                            "The currency of stored value; the program's first one without it."),
                        .optional("hold", .string(bytes: 3...40), "The hold that reserved it."),
                    ]), "The stored value that pays a part of the sale, or all of it. It earns as money does."),
            ] + content, exactlyOneOf: [MemberFields.names + ["unclaimed"]]),
        result: .object(
            posted.map(\.optional) + ReceiptFields.kept + [ResultSchemas.replayed],
            exactlyOneOf: [["operation", "claimable_until"]]),
        changes: true,
        refusals: [
            .keyReused, .memberUnknown, .memberNeeded, .receiptPosted, .receiptKept, .currencyMismatch,
            .occurredInFuture, .tooLate,
            .outOfRange, .currencyUnknown, .insufficientPoints, .paymentRefused, .recordUnknown, .captureExceeds,
            .poolRefused,
        ],
        examples: [
            .init(
                "Two lattes",
                params: #"""
                    {"idempotency_key":"tokyo-01/t3/55","card":"9001 2345","store":"tokyo-01","terminal":"t3",
                    "receipt":"55","channel":"pos","occurred_at":"2026-05-16T10:00:00+09:00","currency":"JPY",
                    "items":[{"sku":"latte","category":"drink","quantity":2,"amount":1210,"tax":110}]}
                    """#,
                result: #"""
                    {"operation":"1-3","purchase":"1-3","member":"7hq2k9tw3m5xz8pa","earned":{"beans":11},
                    "awards":[{"rule":"base","points":11,"into":"beans"}],
                    "balances":{"beans":{"available":11,"pending":0,"held":0,"debt":0,
                    "next_expiry":{"points":11,"at":"2027-06-01T00:00:00+09:00"}}},
                    "tier":{"id":"regular","since":"2026-05-16T09:58:00+09:00"},"replayed":false}
                    """#)
        ])

    /// What is told of a purchase that is recorded.
    private static let posted: [Field] = [
        ResultSchemas.operation,
        .required("purchase", .text, "The purchase, by which returns name it."),
        ResultSchemas.member, ResultSchemas.earned, ResultSchemas.awards, ResultSchemas.rewards,
        ResultSchemas.vouchers,
        .required("balances", ResultSchemas.balances, "Afterwards."),
        .optional("tier", ResultSchemas.tier, "Afterwards, where the program has tiers."),
    ]

    private static let claim = Method(
        "purchase.claim",
        """
        Says whose a sale was that was posted without a member. The member earns what the sale would have earned when it \
        was made, of what has not come back since.
        """,
        params: MemberFields.object(and: [
            .required("receipt", ReceiptFields.receipt, "The receipt of the sale.")
        ]),
        result: .object(posted + [ResultSchemas.replayed]), changes: true,
        refusals: [
            .keyReused, .recordUnknown, .receiptPosted, .claimTooLate, .returnRefused, .memberUnknown, .outOfRange,
            .poolRefused,
        ],
        examples: [
            .init(
                "The card was at home",
                params: #"""
                    {"idempotency_key":"app/claim/17","card":"9001 2345",
                    "receipt":{"store":"tokyo-01","terminal":"t3","number":"56"}}
                    """#,
                result: #"""
                    {"operation":"1-2","purchase":"1-2","member":"7hq2k9tw3m5xz8pa","earned":{"beans":11},
                    "awards":[{"rule":"base","points":11,"into":"beans"}],
                    "balances":{"beans":{"available":11,"pending":0,"held":0,"debt":0,
                    "next_expiry":{"points":11,"at":"2027-06-01T00:00:00+09:00"}}},
                    "tier":{"id":"regular","since":"2026-05-16T10:00:00+09:00"},"replayed":false}
                    """#)
        ])

    /// Points that pay.
    private static let points: [Field] = [
        .required("points", .integer(1 ... .max), "How many points."),
        .optional(
            "currency", .string(bytes: 1...64), "The point currency; the program's first spendable one without it."),
    ]

    private static let quote = Method(
        "purchase.quote", "Tells what a sale would earn and why, without recording anything.",
        params: MemberFields.object(
            and: [
                .optional("store", .string(bytes: 1...64), "Where it would be sold."),
                .optional("terminal", .string(bytes: 0...64), "The till in the store."),
                .optional("occurred_at", .dateTime, "When it would be sold; now where it is left out."),
                .optional(
                    "pay", .object(points),
                    "The points that would pay a part of it. Whether they can is for `redemption.quote` to tell."),
            ] + content),
        result: .object([
            .optional(
                "member", .text, "The member's id; absent for a card that nobody has, which the sale would enrol."),
            .required("at", .dateTime, "When the sale was taken to happen."),
            .required("amount", .amount, "What the lines come to as the program counts money, in minor units."),
            .required("eligible_amount", .amount, "The part of it from lines that may earn."),
            ResultSchemas.earned, ResultSchemas.awards, TraceSchemas.rules, TraceSchemas.missing,
            TraceSchemas.nextTier,
        ]),
        refusals: [.memberUnknown, .currencyMismatch, .outOfRange],
        examples: [
            .init(
                "A basket in the app",
                params: #"""
                    {"card":"9001 2345","channel":"app","occurred_at":"2026-05-16T10:00:00+09:00","currency":"JPY",
                    "items":[{"sku":"latte","category":"drink","quantity":2,"amount":1210,"tax":110}]}
                    """#,
                result: #"""
                    {"member":"7hq2k9tw3m5xz8pa","at":"2026-05-16T10:00:00+09:00","amount":1100,"eligible_amount":1100,
                    "earned":{"beans":11},"awards":[{"rule":"base","points":11,"into":"beans"}],
                    "rules":[{"rule":"base","outcome":"paid","counted":1100,"points":11,"into":"beans"}],
                    "missing":[{"rule":"base","money":100}]}
                    """#)
        ])

    private static func quote(_ request: Request) throws(RPCError) -> Disposition {
        let params = request.params
        let identifier = params.member()
        let currency = params.text("currency")
        let lines = try items(params["items"])
        let payment = try payment(params["pay"], "pay", "points") { request.currency($0) }
        let instant: Instant? =
            if let time = params["occurred_at"] { try Instant(param: time, at: "/params/occurred_at") } else { nil }
        let rules = request.surroundings.rules
        return .query { reader, now in
            let book = rules.book
            let purchase = Purchase(
                receipt: ReceiptNumber(
                    store: ExactText(params.optionalText("store") ?? ""),
                    terminal: ExactText(params.optionalText("terminal") ?? ""), number: ""),
                channel: params.optionalText("channel") ?? "", occurredAt: instant ?? now, currency: currency,
                tags: params.texts("tags"), coupons: params.texts("coupons"), items: lines, payment: payment)
            let ruleSet = book.inForce(at: purchase.occurredAt)
            guard currency == ruleSet.program.money.currency.code else {
                return .refused(.currencyMismatch(expected: ruleSet.program.money.currency.code))
            }
            let member: MemberState
            if let number = try reader.owner(of: identifier), let stored = try reader.state(of: number) {
                member = stored.advanced(to: now, under: book)
            } else if identifier.kind == .card, let new = MemberState.joining(at: now, under: book.inForce(at: now)) {
                member = new
            } else {
                return .refused(.memberUnknown(identifier.kind))
            }
            let shared = ruleSet.budgets.isEmpty ? [] : try reader.sharedUsages()
            guard let evaluation = try? member.quote(purchase, under: ruleSet, shared: shared) else {
                return .refused(.overflow)
            }
            let level = member.missingToNextLevel(behind: evaluation, at: purchase.occurredAt, under: ruleSet)
            return .answered(
                result: ResultShapes(ruleSet).quote(
                    evaluation, for: member, shared: shared, level, at: purchase.occurredAt))
        }
    }

    private static func post(_ request: Request) throws(RPCError) -> Disposition {
        let params = request.params
        let purchase = Purchase(
            receipt: ReceiptNumber(
                store: ExactText(params.text("store")), terminal: ExactText(params.optionalText("terminal") ?? ""),
                number: ExactText(params.text("receipt"))),
            channel: params.optionalText("channel") ?? "",
            occurredAt: try Instant(param: params["occurred_at"], at: "/params/occurred_at"),
            currency: params.text("currency"), tags: params.texts("tags"), coupons: params.texts("coupons"),
            items: try items(params["items"]),
            payment: try payment(params["pay"], "pay", "points") { request.currency($0) },
            value: try payment(params["value"], "value", "amount") { request.storedValue($0) })
        guard let isUnclaimed = params["unclaimed"] else {
            return .command(request.cause(), .purchase(member: params.member(), purchase))
        }
        var problems = ["pay", "value"].filter { params[$0] != nil }.map {
            Problem(pointer: "/params/\($0)", detail: "is a member's, and none is named")
        }
        if isUnclaimed.bool != true {
            problems.append(Problem(pointer: "/params/unclaimed", detail: "must be true, or a member must be named"))
        }
        guard problems.isEmpty else { throw .invalidParams(problems) }
        return .command(request.cause(), .keep(purchase))
    }

    private static let postBatch = Method(
        "purchase.post_batch",
        """
        Posts what a till kept while it was offline, in the order in which it was sold: each sale has its own key and \
        its own answer.
        """,
        params: .object([
            .required(
                "purchases", .array(of: .unchecked(post.params), count: 1...100),
                "What `purchase.post` takes, key included, for each.")
        ]),
        result: .object([
            .required(
                "results",
                .array(
                    of: .object([
                        .optional("result", post.result, "What `purchase.post` answers, where the sale is posted."),
                        .optional("error", .anything, "The error of `purchase.post` otherwise."),
                    ])), "In the order of the purchases.")
        ]),
        examples: [
            .init(
                "Two sales of the morning",
                params: #"""
                    {"purchases":[{"idempotency_key":"tokyo-01/t3/71","card":"9001 2345","store":"tokyo-01",
                    "terminal":"t3","receipt":"71","occurred_at":"2026-05-16T09:20:00+09:00","currency":"JPY",
                    "items":[{"amount":550}]},
                    {"idempotency_key":"tokyo-01/t3/70","card":"9001 2345","store":"tokyo-01","terminal":"t3",
                    "receipt":"70","occurred_at":"2026-05-16T09:10:00+09:00","currency":"JPY","items":[{"amount":320}]}]}
                    """#,
                result: #"""
                    {"results":[{"result":{"operation":"1-3","purchase":"1-3","member":"7hq2k9tw3m5xz8pa",
                    "earned":{"beans":5},"awards":[{"rule":"base","points":5,"into":"beans"}],
                    "balances":{"beans":{"available":8,"pending":0,"held":0,"debt":0}},"replayed":false}},
                    {"result":{"operation":"1-2","purchase":"1-2","member":"7hq2k9tw3m5xz8pa",
                    "earned":{"beans":3},"awards":[{"rule":"base","points":3,"into":"beans"}],
                    "balances":{"beans":{"available":3,"pending":0,"held":0,"debt":0}},"replayed":false}}]}
                    """#)
        ])

    /// Refuses what `purchase.post` would not take from a client.
    private static func check(_ params: JSONValue, by session: Session?) throws(RPCError) {
        let problems = post.check(params)
        guard problems.isEmpty else { throw .invalidParams(problems) }
        let others = session.map { StoreScope(stores: $0.client.stores).problems(with: params, of: post) } ?? []
        guard others.isEmpty else { throw .otherStore(others) }
    }

    private static func postBatch(_ request: Request) -> Disposition {
        var items: [CommandGroup.Item] = []
        var times: [Instant] = []
        let purchases = request.params["purchases"]?.elements.map { $0 } ?? []
        for (place, value) in purchases.enumerated() {
            var soldAt = Instant(milliseconds: .max)
            do throws(RPCError) {
                try check(value, by: request.session)
                let single = request.one(of: post, value)
                soldAt = try Instant(param: single.params["occurred_at"], at: "/params/occurred_at")
                guard case .command(let cause, let command) = try post(single) else {
                    preconditionFailure("a purchase is a command")
                }
                items.append(.command(cause, command))
            } catch {
                items.append(.refused(error.moved(to: "/params/purchases/\(place)")))
            }
            times.append(soldAt)
        }
        let surroundings = request.surroundings
        return .commands(
            CommandGroup(
                items: items, order: items.indices.sorted { (times[$0], $0) < (times[$1], $1) },
                render: { surroundings.render($0) }))
    }

    private static func payment(
        _ pay: JSONValue?, _ name: String, _ amount: String, in currency: (String?) -> CurrencyID
    ) throws(RPCError) -> Payment? {
        guard let pay else { return nil }
        var hold: OperationID?
        if let text = pay["hold"]?.string {
            hold = OperationID(text)
            if hold == nil {
                throw .invalidParams([
                    Problem(pointer: "/params/\(name)/hold", detail: "must be a hold such as 1042-7")
                ])
            }
        }
        return Payment(
            currency: currency(pay["currency"]?.string), points: Points(pay[amount]?.int64 ?? 0), hold: hold)
    }

    static func items(
        _ list: JSONValue?, at place: String = "/params/items"
    ) throws(RPCError) -> [Purchase.Item] {
        guard let list else { preconditionFailure("the schema requires the items") }
        var items: [Purchase.Item] = []
        items.reserveCapacity(list.count)
        for value in list.elements {
            let item = Purchase.Item(
                sku: value["sku"]?.string ?? "", category: value["category"]?.string ?? "",
                tags: value["tags"]?.elements.compactMap(\.string) ?? [], quantity: value["quantity"]?.int64 ?? 1,
                amount: value["amount"]?.int64 ?? 0, tax: value["tax"]?.int64 ?? 0)
            guard item.tax <= item.amount else {
                let pointer = "\(place)/\(items.count)/tax"
                throw .invalidParams([Problem(pointer: pointer, detail: "must be at most the amount it is part of")])
            }
            items.append(item)
        }
        return items
    }
}
