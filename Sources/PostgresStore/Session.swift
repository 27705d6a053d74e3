import CPostgres
import Engine
import Foundation

// A session outlives its connections: whoever uses it gets a connection that works, or hears within a bounded time
// that there is none.
//
// While the server is away, one caller waits and tries again with growing pauses; once that was in vain, callers hear
// it at once, and one of them a second tries anew. So a restart of the server passes unnoticed, and an outage does not
// hold up every call for the full time.

/// How a server is reached.
struct ServerAddress: Sendable {
    let connectionString: ConnectionString
    let options: PostgresStore.Options

    /// What libpq gets: what the store insists on last, what it only suggests first.
    var settings: [(keyword: String, value: String)] {
        [
            ("fallback_application_name", "kizuna"), ("connect_timeout", "10"), ("keepalives_idle", "10"),
            ("keepalives_interval", "5"), ("keepalives_count", "3"), ("tcp_user_timeout", "30000"),
            ("dbname", connectionString.text), ("client_encoding", "UTF8"),
        ]
    }
}

/// One place at the server, used by one thread at a time.
///
/// `@unchecked Sendable` because a session is handed from thread to thread, never shared: it is inside a lock or in the
/// hands of the one that took it out of the pool.
final class Session: @unchecked Sendable {
    /// What the server calls a connection, so that it can be asked whether it is gone.
    struct Backend: Sendable {
        let process: Int64
        let startedAt: String
    }

    /// What a session is for.
    enum Purpose: Sendable {
        case writing
        case reading
    }

    private let address: ServerAddress
    private let purpose: Purpose
    private var connection: Connection?
    private(set) var backend: Backend?
    private var isViewing = false
    /// Backends that may still be ending a transaction of this session.
    private var inDoubt: [Backend] = []
    /// When the last vain attempt ended, if the server is known to be away.
    private var awaySince: ContinuousClock.Instant?
    private var plans = PlanAge()

    init(_ address: ServerAddress, _ purpose: Purpose) {
        self.address = address
        self.purpose = purpose
    }

    /// Says that the last connection was lost while it committed. The next connection makes sure that it is gone.
    func doubt() {
        if let backend { inDoubt.append(backend) }
        backend = nil
    }

    /// Closes the connection.
    func close() {
        connection = nil
    }

    /// Whether there is a connection, as far as anybody knows.
    var isConnected: Bool { connection != nil }

    /// Does something with a connection that is as new, and leaves it as new or closed.
    func exchange<Value>(_ body: (inout Connection) throws -> Value) throws -> Value {
        var connection = try connected()
        connection.allow(address.options.answerTimeout)
        do {
            if !isViewing, plans.pass() { _ = try connection.ask(Statements.forgetPlans) }
            let value = try body(&connection)
            self.connection = consume connection
            return value
        } catch {
            let meaning = (error as? PostgresFailure)?.meaning
            guard connection.isAlive, meaning != .lost, meaning != .readOnly else { throw error }
            connection.allow(address.options.answerTimeout)
            do {
                try connection.recover(keepsTransaction: isViewing)
            } catch _ {
                throw error
            }
            self.connection = consume connection
            throw error
        }
    }

    /// Does something that may be done twice: once more on a new connection where the first one turns out to be gone.
    func repeatable<Value>(_ body: (inout Connection) throws -> Value) throws -> Value {
        do {
            return try exchange(body)
        } catch let failure as PostgresFailure where failure.meaning == .lost && awaySince == nil {
            return try exchange(body)
        }
    }

    /// Whether the next call may find the server again.
    var mayReturn: Bool { awaySince == nil }

    // MARK: Reading

    /// Does something inside a read transaction, whose questions go through `query`.
    func view<Value>(_ body: (Session) throws -> Value) throws -> Value {
        try repeatable { connection in _ = try connection.ask(Statements.beginReading) }
        isViewing = true
        defer {
            isViewing = false
            // What was read is true, however its transaction ends.
            if isConnected { try? exchange { _ = try $0.ask(Statements.commit) } }
        }
        return try body(self)
    }

    /// Asks something inside a read transaction.
    func query<Value>(_ body: (inout Connection) throws -> Value) throws -> Value {
        precondition(isViewing, "questions are asked inside a view")
        // A new connection would see another moment.
        guard isConnected else { throw PostgresFailure.lost("the connection of this view is gone") }
        return try exchange { connection in
            guard connection.isInTransaction else {
                throw StoreError(.unavailable, "an earlier question of this view failed")
            }
            return try body(&connection)
        }
    }

    // MARK: Connecting

    private func connected() throws -> Connection {
        if let connection = connection.take() { return connection }
        let started = ContinuousClock.now
        let patience: Duration
        if let awaySince {
            guard started - awaySince > .seconds(1) else {
                throw PostgresFailure.lost("the server was away a moment ago")
            }
            patience = .zero
        } else {
            patience = address.options.reconnectPatience
        }
        var pause = Duration.milliseconds(20)
        while true {
            do {
                let connection = try connect()
                awaySince = nil
                return connection
            } catch let failure as PostgresFailure where failure.meaning == .lost {
                guard .now - started + pause < patience, failure.isWorthWaiting else {
                    awaySince = .now
                    throw failure
                }
                Thread.sleep(forTimeInterval: pause / .seconds(1))
                pause = min(pause * 2, .seconds(1))
            }
        }
    }

    private func connect() throws -> Connection {
        var connection = try Connection(address.settings)
        let found = try connection.script(purpose.settings, within: address.options.answerTimeout)
        guard found.count == 5 else { throw PostgresFailure.lost("the server does not tell its settings") }
        guard ["on", "remote_apply"].contains(found[2]) || purpose == .reading else {
            throw StoreError(
                .unavailable,
                "PostgreSQL would answer before a commit is safe: synchronous_commit is \(found[2]) and must be on or "
                    + "remote_apply")
        }
        if found[3] != "on" || found[4] != "on" {
            address.options.notice(
                "PostgreSQL runs with fsync or full_page_writes off: a crash may damage the database")
        }
        try connection.enterPipeline()
        connection.allow(address.options.answerTimeout)
        try settle(&connection)
        plans = PlanAge()
        backend = Backend(process: Int64(found[0]) ?? 0, startedAt: found[1])
        return connection
    }

    /// Ends backends that may still commit something, and waits until they are gone.
    private func settle(_ connection: inout Connection) throws {
        while let doubtful = inDoubt.last {
            var parameters = Parameters()
            parameters.add(doubtful.process)
            parameters.add(text: doubtful.startedAt)
            try connection.send(Statements.endBackend, parameters)
            try connection.sync()
            let isThere = try connection.receive().count > 0
            try connection.finish()
            if isThere {
                guard !connection.isLate else { throw PostgresFailure.lost("an earlier connection does not end") }
                Thread.sleep(forTimeInterval: 0.01)
            } else {
                inDoubt.removeLast()
            }
        }
    }
}

extension PostgresFailure {
    /// Whether a server that refused a connection may soon take one: it starts, ends, or is not there.
    fileprivate var isWorthWaiting: Bool {
        !["password authentication failed", "does not exist", "no password supplied", "not permitted", "pg_hba"]
            .contains { message.contains($0) }
    }
}

extension Session {
    /// Plans are made for any parameters, and for full tables even while they are empty: a plan that reads all of
    /// a table would stay while it grows. Without sequential scans costs look huge, and so just-in-time
    /// compilation must be off.
    static let pinnedPlans = """
        SET plan_cache_mode = force_generic_plan;
        SET enable_seqscan = off;
        SET enable_hashjoin = off;
        SET enable_mergejoin = off;
        SET enable_bitmapscan = off;
        SET enable_material = off;
        SET jit = off;
        """
}

extension Session.Purpose {
    /// Sets a session up, and reads what the store insists on. A writer that stands still in a transaction, stopped or
    /// cut off, must not hold the others up for long.
    fileprivate var settings: String {
        """
        \(Session.pinnedPlans)
        SET TIME ZONE 'UTC';
        SET statement_timeout = '\(self == .writing ? 20 : 60)s';
        SET idle_in_transaction_session_timeout = '\(self == .writing ? 10 : 3600)s';
        SELECT pid, to_char(backend_start, 'YYYY-MM-DD"T"HH24:MI:SS.US'), current_setting('synchronous_commit'),
            current_setting('fsync'), current_setting('full_page_writes')
        FROM pg_stat_activity WHERE pid = pg_backend_pid()
        """
    }
}
