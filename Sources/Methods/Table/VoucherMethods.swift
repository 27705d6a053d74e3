import Engine
import JSON
import Ledger
import Loyalty
import RPC

/// `voucher.*`.
enum VoucherMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(get, Handling(.roles(.everyone)) { request throws(RPCError) in try get(request) }),
        .init(
            redeem, Handling(.roles(.sellers)) { request throws(RPCError) in try use(.redeem, request) }),
        .init(
            giveBack, Handling(.roles(.sellers)) { request throws(RPCError) in try use(.giveBack, request) }),
    ]

    private static let code = Field.required(
        "voucher", .string(bytes: 16...40), "The code; spaces, hyphens and capitals do not matter.")

    private static let result = Schema.object([
        ResultSchemas.operation, ResultSchemas.member,
        .required("voucher", RedemptionSchemas.voucher, "The voucher, afterwards."),
        ResultSchemas.replayed,
    ])

    private static let get = Method(
        "voucher.get", "Tells what a voucher is for and whether it can be used.", params: .object([code]),
        result: .object([
            ResultSchemas.member, .required("voucher", RedemptionSchemas.voucher, "The voucher."),
        ]),
        refusals: [.memberUnknown],
        examples: [
            .init(
                "As it is printed",
                params: #"""
                    {"voucher":"K4TW-9Q2M-7XHC-3PZE"}
                    """#,
                result: #"""
                    {"member":"7hq2k9tw3m5xz8pa","voucher":{"voucher":"K4TW-9Q2M-7XHC-3PZE","reward":"free-latte",
                    "status":"open","expires_at":"2026-06-16T00:00:00+09:00"}}
                    """#)
        ])

    private static let redeem = Method(
        "voucher.redeem", "Uses a voucher, once.", params: .object([code]), result: result, changes: true,
        refusals: [.keyReused, .memberUnknown, .voucherUsed, .voucherNotYet, .voucherExpired],
        examples: [
            .init(
                "At the till",
                params: #"""
                    {"idempotency_key":"tokyo-01/t3/59","voucher":"K4TW-9Q2M-7XHC-3PZE"}
                    """#,
                result: #"""
                    {"operation":"1-7","member":"7hq2k9tw3m5xz8pa","voucher":{"voucher":"K4TW-9Q2M-7XHC-3PZE",
                    "reward":"free-latte","status":"used","expires_at":"2026-06-16T00:00:00+09:00"},"replayed":false}
                    """#)
        ])

    private static let giveBack = Method(
        "voucher.give_back", "Undoes the use of a voucher, which can then be used again.", params: .object([code]),
        result: result, changes: true,
        refusals: [.keyReused, .memberUnknown, .voucherNotUsed, .voucherExpired],
        examples: [
            .init(
                "The machine was broken",
                params: #"""
                    {"idempotency_key":"tokyo-01/t3/60","voucher":"K4TW-9Q2M-7XHC-3PZE"}
                    """#,
                result: #"""
                    {"operation":"1-8","member":"7hq2k9tw3m5xz8pa","voucher":{"voucher":"K4TW-9Q2M-7XHC-3PZE",
                    "reward":"free-latte","status":"open","expires_at":"2026-06-16T00:00:00+09:00"},"replayed":false}
                    """#)
        ])

    private static func code(_ request: Request) throws(RPCError) -> ExactText {
        guard let code = VoucherCode.read(request.params.text("voucher")) else {
            throw .invalidParams([
                Problem(
                    pointer: "/params/voucher", detail: "is no code of a voucher; one of its characters must be wrong")
            ])
        }
        return code
    }

    private static func use(_ use: VoucherUse, _ request: Request) throws(RPCError) -> Disposition {
        .command(request.cause(), .voucher(code: try code(request), use))
    }

    private static func get(_ request: Request) throws(RPCError) -> Disposition {
        let code = try code(request)
        let rules = request.surroundings.rules
        return .query { reader, now in
            guard let number = try reader.owner(of: Identifier(.voucher, code)),
                let member = try reader.state(of: number),
                let voucher = member.vouchers.first(where: { $0.code == code })
            else { return .refused(.memberUnknown(.voucher)) }
            return .answered(result: ResultShapes(rules.book.inForce(at: now)).voucher(voucher, of: member, at: now))
        }
    }
}

/// The shapes that ways of spending share.
enum RedemptionSchemas {
    static let restored = Schema.named(
        NamedSchema(
            "GivenBack",
            .object([
                .required("currency", .text, "The point currency."),
                .required("usable", .amount, "What can be spent again, or paid what was owed."),
                .required("lapsed", .amount, "What would have lapsed meanwhile and lapsed at once."),
            ])))

    static let voucher = Schema.named(
        NamedSchema(
            "Voucher",
            .object([
                .required("voucher", .text, "The code. Who knows it may use it."),
                .required("reward", .text, "What it is for."),
                .required("status", .choice(["open", "waiting", "used", "expired"]), "Whether it can be used."),
                .optional("usable_from", .dateTime, "The first instant at which it can be used, where it has to wait."),
                .optional("expires_at", .dateTime, "The first instant at which it cannot be used."),
            ])))

    static let vouchers = Schema.array(of: voucher)
}
