package import Engine
package import Logging
package import Methods
package import NIOCore
import NIOPosix
import RPC
import Synchronization

/// The TCP server: it accepts connections, holds their number within the limit, and goes down in order.
package final class Server: Sendable {
    package let engine: Engine
    package let service: Service
    package let limits: ServerLimits
    let logger: Logger

    private struct State {
        var connections: [ObjectIdentifier: NIOLoopBound<ConnectionHandler>] = [:]
        /// How many connections there are from each address.
        var addresses: [AddressBlock: Int] = [:]
        var isDraining = false
    }

    private let kept = Atomic<Int>(0)
    private let state = Mutex(State())
    private let group: MultiThreadedEventLoopGroup
    private let listener = Mutex<(any Channel)?>(nil)

    package init(engine: Engine, service: Service, limits: ServerLimits, logger: Logger, threads: Int = 1) {
        self.engine = engine
        self.service = service
        self.limits = limits
        self.logger = logger
        self.group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
    }

    /// Starts to listen, with TLS where there is an identity for it; the port of the address is the one that was given, or the one the system chose for 0.
    ///
    /// - Throws: `ListenFailure` where the port cannot be opened.
    @discardableResult
    package func start(host: String, port: Int, tls: TLSIdentity? = nil) async throws -> SocketAddress? {
        let mailboxes = Dictionary(
            uniqueKeysWithValues: group.makeIterator().map { (ObjectIdentifier($0), ReplyMailbox(eventLoop: $0)) })
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .writeBufferWaterMark,
                value: .init(low: max(1, limits.connection.outputBytes / 2), high: limits.connection.outputBytes)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let mailbox = mailboxes[ObjectIdentifier(channel.eventLoop)] else {
                        throw ChannelError.inappropriateOperationForState
                    }
                    if let tls { try tls.secure(channel) }
                    try channel.pipeline.syncOperations.addHandler(ConnectionHandler(server: self, mailbox: mailbox))
                }
            }
        let channel: any Channel
        do {
            channel = try await bootstrap.bind(host: host, port: port).get()
        } catch {
            throw ListenFailure("TCP", host: host, port: port, error)
        }
        listener.withLock { $0 = channel }
        watch()
        return channel.localAddress
    }

    /// Stops accepting, answers what was taken, closes every connection, and then stops the engine.
    package func shutDown() async throws {
        try await drain()
        try await stop()
    }

    /// Stops accepting, answers what was taken and closes every connection, as far as there is time for it.
    package func drain() async throws {
        let channel = listener.withLock { listener in
            defer { listener = nil }
            return listener
        }
        try await channel?.close().get()
        let connections = state.withLock { state in
            state.isDraining = true
            return Array(state.connections.values)
        }
        for connection in connections { connection.execute { $0.drain() } }
        let deadline = NIODeadline.now() + limits.drain
        while !state.withLock({ $0.connections.isEmpty }), NIODeadline.now() < deadline {
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Stops the engine once nobody brings it calls any more, and closes what is still open.
    package func stop() async throws {
        engine.drain()
        try await group.shutdownGracefully()
    }

    /// Looks after every connection a few times a second, each in its event loop.
    private func watch() {
        for eventLoop in group.makeIterator() {
            eventLoop.scheduleRepeatedTask(initialDelay: limits.watch, delay: limits.watch) { [weak self] _ in
                guard let self else { return }
                let connections = self.state.withLock { Array($0.connections.values) }
                for connection in connections where connection.eventLoop === eventLoop { connection.value.lookAfter() }
            }
        }
    }

    /// Registers a connection; `false` when there are too many, in all or from its address, or the server goes down.
    func admit(_ connection: NIOLoopBound<ConnectionHandler>, from address: AddressBlock) -> Bool {
        state.withLock { state in
            guard !state.isDraining, state.connections.count < limits.sessions,
                state.addresses[address, default: 0] < limits.sessionsPerAddress
            else { return false }
            state.connections[ObjectIdentifier(connection.value)] = connection
            state.addresses[address, default: 0] += 1
            return true
        }
    }

    /// Forgets a connection that has closed.
    func dismiss(_ connection: NIOLoopBound<ConnectionHandler>, from address: AddressBlock) {
        let key = ObjectIdentifier(connection.value)
        state.withLock { state in
            guard state.connections.removeValue(forKey: key) != nil else { return }
            state.addresses[address, default: 1] -= 1
            if state.addresses[address] == 0 { state.addresses[address] = nil }
        }
    }

    /// Notes that a connection keeps more bytes than before, or fewer.
    func keep(_ change: Int) {
        kept.add(change, ordering: .relaxed)
    }

    /// Whether all connections together keep more than they should.
    var keepsTooMuch: Bool { kept.load(ordering: .relaxed) > limits.keptBytes }

    /// How much all connections keep: input not yet worked on and output not yet taken.
    package var keptBytes: Int { kept.load(ordering: .relaxed) }

    /// How many connections there are.
    package var connectionCount: Int { state.withLock { $0.connections.count } }
}

extension NIOLoopBound<ConnectionHandler> {
    fileprivate func execute(_ body: @escaping @Sendable (ConnectionHandler) -> Void) {
        eventLoop.execute { body(value) }
    }
}
