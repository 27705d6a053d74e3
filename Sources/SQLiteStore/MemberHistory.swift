import Engine
import GRDB
import Ledger
import Loyalty
import Rules
import StoreForms
import Time

// Reads a member's operations.
//
// They are a list: the hot row names the newest operation and each operation the one before it. Appending to a list
// touches no page but the table's last one, where an index by member would change one more random page per purchase.
// Going back from the newest end is what statements do; to reach a place further back, every 32nd operation is in
// `operation_landmark`.

struct MemberHistory {
    private let member: MemberNumber
    private var selectOperation: RawStatement
    private var selectTransfers: RawStatement
    private var selectLots: RawStatement
    private var selectPurchase: RawStatement
    private var selectEvent: RawStatement
    private var selectUsages: RawStatement
    private var selectSeen: RawStatement
    private var selectLandmark: RawStatement
    private var selectNewest: RawStatement

    init(_ database: Database, member: MemberNumber) throws {
        self.member = member
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
        selectLandmark = try RawStatement(
            database, "SELECT op, seq FROM operation_landmark WHERE member_no = ? AND seq >= ? ORDER BY seq LIMIT 1")
        selectNewest = try RawStatement(database, "SELECT last_op, version FROM member WHERE member_no = ?")
    }

    /// Operations behind a sequence, oldest first.
    mutating func operations(after sequence: Int64, limit: Int) throws -> [StoredOperation] {
        guard limit > 0, sequence < .max else { return [] }
        let first = max(sequence, 0) + 1
        let (end, overflow) = first.addingReportingOverflow(Int64(limit) - 1)
        return try operations(from: first, through: overflow ? .max : end).reversed()
    }

    /// Operations before a sequence, newest first.
    mutating func operations(before sequence: Int64, limit: Int) throws -> [StoredOperation] {
        guard limit > 0, sequence > 1 else { return [] }
        guard let newest = try newest() else { return [] }
        let last = min(sequence - 1, newest.sequence)
        return try operations(from: max(1, last - min(Int64(limit), last) + 1), through: last)
    }

    /// Every lot as the last operation that touched it left it, by number.
    mutating func lots() throws -> [Lot] {
        var lots: [Int64: Lot] = [:]
        try visit(downTo: 1, from: newest()) { history, row, _ in
            let movements = try history.lots(of: row)
            // Going back in time, so what is known already is newer.
            for lot in movements.changed.reversed() + movements.opened where lots[lot.number] == nil {
                lots[lot.number] = lot
            }
        }
        return lots.values.sorted { $0.number < $1.number }
    }

    // MARK: The list

    fileprivate typealias Place = (operation: Int64, sequence: Int64)

    /// What an operation's row says of itself and of where its other rows are.
    fileprivate struct OperationRow {
        let sequence: Int64
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
    }

    /// The operations of a stretch of sequences, newest first.
    private mutating func operations(from first: Int64, through last: Int64) throws -> [StoredOperation] {
        var operations: [StoredOperation] = []
        try visit(downTo: first, from: place(atOrBehind: last)) { history, row, number in
            guard row.sequence <= last else { return }
            operations.append(try history.operation(row, number: number))
        }
        return operations
    }

    /// Follows the list backwards from a place to a sequence.
    private mutating func visit(
        downTo first: Int64, from start: Place?, _ body: (inout MemberHistory, OperationRow, Int64) throws -> Void
    ) throws {
        guard var place = start else { return }
        while place.sequence >= first {
            let row = try row(at: place)
            try body(&self, row, place.operation)
            guard let previous = row.previous else {
                guard place.sequence == 1 else { throw Self.brokenList }
                return
            }
            place = (previous, place.sequence - 1)
        }
    }

    private static var brokenList: StoreError {
        StoreError(.corrupt, "the operations of a member are not linked one behind the other")
    }

    private mutating func newest() throws -> Place? {
        selectNewest.bind(member)
        return try selectNewest.first { ($0.int64(0), $0.int64(1)) }
    }

    /// The nearest known place from which going back meets a sequence; the newest one for sequences yet to come.
    private mutating func place(atOrBehind sequence: Int64) throws -> Place? {
        selectLandmark.bind(member)
        selectLandmark.bind(sequence)
        if let landmark = try selectLandmark.first({ ($0.int64(0), $0.int64(1)) }) { return landmark }
        return try newest()
    }

    private mutating func row(at place: Place) throws -> OperationRow {
        selectOperation.bind(place.operation)
        let row = try selectOperation.first { [member] row in
            guard row.member(0) == member, row.int64(1) == place.sequence else { throw Self.brokenList }
            return try OperationRow(row)
        }
        guard let row else { throw Self.brokenList }
        return row
    }

    // MARK: What belongs to an operation

    private mutating func operation(_ row: OperationRow, number: Int64) throws -> StoredOperation {
        let lots = try lots(of: row)
        let operation = Operation(
            id: OperationID(member: member, sequence: row.sequence), kind: row.kind, cause: row.cause,
            occurredAt: row.occurredAt, postedAt: row.postedAt, ruleSetVersion: row.ruleSetVersion,
            movements: Movements(transfers: try transfers(row.transfers), opened: lots.opened, changed: lots.changed),
            purchase: row.kind.hasReceipt ? try purchase(number) : nil,
            event: row.kind.namesEvent ? try event(number) : nil, about: row.about,
            detail: row.detail,
            usages: try usages(number), tierChanges: row.tierChanges, seen: try seen(number))
        return StoredOperation(
            sealed: SealedOperation(operation: operation, digest: row.digest, result: row.result, salt: row.salt),
            writer: row.writer, batch: row.batch)
    }

    private mutating func transfers(_ range: Range<Int64>) throws -> [Transfer] {
        guard !range.isEmpty else { return [] }
        selectTransfers.bind(range.lowerBound)
        selectTransfers.bind(range.upperBound)
        return try selectTransfers.all { try TransferRow.transfer($0) }
    }

    private mutating func lots(of row: OperationRow) throws -> (opened: [Lot], changed: [Lot]) {
        (try lots(row.opened), try lots(row.changed))
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

    private mutating func purchase(_ operation: Int64) throws -> Purchase? {
        selectPurchase.bind(operation)
        return try selectPurchase.first { try PurchaseRow.purchase($0, of: member) }
    }
}

extension MemberHistory.OperationRow {
    fileprivate init(_ row: RawStatement) throws {
        guard let kind = UInt8(exactly: row.int64(3)).flatMap(OperationKind.init(rawValue:)) else {
            throw StoreError(.corrupt, "there is no kind of operation \(row.int64(3))")
        }
        let lots = row.int64(15)
        sequence = row.int64(1)
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
