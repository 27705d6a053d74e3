/// What is written besides batches.
enum WriteStatements {
    private static let bigint = ColumnType.bigint.number
    private static let text = ColumnType.text.number
    private static let bytea = ColumnType.bytea.number

    static let registerWriter = Statement(
        "register_writer", [bigint], "INSERT INTO writer (registered_at) VALUES ($1) RETURNING writer")

    static let leaseNumbers = Statement(
        "lease_numbers", [bigint],
        "UPDATE counter SET value = value + $1 WHERE name = 'member_number' RETURNING value")

    /// Changes nothing, and leaves a record in the log: a commit behind others, which are on the disk, and at a synchronous
    /// standby, once it is.
    static let followBehind = Statement(
        "follow_behind", "UPDATE counter SET value = value WHERE name = 'member_number'")

    static let addSigningKey = Statement(
        "add_signing_key", [bigint, bigint, bytea],
        """
        INSERT INTO signing_key (key_no, created_at, secret) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
        """)

    /// The rights that the engine needs and the role has not; null for none.
    static let missingRights = Statement(
        "missing_rights",
        """
        SELECT string_agg(privilege || ' ON ' || relation, ', ' ORDER BY privilege DESC, relation)
        FROM (
            SELECT 'UPDATE' AS privilege, unnest(ARRAY['member', 'member_traits', 'consent', 'identifier', 'member_due',
                'due_work', 'kept_sale', 'counter', 'shared_usage', 'client', 'client_key', 'answers_forgotten']) AS relation
            UNION ALL
            SELECT 'DELETE', unnest(ARRAY['identifier', 'member_profile', 'member_traits', 'consent', 'seen', 'member_due',
                'refusal', 'kept_sale', 'kept_call', 'claim'])
            UNION ALL
            SELECT 'INSERT', unnest(ARRAY['member', 'operation', 'claim', 'block', 'writer'])
        ) AS needed
        WHERE NOT has_table_privilege(relation, privilege)
        """)

    static let endSigningKeys = Statement(
        "end_signing_keys", [bigint], "DELETE FROM signing_key WHERE key_no < $1")

    // MARK: Old answers

    /// Empties the answers of the next batches, writer by writer, that are older than an instant; answers with how many
    /// batches those were.
    static let forgetAnswers = Statement(
        "forget_answers", [bigint, bigint],
        """
        WITH old AS (
                SELECT block.* FROM writer CROSS JOIN LATERAL (
                    SELECT writer, batch_no, recorded_at, members, sequences FROM block
                    WHERE block.writer = writer.writer AND batch_no > coalesce(
                        (SELECT batch_no FROM answers_forgotten WHERE answers_forgotten.writer = writer.writer), 0)
                    ORDER BY batch_no LIMIT $2
                ) AS block
                WHERE block.recorded_at < $1 ORDER BY block.writer, block.batch_no LIMIT $2
            ),
            emptied AS (
                UPDATE operation SET result = '', salt = NULL
                FROM (SELECT unnest(members) AS member_no, unnest(sequences) AS seq FROM old) AS answered
                WHERE operation.member_no = answered.member_no AND operation.seq = answered.seq
                    AND (result <> '' OR salt IS NOT NULL)
            ),
            noted AS (
                INSERT INTO answers_forgotten (writer, batch_no) SELECT writer, max(batch_no) FROM old GROUP BY writer
                ON CONFLICT (writer) DO UPDATE SET batch_no = excluded.batch_no
            )
        SELECT count(*) FROM old
        """)

    // MARK: Rule sets, clients and the audit trail

    /// No batch and no other administration is written beside it, to the end of the transaction.
    static let lockAlone = Statement("lock_alone", "SELECT pg_advisory_xact_lock(1265203829, 3)")

    static let ruleSetColumns =
        "version, source, digest, added_at, effective_from, author, note, client, idempotency_key, fingerprint"

    static let ruleSetOfKey = Statement(
        "rule_set_of_key", [ColumnType.uuid.number], "SELECT \(ruleSetColumns) FROM rule_set WHERE claim = $1")

    static let addRuleSet = Statement(
        "add_rule_set", [bigint, text, bytea, bigint, bigint, text, text],
        """
        INSERT INTO rule_set (version, source, digest, added_at, effective_from, author, note)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """)

    /// The same for one that was asked for under an idempotency key.
    static let addRequestedRuleSet = Statement(
        "add_requested_rule_set",
        [bigint, text, bytea, bigint, bigint, text, text, ColumnType.uuid.number, bigint, text, bytea],
        """
        INSERT INTO rule_set (
            version, source, digest, added_at, effective_from, author, note, claim, client, idempotency_key, fingerprint)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """)

    static let auditColumns = "entry, at, client, author, origin, action, subject, details, previous, digest"

    static let newestEntry = Statement(
        "newest_entry", "SELECT \(auditColumns) FROM audit ORDER BY entry DESC LIMIT 1")

    static let auditRow = [
        Column("entry", .bigint), Column("at", .bigint), Column("client", .bigint), Column("author", .text),
        Column("origin", .text), Column("action", .text), Column("subject", .text), Column("details", .text),
        Column("previous", .bytea), Column("digest", .bytea),
    ]
    static let addEntry = Statement(insertInto: "audit", auditRow)
}
