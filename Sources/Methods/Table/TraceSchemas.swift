import RPC

/// How the rules of a program came to what they paid.
enum TraceSchemas {
    static let rules = Field.required(
        "rules", .array(of: entry),
        "Every rule that answers to purchases, in the order of the program; a multiplier once for each rule it names.")

    static let missing = Field.required(
        "missing",
        .array(
            of: .object(
                [
                    .required("rule", .text, "The rule."),
                    .optional("money", .amount, "In minor units, for rules that count steps of money."),
                    .optional("stamps", .amount, "For stamp cards."),
                ], exactlyOneOf: [["money", "stamps"]])), "What more would bring the next points of a rule.")

    static let nextTier = Field.optional(
        "next_tier",
        .object([
            .required("id", .text, "The level."),
            .required("missing", .amount, "In whatever counts toward levels; see `tier.get`."),
        ]), "What is missing to the next level after the sale; absent at the highest, and for a member who is made up.")

    private static let entry = Schema.named(
        NamedSchema(
            "RuleTrace",
            .object([
                .required("rule", .text, "The rule."),
                .optional("multiplied", .text, "The rule that it multiplied."),
                .required("outcome", .choice(TraceWords.all), "What became of it."),
                .optional("by", .text, "The rule that was preferred, or the cap."),
                .optional("expression", .text, "Where the expression stands that had no value."),
                .optional("reason", .text, "Why it had none."),
                .required("counted", .amount, "The money that counted, in minor units; for stamps, how many."),
                .optional("unit", .choice(["stamps"]), "What was counted, where it is no money."),
                .required("points", .amount, "What it paid."),
                .optional(
                    "into", .text,
                    "The currency of its points; absent for a multiplier that did not get as far as a rule, and for stamps that only bring rewards."
                ),
                .optional(
                    "cuts",
                    .array(
                        of: .object([
                            .required("by", .choice(["limit", "budget", "cap"]), "What took them away."),
                            .optional("cap", .text, "Which cap."),
                            .required("points", .amount, "How many points."),
                        ])), "What was taken away from it, where something was."),
                .optional(
                    "lines",
                    .array(
                        of: .object([
                            .required("line", .amount, "The line of the order, from 0."),
                            .required("counted", .integer, "The money of the line that counted, in minor units."),
                            .optional("points", .amount, "What the line was paid, where lines are paid by themselves."),
                        ])), "The lines that counted, where not all did or each was paid by itself."),
            ])))
}
