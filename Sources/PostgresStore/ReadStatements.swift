import Engine
import Loyalty
import Rules
import StoreForms
import Time

/// What is asked of the store. Lists of wanted things come as arrays, and answers name their place in them.
enum ReadStatements {
    private static let bigint = ColumnType.bigint.number

    // MARK: Loading

    static let answers = Statement(
        "answers", [ColumnType.uuid.arrayNumber],
        """
        SELECT wanted.place::int, operation.client, operation.idempotency_key, operation.member_no, operation.seq,
            operation.fingerprint, operation.result, operation.salt
        FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (claim, place)
        JOIN claim ON claim.claim = wanted.claim
        JOIN operation ON operation.member_no = claim.member_no AND operation.seq = claim.seq
        """)

    static let receipts = Statement(
        "receipts", [ColumnType.uuid.arrayNumber],
        """
        SELECT wanted.place::int, operation.store, operation.terminal, operation.receipt, operation.member_no,
            operation.seq
        FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (claim, place)
        JOIN claim ON claim.claim = wanted.claim
        JOIN operation ON operation.member_no = claim.member_no AND operation.seq = claim.seq
        WHERE operation.store IS NOT NULL
        """)

    static let owners = Statement(
        "owners", [ColumnType.uuid.arrayNumber],
        """
        SELECT wanted.place::int, identifier.kind, identifier.value, \(MemberRow.columns)
        FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (identifier, place)
        JOIN identifier ON identifier.identifier = wanted.identifier
        JOIN member ON member.member_no = identifier.member_no
        LEFT JOIN member_traits ON member_traits.member_no = member.member_no
        """)

    static let states = Statement(
        "states", [ColumnType.bigint.arrayNumber],
        """
        SELECT \(MemberRow.columns)
        FROM unnest($1::bigint[]) AS wanted (member_no)
        JOIN member ON member.member_no = wanted.member_no
        LEFT JOIN member_traits ON member_traits.member_no = member.member_no
        """)

    static let shared = Statement(
        "shared", "SELECT kind, id, window_start, used FROM shared_usage ORDER BY kind, id, window_start")

    /// Reads a use from its kind, id, window and amount.
    static func usage(_ row: borrowing Row) throws -> Usage {
        try usage(row, first: 0)
    }

    static func usage(_ row: borrowing Row, first: Int) throws -> Usage {
        Usage(
            try UsageColumn.key(kind: row.int64(first), id: row.text(first + 1), window: row.int64(first + 2)),
            try row.int64(first + 3))
    }

    // MARK: Members

    static let signingKeys = Statement(
        "signing_keys", "SELECT key_no, created_at, secret FROM signing_key ORDER BY key_no")

    static let name = Statement("name", [bigint], "SELECT name FROM member_profile WHERE member_no = $1")

    static let identifiers = Statement(
        "identifiers", [bigint], "SELECT kind, value FROM identifier WHERE member_no = $1 ORDER BY position")

    static let consents = Statement(
        "consents", [bigint],
        "SELECT purpose, granted::int, source, said_at FROM consent WHERE member_no = $1 ORDER BY purpose")

    static let members = Statement(
        "members", [bigint, bigint], "SELECT member_no FROM member WHERE member_no > $1 ORDER BY member_no LIMIT $2")

    // MARK: History

    /// What `MemberHistory` reads, in its order.
    static let operationColumns = [
        "seq", "kind", "client", "idempotency_key", "fingerprint", "occurred_at", "posted_at", "rule_set", "writer",
        "batch_no", "digest", "result", "event", "store", "terminal", "receipt", "channel", "purchased_at", "currency",
        "items", "words", "payment", "about", "detail", "seen_shared", "seen_used", "seen_standing", "transfers",
        "lots_opened", "lots_changed", "usages", "tier_changes", "salt",
    ].map { "operation.\($0)" }.joined(separator: ", ")

    static let operationsAfter = Statement(
        "operations_after", [bigint, bigint, bigint],
        """
        SELECT \(operationColumns) FROM operation
        WHERE member_no = $1 AND seq > $2 ORDER BY member_no, seq LIMIT $3
        """)

    static let operationsBefore = Statement(
        "operations_before", [bigint, bigint, bigint],
        """
        SELECT \(operationColumns) FROM operation
        WHERE member_no = $1 AND seq < $2 ORDER BY member_no DESC, seq DESC LIMIT $3
        """)

    static let tierChanges = Statement(
        "tier_changes", [bigint],
        """
        SELECT seq, tier_changes, detail FROM operation
        WHERE member_no = $1 AND tier_changes IS NOT NULL ORDER BY member_no, seq
        """)

    /// What rules saw of the person, from one sequence of a member to another.
    static let seen = Statement(
        "seen", [bigint, bigint, bigint],
        """
        SELECT seq, traits, attributes, codes FROM seen
        WHERE member_no = $1 AND seq >= $2 AND seq <= $3 ORDER BY member_no, seq
        """)

    static let lots = Statement(
        "lots", [bigint],
        """
        SELECT lots_opened, lots_changed FROM operation
        WHERE member_no = $1 AND (lots_opened IS NOT NULL OR lots_changed IS NOT NULL) ORDER BY member_no, seq
        """)

    // MARK: Blocks

    static let writers = Statement("writers", "SELECT writer FROM writer ORDER BY writer")

    static let blocks = Statement(
        "blocks", [bigint, bigint, bigint],
        """
        SELECT batch_no, previous, root, operations, recorded_at, newest_rule_set FROM block
        WHERE writer = $1 AND batch_no > $2 ORDER BY batch_no LIMIT $3
        """)

    /// Operations of all members in the order of recording: block by block, and inside each in the order of its leaves.
    /// A position is the block's place and the leaf's in one number.
    static let heads = Statement(
        "heads", [bigint, bigint, bigint],
        """
        SELECT (block.place << 24) + leaf.place, leaf.member_no, leaf.seq
        FROM block
        CROSS JOIN LATERAL unnest(block.members, block.sequences) WITH ORDINALITY AS leaf (member_no, seq, place)
        WHERE block.place >= $1 AND (block.place << 24) + leaf.place > $2
        ORDER BY block.place, leaf.place LIMIT $3
        """)

    /// Of the next rows behind one, those about an earlier operation; and last, without it, where they end.
    static let referredTo = Statement(
        "referred_to", [bigint, bigint, bigint],
        """
        WITH page AS MATERIALIZED (
            SELECT member_no, seq, about FROM operation WHERE (member_no, seq) > ($1, $2)
            ORDER BY member_no, seq LIMIT $3
        )
        SELECT member_no, seq, about FROM page WHERE about IS NOT NULL
        UNION ALL (SELECT member_no, seq, NULL FROM page ORDER BY member_no DESC, seq DESC LIMIT 1)
        """)

    static let hasBatch = Statement(
        "has_batch", [bigint, bigint], "SELECT 1 FROM block WHERE writer = $1 AND batch_no = $2")

    static let digests = Statement(
        "digests", [bigint, bigint],
        """
        SELECT operation.digest
        FROM block
        CROSS JOIN LATERAL unnest(block.members, block.sequences) WITH ORDINALITY AS leaf (member_no, seq, place)
        JOIN operation ON operation.member_no = leaf.member_no AND operation.seq = leaf.seq
        WHERE block.writer = $1 AND block.batch_no = $2 ORDER BY leaf.place
        """)

    static let lostClaims = Statement(
        "lost_claims", BatchStatements.claim.map(\.type.arrayNumber),
        """
        SELECT DISTINCT wanted.member_no, wanted.seq
        FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS wanted (claim, member_no, seq)
        WHERE NOT EXISTS (
            SELECT FROM claim
            WHERE claim.claim = wanted.claim AND claim.member_no = wanted.member_no AND claim.seq = wanted.seq
        )
        ORDER BY wanted.member_no, wanted.seq
        """)

    static let lostIDs = Statement(
        "lost_ids", [ColumnType.uuid.arrayNumber, ColumnType.bigint.arrayNumber],
        """
        SELECT wanted.member_no FROM unnest($1::uuid[], $2::bigint[]) AS wanted (identifier, member_no)
        WHERE NOT EXISTS (
            SELECT FROM identifier
            WHERE identifier.identifier = wanted.identifier AND identifier.member_no = wanted.member_no
        )
        ORDER BY wanted.member_no
        """)

    // MARK: Standbys

    static let identity = Statement(
        "identity",
        """
        SELECT system_identifier, current_database()::text, pg_is_in_recovery()::int::bigint,
            (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint
        FROM pg_control_system()
        """)

    static let newestBatch = Statement(
        "newest_batch", "SELECT place, writer, batch_no, root FROM block ORDER BY place DESC LIMIT 1")

    /// No row where the batch $1 to $4 is not there; at place 0 there is none.
    static let newestPlace = Statement(
        "newest_place", [bigint, bigint, bigint, ColumnType.bytea.number],
        """
        SELECT coalesce((SELECT place FROM block ORDER BY place DESC LIMIT 1), 0)
        WHERE $1 = 0
            OR EXISTS (SELECT FROM block WHERE writer = $2 AND batch_no = $3 AND place = $1 AND root = $4)
        """)

    /// Milliseconds; null at a standby that never replayed a transaction.
    static let lag = Statement(
        "lag",
        """
        SELECT CASE
            WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() AND EXISTS (SELECT FROM pg_stat_wal_receiver) THEN 0
            ELSE (extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000)::bigint
        END
        """)

    // MARK: The whole

    /// The sums of the next batches behind a place; and, without a currency, the place where they end.
    static let totals = Statement(
        "totals", [bigint, bigint],
        """
        WITH page AS MATERIALIZED (SELECT place, totals FROM block WHERE place > $1 ORDER BY place LIMIT $2)
        SELECT field ->> 0, (field ->> 1)::smallint, sum((field ->> 2)::bigint)::text
        FROM page CROSS JOIN LATERAL jsonb_array_elements(totals::jsonb) AS entry (field) GROUP BY 1, 2
        UNION ALL (SELECT NULL, NULL, max(place)::text FROM page HAVING count(*) > 0)
        """)

    /// The sums of the next batches behind a place, and the place where they end, which is null behind the last one.
    static let counts = Statement(
        "counts", [bigint, bigint],
        """
        SELECT coalesce(sum(enrolled), 0)::bigint, coalesce(sum(operations), 0)::bigint,
            coalesce(sum(transfers), 0)::bigint, count(*), max(place)
        FROM (
            SELECT place, enrolled, operations, transfers FROM block WHERE place > $1 ORDER BY place LIMIT $2
        ) AS page
        """)

    static let ruleSets = Statement(
        "rule_sets", [bigint],
        "SELECT \(WriteStatements.ruleSetColumns) FROM rule_set WHERE version > $1 ORDER BY version")

    /// Of a writer's next batches behind one: where each rule set was the newest first, and the last of these batches.
    static let bookSteps = Statement(
        "book_steps", [bigint, bigint, bigint],
        """
        SELECT min(batch_no), newest_rule_set, max(batch_no)
        FROM (
            SELECT batch_no, newest_rule_set FROM block WHERE writer = $1 AND batch_no > $2 ORDER BY batch_no LIMIT $3
        ) AS page
        GROUP BY newest_rule_set ORDER BY 1
        """)

    static let auditAfter = Statement(
        "audit_after", [bigint, bigint],
        "SELECT \(WriteStatements.auditColumns) FROM audit WHERE entry > $1 ORDER BY entry LIMIT $2")

    static let auditBefore = Statement(
        "audit_before", [bigint, bigint],
        "SELECT \(WriteStatements.auditColumns) FROM audit WHERE entry < $1 ORDER BY entry DESC LIMIT $2")

    static let clients = Statement(
        "clients",
        """
        SELECT client, name, role, stores, created_at, revoked_at, revoked_by, revocation_key, revocation_fingerprint
        FROM client ORDER BY client
        """)

    static let clientKeys = Statement(
        "client_keys",
        """
        SELECT client, kind, digest, created_at, expires_at, author, idempotency_key, fingerprint FROM client_key
        ORDER BY client, key_no
        """)
}
