import Engine
import JSON
import Ledger
import Loyalty
import StoreForms
import Time

// Sales without a member. Until somebody claims one, its receipt is a claim with the sequence 0, and so are the keys of the
// calls about it: what posts the receipt or uses a key meets it at the very insertion that keeps operations apart.

enum KeptStatements {
    private static let bigint = ColumnType.bigint.number

    // MARK: Finding

    static let sales = Statement(
        "kept_sales", [ColumnType.uuid.arrayNumber],
        """
        SELECT wanted.place::int, store, terminal, receipt, channel, occurred_at, currency, items, words, returns, until,
            claimed, version
        FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (sale, place)
        JOIN kept_sale ON kept_sale.sale = wanted.sale
        """)

    static let answers = Statement(
        "kept_answers", [ColumnType.uuid.arrayNumber],
        """
        SELECT wanted.place::int, client, idempotency_key, fingerprint, result
        FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (claim, place)
        JOIN kept_call ON kept_call.claim = wanted.claim
        """)

    /// Reads a sale from the columns that `sales` names behind the place.
    static func sale(_ row: borrowing Row) throws -> KeptSale {
        let words = row.isNull(8) ? nil : try PurchaseRow.words(row.plain(8))
        return KeptSale(
            purchase: Purchase(
                receipt: ReceiptNumber(store: row.exactText(1), terminal: row.exactText(2), number: row.exactText(3)),
                channel: row.text(4), occurredAt: try row.instant(5), currency: row.text(6), tags: words?.tags ?? [],
                coupons: words?.coupons ?? [], items: try PurchaseRow.items(row.plain(7))),
            until: try row.instant(10), returns: row.isNull(9) ? [] : try KeptReturnsColumn.returns(row.plain(9)),
            isClaimed: row.truth(11), version: try row.int64(12))
    }

    // MARK: Writing

    static let sale = [
        Column("sale", .uuid), Column("version", .bigint), Column("until", .bigint), Column("claimed", .boolean),
        Column("occurred_at", .bigint), Column("store", .text), Column("terminal", .text), Column("receipt", .text),
        Column("channel", .text), Column("currency", .text), Column("items", .text), Column("words", .text),
        Column("returns", .text),
    ]
    static let insertSales = Statement(insertInto: "kept_sale", sale)

    private static let changed = sale + [Column("expected", .bigint)]

    /// Changes sales that have the expected version, all or none.
    static let updateSales = Statement(
        "update_kept_sales", changed.map(\.type.arrayNumber),
        """
        WITH done AS (
            UPDATE kept_sale SET \(sale.dropFirst().map { "\($0.name) = new.\($0.name)" }.joined(separator: ", "))
            FROM \(Statement.unnest(changed))
            WHERE kept_sale.sale = new.sale AND kept_sale.version = new.expected
            RETURNING 1
        )
        SELECT expect_rows((SELECT count(*) FROM done), cardinality($1::uuid[]), '\(PostgresFailure.versionState)')
        """)

    /// Frees the receipts of sales that somebody claims.
    static let free = Statement(
        "free_receipts", [ColumnType.uuid.arrayNumber],
        "DELETE FROM claim USING unnest($1::uuid[]) AS old (claim) WHERE claim.claim = old.claim AND claim.seq = 0")

    static let call = [
        Column("claim", .uuid), Column("sale", .uuid), Column("client", .bigint), Column("idempotency_key", .text),
        Column("fingerprint", .bytea), Column("result", .text),
    ]
    static let insertCalls = Statement(insertInto: "kept_call", call)

    /// Takes away so many sales, at most, that could be claimed until an instant. What another engine is taking away is
    /// left to it.
    static let prune = Statement(
        "prune_kept_sales", [bigint, bigint],
        """
        WITH outlived AS (
            SELECT sale FROM kept_sale WHERE until <= $1 ORDER BY until LIMIT $2 FOR UPDATE SKIP LOCKED
        ),
        sales AS (DELETE FROM kept_sale USING outlived WHERE kept_sale.sale = outlived.sale RETURNING kept_sale.sale),
        calls AS (DELETE FROM kept_call USING outlived WHERE kept_call.sale = outlived.sale RETURNING kept_call.claim)
        DELETE FROM claim USING (SELECT sale FROM sales UNION ALL SELECT claim FROM calls) AS old (claim)
        WHERE claim.claim = old.claim AND claim.seq = 0
        """)

    /// Writes changes but for the claims, which are written behind it; see `claims`.
    static func send(_ kept: KeptChanges, over connection: inout Connection) throws {
        guard !kept.isEmpty else { return }
        var json = JSONWriter(reserving: 256)
        var (new, old) = (Rows(sale), Rows(changed))
        var freed: [HashedKey] = []
        let sales = kept.sales.map { (key: HashedKey($0.sale.purchase.receipt), write: $0) }
        for (key, write) in sales.sorted(by: { $0.key < $1.key }) {
            if write.expectedVersion == 0 {
                add(write.sale, key, to: &new, by: &json)
            } else {
                add(write.sale, key, to: &old, by: &json)
                old.add(write.expectedVersion)
                if write.sale.isClaimed { freed.append(key) }
            }
        }
        if !old.isEmpty {
            old.seal()
            try connection.send(updateSales, Parameters(old))
        }
        if !new.isEmpty {
            new.seal()
            try connection.send(insertSales, Parameters(new))
        }
        if !freed.isEmpty { try connection.send(free, Parameters(freed)) }
    }

    /// The keys that are claimed with the sequence 0 from now on.
    static func claims(of kept: KeptChanges) -> [HashedKey] {
        kept.sales.filter { $0.expectedVersion == 0 && !$0.sale.isClaimed }.map { HashedKey($0.sale.purchase.receipt) }
            + kept.calls.map { HashedKey($0.key) }
    }

    /// Writes the calls, behind their claims, and forgets sales that can no longer be claimed.
    static func sendCalls(_ kept: KeptChanges, over connection: inout Connection) throws {
        guard !kept.isEmpty else { return }
        if !kept.calls.isEmpty {
            var rows = Rows(call)
            for (key, call) in kept.calls.map({ (HashedKey($0.key), $0) }).sorted(by: { $0.0 < $1.0 }) {
                rows.add(key)
                rows.add(HashedKey(call.receipt))
                rows.add(call.key.client)
                rows.add(call.key.key)
                rows.add(call.fingerprint)
                rows.add(text: call.result)
            }
            rows.seal()
            try connection.send(insertCalls, Parameters(rows))
        }
        try connection.send(prune, Parameters(kept.now.milliseconds, Int64(kept.pruning)))
    }

    private static func add(_ kept: KeptSale, _ key: HashedKey, to rows: inout Rows, by json: inout JSONWriter) {
        let purchase = kept.purchase
        rows.add(key)
        rows.add(kept.version)
        rows.add(kept.until)
        rows.add(kept.isClaimed)
        rows.add(purchase.occurredAt)
        rows.add(purchase.receipt.store)
        rows.add(purchase.receipt.terminal)
        rows.add(purchase.receipt.number)
        rows.add(text: purchase.channel)
        rows.add(text: purchase.currency)
        rows.add(by: &json) { PurchaseRow.write(purchase.items, to: &$0) }
        rows.addUnless(purchase.tags.isEmpty && purchase.coupons.isEmpty, by: &json) {
            PurchaseRow.writeWords(of: purchase, to: &$0)
        }
        rows.addUnless(kept.returns.isEmpty, by: &json) { KeptReturnsColumn.write(kept.returns, to: &$0) }
    }
}
