import Engine
import GRDB
import Ledger
import Loyalty
import Time

/// Writes and erases what tells of a person, as far as nothing else does.
struct PersonalData {
    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    func write(_ consents: [ConsentWrite]) throws {
        guard !consents.isEmpty else { return }
        var upsert = try RawStatement(
            database,
            """
            INSERT INTO consent (member_no, purpose, granted, source, said_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET granted = excluded.granted, source = excluded.source, said_at = excluded.said_at
            """)
        for write in consents {
            upsert.bind(write.member)
            upsert.bind(write.consent.purpose)
            upsert.bind(Int64(write.consent.isGranted ? 1 : 0))
            upsert.bind(write.consent.source)
            upsert.bind(write.consent.saidAt)
            try upsert.run()
        }
    }

    /// Erases all that is personal of a member and gives it its pseudonym. What is deleted is wiped in the file.
    func erase(_ member: MemberNumber) throws {
        for sql in Self.statements {
            var statement = try RawStatement(database, sql)
            statement.bind(member)
            try statement.run()
        }
        var rename = try RawStatement(database, "UPDATE member SET id = ? WHERE member_no = ?")
        rename.bind(MemberState.pseudonym(of: member))
        rename.bind(member)
        try rename.run()
    }

    private static let statements = [
        "DELETE FROM member_profile WHERE member_no = ?",
        "DELETE FROM member_traits WHERE member_no = ?",
        "DELETE FROM consent WHERE member_no = ?",
        "DELETE FROM identifier WHERE member_no = ? AND kind <> 'voucher'",
        "\(history) UPDATE operation SET result = '', salt = NULL WHERE op IN (SELECT op FROM history)",
        "\(history) UPDATE seen SET traits = NULL, attributes = NULL, codes = NULL WHERE op IN (SELECT op FROM history)",
    ]

    /// A member's operations, which are a list from the last one backwards.
    private static let history = """
        WITH RECURSIVE history (op) AS (
            SELECT last_op FROM member WHERE member_no = ?
            UNION ALL SELECT previous_op FROM operation JOIN history USING (op) WHERE previous_op IS NOT NULL)
        """

    // MARK: Old answers

    /// Forgets what was answered by the next batches that are older than an instant.
    ///
    /// - Returns: how many batches those were.
    func forgetAnswers(recordedBefore instant: Instant, batches: Int) throws -> Int {
        var forgotten = 0
        for writer in try SQLiteReader(database: database).writers() where forgotten < batches {
            var next = try RawStatement(
                database,
                """
                SELECT batch_no, first_op, count, recorded_at FROM block
                WHERE writer = ?1
                    AND batch_no > coalesce((SELECT batch_no FROM answers_forgotten WHERE writer = ?1), 0)
                ORDER BY batch_no LIMIT ?2
                """)
            next.bind(writer)
            next.bind(Int64(batches - forgotten))
            let blocks = try next.all { ($0.int64(0), $0.int64(1), $0.int64(2), $0.instant(3)) }
                .prefix { $0.3 < instant }
            guard let last = blocks.last else { continue }
            var empty = try RawStatement(
                database, "UPDATE operation SET result = '', salt = NULL WHERE op >= ? AND op < ? AND result <> ''")
            for (_, firstOperation, count, _) in blocks {
                empty.bind(firstOperation)
                empty.bind(firstOperation + count)
                try empty.run()
            }
            var note = try RawStatement(
                database,
                """
                INSERT INTO answers_forgotten (writer, batch_no) VALUES (?, ?)
                ON CONFLICT (writer) DO UPDATE SET batch_no = excluded.batch_no
                """)
            note.bind(writer)
            note.bind(last.0)
            try note.run()
            forgotten += blocks.count
        }
        return forgotten
    }
}
