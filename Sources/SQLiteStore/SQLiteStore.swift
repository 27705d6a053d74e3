package import Engine
import Foundation
import GRDB
import Ledger
import Synchronization
package import Time

// The embedded store: one SQLite file.
//
// One connection writes, a pool of others reads, and one more checkpoints; GRDB keeps each on its own queue. The log
// is flushed to the disk before a commit returns (synchronous = FULL). Another process may open the same file, as the
// command line does beside a running server.

/// A store in a SQLite file.
///
/// Foreign keys are not enforced: the engine decides what is written, every batch checks itself, and `kizuna verify`
/// proves the whole.
package final class SQLiteStore: Store {
    /// How a store is opened and kept.
    package struct Options: Sendable {
        /// Opens an existing store for reading; a server may run on it.
        package var isReadOnly = false
        /// Whether an older schema is brought up to date; otherwise such a store is refused as it is.
        package var upgrades = true
        /// The log is checkpointed when it passes so many pages of 4 KiB.
        package var checkpointPages = 32_768
        /// A log longer than this many pages is worth a notice.
        package var longestLogPages = 262_144
        /// Memory for pages of the writing connection, in KiB; each reader takes an eighth.
        package var cacheKiB = 262_144
        /// Takes a sentence for the operator.
        package var notice: @Sendable (String) -> Void = { _ in }

        package init() {}
    }

    /// How long the write-ahead log is, and what was done about it.
    package struct LogStatus: Hashable, Sendable {
        package let pages: Int
        package let checkpoints: Int
        /// The longest time for which commits had to wait for the end of a checkpoint.
        package let longestPauseMs: Int64
    }

    let pool: DatabasePool
    private let checkpointer: Checkpointer?
    private let isClosed = Mutex(false)
    /// The changes of the schema that were made as it was opened.
    package let appliedMigrations: [String]

    /// Opens a store, or makes one where there is no file, and brings its schema up to date.
    ///
    /// - Throws: `StoreError` for a file that is no store, is of a newer version or cannot be used.
    package init(path: String, options: Options = Options()) throws {
        (pool, checkpointer, appliedMigrations) = try StoreError.translating {
            try StoreFile(path: path, options: options).open()
        }
    }

    deinit {
        try? close()
    }

    /// Ends all work, moves the log into the file and closes it. Calls after that throw.
    package func close() throws {
        let isFirst = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        guard isFirst else { return }
        try StoreError.translating {
            if let checkpointer {
                checkpointer.stop()
                pool.writeWithoutTransaction { database in
                    database.tellLogLength(to: nil)
                    // Closing the last connection moves the rest and removes the log.
                    _ = try? database.checkpoint(.passive)
                }
                try checkpointer.closeConnection()
            }
            try pool.close()
        }
    }

    /// How long the write-ahead log is; `nil` for a store that is only read.
    package var logStatus: LogStatus? { checkpointer?.status }

    // MARK: Writing

    package func registerWriter(at instant: Instant) throws -> WriterID {
        try write { database in
            var insert = try RawStatement(database, "INSERT INTO writer (registered_at) VALUES (?) RETURNING writer")
            insert.bind(instant)
            return WriterID(try insert.all { $0.int64(0) }[0])
        }
    }

    package func leaseMemberNumbers(_ count: Int) throws -> Range<Int64> {
        precondition(count >= 0, "a lease is a number of numbers")
        return try write { database in
            var update = try RawStatement(
                database, "UPDATE counter SET value = value + ? WHERE name = 'member_number' RETURNING value")
            update.bind(Int64(count))
            guard let end = try update.all({ $0.int64(0) }).first else {
                throw StoreError(.corrupt, "the counter of member numbers is gone")
            }
            return end - Int64(count)..<end
        }
    }

    package func commit(_ batch: Batch) throws -> CommitOutcome {
        try StoreError.translating {
            try pool.writeWithoutTransaction { database in
                try database.beginTransaction(.immediate)
                do {
                    var writer = try BatchWriter(database)
                    switch try writer.write(batch) {
                    case .written: for note in batch.notes { try AuditRow.append(note, to: database) }
                    case .conflict(let members):
                        try database.rollback()
                        return .conflict(members: members.sorted())
                    case .sharedSpent, .rulesChanged, .keptChanged:
                        try database.rollback()
                        return .conflict(members: [])
                    }
                } catch {
                    try? database.rollback()
                    throw error
                }
                do {
                    try database.commit()
                } catch let error as DatabaseError where error.resultCode == .SQLITE_IOERR {
                    // The disk failed while the log was flushed: the batch may be found after a restart, or not.
                    try? database.rollback()
                    return .unknown
                } catch {
                    try? database.rollback()
                    throw error
                }
                // What was personal is still in the log.
                if !batch.erasures.isEmpty { checkpointer?.emptyLog() }
                return .committed
            }
        }
    }

    package func note(_ refusals: RefusalNotes) throws {
        try write { try RefusalRows($0).write(refusals) }
    }

    package func keep(_ kept: KeptChanges, _ refusals: RefusalNotes) throws -> Bool {
        try StoreError.translating {
            try pool.writeWithoutTransaction { database in
                var isWritten = false
                try database.inTransaction(.immediate) {
                    let notes = RefusalRows(database)
                    try notes.write(RefusalNotes(outlived: refusals.outlived))
                    isWritten = try KeptRows(database).write(kept)
                    guard isWritten else { return .rollback }
                    try notes.write(RefusalNotes(new: refusals.new))
                    return .commit
                }
                return isWritten
            }
        }
    }

    package func addRuleSet(_ ruleSet: NewRuleSet, clock: Clock) throws -> AddingOutcome {
        try write { try RuleSetRow.add(ruleSet, to: $0, at: clock()) }
    }

    package func changeClients(_ change: ClientChange) throws -> ClientOutcome {
        try write { try ClientRow.change(change, in: $0) }
    }

    package func record(_ note: AuditNote) throws {
        try write { try AuditRow.append(note, to: $0) }
    }

    package func forgetAnswers(recordedBefore instant: Instant, batches: Int) throws -> Int {
        let forgotten = try write { try PersonalData($0).forgetAnswers(recordedBefore: instant, batches: batches) }
        if forgotten > 0 { checkpointer?.emptyLog() }
        return forgotten
    }

    package func addSigningKey(_ key: SigningKey) throws {
        try write { try Self.add(key, to: $0) }
    }

    package func rotateSigningKey(_ rotation: SigningKeyRotation) throws -> SigningKey {
        try write { database in
            let earlier = try Self.signingKeys(in: database)
            let key = rotation.key(behind: earlier)
            if rotation.endsEarlier {
                var delete = try RawStatement(database, "DELETE FROM signing_key")
                try delete.run()
            }
            try Self.add(key, to: database)
            try AuditRow.append(rotation.auditNote(behind: earlier), to: database)
            return key
        }
    }

    /// The keys that sign, by number.
    static func signingKeys(in database: Database) throws -> [SigningKey] {
        var select = try RawStatement(database, "SELECT key_no, created_at, secret FROM signing_key ORDER BY key_no")
        return try select.all { SigningKey(number: $0.int64(0), createdAt: $0.instant(1), secret: $0.bytes(2)) }
    }

    /// Writes a key unless its number is there, inside a transaction that its caller opened.
    static func add(_ key: SigningKey, to database: Database) throws {
        var insert = try RawStatement(
            database, "INSERT INTO signing_key (key_no, created_at, secret) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
        insert.bind(key.number)
        insert.bind(key.createdAt)
        insert.bind(blob: key.secret)
        try insert.run()
    }

    package func leaseDueWork(to writer: WriterID, at now: Instant, until: Instant) throws -> Bool {
        try write { try DueTimes.lease(in: $0, to: writer, at: now, until: until) }
    }

    package func schedule(_ corrections: [DueCorrection], survey: DueSurvey?) throws {
        try write { database in
            var dueTimes = try DueTimes(database)
            for correction in corrections { try dueTimes.write(correction) }
            if let survey { try dueTimes.write(survey) }
        }
    }

    // MARK: Reading

    /// Loads on a reading connection, so that deciding goes on while a batch is written and flushed.
    package func load(_ keys: LoadKeys) throws -> Loaded {
        try StoreError.translating {
            try pool.read { database in
                var loading = try Loading(database)
                return try loading.load(keys)
            }
        }
    }

    package func hasBatch(writer: WriterID, number: Int64) throws -> Bool {
        try StoreError.translating {
            try pool.read { try SQLiteReader(database: $0).hasBatch(writer: writer, number: number) }
        }
    }

    package func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        try StoreError.translating { try pool.read { try body(SQLiteReader(database: $0)) } }
    }

    private func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try StoreError.translating { try pool.write(body) }
    }
}
