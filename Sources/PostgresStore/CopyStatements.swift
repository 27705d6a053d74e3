import Engine
import JSON
import Ledger
import Loyalty
import StoreForms
import Time

/// What only whoever copies the whole asks for and writes.
enum CopyStatements {
    private static let bigint = ColumnType.bigint.number

    // MARK: Reading

    static let writers = Statement(
        "registered_writers",
        """
        SELECT writer.writer, registered_at, coalesce(batch_no, 0)
        FROM writer LEFT JOIN answers_forgotten ON answers_forgotten.writer = writer.writer ORDER BY writer.writer
        """)

    static let nextMember = Statement("next_member", "SELECT value FROM counter WHERE name = 'member_number'")

    /// Whole batches behind a place.
    static let blocks = Statement(
        "recorded_blocks", [bigint, bigint],
        """
        SELECT place, writer, batch_no, previous, root, operations, recorded_at, newest_rule_set, totals FROM block
        WHERE place > $1 ORDER BY place LIMIT $2
        """)

    /// Where the columns are that stand behind an operation's own.
    static let memberColumn = 33
    static let placeColumn = 34
    static let personColumn = 35

    /// The operations of the batches between two places.
    static let operations = Statement(
        "recorded_operations", [bigint, bigint],
        """
        SELECT \(ReadStatements.operationColumns), operation.member_no, block.place, seen.traits, seen.attributes, seen.codes
        FROM block
        CROSS JOIN LATERAL unnest(block.members, block.sequences) WITH ORDINALITY AS leaf (member_no, seq, place)
        JOIN operation ON operation.member_no = leaf.member_no AND operation.seq = leaf.seq
        LEFT JOIN seen ON seen.member_no = leaf.member_no AND seen.seq = leaf.seq
        WHERE block.place > $1 AND block.place <= $2 ORDER BY block.place, leaf.place
        """)

    static let refusals = Statement(
        "refusals_after", [bigint, bigint],
        """
        SELECT refusal, client, idempotency_key, fingerprint, problem, refused_at FROM refusal
        WHERE refusal > $1 ORDER BY refusal LIMIT $2
        """)

    static let receipts = Statement(
        "kept_receipts", [bigint],
        "SELECT store, terminal, receipt FROM kept_sale ORDER BY sale LIMIT $1")

    static let receiptsAfter = Statement(
        "kept_receipts_after", [bigint, ColumnType.uuid.number],
        "SELECT store, terminal, receipt FROM kept_sale WHERE sale > $2 ORDER BY sale LIMIT $1")

    static let calls = Statement(
        "kept_calls", [ColumnType.uuid.number],
        "SELECT client, idempotency_key, fingerprint, result FROM kept_call WHERE sale = $1")

    // MARK: Writing

    /// Everything takes longer than batches do. To the end of the transaction.
    static let patience = Statement("patience", "SET LOCAL idle_in_transaction_session_timeout = '1h'")

    /// Keeps servers that begin to work here waiting, beside the lock that batches share.
    static let lock = Statement("lock_empty", "LOCK TABLE writer, counter, claim, audit IN EXCLUSIVE MODE")

    static let contents = Statement(
        "contents",
        """
        SELECT CASE
            WHEN EXISTS (SELECT FROM member) THEN 'members'
            WHEN EXISTS (SELECT FROM writer) THEN 'servers that worked on it'
            WHEN EXISTS (SELECT FROM rule_set) THEN 'rule sets'
            WHEN EXISTS (SELECT FROM client) THEN 'clients'
            WHEN EXISTS (SELECT FROM signing_key) THEN 'keys that sign'
            WHEN EXISTS (SELECT FROM audit WHERE action <> 'migrate') THEN 'an audit trail'
            WHEN EXISTS (SELECT FROM operation) OR EXISTS (SELECT FROM block) OR EXISTS (SELECT FROM claim)
                OR EXISTS (SELECT FROM refusal) OR EXISTS (SELECT FROM kept_sale) OR EXISTS (SELECT FROM shared_usage)
                OR EXISTS (SELECT FROM counter WHERE name = 'member_number' AND value > 1) THEN 'other data'
        END
        """)

    /// Entries that only tell of the schema give way to the trail that is taken over. The trigger that keeps them is back
    /// before the transaction ends, and the lock keeps everybody else away meanwhile.
    static let clearTrail = [
        Statement("free_trail", "ALTER TABLE audit DISABLE TRIGGER only_added"),
        Statement("clear_trail", "DELETE FROM audit"),
        Statement("keep_trail", "ALTER TABLE audit ENABLE TRIGGER only_added"),
    ]

    static let writer = [Column("writer", .bigint), Column("registered_at", .bigint)]
    static let insertWriters = Statement(
        "insert_writers", writer.map(\.type.arrayNumber),
        """
        INSERT INTO writer (writer, registered_at) OVERRIDING SYSTEM VALUE
        SELECT writer, registered_at FROM \(Statement.unnest(writer))
        """)

    static let forgotten = [Column("writer", .bigint), Column("batch_no", .bigint)]
    static let insertForgotten = Statement(insertInto: "answers_forgotten", forgotten)

    /// The next writer gets a number behind all of those.
    static let goOnCounting = Statement(
        "go_on_counting",
        """
        SELECT setval(
            pg_get_serial_sequence('writer', 'writer'), coalesce((SELECT max(writer) FROM writer), 1),
            EXISTS (SELECT FROM writer))
        """)

    static let setNextMember = Statement(
        "set_next_member", [bigint], "UPDATE counter SET value = $1 WHERE name = 'member_number'")
}
