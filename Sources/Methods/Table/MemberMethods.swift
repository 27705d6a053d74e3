import Engine
import JSON
import Ledger
import Loyalty
import RPC
import Rules
import Time

/// `member.*`.
enum MemberMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(enroll, Handling(.roles(.shops)) { request throws(RPCError) in try enroll(request) }),
        .init(link, Handling(.roles(.shops)) { request throws(RPCError) in link(request) }),
        .init(update, Handling(.roles(.shops)) { request throws(RPCError) in try update(request) }),
        .init(
            get,
            Handling(.roles(.everyone)) { request throws(RPCError) in
                request.aboutMember { shapes, member, reader, _ in
                    shapes.member(member, try reader.profile(of: member.number))
                }
            }),
    ]

    private static let enroll = Method(
        "member.enroll", "Makes a member, with an id of the caller's choice or one that is drawn.",
        params: .object([
            .optional("member", MemberFields.identifier, "The id; drawn where it is left out."),
            .optional("name", .string(bytes: 1...1024), "The name to greet the member with."),
            .optional(
                "identifiers", .array(of: MemberFields.newIdentifier, count: 0...16),
                "Cards and the like, each a name of its own for the member."),
        ]),
        result: .object([
            ResultSchemas.operation, ResultSchemas.member,
            .required("enrolled_at", .dateTime, "When the member joined."),
            ResultSchemas.earned.optional, ResultSchemas.awards.optional, ResultSchemas.replayed,
        ]),
        changes: true, refusals: [.keyReused, .identifierTaken],
        examples: [
            .init(
                "With a card",
                params: #"""
                    {"idempotency_key":"shop/enroll/1","name":"絆 太郎","identifiers":[{"card":"9001 2345"}]}
                    """#,
                result: #"""
                    {"operation":"1-1","member":"7hq2k9tw3m5xz8pa","enrolled_at":"2026-05-16T09:58:00+09:00","replayed":false}
                    """#)
        ])

    private static let link = Method(
        "member.link", "Gives a member one more identifier.",
        params: MemberFields.object(and: [
            .required("identifier", MemberFields.newIdentifier, "The identifier, which must be free.")
        ]),
        result: .object([
            ResultSchemas.operation, ResultSchemas.member,
            .required("linked", .text, "The kind of identifier the member has got."), ResultSchemas.replayed,
        ]),
        changes: true, refusals: [.keyReused, .memberUnknown, .identifierTaken],
        examples: [
            .init(
                "A second card",
                params: #"""
                    {"idempotency_key":"shop/link/1","member":"7hq2k9tw3m5xz8pa","identifier":{"card":"9001 9999"}}
                    """#,
                result: #"{"operation":"1-2","member":"7hq2k9tw3m5xz8pa","linked":"card","replayed":false}"#)
        ])

    private static let update = Method(
        "member.update", "Changes what rules may know of a member.",
        params: MemberFields.object(and: [
            .optional(
                "attributes", AttributeParams.schema,
                "Attributes of the program's profile and their new values; null takes one away."),
            .optional("add_tags", words, "Tags the member gets."),
            .optional("remove_tags", words, "Tags the member loses."),
            .optional("add_segments", words, "Groups that marketing counts the member to from now on."),
            .optional("remove_segments", words, "Groups that it no longer counts the member to."),
        ]),
        result: .object([ResultSchemas.operation, ResultSchemas.member, ResultSchemas.replayed]),
        changes: true, refusals: [.keyReused, .memberUnknown, .badAttribute],
        examples: [
            .init(
                "A tag",
                params: #"""
                    {"idempotency_key":"shop/update/1","member":"7hq2k9tw3m5xz8pa","add_tags":["newsletter"]}
                    """#,
                result: #"{"operation":"1-5","member":"7hq2k9tw3m5xz8pa","replayed":false}"#)
        ])

    private static let words = Schema.array(of: .string(bytes: 1...64), count: 0...32)

    private static let get = Method(
        "member.get", "Tells all about a member.", params: MemberFields.object(),
        result: .object([
            ResultSchemas.member,
            .optional("name", .text, "The name to greet the member with."),
            .required("identifiers", .array(of: MemberFields.newIdentifier), "In the order in which they were added."),
            .optional("status", .choice(["suspended", "closed"]), "Where the member is not active."),
            .optional("points_until", .dateTime, "The first instant at which a closed member's points are gone."),
            .required("enrolled_at", .dateTime, "When the member joined."),
            .required("purchases", .amount, "How many purchases there are."),
            .optional("first_purchase_at", .dateTime, "When the first one happened."),
            .optional("last_purchase_at", .dateTime, "When the last one happened."),
            .required("balances", ResultSchemas.balances, "By point currency."),
            .optional("tier", ResultSchemas.tier, "Where the program has tiers."),
            .optional(
                "attributes", .map(keys: TextSchema(length: 1...64), values: .anything, count: 0 ... .max),
                "What rules may know of the member, where there is something."),
            .optional("tags", .array(of: .text), "The member's tags, where there are some."),
            .optional("segments", .array(of: .text), "The groups that marketing counts the member to."),
        ]),
        refusals: [.memberUnknown],
        examples: [
            .init(
                "By card",
                params: #"""
                    {"card":"9001 2345"}
                    """#,
                result: #"""
                    {"member":"7hq2k9tw3m5xz8pa","name":"絆 太郎","identifiers":[{"card":"9001 2345"}],
                    "enrolled_at":"2026-05-16T10:00:00+09:00","purchases":2,
                    "first_purchase_at":"2026-05-16T10:00:00+09:00","last_purchase_at":"2026-05-16T10:00:00+09:00",
                    "balances":{"beans":{"available":422,"pending":0,"held":100,"debt":0,"next_expiry":{"points":422,
                    "at":"2027-06-01T00:00:00+09:00"}}},"tier":{"id":"regular","since":"2026-05-16T10:00:00+09:00"}}
                    """#)
        ])

    private static func update(_ request: Request) throws(RPCError) -> Disposition {
        let profile = request.surroundings.ruleSet.program.profile
        let attributes = try AttributeParams.read(request.params["attributes"], at: "/params/attributes")
        let change = TraitsChange(
            attributes: attributes.map { name, value in
                TraitsChange.NewValue(name, value?.fitted(to: profile.first { $0.name == name }))
            },
            tags: TraitsChange.Words(
                added: request.params.texts("add_tags"), removed: request.params.texts("remove_tags")),
            segments: TraitsChange.Words(
                added: request.params.texts("add_segments"), removed: request.params.texts("remove_segments")))
        return .command(request.cause(), .traits(member: request.params.member(), change))
    }

    private static func enroll(_ request: Request) throws(RPCError) -> Disposition {
        let identifiers = try identifiers(request.params["identifiers"])
        guard !(request.params.optionalText("member") ?? "").hasPrefix(MemberState.pseudonymPrefix) else {
            let detail = "must not begin with \(MemberState.pseudonymPrefix), as those of erased members do"
            throw .invalidParams([Problem(pointer: "/params/member", detail: detail)])
        }
        return .command(
            request.cause(),
            .enroll(
                Enrollment(
                    id: request.params.optionalText("member").map { ExactText($0) },
                    name: request.params.optionalText("name"), identifiers: identifiers)))
    }

    private static func identifiers(_ list: JSONValue?) throws(RPCError) -> [Identifier] {
        var identifiers: [Identifier] = []
        for value in list?.elements.flatMap({ Array($0.members) }) ?? [] {
            let identifier = Identifier(field: value.key.string ?? "", value.value)
            guard !identifiers.contains(identifier) else {
                let pointer = "/params/identifiers/\(identifiers.count)"
                throw .invalidParams([Problem(pointer: pointer, detail: "must differ from those before it")])
            }
            identifiers.append(identifier)
        }
        return identifiers
    }

    private static func link(_ request: Request) -> Disposition {
        guard let (field, value) = request.params["identifier"]?.members.first(where: { _ in true }) else {
            preconditionFailure("the schema requires one identifier")
        }
        let identifier = Identifier(field: field.string ?? "", value)
        return .command(
            request.cause(), .link(Linking(member: request.params.member(), identifier: identifier)))
    }
}
