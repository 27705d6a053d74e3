import Engine
import JSON
import Loyalty
import RPC
import Rules
import Time

/// `tier.*`.
enum TierMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(
            get,
            Handling(.roles(.everyone)) { request throws(RPCError) in
                request.aboutMember { shapes, member, _, now in shapes.tier(of: member, at: now) }
            }),
        .init(
            list,
            Handling(.roles(.everyone)) { request throws(RPCError) in .reply(request.shapes.tiers()) }),
        .init(history, Handling(.roles(.everyone)) { request throws(RPCError) in try history(request) }),
        .init(set, Handling(.roles(.admins)) { request throws(RPCError) in try set(request) }),
        .init(
            unset,
            Handling(.roles(.admins)) { request throws(RPCError) in
                .command(
                    request.cause(),
                    .unsetTier(member: request.params.member(), reason: request.params.text("reason")))
            }),
    ]

    private static let get = Method(
        "tier.get",
        "Tells a member's level, what counts toward it, and what is missing to the next one and to keep it.",
        params: MemberFields.object(),
        result: .object([
            ResultSchemas.member,
            .optional("tier", ResultSchemas.tier, "Absent where the program has no tiers."),
            .optional(
                "metric",
                .object(
                    TierSchemas.counting + TierSchemas.window + [
                        .required("total", .integer, "What was counted in it.")
                    ]), "What counts toward the levels, in the present window."),
            .optional(
                "next",
                .object([
                    .required("id", .text, "The level above."),
                    .required("from", .amount, "What it takes."),
                    .required("missing", .amount, "What is still missing in the present window."),
                ]), "Absent at the highest level."),
            .optional(
                "keep",
                .object(
                    TierSchemas.window + [
                        .required("missing", .amount, "What is still missing in this window, which decides."),
                        .required("by", .dateTime, "When the present level ends, days of grace included."),
                    ]), "Absent where the level does not end by itself."),
            .optional(
                "given",
                .object([
                    .required("id", .text, "The level below which the member does not fall."),
                    .required("since", .dateTime, "Since when."),
                    .optional("until", .dateTime, "Until when; absent for as long as nobody takes it away."),
                ]), "A level that somebody gave by hand."),
        ]),
        refusals: [.memberUnknown],
        examples: [
            .init(
                "A silver guest", params: #"{"card":"9001 2345"}"#,
                result: #"""
                    {"member":"7hq2k9tw3m5xz8pa",
                    "tier":{"id":"silver","since":"2026-04-02T15:00:00+09:00","until":"2027-05-03T00:00:00+09:00"},
                    "metric":{"counts":"visits","window":"rolling","from":"2025-06-11T00:00:00+09:00",
                    "until":"2026-06-11T00:00:00+09:00","total":7},
                    "next":{"id":"gold","from":12,"missing":5},
                    "keep":{"from":"2026-04-03T00:00:00+09:00","until":"2027-04-03T00:00:00+09:00","missing":2,
                    "by":"2027-05-03T00:00:00+09:00"}}
                    """#)
        ])

    private static let list = Method(
        "tier.list", "Lists the program's levels and how members move between them.",
        params: .object([]),
        result: .object(
            TierSchemas.counting.map(\.optional) + [
                .optional("span", .text, "How long a rolling window is, such as `12 months`."),
                .optional(
                    "downgrade", .choice(TierPolicy.Downgrade.allCases.map(\.rawValue)),
                    "What happens at the end of a period to who did not reach the level again."),
                .optional("grace", .text, "How long a level goes on after its period, such as `30 days`."),
                .required(
                    "levels",
                    .array(
                        of: .object([
                            .required("id", .text, "The level."),
                            .required("title", ResultSchemas.title, "By language."),
                            .required("from", .amount, "What it takes."),
                        ])), "From the lowest to the highest; none where the program has no tiers."),
            ]),
        refusals: [],
        examples: [
            .init(
                "The levels of a hotel", params: "{}",
                result: #"""
                    {"counts":"visits","window":"rolling","span":"12 months","downgrade":"one_level","grace":"30 days",
                    "levels":[{"id":"guest","title":{"en":"Guest"},"from":0},
                    {"id":"silver","title":{"en":"Silver"},"from":5}]}
                    """#)
        ])

    // MARK: History

    private static let history = Method(
        "tier.history", "Tells which levels a member had, and why; or which one at a moment.",
        params: MemberFields.object(and: [
            .optional("at", .dateTime, "The moment that is asked about."),
            .optional(
                "limit", .integer(1...500), "How many levels at most, the latest ones; 100 where it is left out."),
        ]),
        result: .object([
            ResultSchemas.member,
            .optional("then", TierSchemas.standing, "The level at the moment; absent before the member joined."),
            .required("history", .array(of: TierSchemas.standing), "Newest first."),
        ]),
        refusals: [.memberUnknown],
        examples: [
            .init(
                "From guest to silver", params: #"{"card":"9001 2345"}"#,
                result: #"""
                    {"member":"7hq2k9tw3m5xz8pa","history":[
                    {"id":"silver","since":"2026-04-02T15:00:00+09:00","until":"2027-05-03T00:00:00+09:00","why":"reached",
                    "operation":"1042-7"},
                    {"id":"guest","since":"2025-11-01T10:00:00+09:00","until":"2026-04-02T15:00:00+09:00","why":"joined"}
                    ]}
                    """#)
        ])

    private static func history(_ request: Request) throws(RPCError) -> Disposition {
        let params = request.params
        let at = try params["at"].map { value throws(RPCError) in try Instant(param: value, at: "/params/at") }
        let limit = Int(params["limit"]?.int64 ?? 100)
        let identifier = params.member()
        let rules = request.surroundings.rules
        return .query { reader, now in
            guard let number = try reader.owner(of: identifier), var state = try reader.state(of: number) else {
                return .refused(.memberUnknown(identifier.kind))
            }
            let book = rules.book
            let ruleSet = book.inForce(at: now)
            // What has fallen due and is not written down yet is part of the history all the same.
            let due = state.advance(to: now, under: book).flatMap(\.storedTierChanges)
            let history = TierHistory(of: state, in: ruleSet, changes: try reader.tierChanges(of: number) + due)
            return .answered(result: ResultShapes(ruleSet).tierHistory(history, of: state, limit: limit, at: at))
        }
    }

    // MARK: By hand

    private static let set = Method(
        "tier.set", "Gives a member a level by hand, below which the member does not fall.",
        params: MemberFields.object(and: [
            .required("level", .string(bytes: 1...64), "The level."),
            .optional(
                "until", .dateTime,
                "The first moment at which it no longer holds; where it is left out, until `tier.unset`."),
            TierSchemas.reason,
        ]),
        result: .object([
            ResultSchemas.operation, ResultSchemas.member,
            .required("tier", ResultSchemas.tier, "Afterwards; higher than what was given where more was reached."),
            ResultSchemas.replayed,
        ]),
        changes: true,
        refusals: [.keyReused, .memberUnknown, .tiersNotOffered, .levelUnknown, .endPassed],
        examples: [
            .init(
                "Gold for a year",
                params: #"""
                    {"idempotency_key":"office/tier/1","card":"9001 2345","level":"gold",
                    "until":"2027-06-01T00:00:00+09:00","reason":"match of a competitor's level"}
                    """#,
                result: #"""
                    {"operation":"1-7","member":"7hq2k9tw3m5xz8pa",
                    "tier":{"id":"gold","since":"2026-06-10T11:00:00+09:00","until":"2027-06-01T00:00:00+09:00"},
                    "replayed":false}
                    """#)
        ])

    private static func set(_ request: Request) throws(RPCError) -> Disposition {
        let params = request.params
        let until = try params["until"].map { value throws(RPCError) in try Instant(param: value, at: "/params/until") }
        return .command(
            request.cause(),
            .setTier(
                member: params.member(),
                TierSetting(level: params.text("level"), until: until, reason: params.text("reason"))))
    }

    private static let unset = Method(
        "tier.unset", "Takes a level away that was given by hand; the member has what was reached.",
        params: MemberFields.object(and: [TierSchemas.reason]),
        result: .object([
            ResultSchemas.operation, ResultSchemas.member,
            .required("tier", ResultSchemas.tier, "Afterwards."), ResultSchemas.replayed,
        ]),
        changes: true,
        refusals: [.keyReused, .memberUnknown, .tiersNotOffered, .noTierGiven],
        examples: [
            .init(
                "A mistake",
                params: #"""
                    {"idempotency_key":"office/tier/2","card":"9001 2345","reason":"it was meant for somebody else"}
                    """#,
                result: #"""
                    {"operation":"1-8","member":"7hq2k9tw3m5xz8pa",
                    "tier":{"id":"regular","since":"2026-05-16T10:00:00+09:00"},"replayed":false}
                    """#)
        ])
}

/// The shapes of results about tiers.
enum TierSchemas {
    static let reason = Field.required(
        "reason", .string(bytes: 1...200), "Why, without personal data: it is kept for ever.")

    static let counting: [Field] = [
        .required("counts", .choice(TierWords.metrics), "Points earned, money spent, or visits."),
        .optional("currency", .text, "The point currency that is earned, or the ISO 4217 code of the money."),
        .required("window", .choice(TierWords.windows), "Over which time it counts."),
    ]

    static let window: [Field] = [
        .optional("from", .dateTime, "When the window begins; absent where it reaches back without end."),
        .optional("until", .dateTime, "When it ends; absent where it never does."),
    ]

    static let standing = Schema.named(
        NamedSchema(
            "Standing",
            .object([
                .required("id", .text, "The level."),
                .required("since", .dateTime, "Since when."),
                .optional("until", .dateTime, "Until when; absent where it does not end by itself."),
                .required("why", why, "Why it began."),
                .optional("operation", .text, "The operation that brought it."),
                .optional("reason", .text, "What somebody gave as the reason."),
            ])))

    static let why = Schema.choice(TierChange.Reason.allCases.map(\.rawValue))

    static let changes = Field.optional(
        "levels",
        .array(
            of: .object([
                .required("from", .text, "The level before."),
                .required("to", .text, "The level from then on."),
                .required("since", .dateTime, "Since when."),
                .required("why", why, "Why."),
            ])), "How the member's level changed by it.")
}
