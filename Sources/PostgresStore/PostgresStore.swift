package import Engine
import Ledger
import Loyalty
import Synchronization
package import Time

// The store for production: a PostgreSQL database, which any number of engines may share.
//
// One session writes, one loads, and those that read come from a pool; each is used by one thread at a time and keeps
// its connection. A commit is one transaction and one round trip. docs/decisions/0016-postgres.md has the reasons.

/// A store in a PostgreSQL database.
package final class PostgresStore: Store {
    /// How a store is reached and kept.
    package struct Options: Sendable {
        /// Opens an existing store for reading; servers may run on it.
        package var isReadOnly = false
        /// Whether an older schema is brought up to date; otherwise such a store is refused as it is.
        package var upgrades = true
        /// Whether a store that is opened for reading must be there and up to date at once.
        package var checksSchema = true
        /// How long one answer may take before the connection counts as lost. Longer than the server's own limits.
        package var answerTimeout = Duration.seconds(75)
        /// How long a call waits for a server that went away.
        package var reconnectPatience = Duration.seconds(5)
        /// How many rows of the history one statement reads where all of it is read, so that none takes long however
        /// much there is.
        package var rowsAtOnce: Int64 = 10_000
        /// Takes a sentence for the operator.
        package var notice: @Sendable (String) -> Void = { _ in }

        package init() {}
    }

    private let writing: Mutex<Session>
    /// Used by whoever holds `writing`.
    private let rows = Mutex(BatchRows())
    private let loading: Mutex<Session>
    private let readers: SessionPool
    private let rowsAtOnce: Int64
    /// The changes of the schema that were made as it was opened.
    package let appliedMigrations: [String]

    /// Opens a store, or makes one in an empty database, and brings its schema up to date.
    ///
    /// - Parameter connectionString: As libpq reads it, `postgres://…` or `host=… dbname=…`. What it does not name comes
    ///   from libpq's environment variables, its password file and its service file.
    /// - Throws: `StoreError` for a database that cannot be reached, belongs to something else, is of a newer version,
    ///   or would not keep what it has said it would.
    package init(_ connectionString: String, options: Options = Options()) throws {
        let address = ServerAddress(connectionString: try ConnectionString(connectionString), options: options)
        appliedMigrations = try StoreError.translating {
            let migrations = Migrations(address.settings)
            if !options.isReadOnly { return try migrations.apply(upgrading: options.upgrades) }
            if options.checksSchema { try migrations.check() }
            return []
        }
        writing = Mutex(Session(address, .writing))
        loading = Mutex(Session(address, .reading))
        readers = SessionPool(address)
        rowsAtOnce = options.rowsAtOnce
        if !options.isReadOnly {
            try StoreError.translating { try writing.withLock { try $0.exchange { try Self.checkRights(over: &$0) } } }
        }
    }

    /// Refuses a role that could begin and would fail at the first purchase, or the first erasure.
    private static func checkRights(over connection: inout Connection) throws {
        let missing = try connection.ask(WriteStatements.missingRights).first { $0.isNull(0) ? nil : $0.text(0) } ?? nil
        guard let missing else { return }
        throw StoreError(
            .unavailable,
            "the role may not do what a server does: GRANT \(missing), as docs/operating/postgresql.md says")
    }

    /// Closes all connections. Calls after that open new ones.
    package func close() {
        writing.withLock { $0.close() }
        loading.withLock { $0.close() }
        readers.close()
    }

    // MARK: Writing

    package func registerWriter(at instant: Instant) throws -> WriterID {
        try write(WriteStatements.registerWriter, Parameters(instant.milliseconds)) { WriterID(try $0.int64(0)) }
    }

    package func leaseMemberNumbers(_ count: Int) throws -> Range<Int64> {
        precondition(count >= 0, "a lease is a number of numbers")
        return try write(WriteStatements.leaseNumbers, Parameters(Int64(count))) { row in
            let end = try row.int64(0)
            return end - Int64(count)..<end
        }
    }

    package func commit(_ batch: Batch) throws -> CommitOutcome {
        try StoreError.translating {
            try writing.withLock { session in try rows.withLock { try Self.commit(batch, by: &$0, in: session) } }
        }
    }

    /// How often a batch is tried again that met a deadlock, or a connection that was gone before it committed.
    private static let attempts = 3

    private static func commit(
        _ batch: Batch, by rows: inout BatchRows, in session: Session
    ) throws -> CommitOutcome {
        var attempt = 1
        while true {
            var writer = BatchWriter(batch)
            do {
                // What it leaves open behind an error is rolled back by the session.
                try session.exchange { try writer.write(by: &rows, over: &$0) }
                return .committed
            } catch let failure as PostgresFailure {
                switch failure.meaning {
                case .conflict: return try conflict(of: batch, in: session)
                case .rulesChanged: return .conflict(members: [])
                case .sharedSpent: return try conflict(of: batch, in: session, isSharedSpent: true)
                case .lost where writer.hasSentCommit:
                    session.doubt()
                    return .unknown
                case .lost where attempt < attempts && session.mayReturn, .retry where attempt < attempts,
                    .readOnly where attempt < attempts:
                    attempt += 1
                default: throw failure
                }
            }
        }
    }

    private static func conflict(
        of batch: Batch, in session: Session, isSharedSpent: Bool = false
    ) throws -> CommitOutcome {
        var conflicts = Conflicts(batch)
        let members = try session.repeatable { try conflicts.find(over: &$0) }
        // Of a sale without a member, only its own rows tell.
        guard members.isEmpty, !isSharedSpent, batch.kept.isEmpty else { return .conflict(members: members) }
        guard conflicts.isThere else {
            throw StoreError(.unavailable, "the batch was refused and nothing tells why")
        }
        throw StoreError(.unavailable, "the batch is there already")
    }

    package func note(_ refusals: RefusalNotes) throws {
        try StoreError.translating {
            try writing.withLock { session in
                // Whatever becomes of the first attempt, another one leads to the same.
                try session.repeatable { connection in
                    try connection.send(Statements.begin)
                    try RefusalStatements.sendOutlived(refusals, over: &connection)
                    try RefusalStatements.sendNew(refusals, over: &connection)
                    try connection.send(Statements.commit)
                    try connection.sync()
                    try connection.finish()
                }
            }
        }
    }

    package func keep(_ kept: KeptChanges, _ refusals: RefusalNotes) throws -> Bool {
        try StoreError.translating {
            try writing.withLock { session in
                var attempt = 1
                while true {
                    do {
                        try session.exchange { try Self.keep(kept, refusals, over: &$0) }
                        return true
                    } catch let failure as PostgresFailure {
                        switch failure.meaning {
                        case .conflict: return false
                        // What was written all the same is found to be there.
                        case .lost where attempt < Self.attempts && session.mayReturn,
                            .retry where attempt < Self.attempts:
                            attempt += 1
                        default: throw failure
                        }
                    }
                }
            }
        }
    }

    private static func keep(
        _ kept: KeptChanges, _ refusals: RefusalNotes, over connection: inout Connection
    ) throws {
        var claims = Rows(BatchStatements.claim)
        for key in KeptStatements.claims(of: kept).sorted() {
            claims.add(key)
            claims.add(OperationID.none)
        }
        try connection.send(Statements.begin)
        try RefusalStatements.sendOutlived(refusals, over: &connection)
        try KeptStatements.send(kept, over: &connection)
        if !claims.isEmpty {
            claims.seal()
            try connection.send(BatchStatements.insertClaims, Parameters(claims))
        }
        try KeptStatements.sendCalls(kept, over: &connection)
        try RefusalStatements.sendNew(refusals, over: &connection)
        try connection.send(Statements.commit)
        try connection.sync()
        try connection.finish()
    }

    package func addRuleSet(_ ruleSet: NewRuleSet, clock: Clock) throws -> AddingOutcome {
        try StoreError.translating {
            try writing.withLock { try $0.exchange { try Administration.add(ruleSet, clock: clock, over: &$0) } }
        }
    }

    package func changeClients(_ change: ClientChange) throws -> ClientOutcome {
        try StoreError.translating {
            try writing.withLock { try $0.exchange { try Administration.apply(change, over: &$0) } }
        }
    }

    package func record(_ note: AuditNote) throws {
        try StoreError.translating {
            try writing.withLock { try $0.exchange { try Administration.record(note, over: &$0) } }
        }
    }

    package func forgetAnswers(recordedBefore instant: Instant, batches: Int) throws -> Int {
        try write(WriteStatements.forgetAnswers, Parameters(instant.milliseconds, Int64(batches))) {
            Int(try $0.int64(0))
        }
    }

    package func rotateSigningKey(_ rotation: SigningKeyRotation) throws -> SigningKey {
        try StoreError.translating {
            try writing.withLock { try $0.exchange { try Administration.rotate(rotation, over: &$0) } }
        }
    }

    package func addSigningKey(_ key: SigningKey) throws {
        try StoreError.translating {
            try writing.withLock { session in
                try session.repeatable { connection in
                    try connection.send(Statements.begin)
                    try connection.send(WriteStatements.addSigningKey, Parameters(key))
                    try connection.send(Statements.commit)
                    try connection.sync()
                    try connection.finish()
                }
            }
        }
    }

    package func leaseDueWork(to writer: WriterID, at now: Instant, until: Instant) throws -> Bool {
        try write(DueStatements.lease, Parameters(writer.value, now.milliseconds, until.milliseconds)) {
            try $0.int64(0) > 0
        }
    }

    package func schedule(_ corrections: [DueCorrection], survey: DueSurvey?) throws {
        var rows = Rows(DueStatements.correction)
        for correction in corrections.sorted(by: { $0.time.member < $1.time.member }) {
            rows.add(correction.time.member)
            rows.add(correction.time.at)
            rows.add(correction.version)
        }
        rows.seal()
        try StoreError.translating {
            try writing.withLock { session in
                try session.exchange { connection in
                    try connection.send(Statements.begin)
                    if !corrections.isEmpty { try connection.send(DueStatements.correct, Parameters(rows)) }
                    if let survey {
                        try connection.send(
                            DueStatements.noteSurvey, Parameters(survey.ruleSet, survey.upTo.value))
                    }
                    try connection.send(Statements.commit)
                    try connection.sync()
                    try connection.finish()
                }
            }
        }
    }

    /// Does something over the connection that writes.
    func inWriting<Value: Sendable>(_ body: (inout Connection) throws -> Value) throws -> Value {
        try writing.withLock { try $0.exchange(body) }
    }

    /// Runs one statement that answers with a row, in a transaction of its own.
    private func write<Value: Sendable>(
        _ statement: Statement, _ parameters: Parameters, _ read: (borrowing Row) throws -> Value
    ) throws -> Value {
        try StoreError.translating {
            try writing.withLock { session in
                try session.exchange { connection in
                    try connection.send(Statements.begin)
                    try connection.send(statement, parameters)
                    try connection.send(Statements.commit)
                    try connection.sync()
                    _ = try connection.receive()
                    let value = try connection.receive().first(read)
                    try connection.finish()
                    guard let value else { throw StoreError(.corrupt, "a row of the database is gone") }
                    return value
                }
            }
        }
    }

    // MARK: Reading

    package func load(_ keys: LoadKeys) throws -> Loaded {
        try StoreError.translating {
            let loading = Loading(keys)
            return try self.loading.withLock { try $0.repeatable { try loading.load(over: &$0) } }
        }
    }

    /// Whether a batch is there, for good. After an unknown outcome the connection that left it is ended first, so that
    /// "no" stays true. And "yes" is only said once something behind the batch in the log is committed: a transaction
    /// whose wait for a synchronous standby was cut short is visible, and a standby that took over would not have it.
    package func hasBatch(writer: WriterID, number: Int64) throws -> Bool {
        try StoreError.translating {
            try writing.withLock { session in
                guard try session.hasBatch(writer, number) else { return false }
                try session.repeatable { connection in _ = try connection.ask(WriteStatements.followBehind) }
                return true
            }
        }
    }

    // MARK: Standbys

    /// Whether the server replays what another one, or an archive, gives it.
    package func isStandby() throws -> Bool { try identity().isStandby }

    func identity() throws -> ServerIdentity {
        let found = try ask(ReadStatements.identity) { row in
            ServerIdentity(
                cluster: try row.int64(0), database: row.text(1), isStandby: try row.int64(2) != 0,
                startedAt: try row.int64(3))
        }
        guard let found else { throw StoreError(.unavailable, "the server does not tell which one it is") }
        return found
    }

    /// How far a standby says that it is behind at most; nothing where all that came is replayed and more would come.
    func lag() throws -> Duration {
        let answer = try ask(ReadStatements.lag) { try $0.optionalInt64(0) } ?? nil
        guard let answer else {
            throw StoreError(.unavailable, "it does not know how far it is behind")
        }
        return .milliseconds(answer)
    }

    /// The newest batch; `nil` where there is none.
    func newestBatch() throws -> BatchPlace? {
        try ask(ReadStatements.newestBatch) { row in
            BatchPlace(
                place: try row.int64(0), writer: try row.int64(1), number: try row.int64(2), root: row.plain(3))
        }
    }

    /// The place of the newest batch, 0 where there is none; `nil` where a batch is not there as it is told.
    func newestPlace(having batch: BatchPlace?) throws -> Int64? {
        var parameters = Parameters(batch?.place ?? 0, batch?.writer ?? 0, batch?.number ?? 0)
        parameters.add(bytes: batch?.root ?? [])
        return try ask(ReadStatements.newestPlace, parameters) { try $0.int64(0) }
    }

    private func ask<Answer>(
        _ statement: Statement, _ parameters: Parameters = Parameters(), _ read: (borrowing Row) throws -> Answer
    ) throws -> Answer? {
        try StoreError.translating {
            try readers.use { session in try session.repeatable { try $0.ask(statement, parameters).first(read) } }
        }
    }

    package func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        try StoreError.translating {
            try readers.use { session in
                try session.view { try body(PostgresReader($0, rowsAtOnce: rowsAtOnce)) }
            }
        }
    }
}

extension Parameters {
    /// A key that signs, as `addSigningKey` takes it.
    init(_ key: SigningKey) {
        self.init(key.number, key.createdAt.milliseconds)
        add(bytes: key.secret)
    }
}

extension Session {
    fileprivate func hasBatch(_ writer: WriterID, _ number: Int64) throws -> Bool {
        try repeatable { try $0.ask(ReadStatements.hasBatch, Parameters(writer, number)).count > 0 }
    }
}
