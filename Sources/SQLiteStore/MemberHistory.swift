import Engine
import GRDB
import Ledger
import Loyalty

// Reads a member's operations.
//
// They are a list: the hot row names the newest operation and each operation the one before it. Appending to a list
// touches no page but the table's last one, where an index by member would change one more random page per purchase.
// Going back from the newest end is what statements do; to reach a place further back, every 32nd operation is in
// `operation_landmark`.

struct MemberHistory {
    private let member: MemberNumber
    private var rows: OperationRows
    private var selectLandmark: RawStatement
    private var selectNewest: RawStatement

    init(_ database: Database, member: MemberNumber) throws {
        self.member = member
        rows = try OperationRows(database)
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
        try visit(downTo: 1, from: newest()) { history, row in
            let movements = try history.rows.lots(of: row)
            // Going back in time, so what is known already is newer.
            for lot in movements.changed.reversed() + movements.opened where lots[lot.number] == nil {
                lots[lot.number] = lot
            }
        }
        return lots.values.sorted { $0.number < $1.number }
    }

    // MARK: The list

    private typealias Place = (operation: Int64, sequence: Int64)

    /// The operations of a stretch of sequences, newest first.
    private mutating func operations(from first: Int64, through last: Int64) throws -> [StoredOperation] {
        var operations: [StoredOperation] = []
        try visit(downTo: first, from: place(atOrBehind: last)) { history, row in
            guard row.id.sequence <= last else { return }
            operations.append(try history.rows.operation(row))
        }
        return operations
    }

    /// Follows the list backwards from a place to a sequence.
    private mutating func visit(
        downTo first: Int64, from start: Place?, _ body: (inout MemberHistory, OperationRow) throws -> Void
    ) throws {
        guard var place = start else { return }
        while place.sequence >= first {
            let row = try row(at: place)
            try body(&self, row)
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
        guard let row = try rows.row(place.operation), row.id == OperationID(member: member, sequence: place.sequence)
        else { throw Self.brokenList }
        return row
    }
}
