import RPC

/// The result of `rules.backtest`.
enum BacktestSchemas {
    static let result = Schema.object([
        .optional("from", .dateTime, "The first instant of the period; absent for all of history."),
        .optional("to", .dateTime, "The first instant behind the period; absent where it has no end."),
        .required("end", .dateTime, "Up to when time passes in both courses of history."),
        .required("operations", .amount, "How many operations were decided again, outside of the period, too."),
        .required("members", .amount, "How many members there are."),
        purchases, money,
        .required("currencies", .array(of: currency), "What became of the points of each currency."),
        .required(
            "rules",
            .array(
                of: .object([
                    .required("rule", .text, "The rule."),
                    .required("into", .text, "The currency."),
                    .required("points", pair, "What it paid in the period."),
                    .required("times", pair, "At how many events it paid."),
                ])), "Rules that paid."),
        .required(
            "campaigns",
            .array(
                of: .object([
                    .required("campaign", .text, "The campaign."),
                    .required("used", pair, "What it paid in the period."),
                    .required("budget", allowed, "What it may pay in all."),
                ])), "Campaigns with a budget."),
        .required(
            "rewards",
            .array(
                of: .object([
                    .required("reward", .text, "The reward."),
                    .required("given", pair, "How many full stamp cards gave in the period."),
                    .required("redeemed", pair, "How many were had for points in the period."),
                    .required("used", pair, "By how many the stock fell in the period."),
                    .required("stock", allowed, "How many there are in all."),
                ])), "Rewards that somebody had, or of which there is a stock."),
        .required(
            "levels",
            .array(
                of: .object([
                    .required("level", .text, "The level."),
                    .required("ups", pair, "How often it was reached from below."),
                    .required("downs", pair, "How often members fell to it."),
                    .required("members", pair, "Who has it at the end."),
                ])), "Levels of the tiers."),
        .required(
            "rows",
            .array(
                of: .object([
                    .required("from", .dateTime, "The first instant of the row."),
                    purchases, money,
                    .required(
                        "earned", .map(keys: TextSchema(length: 1...64), values: pair, count: 0 ... .max),
                        "Points, by currency."),
                ])), "The period in parts; those without operations are absent."),
        .required(
            "refusals",
            .array(
                of: .object([
                    .required("reason", .text, "Why."),
                    .required("times", pair, "How often."),
                ])), "What was recorded and would be refused."),
        .required(
            "failures",
            .array(
                of: .object([
                    .required("expression", .text, "Where the expression stands."),
                    .required("reason", .text, "Why it had no value."),
                    .required("times", .amount, "How often."),
                ])), "Expressions of the draft that had no value."),
        .optional(
            "comparison",
            .object([
                .required("compared", .amount, "How many operations were compared."),
                .required("differing", .amount, "How many come out otherwise than recorded."),
                .required(
                    "erased", .amount,
                    "How many others do whose member was erased since, so that what rules saw is gone."),
                .required(
                    "differences",
                    .array(
                        of: .object([
                            .required("operation", .text, "The operation."),
                            .required("reason", .text, "What is different."),
                        ])), "The first of them."),
            ]), "Whether the column `now` is what happened; absent where it was not asked for."),
    ])

    private static let purchases = Field.required("purchases", .amount, "How many purchases there were.")
    private static let money = Field.required("money", .amount, "What they cost, tax included, in minor units.")

    private static let pair = Schema.named(
        NamedSchema(
            "NowAndDraft",
            .object([
                .required("now", .integer, "Under the documents as they were."),
                .required("draft", .integer, "With the draft in force during the period."),
            ])))

    private static let allowed = Schema.object([
        .optional("now", .amount, "What the document in force allows."),
        .optional("draft", .amount, "What the draft allows."),
    ])

    private static let members = Schema.array(
        of: .object([
            .required("member", .text, "The member's id."),
            .required("earned", pair, "What the member earned in the period."),
        ]))

    private static let currency = Schema.object([
        .required("currency", .text, "The currency."),
        .required("earned", pair, "In the period."),
        .required("expired", pair, "In the period."),
        .required("taken_back", pair, "By returns, in the period, of what was earned at any time."),
        .required("outstanding", pair, "What all members together have at the end."),
        .optional(
            "liability",
            .object([
                .optional("now", .amount, "By the document that is in force at the end."),
                .optional(
                    "draft", .amount, "By the draft, or by the document in force where its period is over by then."),
                .optional("change", .integer, "How much more it is with the draft; absent where one of both is."),
            ]),
            "The money that `outstanding` stands for where it pays, in minor units; absent where it pays in neither course."
        ),
        .required("gaining", .amount, "How many members earn more."),
        .required("losing", .amount, "How many members earn less."),
        .required("gainers", members, "Those who gain most."),
        .required("losers", members, "Those who lose most."),
    ])

    static let example = #"""
        {"from":"2026-05-01T00:00:00+09:00","to":"2026-05-16T00:00:00+09:00","end":"2026-05-16T10:00:00+09:00",
        "operations":3,"members":1,"purchases":1,"money":1210,
        "currencies":[{"currency":"beans","earned":{"now":11,"draft":11},"expired":{"now":0,"draft":0},
        "taken_back":{"now":0,"draft":0},
        "outstanding":{"now":11,"draft":11},"liability":{"now":11,"draft":11,"change":0},
        "gaining":0,"losing":0,"gainers":[],"losers":[]}],
        "rules":[{"rule":"base","into":"beans","points":{"now":11,"draft":11},"times":{"now":1,"draft":1}}],
        "campaigns":[],"rewards":[],
        "levels":[{"level":"regular","ups":{"now":0,"draft":0},"downs":{"now":0,"draft":0},
        "members":{"now":1,"draft":1}}],
        "rows":[{"from":"2026-05-11T00:00:00+09:00","purchases":1,"money":1210,
        "earned":{"beans":{"now":11,"draft":11}}}],
        "refusals":[],"failures":[],"comparison":{"compared":3,"differing":0,"erased":0,"differences":[]}}
        """#
}
