import Engine
import GRDB
import Ledger
import Loyalty
import StoreForms
import Time

// Reads whole batches in the order of recording. A batch's operations have dense numbers, so the operation behind the last
// one that was read leads to the next block. What batches moved on accounts of the program has no index, because nobody
// else asks for it by batch; but it was written in the same order, so its place is found by halving.

struct BatchHistory {
    private typealias Key = (writer: WriterID, number: Int64)

    private let database: Database
    private var rows: OperationRows
    private var selectBlock: RawStatement

    init(_ database: Database) throws {
        self.database = database
        rows = try OperationRows(database)
        selectBlock = try RawStatement(
            database,
            """
            SELECT writer, batch_no, previous, root, count, recorded_at, newest_rule_set FROM block
            WHERE (writer, batch_no) = (SELECT writer, batch_no FROM operation WHERE op = ?1) AND first_op = ?1
            """)
    }

    /// Batches behind a position, oldest first.
    mutating func batches(after position: HistoryPosition, limit: Int) throws -> [PlacedBatch] {
        let first = max(0, position.value) + 1
        var next = first
        var found: [(block: Block, operations: [SealedOperation], end: Int64)] = []
        while found.count < limit, let block = try block(from: next) {
            let end = next + block.count
            found.append((block, try (next..<end).map { try operation($0, of: block) }, end - 1))
            next = end
        }
        if found.count < limit, try isThere(next) {
            throw StoreError(.corrupt, "no block begins with an operation behind the last one of another")
        }
        var totals = try totals(from: first, to: next)
        return found.map { block, operations, end in
            PlacedBatch(
                position: HistoryPosition(end),
                batch: RecordedBatch(
                    block: block, operations: operations,
                    totals: totals.removeValue(forKey: BlockKey(block.writer, block.number)) ?? []))
        }
    }

    /// The block that begins with an operation.
    private mutating func block(from operation: Int64) throws -> Block? {
        selectBlock.bind(operation)
        return try selectBlock.first {
            Block(
                writer: WriterID($0.int64(0)), number: $0.int64(1), previous: try $0.digest(2), root: try $0.digest(3),
                count: $0.int64(4), recordedAt: $0.instant(5), newestRuleSet: $0.int64(6))
        }
    }

    private mutating func operation(_ number: Int64, of block: Block) throws -> SealedOperation {
        guard let row = try rows.row(number), row.writer == block.writer, row.batch == block.number else {
            throw StoreError(.corrupt, "a block names operations that are not there")
        }
        return try rows.operation(row).sealed
    }

    private func isThere(_ operation: Int64) throws -> Bool {
        var select = try RawStatement(database, "SELECT 1 FROM operation WHERE op = ?")
        select.bind(operation)
        return try select.first { _ in true } ?? false
    }

    // MARK: Totals

    private struct BlockKey: Hashable {
        let writer: WriterID
        let number: Int64

        init(_ writer: WriterID, _ number: Int64) {
            self.writer = writer
            self.number = number
        }
    }

    /// What the batches moved whose operations begin between two numbers.
    private func totals(from first: Int64, to end: Int64) throws -> [BlockKey: [ProgramTotal]] {
        var select = try RawStatement(
            database,
            """
            SELECT program_total.writer, program_total.batch_no, currency, account, change, first_op
            FROM program_total JOIN block USING (writer, batch_no)
            WHERE program_total.rowid >= ? ORDER BY program_total.rowid
            """)
        select.bind(try firstTotal(ofOperationsFrom: first))
        defer { select.rewind() }
        var totals: [BlockKey: [ProgramTotal]] = [:]
        while try select.step(), select.int64(5) < end {
            totals[BlockKey(WriterID(select.int64(0)), select.int64(1)), default: []].append(
                ProgramTotal(
                    currency: select.currency(2), account: try select.account(3), change: select.points(4)))
        }
        return totals
    }

    /// The first row whose batch begins with an operation or a later one.
    private func firstTotal(ofOperationsFrom operation: Int64) throws -> Int64 {
        var newest = try RawStatement(database, "SELECT max(rowid) FROM program_total")
        var begins = try RawStatement(
            database,
            """
            SELECT first_op FROM program_total JOIN block USING (writer, batch_no) WHERE program_total.rowid = ?
            """)
        var (low, high) = (Int64(1), (try newest.first { $0.int64(0) } ?? 0) + 1)
        while low < high {
            let middle = low + (high - low) / 2
            begins.bind(middle)
            guard let start = try begins.first({ $0.int64(0) }) else {
                throw StoreError(.corrupt, "what a batch moved is there without the batch")
            }
            if start < operation { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
