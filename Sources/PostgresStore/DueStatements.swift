import Engine
import StoreForms

// When members are next due. Whoever writes a member's due time holds the lock on the member's row: a batch has just
// updated it, and a correction takes the lock while it looks at the version. So no later time ever replaces a sooner
// one that others put down, and rows of `member_due` are never waited for.

enum DueStatements {
    private static let bigint = ColumnType.bigint.number

    static let time = [Column("member_no", .bigint), Column("due_at", .bigint)]

    private static let upsert = """
        INSERT INTO member_due (member_no, due_at) SELECT member_no, due_at FROM wanted WHERE due_at IS NOT NULL
        ON CONFLICT (member_no) DO UPDATE SET due_at = excluded.due_at
        """

    private static let remove = """
        DELETE FROM member_due WHERE member_no = ANY (ARRAY(SELECT member_no FROM wanted WHERE due_at IS NULL))
        """

    /// Writes the times of a batch, behind the members.
    static let write = Statement(
        "write_due", time.map(\.type.arrayNumber),
        """
        WITH wanted AS MATERIALIZED (SELECT new.member_no, new.due_at FROM \(Statement.unnest(time))),
            removed AS (\(remove))
        \(upsert)
        """)

    static let correction = time + [Column("version", .bigint)]

    /// Writes times whose members have the expected versions.
    static let correct = Statement(
        "correct_due", correction.map(\.type.arrayNumber),
        """
        WITH wanted AS MATERIALIZED (
                SELECT new.member_no, new.due_at
                FROM \(Statement.unnest(correction)) JOIN member ON member.member_no = new.member_no
                WHERE member.version = new.version FOR NO KEY UPDATE OF member
            ),
            removed AS (\(remove))
        \(upsert)
        """)

    static let noteSurvey = Statement(
        "note_survey", [bigint, bigint],
        "UPDATE due_work SET surveyed_rule_set = $1, surveyed_member = $2 WHERE only_row = 1")

    static let lease = Statement(
        "lease_due_work", [bigint, bigint, bigint],
        """
        WITH leased AS (
            UPDATE due_work SET writer = $1, leased_until = $3
            WHERE only_row = 1 AND (writer IS NULL OR writer = $1 OR leased_until <= $2)
            RETURNING 1
        )
        SELECT count(*) FROM leased
        """)

    // MARK: Reading

    static let survey = Statement(
        "due_survey", "SELECT surveyed_rule_set, surveyed_member FROM due_work WHERE only_row = 1")

    /// The due time comes first, and the member's columns behind it.
    static let due = Statement(
        "due", [bigint, bigint, bigint, bigint],
        """
        SELECT next.due_at, \(MemberRow.columns)
        FROM (
            SELECT due_at, member_no FROM member_due
            WHERE (due_at, member_no) > ($1, $2) AND due_at <= $3 ORDER BY due_at, member_no LIMIT $4
        ) AS next
        JOIN member ON member.member_no = next.member_no
        LEFT JOIN member_traits ON member_traits.member_no = member.member_no
        ORDER BY next.due_at, next.member_no
        """)

    static let scheduled = Statement(
        "scheduled", [bigint, bigint],
        """
        SELECT (SELECT due_at FROM member_due WHERE member_due.member_no = member.member_no), \(MemberRow.columns)
        FROM \(MemberRow.tables) WHERE member.member_no > $1 ORDER BY member.member_no LIMIT $2
        """)
}
