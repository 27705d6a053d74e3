import Engine
import JSON
import Ledger
import Loyalty
import RPC

/// Members who bring others: `referral.code` and `referral.claim`.
enum ReferralMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(
            code,
            Handling(.roles(.shops)) { request throws(RPCError) in
                .command(request.cause(), .referralCode(member: request.params.member()))
            }),
        .init(
            claim,
            Handling(.roles(.shops)) { request throws(RPCError) in
                // What cannot be a code is nobody's.
                let code = VoucherCode.read(request.params.text("code")) ?? ""
                return .command(request.cause(), .claimReferral(member: request.params.member(), code: code))
            }),
    ]

    private static let code = Method(
        "referral.code", "Gives the code by which a member refers others: always the same one.",
        params: MemberFields.object(),
        result: .object([
            ResultSchemas.operation, ResultSchemas.member,
            .required("code", .text, "The code, which nobody can guess."), ResultSchemas.replayed,
        ]),
        changes: true, refusals: [.keyReused, .memberUnknown, .referralRefused],
        examples: [
            .init(
                "Asked for in the app",
                params: #"{"idempotency_key":"app/refer/7hq2k9","card":"9001 2345"}"#,
                result: #"""
                    {"operation":"1-7","member":"7hq2k9tw3m5xz8pa","code":"k4tw9q2m7xhc3pzr","replayed":false}
                    """#)
        ])

    private static let claim = Method(
        "referral.claim", "Tells who brought a new member, by the code of that one, once.",
        params: MemberFields.object(and: [
            .required("code", .string(bytes: 1...64), "The code; spaces, hyphens and capitals do not matter.")
        ]),
        result: .object([
            ResultSchemas.operation, ResultSchemas.member,
            .optional("earned", ResultSchemas.points, "What the new member got at once, by currency."),
            .required("balances", ResultSchemas.balances, "The new member's, afterwards."), ResultSchemas.replayed,
        ]),
        changes: true, refusals: [.keyReused, .memberUnknown, .referralRefused],
        examples: [
            .init(
                "Typed in after joining",
                params: #"{"idempotency_key":"app/claim/4fd8w2","card":"9001 7777","code":"K4TW-9Q2M-7XHC-3PZE"}"#,
                result: #"""
                    {"operation":"2-2","member":"4fd8w2j6n9c3v7rk","earned":{"beans":100},
                    "balances":{"beans":{"available":100,"pending":0,"held":0,"debt":0}},"replayed":false}
                    """#)
        ])
}
