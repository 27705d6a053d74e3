// What a batch writes: for every table its columns, in the order in which `BatchRows` fills them, and the statement
// over all of the batch's rows. A new column is a line here, a line there, and a migration.
//
// The order of the statements is the order of locking, the same in every engine: members, identifiers, claims, what
// members share; and inside each of them the rows are sorted by key. So no two batches ever wait for each other.

enum BatchStatements {
    // MARK: Members

    /// The columns that change with every operation.
    static let memberChanges = [
        Column("version", .bigint), Column("last_lot", .bigint), Column("last_transfer", .bigint),
        Column("purchases", .bigint), Column("first_purchase_at", .bigint), Column("last_purchase_at", .bigint),
        Column("head", .bytea), Column("balances", .text), Column("lots", .text), Column("tier", .text),
        Column("usages", .text), Column("holds", .text), Column("vouchers", .text),
        Column("bonds", .text), Column("celebrated_until", .bigint), Column("status", .text),
        Column("erased_at", .bigint),
    ]

    static let updatedMember = memberChanges + [Column("member_no", .bigint), Column("expected", .bigint)]
    static let newMember =
        memberChanges + [
            Column("member_no", .bigint), Column("id", .text), Column("enrolled_at", .bigint),
        ]

    /// Updates members that have the expected version, all or none, and answers with what they had before, to check the
    /// batch against. Each is found by its number once, and then by its place; one that was changed meanwhile is not there
    /// any more. The last condition is always true: asking for it runs the guard.
    static let updateMembers = Statement(
        "update_members", updatedMember.map(\.type.arrayNumber),
        """
        WITH changed AS (
            UPDATE member SET \(memberChanges.map { "\($0.name) = new.\($0.name)" }.joined(separator: ", "))
            FROM \(Statement.unnest(updatedMember)) JOIN member AS before ON before.member_no = new.member_no
            WHERE before.version = new.expected AND member.ctid = before.ctid
            RETURNING member.member_no, before.last_transfer, before.balances
        ), guard AS (
            SELECT expect_rows(
                (SELECT count(*) FROM changed), cardinality($1::bigint[]), '\(PostgresFailure.versionState)') AS passed
        )
        SELECT member_no, last_transfer, balances FROM changed
        WHERE (SELECT passed IS NULL OR passed IS NOT NULL FROM guard)
        """)

    static let heldMember = [Column("member_no", .bigint), Column("expected", .bigint)]

    /// Locks members that have the expected version, all or none: those that only were looked at, so that they stay as
    /// they are, and with them those that are updated, so that all of them are locked in one order.
    static let holdMembers = Statement(
        "hold_members", heldMember.map(\.type.arrayNumber),
        """
        WITH held AS (
            SELECT 1 FROM member JOIN \(Statement.unnest(heldMember)) ON member.member_no = new.member_no
            WHERE member.version = new.expected
            ORDER BY member.member_no
            FOR NO KEY UPDATE OF member
        )
        SELECT expect_rows((SELECT count(*) FROM held), cardinality($1::bigint[]), '\(PostgresFailure.versionState)')
        """)

    static let insertMembers = Statement(insertInto: "member", newMember)

    static let identifier = [
        Column("identifier", .uuid), Column("kind", .text), Column("value", .text), Column("member_no", .bigint),
        Column("place", .integer),
    ]

    /// `place` counts a member's new identifiers; behind those that are there already.
    static let insertIdentifiers = Statement(
        "insert_identifier", identifier.map(\.type.arrayNumber),
        """
        INSERT INTO identifier (identifier, kind, value, member_no, position)
        SELECT new.identifier, new.kind, new.value, new.member_no, new.place + coalesce(
            (SELECT max(position) FROM identifier AS old WHERE old.member_no = new.member_no), 0)
        FROM \(Statement.unnest(identifier))
        """)

    static let profile = [Column("member_no", .bigint), Column("name", .text)]
    static let insertProfiles = Statement(insertInto: "member_profile", profile)

    static let freeIdentifiers = Statement(
        "free_identifiers", [ColumnType.uuid.arrayNumber],
        "DELETE FROM identifier USING unnest($1::uuid[]) AS old (identifier) WHERE identifier.identifier = old.identifier"
    )

    /// The names of one member become another's: identifiers, and the name to greet with where the other has none.
    static let moveIdentifiers = Statement(
        "move_identifiers", [ColumnType.bigint.number, ColumnType.bigint.number],
        """
        UPDATE identifier SET member_no = $2,
            position = position + (SELECT coalesce(max(position), 0) FROM identifier AS old WHERE old.member_no = $2)
        WHERE member_no = $1
        """)
    static let moveProfile = Statement(
        "move_profile", [ColumnType.bigint.number, ColumnType.bigint.number],
        """
        WITH gone AS (DELETE FROM member_profile WHERE member_no = $1 RETURNING name)
        INSERT INTO member_profile (member_no, name) SELECT $2, name FROM gone ON CONFLICT DO NOTHING
        """)

    /// What was said last counts, by whichever of both.
    static let moveConsents = Statement(
        "move_consents", [ColumnType.bigint.number, ColumnType.bigint.number],
        """
        WITH gone AS (DELETE FROM consent WHERE member_no = $1 RETURNING purpose, granted, source, said_at)
        INSERT INTO consent (member_no, purpose, granted, source, said_at)
        SELECT $2, purpose, granted, source, said_at FROM gone
        ON CONFLICT (member_no, purpose) DO UPDATE
            SET granted = excluded.granted, source = excluded.source, said_at = excluded.said_at
            WHERE consent.said_at < excluded.said_at
        """)

    static let traits = [Column("member_no", .bigint), Column("traits", .text)]
    static let upsertTraits = Statement(
        insertInto: "member_traits", traits, tail: " ON CONFLICT (member_no) DO UPDATE SET traits = excluded.traits")

    static let consent = [
        Column("member_no", .bigint), Column("purpose", .text), Column("granted", .boolean), Column("source", .text),
        Column("said_at", .bigint),
    ]
    static let upsertConsents = Statement(
        insertInto: "consent", consent,
        tail: """
             ON CONFLICT (member_no, purpose)
             DO UPDATE SET granted = excluded.granted, source = excluded.source, said_at = excluded.said_at
            """)

    static let erased = [Column("member_no", .bigint), Column("id", .text)]

    /// Erases all that is personal of some members and gives them their pseudonyms.
    static let erasePersons = Statement(
        "erase_persons", erased.map(\.type.arrayNumber),
        """
        WITH wanted AS (SELECT * FROM \(Statement.unnest(erased))),
        names AS (DELETE FROM member_profile WHERE member_no IN (SELECT member_no FROM wanted)),
        traits AS (DELETE FROM member_traits WHERE member_no IN (SELECT member_no FROM wanted)),
        consents AS (DELETE FROM consent WHERE member_no IN (SELECT member_no FROM wanted)),
        identifiers AS (
            DELETE FROM identifier WHERE member_no IN (SELECT member_no FROM wanted) AND kind <> 'voucher'),
        seen AS (DELETE FROM seen WHERE member_no IN (SELECT member_no FROM wanted)),
        answers AS (
            UPDATE operation SET result = '', salt = NULL
            WHERE member_no IN (SELECT member_no FROM wanted) AND (result <> '' OR salt IS NOT NULL))
        UPDATE member SET id = wanted.id FROM wanted WHERE member.member_no = wanted.member_no
        """)

    // MARK: History

    static let claim = [Column("claim", .uuid), Column("member_no", .bigint), Column("seq", .bigint)]
    static let insertClaims = Statement(insertInto: "claim", claim)

    static let operation = [
        Column("member_no", .bigint), Column("seq", .bigint), Column("kind", .smallint), Column("client", .bigint),
        Column("idempotency_key", .text), Column("fingerprint", .bytea), Column("occurred_at", .bigint),
        Column("posted_at", .bigint), Column("rule_set", .bigint), Column("digest", .bytea), Column("result", .text),
        Column("salt", .uuid),
        Column("about", .bigint), Column("detail", .text), Column("event", .text), Column("store", .text),
        Column("terminal", .text), Column("receipt", .text),
        Column("channel", .text), Column("purchased_at", .bigint), Column("currency", .text), Column("items", .text),
        Column("words", .text), Column("payment", .text), Column("transfers", .text), Column("lots_opened", .text),
        Column("lots_changed", .text), Column("usages", .text), Column("seen_shared", .text),
        Column("seen_used", .text), Column("seen_standing", .text), Column("tier_changes", .text),
    ]

    /// The writer and the number of the batch are the same in all rows.
    static let insertOperations = Statement(
        "insert_operation",
        operation.map(\.type.arrayNumber) + [ColumnType.bigint.number, ColumnType.bigint.number],
        """
        INSERT INTO operation (\(operation.map(\.name).joined(separator: ", ")), writer, batch_no)
        SELECT \(operation.map { "new.\($0.name)" }.joined(separator: ", ")),
            $\(operation.count + 1)::bigint, $\(operation.count + 2)::bigint
        FROM \(Statement.unnest(operation))
        """)

    static let seen = [
        Column("member_no", .bigint), Column("seq", .bigint), Column("traits", .text), Column("attributes", .text),
        Column("codes", .text),
    ]
    static let insertSeen = Statement(insertInto: "seen", seen)

    // MARK: The batch

    static let blockColumns = [
        Column("writer", .bigint), Column("batch_no", .bigint), Column("recorded_at", .bigint),
        Column("newest_rule_set", .bigint), Column("operations", .integer), Column("transfers", .integer),
        Column("enrolled", .integer),
        Column("previous", .bytea), Column("root", .bytea), Column("totals", .text),
    ]

    /// The block's own columns, and then its members and their sequences as arrays. It goes behind the writer's block
    /// before, which is gone where the database was taken back to an earlier moment while its server ran.
    static let insertBlock = Statement(
        "insert_block",
        blockColumns.map(\.type.number) + [ColumnType.bigint.arrayNumber, ColumnType.bigint.arrayNumber],
        """
        WITH written AS (
            INSERT INTO block (\(blockColumns.map(\.name).joined(separator: ", ")), members, sequences)
            SELECT \((1...blockColumns.count + 2).map { "$\($0)" }.joined(separator: ", "))
            WHERE $2 = 1 OR EXISTS (SELECT FROM block AS before WHERE before.writer = $1 AND before.batch_no = $2 - 1)
            RETURNING 1
        )
        SELECT expect_rows((SELECT count(*) FROM written), 1, '\(PostgresFailure.chainState)')
        """)

    // MARK: Rules

    /// Shared by all batches; whoever publishes a rule set holds it alone. To the end of the transaction: `Kizu`, and 3.
    static let lockRules = Statement("lock_rules", "SELECT pg_advisory_xact_lock_shared(1265203829, 3)")

    /// Raises where there is a newer rule set than the batch knew.
    static let checkRules = Statement(
        "check_rules", [ColumnType.bigint.number],
        """
        SELECT expect_rows((SELECT count(*) FROM rule_set WHERE version > $1), 0, '\(PostgresFailure.rulesState)')
        """)

    // MARK: What members share

    static let shared = [
        Column("kind", .smallint), Column("id", .text), Column("window_start", .bigint), Column("change", .bigint),
        Column("least", .bigint), Column("most", .bigint),
    ]

    /// Makes rows for what nobody used before.
    static let insertShared = Statement(
        "insert_shared", shared.map(\.type.arrayNumber),
        """
        INSERT INTO shared_usage (kind, id, window_start, used)
        SELECT kind, id, window_start, 0 FROM \(Statement.unnest(shared))
        ON CONFLICT DO NOTHING
        """)

    /// Adds to what is used, all or nothing.
    static let updateShared = Statement(
        "update_shared", shared.map(\.type.arrayNumber),
        """
        WITH changed AS (
            UPDATE shared_usage SET used = used + new.change
            FROM \(Statement.unnest(shared))
            WHERE shared_usage.kind = new.kind AND shared_usage.id = new.id
                AND shared_usage.window_start = new.window_start
                AND used >= new.least AND used + new.change BETWEEN 0 AND new.most
            RETURNING 1
        )
        SELECT expect_rows((SELECT count(*) FROM changed), cardinality($1::smallint[]), '\(PostgresFailure.sharedState)')
        """)

    /// What nothing is used of, and a batch hangs on: one that was cut. No row is locked, so that engines need not wait
    /// for each other once a budget is spent.
    static let sharedBounds = [
        Column("kind", .smallint), Column("id", .text), Column("window_start", .bigint), Column("least", .bigint),
        Column("most", .bigint),
    ]
    static let checkShared = Statement(
        "check_shared", sharedBounds.map(\.type.arrayNumber),
        """
        SELECT expect_rows(
            (SELECT count(*) FROM \(Statement.unnest(sharedBounds)) LEFT JOIN shared_usage
                ON shared_usage.kind = new.kind AND shared_usage.id = new.id
                    AND shared_usage.window_start = new.window_start
                WHERE coalesce(used, 0) BETWEEN new.least AND new.most),
            cardinality($1::smallint[]), '\(PostgresFailure.sharedState)')
        """)

    // MARK: Conflicts

    static let versions = Statement(
        "versions", [ColumnType.bigint.arrayNumber],
        """
        SELECT member.member_no, member.version
        FROM unnest($1::bigint[]) AS wanted (member_no) JOIN member ON member.member_no = wanted.member_no
        """)

    static let takenClaims = Statement(
        "taken_claims", [ColumnType.uuid.arrayNumber],
        "SELECT claim.claim FROM unnest($1::uuid[]) AS wanted (claim) JOIN claim ON claim.claim = wanted.claim")

    static let takenIdentifiers = Statement(
        "taken_identifiers", [ColumnType.uuid.arrayNumber],
        """
        SELECT identifier.identifier FROM unnest($1::uuid[]) AS wanted (identifier)
        JOIN identifier ON identifier.identifier = wanted.identifier
        """)

    static let takenProfiles = Statement(
        "taken_profiles", [ColumnType.bigint.arrayNumber],
        """
        SELECT member_profile.member_no FROM unnest($1::bigint[]) AS wanted (member_no)
        JOIN member_profile ON member_profile.member_no = wanted.member_no
        """)
}
