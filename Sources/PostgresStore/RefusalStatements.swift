import Engine
import JSON
import Ledger
import Loyalty
import StoreForms
import Time

// Refusals that are given again. The key of each is a claim with the sequence 0: what makes it free again takes that
// claim away as well, and nothing else ever takes one away.

enum RefusalStatements {
    private static let bigint = ColumnType.bigint.number

    static let refusals = Statement(
        "refusals", [ColumnType.uuid.arrayNumber],
        """
        SELECT wanted.place::int, refusal.client, refusal.idempotency_key, refusal.fingerprint, refusal.problem,
            refusal.refused_at
        FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (claim, place)
        JOIN refusal ON refusal.claim = wanted.claim
        """)

    static let outlive = Statement(
        "outlive_refusals", [ColumnType.uuid.arrayNumber],
        """
        WITH gone AS (
            DELETE FROM refusal USING unnest($1::uuid[]) AS old (claim) WHERE refusal.claim = old.claim
            RETURNING refusal.claim
        )
        DELETE FROM claim USING gone WHERE claim.claim = gone.claim AND claim.seq = 0
        """)

    static let row = [
        Column("claim", .uuid), Column("client", .bigint), Column("idempotency_key", .text),
        Column("fingerprint", .bytea), Column("problem", .text), Column("refused_at", .bigint),
    ]
    private static let placedRow = row + [Column("place", .bigint)]

    /// `place` is their order; the rows themselves come in the order of the claims. A key that somebody has claimed by now
    /// is left alone.
    static let insert = Statement(
        "insert_refusal", placedRow.map(\.type.arrayNumber),
        """
        WITH new AS (SELECT * FROM \(Statement.unnest(placedRow))),
        claimed AS (
            INSERT INTO claim (claim, member_no, seq) SELECT claim, 0, 0 FROM new
            ON CONFLICT DO NOTHING RETURNING claim
        )
        INSERT INTO refusal (\(row.map(\.name).joined(separator: ", ")))
        SELECT \(row.map { "new.\($0.name)" }.joined(separator: ", ")) FROM new JOIN claimed ON claimed.claim = new.claim
        ORDER BY new.place
        """)

    /// Looks at so many of the oldest ones, and takes away those up to an instant and those that are too many.
    static let prune = Statement(
        "prune_refusals", [bigint, bigint, bigint],
        """
        WITH oldest AS (SELECT refusal, refused_at FROM refusal ORDER BY refusal LIMIT $1),
        gone AS (
            DELETE FROM refusal USING oldest
            WHERE refusal.refusal = oldest.refusal AND (
                oldest.refused_at <= $2
                OR oldest.refusal <= (SELECT refusal FROM refusal ORDER BY refusal DESC LIMIT 1) - $3)
            RETURNING refusal.claim
        )
        DELETE FROM claim USING gone WHERE claim.claim = gone.claim AND claim.seq = 0
        """)

    /// Makes keys free again.
    static func sendOutlived(_ notes: RefusalNotes, over connection: inout Connection) throws {
        guard !notes.outlived.isEmpty else { return }
        try connection.send(outlive, Parameters(notes.outlived.map { HashedKey($0) }.sorted()))
    }

    /// Writes new ones, and forgets old ones.
    static func sendNew(_ notes: RefusalNotes, over connection: inout Connection) throws {
        guard notes.pruning > 0 else { return }
        try connection.send(
            prune,
            Parameters(Int64(notes.pruning), notes.now.milliseconds - Refusal.memoryMs, RefusalNotes.most))
        try send(notes.new, over: &connection)
    }

    /// Writes new ones behind those that are there.
    static func send(_ notes: [RefusalNote], over connection: inout Connection) throws {
        guard !notes.isEmpty else { return }
        var rows = Rows(placedRow)
        var json = JSONWriter(reserving: 128)
        let keyed = notes.enumerated().map { (key: HashedKey($1.key), place: $0, note: $1) }
        for (key, place, note) in keyed.sorted(by: { $0.key < $1.key }) {
            rows.add(key)
            rows.add(note.key.client)
            rows.add(note.key.key)
            rows.add(note.fingerprint)
            rows.add(by: &json) { RefusalColumn.write(note.refusal, to: &$0) }
            rows.add(note.at)
            rows.add(place)
        }
        rows.seal()
        try connection.send(insert, Parameters(rows))
    }
}
