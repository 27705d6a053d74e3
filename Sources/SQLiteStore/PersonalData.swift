import Engine
import GRDB
import Ledger
import Loyalty

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

    /// Erases all that is personal of a member and gives it its pseudonym. What is deleted is overwritten with zeros in
    /// the file.
    func erase(_ member: MemberNumber) throws {
        try database.execute(sql: "PRAGMA secure_delete = ON")
        defer { try? database.execute(sql: "PRAGMA secure_delete = FAST") }
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
        "\(history) UPDATE operation SET result = '' WHERE op IN (SELECT op FROM history)",
        "\(history) UPDATE seen SET traits = NULL, attributes = NULL, codes = NULL WHERE op IN (SELECT op FROM history)",
    ]

    /// A member's operations, which are a list from the last one backwards.
    private static let history = """
        WITH RECURSIVE history (op) AS (
            SELECT last_op FROM member WHERE member_no = ?
            UNION ALL SELECT previous_op FROM operation JOIN history USING (op) WHERE previous_op IS NOT NULL)
        """
}
