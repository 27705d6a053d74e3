import Engine
import GRDB
import Ledger
import Time

/// Writes when members are next due, and who is at work on what is due.
struct DueTimes {
    private let database: Database
    private var upsert: RawStatement
    private var remove: RawStatement

    init(_ database: Database) throws {
        self.database = database
        upsert = try RawStatement(
            database,
            """
            INSERT INTO member_due (member_no, due_at) VALUES (?, ?)
            ON CONFLICT (member_no) DO UPDATE SET due_at = excluded.due_at
            """)
        remove = try RawStatement(database, "DELETE FROM member_due WHERE member_no = ?")
    }

    mutating func write(_ time: DueTime) throws {
        if let at = time.at {
            upsert.bind(time.member)
            upsert.bind(at)
            try upsert.run()
        } else {
            remove.bind(time.member)
            try remove.run()
        }
    }

    /// Writes a time unless its member has another version by now.
    mutating func write(_ correction: DueCorrection) throws {
        var version = try RawStatement(database, "SELECT version FROM member WHERE member_no = ?")
        version.bind(correction.time.member)
        guard try version.first({ $0.int64(0) }) == correction.version else { return }
        try write(correction.time)
    }

    // MARK: The work

    func write(_ survey: DueSurvey) throws {
        var update = try RawStatement(
            database, "UPDATE due_work SET surveyed_rule_set = ?, surveyed_member = ?")
        update.bind(survey.ruleSet)
        update.bind(survey.upTo)
        try update.run()
    }

    static func survey(in database: Database) throws -> DueSurvey {
        var select = try RawStatement(database, "SELECT surveyed_rule_set, surveyed_member FROM due_work")
        let survey = try select.first { DueSurvey(ruleSet: $0.int64(0), upTo: $0.member(1)) }
        return survey ?? DueSurvey(ruleSet: 0, upTo: MemberNumber(0))
    }

    static func lease(in database: Database, to writer: WriterID, at now: Instant, until: Instant) throws -> Bool {
        var update = try RawStatement(
            database,
            "UPDATE due_work SET writer = ?1, leased_until = ?2 WHERE writer IS NULL OR writer = ?1 OR leased_until <= ?3"
        )
        update.bind(writer)
        update.bind(until)
        update.bind(now)
        try update.run()
        return database.changesCount == 1
    }
}
