import Engine
import JSON
import Ledger
import Loyalty
import RPC
import Time

/// What a member may ask of whoever keeps their data: `member.export`, `member.erase`, `member.consent`.
enum PrivacyMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(export, Handling(.roles(.shops)) { request throws(RPCError) in try export(request) }),
        .init(
            erase,
            Handling(.roles(.admins)) { request throws(RPCError) in
                .command(request.cause(), .erase(member: request.params.member()))
            }),
        .init(consent, Handling(.roles(.sellers)) { request throws(RPCError) in try consent(request) }),
    ]

    /// Most operations in one answer.
    private static let pageLimit = 5000

    /// What a statement tells of an operation.
    private static var operationFields: [Field] {
        guard case .named(let operation) = StatementMethods.operation, case .object(let object) = operation.schema
        else {
            preconditionFailure("a statement tells of operations by an object of a name")
        }
        return object.fields
    }

    private static let payment = Schema.object([
        .required("currency", .text, "The point currency."),
        .required("points", .amount, "How many."),
        .optional("hold", .text, "The hold that had reserved them."),
    ])

    private static let export = Method(
        "member.export", "Gives everything that is kept about a member as one document.",
        params: MemberFields.object(and: [
            .optional(
                "limit", .integer(1...Int64(pageLimit)),
                "How many operations at most; \(pageLimit) where it is left out, and fewer where they are long."),
            .optional("cursor", .string(bytes: 1...19, .digits), "The `next_cursor` of the page before."),
        ]),
        result: .object([
            ResultSchemas.member,
            .optional("name", .text, "The name to greet the member with."),
            .required("identifiers", .array(of: MemberFields.newIdentifier), "In the order in which they were added."),
            .required("enrolled_at", .dateTime, "When the member joined."),
            .optional("erased_at", .dateTime, "When what was personal was erased."),
            .optional(
                "attributes", .map(keys: TextSchema(length: 1...64), values: .anything, count: 0 ... .max),
                "What rules may know of the member, where there is something."),
            .optional("tags", .array(of: .text), "The member's tags, where there are some."),
            .optional("segments", .array(of: .text), "The groups that marketing counts the member to."),
            .required(
                "consents",
                .array(
                    of: .object([
                        .required("purpose", .text, "What for."),
                        .required("granted", .boolean, "Whether the member agrees."),
                        .required("source", .text, "Where it was said."),
                        .required("said_at", .dateTime, "When it was said."),
                    ])), "What the member agreed to, or no longer does."),
            .required("balances", ResultSchemas.balances, "By point currency."),
            .optional("tier", ResultSchemas.tier, "Where the program has tiers."),
            ResultSchemas.vouchers,
            .required("lots", .array(of: .object(StatementMethods.lotFields)), "The points, lot by lot."),
            .required(
                "holds",
                .array(
                    of: .object([
                        .required("hold", .text, "The operation that reserved them."),
                        .required("currency", .text, "The point currency."),
                        .required("points", .amount, "How many."),
                        .required("until", .dateTime, "When they are free again."),
                    ])), "What is reserved."),
            .optional("referral_code", .text, "The code by which the member brings others."),
            .required(
                "operations",
                .array(
                    of: .object(
                        operationFields + [
                            .optional("client", .amount, "The number of the client that asked for it."),
                            .optional("idempotency_key", .text, "The client's name for the call."),
                            .optional("event", .text, "What happened."),
                            .optional(
                                "detail", .map(keys: TextSchema(length: 1...64), values: .anything, count: 0 ... .max),
                                "What else was said with it, as it is kept; times are milliseconds since 1970."),
                            .optional("channel", .text, "Where it was bought."),
                            .optional("tags", .array(of: .text), "Words about the purchase."),
                            .optional("coupons", .array(of: .text), "The coupons that were used."),
                            .optional("paid_with", payment, "The points that paid a part of it."),
                            .optional("value", payment, "The stored value that paid a part of it."),
                            .optional(
                                "items",
                                .array(
                                    of: .object([
                                        .required("sku", .text, "The article."),
                                        .required("category", .text, "Its category."),
                                        .required("quantity", .amount, "How many."),
                                        .required("amount", .amount, "What was paid, in minor units."),
                                        .required("tax", .amount, "The tax in it."),
                                        .optional("tags", .array(of: .text), "Words about the article."),
                                    ])), "What was bought."),
                            .optional("seen", .anything, "What rules saw of the person and the event."),
                            .optional("answer", .anything, "What the client was answered."),
                        ])), "Everything that happened, oldest first."),
            .optional("next_cursor", .text, "Where the next page of operations begins; absent on the last one."),
        ]),
        refusals: [.memberUnknown],
        examples: [
            .init(
                "The first operation", params: #"{"card":"9001 2345","limit":1}"#,
                result: #"""
                    {"member":"7hq2k9tw3m5xz8pa","name":"絆 太郎","identifiers":[{"card":"9001 2345"}],
                    "enrolled_at":"2026-05-16T10:00:00+09:00","consents":[],
                    "balances":{"beans":{"available":422,"pending":0,"held":100,"debt":0,
                    "next_expiry":{"points":422,"at":"2027-06-01T00:00:00+09:00"}}},
                    "tier":{"id":"regular","since":"2026-05-16T10:00:00+09:00"},
                    "lots":[{"lot":2,"currency":"beans","operation":"1-3","original":11,"remaining":11,
                    "earned_at":"2026-05-16T10:00:00+09:00","expires_at":"2027-06-01T00:00:00+09:00"}],
                    "holds":[{"hold":"1-4","currency":"beans","points":100,"until":"2026-05-16T10:15:00+09:00"}],
                    "operations":[{"operation":"1-1","kind":"enroll","occurred_at":"2026-05-16T10:00:00+09:00",
                    "posted_at":"2026-05-16T10:00:00+09:00","transfers":[],"client":4,"idempotency_key":"s1",
                    "answer":{"operation":"1-1","member":"7hq2k9tw3m5xz8pa","enrolled_at":"2026-05-16T10:00:00+09:00"}}],
                    "next_cursor":"1"}
                    """#)
        ])

    private static let erase = Method(
        "member.erase",
        "Erases all that is personal of a member, who goes on under a pseudonym; what points did stays provable.",
        params: MemberFields.object(),
        result: .object([ResultSchemas.operation, ResultSchemas.member, ResultSchemas.replayed]),
        changes: true, refusals: [.keyReused, .memberUnknown],
        examples: [
            .init(
                "On request", params: #"{"idempotency_key":"office/erase/1","card":"9001 2345"}"#,
                result: #"""
                    {"operation":"1-7","member":"erased-1","replayed":false}
                    """#)
        ])

    private static let consent = Method(
        "member.consent", "Records that a member agrees to something, or no longer does.",
        params: MemberFields.object(and: [
            .required("purpose", .string(bytes: 1...64, .identifier), "What for, such as newsletter or profiling."),
            .required("granted", .boolean, "Whether the member agrees."),
            .required(
                "source", .string(bytes: 1...64, .identifier), "Where it was said, such as app, paper, telephone."),
            .required("said_at", .dateTime, "When it was said, by the caller's clock."),
        ]),
        result: .object([
            ResultSchemas.operation, ResultSchemas.member,
            .required("purpose", .text, "What for."),
            .required("granted", .boolean, "Whether the member agrees from now on."), ResultSchemas.replayed,
        ]),
        changes: true, refusals: [.keyReused, .memberUnknown, .occurredInFuture],
        examples: [
            .init(
                "A newsletter",
                params: #"""
                    {"idempotency_key":"app/consent/12","card":"9001 2345","purpose":"newsletter","granted":true,
                    "source":"app","said_at":"2026-05-16T10:00:00+09:00"}
                    """#,
                result: #"""
                    {"operation":"1-7","member":"7hq2k9tw3m5xz8pa","purpose":"newsletter","granted":true,"replayed":false}
                    """#)
        ])

    private static func export(_ request: Request) throws(RPCError) -> Disposition {
        let limit = Int(request.params["limit"]?.int64 ?? Int64(pageLimit))
        guard let after = Int64(request.params.optionalText("cursor") ?? "0"), after >= 0 else {
            throw .invalidParams([
                Problem(pointer: "/params/cursor", detail: "must be the next_cursor of an earlier page")
            ])
        }
        return request.aboutMember { shapes, member, reader, _ in
            let page = try reader.operations(of: member.number, after: after, limit: limit + 1)
            return shapes.export(
                member, try reader.profile(of: member.number), try reader.consents(of: member.number),
                Array(page.prefix(limit)), hasMore: page.count > limit)
        }
    }

    private static func consent(_ request: Request) throws(RPCError) -> Disposition {
        guard let time = request.params["said_at"] else { preconditionFailure("the schema requires the time") }
        return .command(
            request.cause(),
            .consent(
                member: request.params.member(),
                Consent(
                    purpose: request.params.text("purpose"), isGranted: request.params["granted"]?.bool ?? false,
                    source: request.params.text("source"), saidAt: try Instant(param: time, at: "/params/said_at"))))
    }
}
