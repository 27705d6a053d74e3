import Engine
import GRDB
import JSON
import Ledger
import Loyalty
import StoreForms
import Time

/// Refusals that are given again, as rows.
struct RefusalRows {
    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    /// Whether there is any; so that nobody looks for one by one where there is none.
    func isEmpty() throws -> Bool {
        var select = try RawStatement(database, "SELECT 1 FROM refusal LIMIT 1")
        return try select.first { $0.int64(0) } == nil
    }

    /// The refusal under a key.
    func note(of key: IdempotencyKey) throws -> RefusalNote? {
        var select = try RawStatement(
            database,
            "SELECT fingerprint, problem, refused_at FROM refusal WHERE client = ? AND idempotency_key = ?")
        select.bind(key.client)
        select.bind(key.key)
        return try select.first {
            RefusalNote(
                key: key, fingerprint: try $0.digest(0), refusal: try RefusalColumn.refusal($0.bytes(1)),
                at: $0.instant(2))
        }
    }

    /// Refusals behind a place in the order of writing.
    func notes(after place: Int64, limit: Int) throws -> [PlacedRefusal] {
        var select = try RawStatement(
            database,
            """
            SELECT refusal, client, idempotency_key, fingerprint, problem, refused_at FROM refusal
            WHERE refusal > ? ORDER BY refusal LIMIT ?
            """)
        select.bind(place)
        select.bind(Int64(max(0, limit)))
        return try select.all {
            PlacedRefusal(
                place: $0.int64(0),
                note: RefusalNote(
                    key: IdempotencyKey(client: $0.int64(1), key: $0.exactText(2)), fingerprint: try $0.digest(3),
                    refusal: try RefusalColumn.refusal($0.bytes(4)), at: $0.instant(5)))
        }
    }

    /// Writes new ones, and forgets old ones.
    func write(_ notes: RefusalNotes) throws {
        for key in notes.outlived {
            var delete = try RawStatement(
                database, "DELETE FROM refusal WHERE client = ? AND idempotency_key = ?")
            delete.bind(key.client)
            delete.bind(key.key)
            try delete.run()
        }
        guard notes.pruning > 0 else { return }
        try prune(notes)
        try insert(notes.new)
    }

    /// Writes new ones behind those that are there.
    func insert(_ notes: [RefusalNote]) throws {
        var insert = try RawStatement(
            database,
            """
            INSERT INTO refusal (client, idempotency_key, fingerprint, problem, refused_at)
            SELECT ?1, ?2, ?3, ?4, ?5
            WHERE NOT EXISTS (SELECT 1 FROM operation WHERE client = ?1 AND idempotency_key = ?2)
                AND NOT EXISTS (SELECT 1 FROM kept_call WHERE client = ?1 AND idempotency_key = ?2)
            ON CONFLICT DO NOTHING
            """)
        var json = JSONWriter(reserving: 128)
        for note in notes {
            insert.bind(note.key.client)
            insert.bind(note.key.key)
            insert.bind(note.fingerprint)
            insert.bind(by: &json) { RefusalColumn.write(note.refusal, to: &$0) }
            insert.bind(note.at)
            try insert.run()
        }
    }

    private func prune(_ notes: RefusalNotes) throws {
        var last = try RawStatement(database, "SELECT max(refusal) FROM refusal")
        guard let last = try last.first({ $0.optionalInt64(0) }) ?? nil else { return }
        var select = try RawStatement(
            database, "SELECT refusal, refused_at FROM refusal ORDER BY refusal LIMIT ?")
        select.bind(Int64(notes.pruning))
        let oldest = try select.all { (place: $0.int64(0), at: $0.instant(1)) }
        for place in notes.forgotten(among: oldest, last: last) {
            var delete = try RawStatement(database, "DELETE FROM refusal WHERE refusal = ?")
            delete.bind(place)
            try delete.run()
        }
    }
}
