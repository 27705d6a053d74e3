import Engine
import Ledger
import Loyalty
import StoreForms
import Time

// What only whoever copies the whole asks for.

extension PostgresReader {
    func registeredWriters() throws -> [RegisteredWriter] {
        try all(CopyStatements.writers) { row in
            RegisteredWriter(
                id: WriterID(try row.int64(0)), registeredAt: try row.instant(1), answersForgotten: try row.int64(2))
        }
    }

    func nextMemberNumber() throws -> Int64 {
        guard let next = try first(CopyStatements.nextMember, Parameters(), { try $0.int64(0) }) else {
            throw StoreError(.corrupt, "the counter of member numbers is gone")
        }
        return next
    }

    func batches(after position: HistoryPosition, limit: Int) throws -> [PlacedBatch] {
        // A position within a batch, as histories have, is before its end.
        let start = position.value >> 24
        let blocks = try all(CopyStatements.blocks, Parameters(start, Int64(max(0, limit)))) { row in
            (
                place: try row.int64(0),
                block: Block(
                    writer: WriterID(try row.int64(1)), number: try row.int64(2), previous: try row.digest(3),
                    root: try row.digest(4), count: try row.int64(5), recordedAt: try row.instant(6),
                    newestRuleSet: try row.int64(7)),
                totals: try TotalsColumn.totals(row.plain(8))
            )
        }
        guard let last = blocks.last?.place else { return [] }
        let rows = try all(CopyStatements.operations, Parameters(start, last)) { row in
            (
                place: try row.int64(CopyStatements.placeColumn),
                sealed: try MemberHistory.operation(
                    row, of: try row.member(CopyStatements.memberColumn),
                    MemberHistory.person(row, first: CopyStatements.personColumn)
                ).sealed
            )
        }
        var operations = Dictionary(grouping: rows, by: \.place)
        return try blocks.map { place, block, totals in
            let sealed = (operations.removeValue(forKey: place) ?? []).map(\.sealed)
            guard Int64(sealed.count) == block.count else {
                throw StoreError(.corrupt, "a block names operations that are not there")
            }
            return PlacedBatch(
                position: HistoryPosition((place << 24) + block.count),
                batch: RecordedBatch(block: block, operations: sealed, totals: totals))
        }
    }

    func refusals(after place: Int64, limit: Int) throws -> [PlacedRefusal] {
        try all(CopyStatements.refusals, Parameters(place, Int64(max(0, limit)))) { row in
            PlacedRefusal(
                place: try row.int64(0),
                note: RefusalNote(
                    key: IdempotencyKey(client: try row.int64(1), key: row.exactText(2)),
                    fingerprint: try row.digest(3), refusal: try RefusalColumn.refusal(row.plain(4)),
                    at: try row.instant(5)))
        }
    }

    func keptReceipts(after receipt: ReceiptNumber?, limit: Int) throws -> [ReceiptNumber] {
        var parameters = Parameters(Int64(max(0, limit)))
        if let receipt { parameters.add(HashedKey(receipt)) }
        return try all(receipt == nil ? CopyStatements.receipts : CopyStatements.receiptsAfter, parameters) { row in
            ReceiptNumber(store: row.exactText(0), terminal: row.exactText(1), number: row.exactText(2))
        }
    }

    func keptRecord(of receipt: ReceiptNumber) throws -> KeptRecord? {
        let key = HashedKey(receipt)
        let sale = try first(KeptStatements.sales, Parameters([key])) { try KeptStatements.sale($0) }
        guard let sale, sale.purchase.receipt == receipt else { return nil }
        var parameters = Parameters()
        parameters.add(key)
        let calls = try all(CopyStatements.calls, parameters) { row in
            KeptCall(
                key: IdempotencyKey(client: try row.int64(0), key: row.exactText(1)), fingerprint: try row.digest(2),
                result: row.utf8(3), receipt: receipt)
        }
        return KeptRecord(sale: sale, calls: calls)
    }
}
