import Engine
public import JSON
public import Ledger
import Loyalty
public import Time

// A member's hot row: what deciding needs, in one place.
//
// Balances, open lots and the tier are JSON inside the row, because they are always read and written as a whole: one
// page changes per purchase and member instead of one page per lot.

/// What of a member is JSON.
public enum MemberRow {
    // MARK: Balances

    /// Writes balances as JSON.
    public static func write(_ balances: [Balance], to json: inout JSONWriter) {
        json.beginArray()
        for balance in balances {
            json.beginArray()
            json.string(balance.currency.text)
            for points in [balance.available, balance.pending, balance.held, balance.debt] { json.int(points.count) }
            json.endArray()
        }
        json.endArray()
    }

    /// Reads balances.
    public static func balances(_ text: [UInt8]) throws -> [Balance] {
        try StoredFields.rows(text, of: "balances") { fields in
            Balance(
                currency: CurrencyID(try fields.text()), available: Points(try fields.int()),
                pending: Points(try fields.int()), held: Points(try fields.int()), debt: Points(try fields.int()))
        }
    }

    // MARK: Lots

    /// Writes open lots as JSON.
    public static func write(_ lots: [Lot], to json: inout JSONWriter) {
        json.beginArray()
        for lot in lots {
            json.beginArray()
            json.int(lot.number)
            json.string(lot.currency.text)
            json.int(lot.origin)
            json.int(lot.ruleSetVersion)
            json.int(lot.original.count)
            json.int(lot.remaining.count)
            json.int(lot.earnedAt.milliseconds)
            json.optionalInt(lot.expiresAt?.milliseconds)
            if lot.held > .zero || lot.isPending {
                json.int(lot.held.count)
                json.optionalInt(lot.vesting.stored)
            }
            json.endArray()
        }
        json.endArray()
    }

    /// Reads open lots.
    public static func lots(_ text: [UInt8]) throws -> [Lot] {
        try StoredFields.rows(text, of: "lots") { fields in
            let (number, currency, origin) = (try fields.int(), CurrencyID(try fields.text()), try fields.int())
            let (version, original, remaining) = (try fields.int(), try fields.int(), try fields.int())
            let earnedAt = Instant(milliseconds: try fields.int())
            let expiresAt = try fields.optionalInt().map(Instant.init(milliseconds:))
            let isPlain = fields.isAtEnd
            return try Lot(
                storedNumber: number, currency: currency, origin: origin, ruleSetVersion: version,
                original: original, remaining: remaining, held: isPlain ? 0 : fields.int(), earnedAt: earnedAt,
                vesting: Lot.Vesting(stored: isPlain ? nil : fields.optionalInt()), expiresAt: expiresAt)
        }
    }
}

extension Lot {
    /// A lot as it was stored, checked before the initializer would insist.
    public init(
        storedNumber number: Int64, currency: CurrencyID, origin: Int64, ruleSetVersion: Int64, original: Int64,
        remaining: Int64, held: Int64, earnedAt: Instant, vesting: Vesting, expiresAt: Instant?
    ) throws {
        guard 0 < original, 0 <= held, held <= remaining, remaining <= original else {
            throw StoreError(.corrupt, "a lot does not hold between nothing and what came in")
        }
        self.init(
            number: number, currency: currency, origin: origin, ruleSetVersion: ruleSetVersion,
            original: Points(original), remaining: Points(remaining), held: Points(held), earnedAt: earnedAt,
            vesting: vesting,
            expiresAt: expiresAt)
    }
}
