/// Statements that belong to no table.
enum Statements {
    static let begin = Statement("begin", "BEGIN ISOLATION LEVEL READ COMMITTED")
    /// For reading: every statement sees the moment of the first one.
    static let beginReading = Statement("begin_reading", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    static let commit = Statement("commit", "COMMIT")
    static let rollback = Statement("rollback", "ROLLBACK")
    /// Has every statement planned anew when it is next used.
    static let forgetPlans = Statement("forget_plans", "DISCARD PLANS")

    /// Ends one backend of this role, and tells whether it is still there. The start says that the number was not
    /// given to another one since.
    static let endBackend = Statement(
        "end_backend", [ColumnType.bigint.number, ColumnType.text.number],
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid = $1 AND to_char(backend_start, 'YYYY-MM-DD"T"HH24:MI:SS.US') = $2
        """)
}

extension Statement {
    init(_ name: String, _ sql: String) {
        self.init(name, [], sql)
    }
}
