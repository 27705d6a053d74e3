import Engine
import JSON
import Loyalty
import RPC
import Rules
import Time

/// `rules.*`.
enum RulesMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(validate, Handling(.roles(.analysts)) { request throws(RPCError) in validate(request) }),
        .init(publish, Handling(.roles(.admins)) { request throws(RPCError) in try publish(request) }),
        .init(list, Handling(.roles(.analysts)) { request throws(RPCError) in list(request) }),
        .init(get, Handling(.roles(.analysts)) { request throws(RPCError) in get(request) }),
        .init(diff, Handling(.roles(.analysts)) { request throws(RPCError) in diff(request) }),
        .init(rollback, Handling(.roles(.admins)) { request throws(RPCError) in try rollback(request) }),
    ]

    private static let exampleDocument =
        #""schema: kizuna.program/v1\nid: coffee\nmoney: { currency: JPY, base: tax_excluded }\n"#
        + #"timezone: Asia/Tokyo\npoints:\n  beans: {}\nrules:\n"#
        + #"  - { id: base, event: purchase, earn: { points: 2, per: 100 } }\n""#

    private static let validate = Method(
        "rules.validate", "Checks a program document and runs its own tests, without publishing it.",
        params: .object([RulesSchemas.document]), result: RulesSchemas.review,
        examples: [
            .init(
                "A document without a zone", params: #"{"document":"schema: kizuna.program/v1\nid: coffee\n"}"#,
                result: #"""
                    {"ok":false,"problems":[{"severity":"error","line":1,"column":1,"path":"","message":
                    "the key `timezone` is missing"}],"tests":[],"warnings":[]}
                    """#)
        ])

    private static let publish = Method(
        "rules.publish",
        "Publishes a program document as the next rule set, if it is without errors and passes its tests.",
        params: .object([
            RulesSchemas.document, RulesSchemas.note, RulesSchemas.effectiveFrom, RulesSchemas.supersedes,
        ]),
        result: RulesSchemas.publication, changes: true,
        refusals: [.keyReused, .badDocument, .otherProgram, .effectiveTooEarly, .ruleSetsToCome],
        examples: [
            .init(
                "Two beans per 100 yen",
                params: #"{"idempotency_key":"office/rules/2","note":"two beans per 100 yen","document":"#
                    + exampleDocument + "}",
                result: #"""
                    {"version":2,"effective_from":"2026-05-16T10:00:01+09:00","published_at":"2026-05-16T10:00:00+09:00",
                    "author":"head office","note":"two beans per 100 yen",
                    "sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","warnings":[],"changes":
                    [{"kind":"changed","path":"rules[base].earn.points","before":"1","after":"2"}],"replayed":false}
                    """#)
        ])

    private static let list = Method(
        "rules.list", "Lists every rule set that was published, newest first.",
        result: .object([
            .required(
                "rule_sets",
                .array(
                    of: .object(
                        RulesSchemas.ruleSet + [
                            .required("in_force", .boolean, "Whether it is the one in force now."),
                            .optional(
                                "superseded_by", .amount,
                                "The version that begins in its place, so that it never will be in force."),
                        ])), "Newest first.")
        ]),
        examples: [
            .init(
                "All of them", params: "{}",
                result: #"""
                    {"rule_sets":[{"version":1,"effective_from":"2026-05-16T10:00:00+09:00",
                    "published_at":"2026-05-16T10:00:00+09:00","author":"command line","note":"a test",
                    "sha256":"38843b2948c7c4272831e054cdaa2beef0ba6f98b3e536c21b235a1c07b13f72","in_force":true}]}
                    """#)
        ])

    private static let get = Method(
        "rules.get", "Gives a rule set with its document.",
        params: .object([
            .optional("version", RulesSchemas.version, "The version; the one in force where it is left out.")
        ]),
        result: .object(
            RulesSchemas.ruleSet + [.required("document", .text, "The document as its author wrote it.")]),
        refusals: [.unknownRuleSet],
        examples: [
            .init(
                "The first", params: #"{"version":1}"#,
                result: #"""
                    {"version":1,"effective_from":"2026-05-16T10:00:00+09:00",
                    "published_at":"2026-05-16T10:00:00+09:00","author":"command line","note":"a test",
                    "sha256":"38843b2948c7c4272831e054cdaa2beef0ba6f98b3e536c21b235a1c07b13f72",
                    "document":"schema: kizuna.program/v1\nid: coffee\n"}
                    """#)
        ])

    private static let diff = Method(
        "rules.diff", "Tells what two rule sets say differently, entry by entry.",
        params: .object(
            [
                .required("from", RulesSchemas.version, "The earlier version."),
                .optional("to", RulesSchemas.version, "The later version."),
                RulesSchemas.document.optional,
            ], exactlyOneOf: [["to", "document"]]),
        result: .object([RulesSchemas.changes]), refusals: [.unknownRuleSet, .badDocument],
        examples: [
            .init(
                "Two versions", params: #"{"from":1,"to":2}"#,
                result: #"""
                    {"changes":[{"kind":"changed","path":"rules[base].earn.points","before":"1","after":"2"}]}
                    """#)
        ])

    private static let rollback = Method(
        "rules.rollback", "Publishes an earlier version anew, as the next rule set.",
        params: .object([
            .required("version", RulesSchemas.version, "The version whose document is published again."),
            RulesSchemas.note, RulesSchemas.effectiveFrom, RulesSchemas.supersedes,
        ]),
        result: RulesSchemas.publication, changes: true,
        refusals: [
            .keyReused, .unknownRuleSet, .badDocument, .otherProgram, .effectiveTooEarly, .ruleSetsToCome,
        ],
        examples: [
            .init(
                "Back to the first version",
                params: #"{"idempotency_key":"office/rules/3","version":1,"note":"two beans cost too much"}"#,
                result: #"""
                    {"version":3,"effective_from":"2026-05-16T10:05:01+09:00","published_at":"2026-05-16T10:05:00+09:00",
                    "author":"head office","note":"two beans cost too much",
                    "sha256":"60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752","warnings":[],"changes":
                    [{"kind":"changed","path":"rules[base].earn.points","before":"2","after":"1"}],"replayed":false}
                    """#)
        ])

    // MARK: Looking

    private static func validate(_ request: Request) -> Disposition {
        let source = request.params.text("document")
        let rules = request.surroundings.rules
        return .errand { _, clock in
            let review = DocumentReview(of: Array(source.utf8), zones: rules.zones)
            let book = rules.book
            let results = RulesResults(zone: book.inForce(at: clock()).program.zone)
            guard let program = review.program, let newest = book[book.newestVersion]?.program else {
                return .answered(result: results.review(review, changes: nil, warnings: []))
            }
            return .answered(
                result: results.review(
                    review, changes: DocumentChange.between(newest.source, source),
                    warnings: program.cautions(inPlaceOf: newest)))
        }
    }

    private static func list(_ request: Request) -> Disposition {
        let rules = request.surroundings.rules
        return .query { reader, now in
            let inForce = rules.book.inForce(at: now)
            let results = RulesResults(zone: inForce.program.zone)
            return .answered(result: results.list(try reader.ruleSets(), inForce: inForce.version))
        }
    }

    private static func get(_ request: Request) -> Disposition {
        let wanted = request.params["version"]?.int64
        let rules = request.surroundings.rules
        return .query { reader, now in
            let inForce = rules.book.inForce(at: now)
            guard let found = try reader.ruleSet(wanted ?? inForce.version) else { return .declined(.unknownVersion) }
            return .answered(result: RulesResults(zone: inForce.program.zone).ruleSet(found))
        }
    }

    private static func diff(_ request: Request) -> Disposition {
        let from = request.params["from"]?.int64 ?? 0
        let to = request.params["to"]?.int64
        let document = request.params.optionalText("document")
        let rules = request.surroundings.rules
        return .errand { store, clock in
            let sources = try store.read { reader in
                (earlier: try reader.ruleSet(from)?.source, later: try to.flatMap { try reader.ruleSet($0)?.source })
            }
            guard let earlier = sources.earlier, let later = document ?? sources.later else {
                return .declined(.unknownVersion)
            }
            guard let changes = DocumentChange.between(earlier, later) else {
                return .declined(.badDocument(DocumentReview(of: Array(later.utf8), zones: rules.zones)))
            }
            return .answered(
                result: RulesResults(zone: rules.book.inForce(at: clock()).program.zone).changes(changes))
        }
    }

    // MARK: Publishing

    private static func publish(_ request: Request) throws(RPCError) -> Disposition {
        let source = request.params.text("document")
        return try publishing(request) { publisher, terms in
            try publisher.publish(
                source, start: terms.start, supersedes: terms.supersedes, note: terms.note, by: request.author,
                request: terms.request)
        }
    }

    private static func rollback(_ request: Request) throws(RPCError) -> Disposition {
        let version = request.params["version"]?.int64 ?? 0
        return try publishing(request) { publisher, terms in
            try publisher.rollBack(
                to: version, start: terms.start, supersedes: terms.supersedes, note: terms.note, by: request.author,
                request: terms.request)
        }
    }

    private static func publishing(
        _ request: Request,
        _ body: @escaping @Sendable (Publisher, PublishingTerms) throws -> Publication
    ) throws(RPCError) -> Disposition {
        let terms = try PublishingTerms(request)
        let rules = request.surroundings.rules
        return .errand { store, clock in
            let publisher = Publisher(store: store, clock: clock, zones: rules.zones)
            let publication = try body(publisher, terms)
            try rules.catchUp(with: store)
            let results = RulesResults(zone: rules.book.inForce(at: clock()).program.zone)
            return .accepted(result: results.publication(publication), replayed: publication.isRepeated)
        }
    }
}

/// What params of `rules.publish` and `rules.rollback` have in common.
private struct PublishingTerms {
    let start: NewRuleSet.Start
    let supersedes: Set<Int64>
    let note: String
    let request: KeyedRequest?

    init(_ request: Request) throws(RPCError) {
        note = request.params.text("note")
        guard note.contains(where: { !$0.isWhitespace }) else {
            throw .invalidParams([Problem(pointer: "/params/note", detail: "must say why")])
        }
        start =
            if let time = request.params["effective_from"] {
                .at(try Instant(param: time, at: "/params/effective_from"))
            } else {
                .after(NewRuleSet.usualLead)
            }
        supersedes = Set(request.params["supersedes"]?.elements.compactMap(\.int64) ?? [])
        self.request = KeyedRequest(request.cause())
    }
}
