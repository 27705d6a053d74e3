import Engine
import JSON
import Ledger
import Loyalty
import RPC
import Rules

/// Members who share their points: `pool.create`, `pool.join`, `pool.leave` and `pool.get`.
enum PoolMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(
            create,
            Handling(.roles(.shops)) { request throws(RPCError) in
                let kind = PoolPolicy.Kind(rawValue: request.params.text("kind")) ?? .household
                return .command(request.cause(), .pool(member: request.params.member(), .create(kind)))
            }),
        .init(join, Handling(.roles(.shops)) { request throws(RPCError) in join(request) }),
        .init(
            leave,
            Handling(.roles(.shops)) { request throws(RPCError) in
                .command(request.cause(), .pool(member: request.params.member(), .leave))
            }),
        .init(
            get,
            Handling(.roles(.everyone)) { request throws(RPCError) in
                request.aboutMember { shapes, member, reader, now in
                    shapes.pool(of: member, try Pool(of: member, in: reader, at: now, request.surroundings.rules.book))
                }
            }),
    ]

    private static let roles = PoolRole.allCases.map(\.rawValue)
    private static let kinds = PoolPolicy.Kind.allCases.map(\.rawValue)

    private static let result = Schema.object([
        ResultSchemas.operation, ResultSchemas.member, ResultSchemas.replayed,
    ])

    private static let create = Method(
        "pool.create", "Makes a member the owner of a new pool, which others can join.",
        params: MemberFields.object(and: [.required("kind", .choice(kinds), "What the pool is.")]),
        result: result, changes: true, refusals: [.keyReused, .memberUnknown, .poolRefused],
        examples: [
            .init(
                "A household",
                params: #"{"idempotency_key":"app/pool/7hq2k9","card":"9001 2345","kind":"household"}"#,
                result: #"{"operation":"1-7","member":"7hq2k9tw3m5xz8pa","replayed":false}"#)
        ])

    private static let join = Method(
        "pool.join", "Lets a member join somebody's pool.",
        params: MemberFields.object(and: [
            .required("owner", MemberFields.object(), "Who owns the pool."),
            .optional(
                "role", .choice(roles),
                "`spend` (also without it): may use what the others have; `earn`: earns for them and spends nothing."),
        ]),
        result: result, changes: true, refusals: [.keyReused, .memberUnknown, .poolRefused],
        examples: [
            .init(
                "Somebody who earns for the others",
                params: #"""
                    {"idempotency_key":"app/join/4fd8w2","card":"9001 7777","owner":{"card":"9001 2345"},"role":"earn"}
                    """#,
                result: #"{"operation":"2-2","member":"4fd8w2j6n9c3v7rk","replayed":false}"#)
        ])

    private static let leave = Method(
        "pool.leave", "Takes a member out of its pool, with the points that are its own; the owner leaves last.",
        params: MemberFields.object(), result: result, changes: true,
        refusals: [.keyReused, .memberUnknown, .poolRefused],
        examples: [
            .init(
                "A new address",
                params: #"{"idempotency_key":"app/leave/4fd8w2","card":"9001 7777"}"#,
                result: #"{"operation":"2-3","member":"4fd8w2j6n9c3v7rk","replayed":false}"#)
        ])

    static let pool = Schema.named(
        NamedSchema(
            "Pool",
            .object([
                .required("kind", .choice(kinds), "What the pool is."),
                .required("owner", .text, "The id of its owner."),
                .required("role", .choice(["owner"] + roles), "What this member may do."),
                .required(
                    "members",
                    .array(
                        of: .object([
                            ResultSchemas.member, .required("role", .choice(["owner"] + roles), "What it may do."),
                            .required("available", ResultSchemas.points, "What it has, by currency."),
                        ])), "The owner first."),
                .required("available", ResultSchemas.points, "What can be spent together, by currency."),
            ])))

    private static let get = Method(
        "pool.get", "Tells who is in a member's pool, and what they have together.", params: MemberFields.object(),
        result: .object([
            ResultSchemas.member,
            .optional("pool", pool, "Absent for a member who is in none."),
        ]),
        refusals: [.memberUnknown],
        examples: [
            .init(
                "What a household has",
                params: #"{"card":"9001 7777"}"#,
                result: #"""
                    {"member":"4fd8w2j6n9c3v7rk","pool":{"kind":"household","owner":"7hq2k9tw3m5xz8pa","role":"earn",
                    "members":[{"member":"7hq2k9tw3m5xz8pa","role":"owner","available":{"beans":422}},
                    {"member":"4fd8w2j6n9c3v7rk","role":"earn","available":{"beans":0}}],"available":{"beans":422}}}
                    """#)
        ])

    private static func join(_ request: Request) -> Disposition {
        guard let to = request.params["owner"], let owner = MemberFields.identifier(in: to) else {
            preconditionFailure("the schema requires the owner")
        }
        let role = request.params.optionalText("role").flatMap(PoolRole.init) ?? .spend
        return .command(request.cause(), .pool(member: request.params.member(), .join(owner: owner, role)))
    }
}
