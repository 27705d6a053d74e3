import Engine
import Loyalty
import RPC

/// `tier.*`.
enum TierMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(
            get,
            Handling(.roles(.everyone)) { request throws(RPCError) in
                request.aboutMember { shapes, member, _, now in shapes.tier(of: member, at: now) }
            })
    ]

    private static let get = Method(
        "tier.get", "Tells a member's level, what counts toward it, and what is missing.",
        params: MemberFields.object(),
        result: .object([
            ResultSchemas.member,
            .optional("tier", ResultSchemas.tier, "Absent where the program has no tiers."),
            .optional(
                "metric",
                .object([
                    .optional("earned", .text, "The point currency that counts."),
                    .optional("spend", .text, "The currency of the money that counts."),
                    .required("year", .amount, "The present calendar year."),
                    .required("total", .amount, "What was counted in it."),
                ]), "What counts toward the levels."),
            .optional(
                "next",
                .object([
                    .required("id", .text, "The level above."),
                    .required("from", .amount, "What it takes."),
                    .required("missing", .amount, "What is still missing this year."),
                ]), "Absent at the highest level."),
            .optional(
                "keep",
                .object([
                    .required("year", .amount, "The year that decides."),
                    .required("missing", .amount, "What is still missing in it."),
                    .required("by", .dateTime, "When the present level ends."),
                ]), "Absent at the lowest level."),
            .optional(
                "history",
                .array(
                    of: .object([
                        .required("id", .text, "The level."),
                        .required("since", .dateTime, "Since when."),
                    ])), "Every level the member had, oldest first."),
        ]),
        refusals: [.memberUnknown],
        examples: [
            .init(
                "By card",
                params: #"""
                    {"card":"9001 2345"}
                    """#,
                result: #"""
                    {"member":"7hq2k9tw3m5xz8pa","tier":{"id":"regular","since":"2026-05-16T10:00:00+09:00"},
                    "metric":{"earned":"status","year":2026,"total":22},"next":{"id":"silver","from":300,"missing":278},
                    "history":[{"id":"regular","since":"2026-05-16T10:00:00+09:00"}]}
                    """#)
        ])
}
