import Engine
import GRDB
import Ledger
import Loyalty
import Rules
import StoreForms
import Time

/// What an operation's row says of itself and of where its other rows are.
struct OperationRow {
    /// Its number among all operations.
    let number: Int64
    let id: OperationID
    let previous: Int64?
    let kind: OperationKind
    let cause: Cause?
    let occurredAt: Instant
    let postedAt: Instant
    let ruleSetVersion: Int64
    let writer: WriterID
    let batch: Int64
    let digest: Digest
    let transfers: Range<Int64>
    let opened: Range<Int64>
    let changed: Range<Int64>
    let result: [UInt8]
    let salt: Salt?
    let about: Int64?
    let detail: Detail?
    let tierChanges: [TierChange]

    init(_ row: RawStatement, number: Int64) throws {
        self.number = number
        guard let kind = UInt8(exactly: row.int64(3)).flatMap(OperationKind.init(rawValue:)) else {
            throw StoreError(.corrupt, "there is no kind of operation \(row.int64(3))")
        }
        let lots = row.int64(15)
        id = OperationID(member: row.member(0), sequence: row.int64(1))
        previous = row.optionalInt64(2)
        self.kind = kind
        cause =
            row.isNull(4)
            ? nil
            : Cause(client: row.int64(4), idempotencyKey: row.exactText(5), fingerprint: try row.digest(6))
        occurredAt = row.instant(7)
        postedAt = row.instant(8)
        ruleSetVersion = row.int64(9)
        writer = WriterID(row.int64(10))
        batch = row.int64(11)
        digest = try row.digest(12)
        transfers = row.int64(13)..<row.int64(13) + row.int64(14)
        opened = lots..<lots + row.int64(16)
        changed = opened.upperBound..<opened.upperBound + row.int64(17)
        result = row.bytes(18)
        salt = Salt(bytes: row.bytes(22))
        about = row.optionalInt64(19)
        detail = row.isNull(20) ? nil : try DetailColumn.detail(row.bytes(20))
        tierChanges = row.isNull(21) ? [] : try TierChangesColumn.changes(row.bytes(21))
    }
}

/// Reads operations by their numbers, whosever they are, with what belongs to them.
struct OperationRows {
    private var selectOperation: RawStatement
    private var selectTransfers: RawStatement
    private var selectLots: RawStatement
    private var selectPurchase: RawStatement
    private var selectEvent: RawStatement
    private var selectUsages: RawStatement
    private var selectSeen: RawStatement

    init(_ database: Database) throws {
        selectOperation = try RawStatement(
            database,
            """
            SELECT member_no, seq, previous_op, kind, client, idempotency_key, fingerprint, occurred_at, posted_at,
                rule_set, writer, batch_no, digest, first_transfer, transfers, first_lot, lots_opened, lots_changed,
                result, about, detail, tier_changes, salt
            FROM operation WHERE op = ?
            """)
        selectTransfers = try RawStatement(
            database,
            """
            SELECT \(TransferRow.columns) FROM transfer
            WHERE transfer >= ? AND transfer < ? ORDER BY transfer
            """)
        selectLots = try RawStatement(
            database,
            """
            SELECT \(LotRow.columns) FROM lot
            WHERE entry >= ? AND entry < ? ORDER BY entry
            """)
        selectPurchase = try RawStatement(database, "SELECT \(PurchaseRow.columns) FROM purchase WHERE op = ?")
        selectEvent = try RawStatement(database, "SELECT name FROM event WHERE op = ?")
        selectUsages = try RawStatement(
            database, "SELECT \(UsageRow.columns) FROM usage WHERE op = ? ORDER BY position")
        selectSeen = try RawStatement(database, "SELECT \(SeenRow.columns) FROM seen WHERE op = ?")
    }

    /// The row with a number.
    mutating func row(_ number: Int64) throws -> OperationRow? {
        selectOperation.bind(number)
        return try selectOperation.first { try OperationRow($0, number: number) }
    }

    /// The operation of a row.
    mutating func operation(_ row: OperationRow) throws -> StoredOperation {
        let lots = try lots(of: row)
        let operation = Operation(
            id: row.id, kind: row.kind, cause: row.cause, occurredAt: row.occurredAt, postedAt: row.postedAt,
            ruleSetVersion: row.ruleSetVersion,
            movements: Movements(transfers: try transfers(row.transfers), opened: lots.opened, changed: lots.changed),
            purchase: row.kind.hasReceipt ? try purchase(row) : nil,
            event: row.kind.namesEvent ? try event(row.number) : nil, about: row.about, detail: row.detail,
            usages: try usages(row.number), tierChanges: row.tierChanges, seen: try seen(row.number))
        return StoredOperation(
            sealed: SealedOperation(operation: operation, digest: row.digest, result: row.result, salt: row.salt),
            writer: row.writer, batch: row.batch)
    }

    /// The lots that an operation opened and those it changed.
    mutating func lots(of row: OperationRow) throws -> (opened: [Lot], changed: [Lot]) {
        (try lots(row.opened), try lots(row.changed))
    }

    private mutating func transfers(_ range: Range<Int64>) throws -> [Transfer] {
        guard !range.isEmpty else { return [] }
        selectTransfers.bind(range.lowerBound)
        selectTransfers.bind(range.upperBound)
        return try selectTransfers.all { try TransferRow.transfer($0) }
    }

    private mutating func lots(_ range: Range<Int64>) throws -> [Lot] {
        guard !range.isEmpty else { return [] }
        selectLots.bind(range.lowerBound)
        selectLots.bind(range.upperBound)
        return try selectLots.all(LotRow.lot)
    }

    private mutating func event(_ operation: Int64) throws -> EventName? {
        selectEvent.bind(operation)
        return try selectEvent.first { EventName($0.text(0)) }
    }

    private mutating func usages(_ operation: Int64) throws -> [Usage] {
        selectUsages.bind(operation)
        return try selectUsages.all { try UsageRow.usage($0) }
    }

    private mutating func seen(_ operation: Int64) throws -> Seen {
        selectSeen.bind(operation)
        return try selectSeen.first { try SeenRow.seen($0) } ?? Seen()
    }

    private mutating func purchase(_ row: OperationRow) throws -> Purchase? {
        selectPurchase.bind(row.number)
        return try selectPurchase.first { try PurchaseRow.purchase($0, of: row.id.member) }
    }
}
