import CPostgres
import Foundation

// One connection to PostgreSQL, in pipeline mode all the time: statements are sent one behind the other without
// waiting, and answers come in the same order. After a failure the server skips everything up to the next sync.
//
// Sending and waiting never block inside libpq, so that every wait has a deadline: a server that stops answering
// without closing its connection costs its time-out and no more. A connection cannot be copied and is used by one
// thread at a time, as its session sees to.

/// One connection and the statements that are prepared on it.
struct Connection: ~Copyable {
    private enum Awaited {
        case prepared(String)
        case rows
        case sync
    }

    private let handle: OpaquePointer
    /// Answers that have not come yet, from `firstAwaited` on.
    private var awaited: [Awaited] = []
    private var firstAwaited = 0
    private var prepared: Set<String> = []
    /// Statements that are being prepared in what is under way.
    private var preparing: Set<String> = []
    private var deadline = ContinuousClock.now
    private var hasUnsent = false

    /// Connects.
    ///
    /// - Parameter settings: libpq's keywords in order; a connection string under `dbname` is read, too, and what it
    ///   says goes before what stands in front of it.
    init(_ settings: [(keyword: String, value: String)]) throws {
        var keywords: [UnsafeMutablePointer<CChar>?] = settings.map { strdup($0.keyword) }
        var values: [UnsafeMutablePointer<CChar>?] = settings.map { strdup($0.value) }
        defer { for text in keywords + values { free(text) } }
        keywords.append(nil)
        values.append(nil)
        let made = keywords.map { UnsafePointer($0) }.withUnsafeBufferPointer { keywords in
            values.map { UnsafePointer($0) }.withUnsafeBufferPointer { values in
                PQconnectdbParams(keywords.baseAddress, values.baseAddress, 1)
            }
        }
        guard let made else { throw PostgresFailure.lost("there is no memory for a connection") }
        guard PQstatus(made) == CONNECTION_OK, PQsetnonblocking(made, 1) == 0 else {
            let failure = PostgresFailure.lost(Self.message(of: made))
            PQfinish(made)
            throw failure
        }
        PQsetNoticeProcessor(made, { _, _ in }, nil)
        handle = made
    }

    deinit {
        PQfinish(handle)
    }

    // MARK: Outside of a pipeline

    /// Runs fixed statements one behind the other, and reads the last one's first row as texts.
    ///
    /// - Parameter time: within which all of them must be done.
    mutating func script(_ sql: String, within time: Duration) throws -> [String] {
        allow(time)
        guard PQsendQuery(handle, sql) == 1 else { throw lost() }
        try push()
        var row: [String] = []
        var failure: PostgresFailure?
        while let answer = try nextAnswer() {
            defer { PQclear(answer) }
            switch PQresultStatus(answer) {
            case PGRES_COMMAND_OK: row = []
            case PGRES_TUPLES_OK:
                row =
                    PQntuples(answer) == 0
                    ? [] : (0..<PQnfields(answer)).map { String(cString: PQgetvalue(answer, 0, $0)) }
            default: failure = failure ?? self.failure(of: answer)
            }
        }
        if let failure { throw failure }
        return row
    }

    /// Turns the pipeline on; from then on there are only prepared statements.
    mutating func enterPipeline() throws {
        guard PQenterPipelineMode(handle) == 1 else { throw lost() }
    }

    // MARK: Sending

    /// Starts the time within which everything up to the next call must be answered.
    mutating func allow(_ time: Duration) {
        deadline = .now + time
    }

    /// Whether that time is over.
    var isLate: Bool { .now > deadline }

    /// Sends a statement, which is prepared before it where this connection does not know it yet.
    mutating func send(_ statement: Statement, _ parameters: Parameters = Parameters()) throws {
        precondition(parameters.count == statement.parameters.count, "a statement gets all its parameters")
        if !prepared.contains(statement.name), !preparing.contains(statement.name) {
            let sent = statement.parameters.withUnsafeBufferPointer { types in
                PQsendPrepare(handle, statement.name, statement.sql, Int32(types.count), types.baseAddress)
            }
            guard sent == 1 else { throw lost() }
            preparing.insert(statement.name)
            awaited.append(.prepared(statement.name))
        }
        let formats = [Int32](repeating: 1, count: parameters.count)
        let sent = parameters.withValues { values, lengths in
            PQsendQueryPrepared(handle, statement.name, Int32(values.count), values, lengths, formats, 1)
        }
        guard sent == 1 else { throw lost() }
        awaited.append(.rows)
    }

    /// Ends a unit: a failure before it does not reach what comes behind it.
    mutating func sync() throws {
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        awaited.append(.sync)
        try push()
    }

    /// Asks the server to send the answers it has, before the sync.
    mutating func requestAnswers() throws {
        guard PQsendFlushRequest(handle) == 1 else { throw lost() }
        try push()
    }

    /// Hands to the system what it takes at once, so that the server starts.
    mutating func push() throws {
        switch PQflush(handle) {
        case 0: hasUnsent = false
        case 1: hasUnsent = true
        default: throw lost()
        }
    }

    // MARK: Receiving

    /// Waits for the next statement's answer.
    mutating func receive() throws -> QueryResult {
        while true {
            switch popAwaited() {
            case .prepared(let name):
                _ = try answer()
                preparing.remove(name)
                prepared.insert(name)
            case .rows: return try answer()
            case .sync: preconditionFailure("a statement was sent before the sync")
            }
        }
    }

    /// Waits for everything up to the sync; throws the first failure.
    mutating func finish() throws {
        while true {
            switch popAwaited() {
            case .prepared(let name):
                _ = try answer()
                preparing.remove(name)
                prepared.insert(name)
            case .rows: _ = try answer()
            case .sync: return try receiveSync()
            }
        }
    }

    /// After a failure: skips what was sent, and leaves the transaction, so that the connection is as new.
    ///
    /// - Parameter keepsTransaction: Whether a transaction in which no statement failed goes on.
    mutating func recover(keepsTransaction: Bool = false) throws {
        if !awaited[firstAwaited...].contains(where: { if case .sync = $0 { true } else { false } }) { try sync() }
        while firstAwaited < awaited.count {
            if case .sync = popAwaited() { try receiveSync() } else { _ = try? answer() }
        }
        preparing.removeAll()
        let status = PQtransactionStatus(handle)
        if status == PQTRANS_IDLE || (keepsTransaction && status == PQTRANS_INTRANS) { return }
        try send(Statements.rollback)
        try sync()
        try finish()
    }

    /// Whether a transaction goes on.
    var isInTransaction: Bool { PQtransactionStatus(handle) == PQTRANS_INTRANS }

    /// Whether a failed connection may still be used.
    var isAlive: Bool { PQstatus(handle) == CONNECTION_OK }

    private mutating func popAwaited() -> Awaited {
        precondition(firstAwaited < awaited.count, "answers are waited for that something was sent for")
        defer {
            firstAwaited += 1
            if firstAwaited == awaited.count {
                awaited.removeAll(keepingCapacity: true)
                firstAwaited = 0
            }
        }
        return awaited[firstAwaited]
    }

    /// One statement's answer and the end behind it.
    private mutating func answer() throws -> QueryResult {
        guard let pointer = try nextAnswer() else { throw lost() }
        let result = QueryResult(pointer)
        let status = PQresultStatus(pointer)
        let failure = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? nil : self.failure(of: pointer)
        if !isAlive { throw failure ?? lost() }
        while let more = try nextAnswer() { PQclear(more) }
        if let failure { throw failure }
        return result
    }

    private mutating func receiveSync() throws {
        guard let pointer = try nextAnswer() else { throw lost() }
        let result = QueryResult(pointer)
        guard PQresultStatus(pointer) == PGRES_PIPELINE_SYNC else { throw failure(of: pointer) }
        _ = consume result
    }

    private mutating func nextAnswer() throws -> OpaquePointer? {
        while true {
            if hasUnsent { try push() }
            if PQisBusy(handle) == 0 { return PQgetResult(handle) }
            try wait()
            guard PQconsumeInput(handle) == 1 else { throw lost() }
        }
    }

    /// Waits until there is something to read, or room for what is unsent.
    private func wait() throws {
        var descriptor = pollfd(
            fd: PQsocket(handle), events: Int16(POLLIN) | (hasUnsent ? Int16(POLLOUT) : 0), revents: 0)
        let left = deadline - .now
        let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
        switch poll(&descriptor, 1, Int32(clamping: max(0, milliseconds))) {
        case 0:
            cancel()
            throw PostgresFailure.lost("PostgreSQL did not answer in time")
        case -1 where errno != EINTR: throw PostgresFailure.lost("waiting for PostgreSQL failed")
        default: return
        }
    }

    /// Asks the server to give up what it is doing. Nobody waits for the request, which opens a connection of its own.
    private func cancel() {
        guard let request = PQgetCancel(handle) else { return }
        let address = UInt(bitPattern: request)
        Thread.detachNewThread {
            guard let request = OpaquePointer(bitPattern: address) else { return }
            var message = [CChar](repeating: 0, count: 256)
            _ = PQcancel(request, &message, Int32(message.count))
            PQfreeCancel(request)
        }
    }

    // MARK: Failures

    private func lost() -> PostgresFailure {
        .lost(Self.message(of: handle))
    }

    private func failure(of answer: OpaquePointer) -> PostgresFailure {
        guard let state = PQresultErrorField(answer, Int32(UnicodeScalar("C").value)) else { return lost() }
        // Not the detail, which quotes values.
        let message = PQresultErrorField(answer, Int32(UnicodeScalar("M").value)).map { String(cString: $0) }
        return PostgresFailure(state: String(cString: state), message: message ?? "no message")
    }

    /// What libpq says of a connection, in one line; it names hosts and users, never a password.
    private static func message(of handle: OpaquePointer) -> String {
        let text = String(cString: PQerrorMessage(handle))
        return text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .joined(separator: "; ")
    }
}
