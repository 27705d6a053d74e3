import Engine
import JSON
import Ledger
import Loyalty
import RPC
import Time

/// Who takes part, and under which names: `member.unlink`, `member.merge`, `member.suspend`, `member.close`,
/// `member.reinstate`.
enum MembershipMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(unlink, Handling(.roles(.shops)) { request throws(RPCError) in unlink(request) }),
        .init(merge, Handling(.roles(.shops)) { request throws(RPCError) in merge(request) }),
        .init(
            suspend,
            Handling(.roles(.admins)) { request throws(RPCError) in
                .command(request.cause(), .status(member: request.params.member(), .suspend))
            }),
        .init(
            close,
            Handling(.roles(.shops)) { request throws(RPCError) in
                let days = request.params["grace_days"]?.int64 ?? 0
                return .command(
                    request.cause(), .status(member: request.params.member(), .close(graceMs: days * 86_400_000)))
            }),
        .init(
            reinstate,
            Handling(.roles(.admins)) { request throws(RPCError) in
                .command(request.cause(), .status(member: request.params.member(), .reinstate))
            }),
    ]

    private static let unlink = Method(
        "member.unlink", "Takes an identifier away from the member who has it; it is free from then on.",
        params: .object([
            .required("identifier", MemberFields.newIdentifier, "The identifier, which also says whose it is.")
        ]),
        result: .object([
            ResultSchemas.operation, ResultSchemas.member,
            .required("unlinked", .text, "The kind of identifier the member has lost."), ResultSchemas.replayed,
        ]),
        changes: true, refusals: [.keyReused, .memberUnknown],
        examples: [
            .init(
                "A lost card",
                params: #"{"idempotency_key":"shop/unlink/1","identifier":{"card":"9001 2345"}}"#,
                result: #"{"operation":"1-3","member":"7hq2k9tw3m5xz8pa","unlinked":"card","replayed":false}"#)
        ])

    private static func unlink(_ request: Request) -> Disposition {
        guard let value = request.params["identifier"], let identifier = MemberFields.identifier(in: value) else {
            preconditionFailure("the schema requires one identifier")
        }
        return .command(request.cause(), .unlink(identifier))
    }

    private static let merge = Method(
        "member.merge",
        "Merges another member into this one: names, lots with their expiry, holds, debts, levels, vouchers, history.",
        params: MemberFields.object(and: [
            .required(
                "from", MemberFields.object(),
                "The other member, whose id and operations lead to this one from then on.")
        ]),
        result: .object([
            ResultSchemas.operation, ResultSchemas.member,
            .required("merged", .text, "The id of the other member, an alias by now."),
            .required("balances", ResultSchemas.balances, "Afterwards."),
            .optional("tier", ResultSchemas.tier, "Afterwards, where the program has tiers."), ResultSchemas.replayed,
        ]),
        changes: true,
        refusals: [.keyReused, .memberUnknown, .mergeRefused, .memberClosed, .outOfRange],
        examples: [
            .init(
                "Two cards of one person",
                params: #"""
                    {"idempotency_key":"shop/merge/1","member":"7hq2k9tw3m5xz8pa","from":{"card":"9001 7777"}}
                    """#,
                result: #"""
                    {"operation":"1-9","member":"7hq2k9tw3m5xz8pa","merged":"4fd8w2j6n9c3v7rk",
                    "balances":{"beans":{"available":432,"pending":0,"held":0,"debt":0}},
                    "tier":{"id":"regular","since":"2026-05-16T10:00:00+09:00"},"replayed":false}
                    """#)
        ])

    private static func merge(_ request: Request) -> Disposition {
        guard let value = request.params["from"], let other = MemberFields.identifier(in: value) else {
            preconditionFailure("the schema requires the other member")
        }
        return .command(request.cause(), .merge(member: request.params.member(), from: other))
    }

    private static func statusMethod(
        _ name: String, _ summary: String, _ fields: [Field] = [], refusals: [RPCError] = [], params: String,
        result: String
    ) -> Method {
        Method(
            name, summary, params: MemberFields.object(and: fields),
            result: .object([
                ResultSchemas.operation, ResultSchemas.member,
                .required("status", .choice(["active", "suspended", "closed"]), "From now on."),
                .optional("points_until", .dateTime, "The first instant at which a closed member's points are gone."),
                .required("balances", ResultSchemas.balances, "Afterwards."), ResultSchemas.replayed,
            ]),
            changes: true, refusals: [.keyReused, .memberUnknown] + refusals,
            examples: [.init("By id", params: params, result: result)])
    }

    private static let suspend = statusMethod(
        "member.suspend",
        "Lets a member earn and spend nothing for the time being; what came back is still taken back.",
        refusals: [.memberClosed],
        params: #"{"idempotency_key":"office/suspend/1","member":"7hq2k9tw3m5xz8pa"}"#,
        result: #"""
            {"operation":"1-10","member":"7hq2k9tw3m5xz8pa","status":"suspended",
            "balances":{"beans":{"available":432,"pending":0,"held":0,"debt":0}},"replayed":false}
            """#)

    private static let close = statusMethod(
        "member.close",
        "Ends a membership: nothing is earned any more, and the points lapse, after a grace if there is one.",
        [
            .optional(
                "grace_days", .integer(0...3650),
                "For so many days of 24 hours points can still be spent; 0 without it.")
        ],
        refusals: [.memberClosed],
        params: #"{"idempotency_key":"shop/close/1","member":"7hq2k9tw3m5xz8pa","grace_days":30}"#,
        result: #"""
            {"operation":"1-12","member":"7hq2k9tw3m5xz8pa","status":"closed",
            "points_until":"2026-06-15T10:00:00+09:00",
            "balances":{"beans":{"available":432,"pending":0,"held":0,"debt":0}},"replayed":false}
            """#)

    private static let reinstate = statusMethod(
        "member.reinstate", "Lifts a suspension or opens a closed membership again; points that lapsed stay lapsed.",
        params: #"{"idempotency_key":"office/reinstate/1","member":"7hq2k9tw3m5xz8pa"}"#,
        result: #"""
            {"operation":"1-11","member":"7hq2k9tw3m5xz8pa","status":"active",
            "balances":{"beans":{"available":432,"pending":0,"held":0,"debt":0}},"replayed":false}
            """#)
}
