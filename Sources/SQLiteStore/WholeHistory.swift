import Engine
import GRDB
import Ledger
import Loyalty
import Rules
import StoreForms
import Time

// Reads the operations of all members in the order in which they were recorded: one walk through every table of
// history at once, each in the order of its key, so that every page of the file is read once and in sequence. What
// belongs to an operation is in the rows that come next, or there is none.

/// A walk through all of history, from a position on.
struct WholeHistory {
    private let detail: HistoryDetail
    private var operations: RawStatement
    private var purchases: Walk
    private var events: Walk
    private var seen: Walk
    private var usages: Walk
    private var transfers: Walk
    private var lots: Walk
    private var selectMember: RawStatement

    init(_ database: Database, after position: HistoryPosition, _ detail: HistoryDetail) throws {
        self.detail = detail
        operations = try RawStatement(
            database,
            """
            SELECT op, member_no, seq, kind, client, idempotency_key, fingerprint, occurred_at, posted_at, rule_set,
                first_transfer, transfers, first_lot, lots_opened, lots_changed, about, detail, tier_changes
            FROM operation WHERE op > ? ORDER BY op
            """)
        operations.bind(position.value)
        func walk(_ columns: String, _ table: String, by order: String = "op") throws -> Walk {
            try Walk(database, "SELECT op, \(columns) FROM \(table) WHERE op > ? ORDER BY \(order)", after: position)
        }
        purchases = try walk(PurchaseRow.columns, "purchase")
        events = try walk("name", "event")
        seen = try walk(SeenRow.outsideColumns, "seen")
        usages = try walk(UsageRow.columns, "usage", by: "op, position")
        // Their keys are numbers of their own, of which each operation names a range.
        transfers = try Walk(
            database, "SELECT \(TransferRow.columns) FROM transfer WHERE transfer >= ? ORDER BY transfer")
        lots = try Walk(database, "SELECT \(LotRow.columns) FROM lot WHERE entry >= ? ORDER BY entry")
        selectMember = try RawStatement(
            database,
            """
            SELECT id, (SELECT traits FROM member_traits WHERE member_traits.member_no = member.member_no)
            FROM member WHERE member_no = ?
            """)
    }

    /// Reads so many operations and ends the walk.
    mutating func read(limit: Int) throws -> [HistoryEntry] {
        defer { rewind() }
        var entries: [HistoryEntry] = []
        entries.reserveCapacity(min(limit, 4096))
        while entries.count < limit, try operations.step() { entries.append(try entry()) }
        return entries
    }

    private mutating func rewind() {
        operations.rewind()
        for walk in [purchases, events, seen, usages, transfers, lots] {
            var statement = walk.statement
            statement.rewind()
        }
    }

    private mutating func entry() throws -> HistoryEntry {
        let row = operations
        let number = row.int64(0)
        guard let kind = UInt8(exactly: row.int64(3)).flatMap(OperationKind.init(rawValue:)) else {
            throw StoreError(.corrupt, "there is no kind of operation \(row.int64(3))")
        }
        let cause =
            row.isNull(4)
            ? nil : Cause(client: row.int64(4), idempotencyKey: row.exactText(5), fingerprint: try row.digest(6))
        let id = OperationID(member: row.member(1), sequence: row.int64(2))
        var used: [Usage] = []
        var tierChanges: [TierChange] = []
        if detail == .consequences {
            while try usages.isAt(number) { used.append(try UsageRow.usage(usages.take(), first: 1)) }
            if !row.isNull(17) { tierChanges = try TierChangesColumn.changes(row.bytes(17)) }
        }
        let operation = Operation(
            id: id, kind: kind, cause: cause, occurredAt: row.instant(7), postedAt: row.instant(8),
            ruleSetVersion: row.int64(9), movements: detail == .consequences ? try movements(of: row) : Movements(),
            purchase: try kind.hasReceipt && purchases.isAt(number)
                ? PurchaseRow.purchase(purchases.take(), of: id.member, first: 1) : nil,
            event: try kind.namesEvent && events.isAt(number)
                ? EventName(events.take().text(1)) : nil,
            about: row.optionalInt64(15), detail: row.isNull(16) ? nil : try DetailColumn.detail(row.bytes(16)),
            usages: used, tierChanges: tierChanges,
            seen: try seen.isAt(number) ? try SeenRow.outside(seen.take(), first: 1) : Seen())
        return HistoryEntry(
            position: HistoryPosition(number), operation: operation,
            joined: id.sequence == 1 ? try joined(id.member) : nil)
    }

    private mutating func movements(of row: RawStatement) throws -> Movements {
        let (opened, changed) = (row.int64(13), row.int64(14))
        return Movements(
            transfers: try transfers.rows(row.int64(11), from: row.int64(10)) { try TransferRow.transfer($0) },
            opened: try lots.rows(opened, from: row.int64(12), LotRow.lot),
            changed: try lots.rows(changed, from: row.int64(12) + opened, LotRow.lot))
    }

    private mutating func joined(_ member: MemberNumber) throws -> JoinedMember? {
        selectMember.bind(member)
        return try selectMember.first { row in
            JoinedMember(
                id: row.exactText(0), traits: row.isNull(1) ? Traits() : try TraitsColumn.traits(row.bytes(1)))
        }
    }
}

/// One table on the walk. The first column of a table that is walked by operation is the operation.
private struct Walk {
    private(set) var statement: RawStatement
    private var state = State.unread
    private var isStarted: Bool

    private enum State {
        case unread, atRow, atEnd
    }

    /// A table walked by operation.
    init(_ database: Database, _ sql: String, after position: HistoryPosition) throws {
        statement = try RawStatement(database, sql)
        statement.bind(position.value)
        isStarted = true
    }

    /// A table walked by ranges of its own key.
    init(_ database: Database, _ sql: String) throws {
        statement = try RawStatement(database, sql)
        isStarted = false
    }

    /// Whether the next row belongs to an operation; rows of operations before it are passed by.
    mutating func isAt(_ operation: Int64) throws -> Bool {
        if state == .unread { try step() }
        while state == .atRow, statement.int64(0) < operation { try step() }
        return state == .atRow && statement.int64(0) == operation
    }

    /// The row that is next, to be read before anything else is asked; the one behind it is next from now on.
    mutating func take() -> RawStatement {
        state = .unread
        return statement
    }

    /// The next so many rows, whose first one has a key that ranges before them lead up to.
    mutating func rows<Row>(
        _ count: Int64, from first: Int64, _ read: (RawStatement) throws -> Row
    ) throws -> [Row] {
        guard count > 0 else { return [] }
        if !isStarted {
            statement.bind(first)
            isStarted = true
        }
        var rows: [Row] = []
        for _ in 0..<count {
            try step()
            guard state == .atRow else { throw StoreError(.corrupt, "an operation names rows that are not there") }
            rows.append(try read(statement))
        }
        return rows
    }

    private mutating func step() throws {
        guard state != .atEnd else { return }
        state = try statement.step() ? .atRow : .atEnd
    }
}
