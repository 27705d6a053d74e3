import Engine
import GRDB
import JSON
import Ledger
import Loyalty
import StoreForms
import Time

/// Sales without a member, as rows.
struct KeptRows {
    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    /// Whether there is any; so that nobody looks for one by one where there is none.
    func isEmpty() throws -> Bool {
        var select = try RawStatement(database, "SELECT 1 FROM kept_sale LIMIT 1")
        return try select.first { $0.int64(0) } == nil
    }

    // MARK: Finding

    /// The sale of a receipt.
    func sale(of receipt: ReceiptNumber) throws -> KeptSale? {
        var select = try RawStatement(
            database,
            """
            SELECT channel, occurred_at, currency, items, words, returns, until, claimed, version FROM kept_sale
            WHERE store = ? AND terminal = ? AND receipt = ?
            """)
        select.bind(receipt)
        return try select.first {
            let words = $0.isNull(4) ? nil : try PurchaseRow.words($0.bytes(4))
            return KeptSale(
                purchase: Purchase(
                    receipt: receipt, channel: $0.text(0), occurredAt: $0.instant(1), currency: $0.text(2),
                    tags: words?.tags ?? [], coupons: words?.coupons ?? [], items: try PurchaseRow.items($0.bytes(3))),
                until: $0.instant(6), returns: $0.isNull(5) ? [] : try KeptReturnsColumn.returns($0.bytes(5)),
                isClaimed: $0.int64(7) == 1, version: $0.int64(8))
        }
    }

    /// What was answered to a call that made or changed a sale.
    func answer(to key: IdempotencyKey) throws -> StoredAnswer? {
        var select = try RawStatement(
            database, "SELECT fingerprint, result FROM kept_call WHERE client = ? AND idempotency_key = ?")
        select.bind(key.client)
        select.bind(key.key)
        return try select.first { StoredAnswer(operation: nil, fingerprint: try $0.digest(0), result: $0.bytes(1)) }
    }

    /// The receipts of sales behind one, in the order of the table.
    func receipts(after receipt: ReceiptNumber?, limit: Int) throws -> [ReceiptNumber] {
        var select = try RawStatement(
            database,
            """
            SELECT store, terminal, receipt FROM kept_sale
            \(receipt == nil ? "" : "WHERE (store, terminal, receipt) > (?, ?, ?)")
            ORDER BY store, terminal, receipt LIMIT ?
            """)
        if let receipt { select.bind(receipt) }
        select.bind(Int64(max(0, limit)))
        return try select.all(Self.receipt)
    }

    /// The calls that made and changed a sale.
    func calls(about receipt: ReceiptNumber) throws -> [KeptCall] {
        var select = try RawStatement(
            database,
            """
            SELECT client, idempotency_key, fingerprint, result FROM kept_call
            WHERE store = ? AND terminal = ? AND receipt = ?
            """)
        select.bind(receipt)
        return try select.all {
            KeptCall(
                key: IdempotencyKey(client: $0.int64(0), key: $0.exactText(1)), fingerprint: try $0.digest(2),
                result: $0.bytes(3), receipt: receipt)
        }
    }

    private static func receipt(_ row: RawStatement) -> ReceiptNumber {
        ReceiptNumber(store: row.exactText(0), terminal: row.exactText(1), number: row.exactText(2))
    }

    /// Whether an operation may not be written, because its key or its receipt is that of a sale that nobody claimed.
    func holds(_ operation: Operation) throws -> Bool {
        if let cause = operation.cause, try answer(to: IdempotencyKey(cause)) != nil { return true }
        guard let receipt = operation.purchase?.receipt else { return false }
        var select = try RawStatement(
            database, "SELECT 1 FROM kept_sale WHERE store = ? AND terminal = ? AND receipt = ? AND claimed = 0")
        select.bind(receipt)
        return try select.first { $0.int64(0) } != nil
    }

    // MARK: Writing

    /// Writes changes, and forgets sales that can no longer be claimed.
    ///
    /// - Returns: whether everything was as it had to be; otherwise the transaction must be rolled back.
    func write(_ changes: KeptChanges) throws -> Bool {
        guard !changes.isEmpty else { return true }
        for write in changes.sales { guard try self.write(write) else { return false } }
        for call in changes.calls { guard try write(call) else { return false } }
        try prune(changes)
        return true
    }

    private func write(_ write: KeptChanges.Write) throws -> Bool {
        let (sale, purchase) = (write.sale, write.sale.purchase)
        var statement = try RawStatement(
            database,
            write.expectedVersion == 0
                ? """
                INSERT INTO kept_sale (
                    store, terminal, receipt, version, until, claimed, channel, occurred_at, currency, items, words,
                    returns)
                SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12
                WHERE NOT EXISTS (SELECT 1 FROM purchase WHERE store = ?1 AND terminal = ?2 AND receipt = ?3)
                ON CONFLICT DO NOTHING
                """
                : """
                UPDATE kept_sale SET
                    version = ?4, until = ?5, claimed = ?6, channel = ?7, occurred_at = ?8, currency = ?9, items = ?10,
                    words = ?11, returns = ?12
                WHERE store = ?1 AND terminal = ?2 AND receipt = ?3 AND version = ?13
                """)
        var json = JSONWriter(reserving: 256)
        statement.bind(purchase.receipt)
        statement.bind(sale.version)
        statement.bind(sale.until)
        statement.bind(Int64(sale.isClaimed ? 1 : 0))
        statement.bind(purchase.channel)
        statement.bind(purchase.occurredAt)
        statement.bind(purchase.currency)
        statement.bind(by: &json) { PurchaseRow.write(purchase.items, to: &$0) }
        statement.bindUnless(purchase.tags.isEmpty && purchase.coupons.isEmpty, by: &json) {
            PurchaseRow.writeWords(of: purchase, to: &$0)
        }
        statement.bindUnless(sale.returns.isEmpty, by: &json) { KeptReturnsColumn.write(sale.returns, to: &$0) }
        if write.expectedVersion > 0 { statement.bind(write.expectedVersion) }
        try statement.run()
        return database.changesCount == 1
    }

    private func write(_ call: KeptCall) throws -> Bool {
        var insert = try RawStatement(
            database,
            """
            INSERT INTO kept_call (client, idempotency_key, fingerprint, store, terminal, receipt, result)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
            WHERE NOT EXISTS (SELECT 1 FROM operation WHERE client = ?1 AND idempotency_key = ?2)
                AND NOT EXISTS (SELECT 1 FROM refusal WHERE client = ?1 AND idempotency_key = ?2)
            ON CONFLICT DO NOTHING
            """)
        insert.bind(call.key.client)
        insert.bind(call.key.key)
        insert.bind(call.fingerprint)
        insert.bind(call.receipt)
        insert.bind(utf8: call.result)
        try insert.run()
        return database.changesCount == 1
    }

    private func prune(_ changes: KeptChanges) throws {
        var select = try RawStatement(
            database,
            "SELECT store, terminal, receipt FROM kept_sale WHERE until <= ? ORDER BY until LIMIT ?")
        select.bind(changes.now)
        select.bind(Int64(changes.pruning))
        let over = try select.all(Self.receipt)
        for receipt in over {
            for table in ["kept_sale", "kept_call"] {
                var delete = try RawStatement(
                    database, "DELETE FROM \(table) WHERE store = ? AND terminal = ? AND receipt = ?")
                delete.bind(receipt)
                try delete.run()
            }
        }
    }
}
