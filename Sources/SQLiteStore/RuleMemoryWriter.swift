import Engine
import GRDB
import JSON
import Ledger
import Loyalty
import Rules
import StoreForms

/// Writes what rules remember and see. Most operations have nothing of it, so a statement is fetched when one has.
struct RuleMemoryWriter {
    private let database: Database
    private var json = JSONWriter(reserving: 1024)

    init(_ database: Database) {
        self.database = database
    }

    /// What an operation used, and what rules saw at it.
    mutating func write(_ operation: Operation, number: Int64) throws {
        if let event = operation.event {
            var insert = try RawStatement(database, "INSERT INTO event (op, name) VALUES (?, ?)")
            insert.bind(number)
            insert.bind(event.text)
            try insert.run()
        }
        if !operation.usages.isEmpty {
            var insert = try RawStatement(
                database,
                "INSERT INTO usage (op, position, kind, id, window_start, change) VALUES (?, ?, ?, ?, ?, ?)")
            for (position, usage) in operation.usages.enumerated() {
                insert.bind(number)
                insert.bind(Int64(position))
                insert.bind(usage.key)
                insert.bind(usage.amount)
                try insert.run()
            }
        }
        let seen = operation.seen
        guard !seen.isEmpty else { return }
        var insert = try RawStatement(
            database,
            "INSERT INTO seen (op, traits, attributes, shared, used, standing, codes) VALUES (?, ?, ?, ?, ?, ?, ?)")
        insert.bind(number)
        insert.bindUnless(seen.traits.isEmpty, by: &json) { TraitsColumn.write(seen.traits, to: &$0) }
        insert.bindUnless(seen.attributes.isEmpty, by: &json) { TraitsColumn.write(seen.attributes, to: &$0) }
        insert.bindUnless(seen.shared.isEmpty, by: &json) { UsageColumn.write(seen.shared, to: &$0) }
        insert.bindUnless(seen.used.isEmpty, by: &json) { UsageColumn.write(seen.used, to: &$0) }
        insert.bindUnless(seen.standing == nil, by: &json) { StandingColumn.write(seen.standing, to: &$0) }
        insert.bindUnless(seen.codes.isEmpty, by: &json) { json in
            json.beginArray()
            for code in seen.codes { json.string(code.text) }
            json.endArray()
        }
        try insert.run()
    }

    /// People's traits as they are now.
    mutating func write(_ traits: [TraitsWrite]) throws {
        guard !traits.isEmpty else { return }
        var upsert = try RawStatement(
            database,
            """
            INSERT INTO member_traits (member_no, traits) VALUES (?, ?)
            ON CONFLICT (member_no) DO UPDATE SET traits = excluded.traits
            """)
        for write in traits {
            upsert.bind(write.member)
            upsert.bind(by: &json) { TraitsColumn.write(write.traits, to: &$0) }
            try upsert.run()
        }
    }

    /// Adds to what members used together; `false` where that no longer fits.
    func write(_ uses: [SharedUse]) throws -> Bool {
        guard !uses.isEmpty else { return true }
        var update = try RawStatement(
            database,
            """
            UPDATE shared_usage SET used = used + ?4
            WHERE kind = ?1 AND id = ?2 AND window_start = ?3 AND used >= ?6 AND used + ?4 >= 0
                AND used + ?4 <= ?5
            """)
        var insert = try RawStatement(
            database,
            """
            INSERT INTO shared_usage (kind, id, window_start, used)
            SELECT ?1, ?2, ?3, ?4 WHERE ?4 BETWEEN 0 AND ?5 AND ?6 = 0
            ON CONFLICT DO NOTHING
            """)
        for use in uses {
            update.bind(use)
            try update.run()
            if database.changesCount == 1 { continue }
            insert.bind(use)
            try insert.run()
            if database.changesCount != 1 { return false }
        }
        return true
    }
}
