import Testing

/// A shop whose program gives a point for every 100 yen to whatever card comes by.
enum PlainShop {
    static let program = """
        schema: kizuna.program/v1
        id: plain
        money: { currency: JPY, base: tax_included }
        timezone: UTC
        enroll: { unknown_card: enroll }
        points: { points: { expiry: never } }
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100, of: order.amount } }
        """

    /// Makes a till in a database that is there; gives its key.
    static func newKey(in database: String) throws -> String {
        let made = try KizunaProcess.run(["client", "create", "--database", database, "--role", "pos", "till"])
        return try #require(made.output.firstMatch(of: /kz_pos_[0-9a-f]{64}/).map { String($0.output) })
    }
}
