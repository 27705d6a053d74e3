import Engine
import Ledger
import Loyalty
import Rules
import StoreForms
import Time

// Reads a member's operations: first their own rows, and then, in one more round trip, everything that belongs to the
// stretch of sequences they cover. All of it is in the order of the keys.

struct MemberHistory {
    private let member: MemberNumber
    private var transfers: [Int64: [Transfer]] = [:]
    private var opened: [Int64: [Lot]] = [:]
    private var changed: [Int64: [Lot]] = [:]
    private var usages: [Int64: [Usage]] = [:]
    private var seen: [Int64: Seen] = [:]

    init(_ member: MemberNumber) {
        self.member = member
    }

    /// Operations behind or before a sequence, in the statement's order.
    mutating func operations(
        _ statement: Statement, _ sequence: Int64, limit: Int, over connection: inout Connection
    ) throws -> [StoredOperation] {
        guard limit > 0 else { return [] }
        let rows = try connection.ask(statement, Parameters(member.value, sequence, Int64(limit)))
        let sequences = try rows.map { try $0.int64(0) }
        guard let first = sequences.min(), let last = sequences.max() else { return [] }
        try readStretch(from: first, through: last, over: &connection)
        return try rows.map { try operation($0) }
    }

    /// Every lot as the last operation that touched it left it, by number.
    mutating func lots(over connection: inout Connection) throws -> [Lot] {
        let stretch = Parameters(member.value, 1, Int64.max)
        var lots: [Int64: Lot] = [:]
        try connection.ask(ReadStatements.lotEntries, stretch).forEach { row in
            let lot = try Self.lot(row)
            lots[lot.number] = lot
        }
        return lots.values.sorted { $0.number < $1.number }
    }

    // MARK: What belongs to operations

    private mutating func readStretch(
        from first: Int64, through last: Int64, over connection: inout Connection
    ) throws {
        let stretch = Parameters(member.value, first, last)
        for statement in [
            ReadStatements.transfers, ReadStatements.lotEntries, ReadStatements.usages, ReadStatements.seen,
        ] {
            try connection.send(statement, stretch)
        }
        try connection.sync()
        try connection.receive().forEach { row in
            transfers[try row.int64(0), default: []].append(try Self.transfer(row))
        }
        try connection.receive().forEach { row in
            let (sequence, lot) = (try row.int64(0), try Self.lot(row))
            if row.truth(1) {
                opened[sequence, default: []].append(lot)
            } else {
                changed[sequence, default: []].append(lot)
            }
        }
        try connection.receive().forEach { row in
            usages[try row.int64(0), default: []].append(try ReadStatements.usage(row, first: 1))
        }
        try connection.receive().forEach { row in
            seen[try row.int64(0)] = Seen(
                traits: row.isNull(1) ? Traits() : try TraitsColumn.traits(row.plain(1)),
                attributes: row.isNull(2) ? [] : try TraitsColumn.attributes(row.plain(2)),
                codes: row.isNull(3) ? [] : try StoredFields.texts(row.plain(3), of: "codes").map { ExactText($0) })
        }
        try connection.finish()
    }

    private static func transfer(_ row: borrowing Row) throws -> Transfer {
        let (from, to, amount) = (try row.account(3), try row.account(4), try row.points(5))
        guard amount > .zero, from != to else { throw StoreError(.corrupt, "a transfer moves nothing") }
        return Transfer(
            number: try row.int64(1), currency: row.currency(2), from: from, to: to, amount: amount,
            lot: try row.int64(6), availableAfter: try row.points(7))
    }

    private static func lot(_ row: borrowing Row) throws -> Lot {
        try Lot(
            storedNumber: row.int64(2), currency: row.currency(3), origin: row.int64(4),
            ruleSetVersion: row.int64(5), original: row.int64(6), remaining: row.int64(7), held: row.int64(8),
            earnedAt: row.instant(9), vesting: Lot.Vesting(stored: row.optionalInt64(10)),
            expiresAt: row.optionalInstant(11))
    }

    // MARK: Operations

    private func operation(_ row: borrowing Row) throws -> StoredOperation {
        let sequence = try row.int64(0)
        guard let kind = UInt8(exactly: try row.int64(1)).flatMap(OperationKind.init(rawValue:)) else {
            throw StoreError(.corrupt, "there is no kind of operation \(try row.int64(1))")
        }
        let cause =
            row.isNull(2)
            ? nil
            : Cause(client: try row.int64(2), idempotencyKey: row.exactText(3), fingerprint: try row.digest(4))
        var seen = seen[sequence] ?? Seen()
        if !row.isNull(24) { seen.shared = try UsageColumn.usages(row.plain(24)) }
        if !row.isNull(25) { seen.used = try UsageColumn.usages(row.plain(25)) }
        if !row.isNull(26) { seen.standing = try StandingColumn.standing(row.plain(26)) }
        let operation = Operation(
            id: OperationID(member: member, sequence: sequence), kind: kind, cause: cause,
            occurredAt: try row.instant(5), postedAt: try row.instant(6), ruleSetVersion: try row.int64(7),
            movements: Movements(
                transfers: transfers[sequence] ?? [], opened: opened[sequence] ?? [], changed: changed[sequence] ?? []),
            purchase: row.isNull(13) ? nil : try purchase(row, first: 13),
            event: row.isNull(12) ? nil : EventName(row.text(12)), about: try row.optionalInt64(22),
            detail: row.isNull(23) ? nil : try DetailColumn.detail(row.plain(23)), usages: usages[sequence] ?? [],
            seen: seen)
        return StoredOperation(
            sealed: SealedOperation(operation: operation, digest: try row.digest(10), result: row.utf8(11)),
            writer: WriterID(try row.int64(8)), batch: try row.int64(9))
    }

    private func purchase(_ row: borrowing Row, first: Int) throws -> Purchase {
        let words = row.isNull(first + 7) ? nil : try PurchaseRow.words(row.plain(first + 7))
        return Purchase(
            receipt: ReceiptNumber(
                store: row.exactText(first), terminal: row.exactText(first + 1), number: row.exactText(first + 2)),
            channel: row.text(first + 3), occurredAt: try row.instant(first + 4), currency: row.text(first + 5),
            tags: words?.tags ?? [], coupons: words?.coupons ?? [],
            items: try PurchaseRow.items(row.plain(first + 6)),
            payment: row.isNull(first + 8) ? nil : try PaymentColumn.payment(row.plain(first + 8), of: member))
    }
}
