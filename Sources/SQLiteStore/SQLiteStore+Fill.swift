package import Engine
import GRDB
import Ledger
import Loyalty
import Rules
import Time

extension SQLiteStore {
    /// Takes in everything that another store holds, in one transaction.
    package func fill(from source: any StoreReader, noting note: AuditNote, progress: CopyProgress) throws {
        try StoreError.translating {
            try pool.writeWithoutTransaction { database in
                try database.inTransaction(.immediate) {
                    var filling = try Filling(database)
                    try source.tell(progress) { try filling.add($0) }
                    try AuditRow.append(note, to: database)
                    return .commit
                }
            }
        }
    }
}

/// Writes the parts of another store into an empty one, inside a transaction that its caller opened and ends.
private struct Filling {
    private let database: Database
    private var writer: BatchWriter

    init(_ database: Database) throws {
        self.database = database
        try Self.refuseContents(of: database)
        try Self.clearTrail(of: database)
        writer = try BatchWriter(database)
    }

    private static func refuseContents(of database: Database) throws {
        var select = try RawStatement(
            database,
            """
            SELECT CASE
                WHEN EXISTS (SELECT 1 FROM member) THEN 'members'
                WHEN EXISTS (SELECT 1 FROM writer) THEN 'servers that worked on it'
                WHEN EXISTS (SELECT 1 FROM rule_set) THEN 'rule sets'
                WHEN EXISTS (SELECT 1 FROM client) THEN 'clients'
                WHEN EXISTS (SELECT 1 FROM signing_key) THEN 'keys that sign'
                WHEN EXISTS (SELECT 1 FROM audit WHERE action <> 'migrate') THEN 'an audit trail'
                WHEN EXISTS (SELECT 1 FROM operation) OR EXISTS (SELECT 1 FROM block)
                    OR EXISTS (SELECT 1 FROM refusal) OR EXISTS (SELECT 1 FROM kept_sale)
                    OR EXISTS (SELECT 1 FROM shared_usage)
                    OR EXISTS (SELECT 1 FROM counter WHERE name = 'member_number' AND value > 1) THEN 'other data'
            END
            """)
        if let what = try select.first({ $0.isNull(0) ? nil : $0.text(0) }) ?? nil { throw NotEmpty(what) }
    }

    /// Entries that only tell of the schema give way to the trail that is taken over. The trigger that keeps them is back
    /// before the transaction ends.
    private static func clearTrail(of database: Database) throws {
        let trigger = "audit_no_delete"
        guard
            let sql = try String.fetchOne(
                database, sql: "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?", arguments: [trigger]
            )
        else { throw StoreError(.corrupt, "the audit trail is not protected") }
        try database.execute(sql: "DROP TRIGGER \(trigger)")
        try database.execute(sql: "DELETE FROM audit")
        try database.execute(sql: sql)
    }

    mutating func add(_ part: StorePart) throws {
        switch part {
        case .writers(let writers): for writer in writers { try add(writer) }
        case .ruleSets(let ruleSets): for ruleSet in ruleSets { try RuleSetRow.insert(ruleSet, into: database) }
        case .clients(let clients): for client in clients { try ClientRow.write(client, to: database) }
        case .signingKeys(let keys): for key in keys { try SQLiteStore.add(key, to: database) }
        case .audit(let entries): for entry in entries { try AuditRow.insert(entry, into: database) }
        case .members(let members): try writer.add(members)
        case .kept(let records):
            for record in records {
                guard try KeptRows(database).write(record.changes) else {
                    throw StoreError(.corrupt, "the source keeps a sale or a call twice")
                }
            }
        case .batches(let batches): try writer.add(batches)
        case .refusals(let notes): try RefusalRows(database).insert(notes)
        case .shared(let usages):
            guard try RuleMemoryWriter(database).write(usages.map { SharedUse($0) }) else {
                throw StoreError(.corrupt, "the source has used less than nothing of what members share")
            }
        case .course(let nextMember, let survey): try setCourse(nextMember, survey)
        }
    }

    private func add(_ writer: RegisteredWriter) throws {
        var insert = try RawStatement(database, "INSERT INTO writer (writer, registered_at) VALUES (?, ?)")
        insert.bind(writer.id)
        insert.bind(writer.registeredAt)
        try insert.run()
        guard writer.answersForgotten > 0 else { return }
        var forgotten = try RawStatement(database, "INSERT INTO answers_forgotten (writer, batch_no) VALUES (?, ?)")
        forgotten.bind(writer.id)
        forgotten.bind(writer.answersForgotten)
        try forgotten.run()
    }

    private func setCourse(_ nextMember: Int64, _ survey: DueSurvey) throws {
        var update = try RawStatement(database, "UPDATE counter SET value = ? WHERE name = 'member_number'")
        update.bind(nextMember)
        try update.run()
        let dueTimes = try DueTimes(database)
        try dueTimes.write(survey)
    }
}
