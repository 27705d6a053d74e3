import Engine
import GRDB
import JSON
import Ledger
import StoreForms
import Time

/// The audit trail's rows.
enum AuditRow {
    private static let columns = "entry, at, client, author, origin, action, subject, details, previous, digest"

    /// Writes the next entry, inside the transaction of what it tells.
    static func append(_ note: AuditNote, to database: Database) throws {
        var select = try RawStatement(database, "SELECT \(columns) FROM audit ORDER BY entry DESC LIMIT 1")
        try insert(AuditEntry(note, behind: try select.first(read)), into: database)
    }

    /// Writes an entry as it is.
    static func insert(_ entry: AuditEntry, into database: Database) throws {
        let note = entry.note
        var insert = try RawStatement(
            database, "INSERT INTO audit (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        insert.bind(entry.number)
        insert.bind(note.at)
        insert.bind(note.author.client)
        insert.bind(note.author.name)
        if let origin = note.author.origin { insert.bind(origin) } else { insert.bindNull() }
        insert.bind(note.action.rawValue)
        insert.bind(note.subject)
        var json = JSONWriter()
        insert.bind(by: &json) { AuditColumn.write(note.details, to: &$0) }
        insert.bind(entry.previous)
        insert.bind(entry.digest)
        try insert.run()
    }

    /// Entries behind a number, ascending.
    static func entries(_ database: Database, after number: Int64, limit: Int) throws -> [AuditEntry] {
        var select = try RawStatement(
            database, "SELECT \(columns) FROM audit WHERE entry > ? ORDER BY entry LIMIT ?")
        select.bind(number)
        select.bind(Int64(max(0, limit)))
        return try select.all(read)
    }

    /// Entries before a number, newest first.
    static func entries(_ database: Database, before number: Int64, limit: Int) throws -> [AuditEntry] {
        var select = try RawStatement(
            database, "SELECT \(columns) FROM audit WHERE entry < ? ORDER BY entry DESC LIMIT ?")
        select.bind(number)
        select.bind(Int64(max(0, limit)))
        return try select.all(read)
    }

    private static func read(_ row: RawStatement) throws -> AuditEntry {
        guard let action = AuditNote.Action(rawValue: row.text(5)) else {
            throw StoreError(.corrupt, "the audit trail names an action that this program does not know")
        }
        let author = Author(
            client: row.optionalInt64(2), name: row.text(3), origin: row.isNull(4) ? nil : row.text(4))
        return AuditEntry(
            number: row.int64(0),
            note: AuditNote(
                at: row.instant(1), author: author, action: action, subject: row.text(6),
                details: try AuditColumn.details(row.bytes(7))),
            previous: try row.digest(8), digest: try row.digest(9))
    }
}
