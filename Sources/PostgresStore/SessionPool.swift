import Synchronization

/// Sessions for reading: one for each thread that reads, kept for the next one.
final class SessionPool: Sendable {
    /// How many connections wait for the next reader; more than the threads of a server that read.
    private static let mostIdle = 4

    private let address: ServerAddress
    private let idle = Mutex<[Session]>([])

    init(_ address: ServerAddress) {
        self.address = address
    }

    /// Lends a session, a new one where all are in use.
    func use<Value>(_ body: (Session) throws -> Value) throws -> Value {
        let session = idle.withLock { $0.popLast() } ?? Session(address, .reading)
        defer {
            idle.withLock { if $0.count < Self.mostIdle { $0.append(session) } }
        }
        return try body(session)
    }

    /// Closes the connections that nobody uses.
    func close() {
        idle.withLock { $0.removeAll() }
    }
}
