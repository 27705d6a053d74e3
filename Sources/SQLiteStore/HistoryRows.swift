import Engine
import Ledger
import Loyalty
import Rules
import StoreForms
import Time

// The rows that belong to an operation, read alike whether one member's history is wanted or everybody's.

/// The columns of `transfer`.
enum TransferRow {
    static let columns = "number, currency, debit, credit, amount, lot, available_after"

    /// Reads the transfer whose first column is `first` of the statement's present row.
    static func transfer(_ row: RawStatement, first: Int32 = 0) throws -> Transfer {
        let (from, to, amount) = (try row.account(first + 2), try row.account(first + 3), row.points(first + 4))
        guard amount > .zero, from != to else { throw StoreError(.corrupt, "a transfer moves nothing") }
        return Transfer(
            number: row.int64(first), currency: row.currency(first + 1), from: from, to: to, amount: amount,
            lot: row.int64(first + 5), availableAfter: row.points(first + 6))
    }
}

/// The columns of `lot`.
enum LotRow {
    static let columns =
        "number, currency, origin, rule_set, original, remaining, earned_at, expires_at, held, vests_at"

    /// Reads the lot in the statement's present row.
    static func lot(_ row: RawStatement) throws -> Lot {
        try Lot(
            storedNumber: row.int64(0), currency: row.currency(1), origin: row.int64(2), ruleSetVersion: row.int64(3),
            original: row.int64(4), remaining: row.int64(5), held: row.int64(8), earnedAt: row.instant(6),
            vesting: Lot.Vesting(stored: row.optionalInt64(9)), expiresAt: row.optionalInstant(7))
    }
}

/// The columns of `usage`.
enum UsageRow {
    static let columns = "kind, id, window_start, change"

    /// Reads the use whose first column is `first` of the statement's present row.
    static func usage(_ row: RawStatement, first: Int32 = 0) throws -> Usage {
        Usage(
            try UsageColumn.key(kind: row.int64(first), id: row.text(first + 1), window: row.int64(first + 2)),
            row.int64(first + 3))
    }
}

/// The columns of `seen`.
enum SeenRow {
    static let columns = "traits, attributes, codes, shared, used, standing"
    /// What no history tells: the person, what the event carried, and the codes that were drawn.
    static let outsideColumns = "traits, attributes, codes"

    /// Reads what was seen.
    static func seen(_ row: RawStatement) throws -> Seen {
        var seen = try outside(row)
        if !row.isNull(3) { seen.shared = try UsageColumn.usages(row.bytes(3)) }
        if !row.isNull(4) { seen.used = try UsageColumn.usages(row.bytes(4)) }
        if !row.isNull(5) { seen.standing = try StandingColumn.standing(row.bytes(5)) }
        return seen
    }

    /// Reads what no history tells, whose first column is `first` of the statement's present row.
    static func outside(_ row: RawStatement, first: Int32 = 0) throws -> Seen {
        Seen(
            traits: row.isNull(first) ? Traits() : try TraitsColumn.traits(row.bytes(first)),
            attributes: row.isNull(first + 1) ? [] : try TraitsColumn.attributes(row.bytes(first + 1)),
            codes: row.isNull(first + 2)
                ? [] : try StoredFields.texts(row.bytes(first + 2), of: "codes").map { ExactText($0) })
    }
}
