import Engine
import JSON
import Loyalty
import RPC
import Rules
import Time

/// `rules.simulate` and `rules.backtest`: what documents would do, or would have done.
enum DraftMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(
            simulate, Handling(.roles(.analysts)) { request throws(RPCError) in try simulate(request) }),
        .init(
            backtest, Handling(.roles(.analysts)) { request throws(RPCError) in try backtest(request) }),
    ]

    /// Which document is tried.
    private static let document: [Field] = [
        .optional("document", .string(bytes: 1...1 << 20), "The text of a program document, YAML or JSON."),
        .optional("version", .integer(1 ... .max), "The number of a rule set of the database."),
    ]

    // MARK: Simulating

    private static let amounts = Schema.map(keys: TextSchema(length: 1...64), values: .amount, count: 0...100)

    private static let madeUp = Schema.object([
        .optional("id", .string(bytes: 1...255), "The member's id, which decides who is held out of a campaign."),
        .optional("tier", .string(bytes: 1...64), "The level; the lowest one where it is left out."),
        .optional("attributes", AttributeParams.schema, "What the profile holds."),
        .optional("tags", PurchaseMethods.words, "Words about the member."),
        .optional("segments", PurchaseMethods.words, "The groups that marketing counts the member to."),
        .optional("purchase_count", .integer(0...1_000_000_000), "How many purchases there were before."),
        .optional("days_since_last", .integer(0...1_000_000), "Days since the latest of them."),
        .optional("enrolled_days", .integer(0...1_000_000), "Days since the member joined."),
        .optional("balances", amounts, "What can be spent, by currency."),
        .optional(
            "used",
            .object([
                .optional("limits", amounts, "Of the limits of rules, in the window of the sale."),
                .optional("caps", amounts, "Of caps, in the window of the sale."),
                .optional("stamps", amounts, "Stamps on cards."),
                .optional("carried", amounts, "Money that rules carried over, in minor units."),
                .optional("campaigns", amounts, "Of the budgets of campaigns, by all members."),
            ]), "What was used before."),
    ])

    private static let order = Schema.object([
        .optional("receipt", .string(bytes: 1...128), "The receipt's number."),
        .optional("store", .string(bytes: 1...64), "Where it would be sold."),
        .optional("terminal", .string(bytes: 0...64), "The till in the store."),
        .optional("channel", .string(bytes: 0...64), "How it would be sold, such as pos, app or web."),
        .optional("tags", PurchaseMethods.words, "Words about the sale that rules can ask for."),
        .optional("coupons", PurchaseMethods.words, "The codes of the coupons that would be used."),
        .required("items", .array(of: PurchaseMethods.item, count: 1...1000), "The lines of the receipt."),
    ])

    static let simulate = Method(
        "rules.simulate", "Tells what a sale would earn under any document, for a member who is real or made up.",
        params: .object(
            document + MemberFields.fields + [
                .optional("made_up", madeUp, "A member that nobody is; {} for one who just joined."),
                .optional("occurred_at", .dateTime, "When it would be sold; now where it is left out."),
                .required("order", order, "The sale; its amounts are in the document's currency."),
            ], exactlyOneOf: [MemberFields.names + ["made_up"]]),
        result: .object([
            .required("program", .text, "The program of the document."),
            .optional("member", .text, "The member's id, for one who is real."),
            .optional("tier", .text, "The level that the rules see, where the document has tiers."),
            .required("at", .dateTime, "When the sale was taken to happen."),
            .required("amount", .amount, "What the lines come to as the program counts money, in minor units."),
            .required("eligible_amount", .amount, "The part of it from lines that may earn."),
            ResultSchemas.earned, ResultSchemas.awards, TraceSchemas.rules, TraceSchemas.missing,
            TraceSchemas.nextTier,
        ]),
        refusals: [.memberUnknown, .outOfRange],
        examples: [
            .init(
                "A gold member's basket under the rules in force",
                params: #"""
                    {"made_up":{"tier":"gold","purchase_count":7},"occurred_at":"2026-05-16T10:00:00+09:00",
                    "order":{"channel":"app","items":[{"sku":"latte","category":"drink","quantity":2,"amount":1210,
                    "tax":110}]}}
                    """#,
                result: #"""
                    {"program":"coffee","tier":"gold","at":"2026-05-16T10:00:00+09:00","amount":1100,
                    "eligible_amount":1100,"earned":{"beans":11},
                    "awards":[{"rule":"base","points":11,"into":"beans"}],
                    "rules":[{"rule":"base","outcome":"paid","counted":1100,"points":11,"into":"beans"}],
                    "missing":[{"rule":"base","money":100}]}
                    """#)
        ])

    private static func simulate(_ request: Request) throws(RPCError) -> Disposition {
        let choice = try DocumentChoice(request.params)
        let call = try SimulationCall(request.params)
        let rules = request.surroundings.rules
        let answer: Query.Body = { reader, now in
            let book = rules.book
            do {
                let ruleSet = try choice.ruleSet(at: call.instant ?? now, in: book)
                return try call.reply(under: ruleSet, in: reader, book, at: now)
            } catch let error as RPCError {
                return .unanswerable(error)
            }
        }
        guard choice.isText else { return .query(answer) }
        // Loading a long text would keep the questions of tills waiting.
        return .errand { store, clock in try store.read { try answer($0, clock()) } }
    }

    // MARK: Backtesting

    private static let backtest = Method(
        "rules.backtest", "Decides all of history again with a document in force during a period, and tells the cost.",
        params: .object(
            document + [
                .optional("from", .dateTime, "The first instant of the period; all of history where it is left out."),
                .optional("to", .dateTime, "The first instant behind it; no end where it is left out."),
                .optional(
                    "by", .choice(["day", "week", "month"]), "How long the rows are; none where it is left out."),
                .optional("members", .integer(0...100), "How many who gain and who lose are named; 10 if left out."),
                .optional("compare", .boolean, "Whether history is compared with what was recorded; true if left out."),
                .optional(
                    "progress", .boolean,
                    "Whether notifications `rules.backtest.progress` on the same connection tell how far it is, at most two a second, with the `id` of the request, how many `operations` are done and `of` how many; false if left out. HTTP has none."
                ),
            ], exactlyOneOf: [["document", "version"]]),
        result: BacktestSchemas.result, refusals: [.historyTooLong],
        examples: [
            .init(
                "The first version again, week by week",
                params:
                    #"{"version":1,"from":"2026-05-01T00:00:00+09:00","to":"2026-05-16T00:00:00+09:00","by":"week"}"#,
                result: BacktestSchemas.example)
        ])

    private static func backtest(_ request: Request) throws(RPCError) -> Disposition {
        let params = request.params
        let choice = try DocumentChoice(params)
        let from: Instant =
            if let from = params["from"] { try Instant(param: from, at: "/params/from") } else { .distantPast }
        let until: Instant? = if let to = params["to"] { try Instant(param: to, at: "/params/to") } else { nil }
        let rows = params.optionalText("by").flatMap(CalendarPeriod.init(rawValue:))
        let members = Int(params["members"]?.int64 ?? 10)
        let compares = params["compare"]?.bool ?? true
        let tellsProgress = params["progress"]?.bool ?? false
        let (rules, clock) = (request.surroundings.rules, request.surroundings.clock)
        return .longQuery { reader, now, tell in
            do {
                let until = until ?? .distantFuture
                guard from < until else {
                    throw RPCError.invalidParams([Problem(pointer: "/params/to", detail: "must be behind `from`")])
                }
                let operations = try reader.counts().operations
                guard operations <= BacktestBounds.operations else {
                    throw RPCError.historyTooLong(operations: operations, limit: BacktestBounds.operations)
                }
                let book = rules.book
                let ruleSet = try choice.ruleSet(at: now, in: book)
                let question = BacktestQuestion(
                    draft: ruleSet.program, from: from, until: until, rows: rows, mostMembers: members,
                    comparesHistory: compares)
                var pace = ProgressPace()
                func tellProgress(_ done: Int64, of total: Int64) {
                    guard tellsProgress, pace.isDue(at: clock()) else { return }
                    tell(QueryProgress(operations: done, total: total))
                }
                tellProgress(0, of: operations)
                let report = try Backtest(question, book: book).run(in: reader, at: now) { tellProgress($0, of: $1) }
                guard report.rows.count <= BacktestBounds.rows else {
                    throw RPCError.invalidParams([
                        Problem(pointer: "/params/by", detail: "there are more than \(BacktestBounds.rows) rows")
                    ])
                }
                return .answered(result: ResultShapes(ruleSet).backtest(report))
            } catch let error as RPCError {
                return .unanswerable(error)
            } catch let error as BacktestError {
                let pointer = params["document"] == nil ? "/params/version" : "/params/document"
                return .unanswerable(RPCError.invalidParams([Problem(pointer: pointer, detail: "\(error)")]))
            }
        }
    }
}

/// What a server does of a backtest beside its work; the command line has no bounds.
private enum BacktestBounds {
    /// Some seconds of one core.
    static let operations: Int64 = 200_000
    static let rows = 400
}
