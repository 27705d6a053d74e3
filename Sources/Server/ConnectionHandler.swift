import Engine
import Logging
import Loyalty
import Methods
import NIOCore
import RPC

// One connection in its event loop. The protocol is `LineConnection`'s business, a value; this handler feeds it bytes,
// carries its actions out and writes what it has to say, once per burst of reading and once per batch of replies.
//
// Order: commands go to the engine as they come, and the engine keeps them in order. A query is held back until every
// command that came before it on this connection is answered, so that it sees what they did.
//
// End: a socket that is closed with input unread resets the connection, and the peer may lose replies it has not read.
// So a connection ends by halves: everything is written, our half is closed, what still comes is thrown away until the
// peer closes its half too, or has had time enough.

/// Carries out what a `LineConnection` asks for.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private struct Pending {
        let call: CallToken
        let isCommand: Bool
    }

    private struct HeldQuery {
        let query: Query
        /// How many commands must be answered first.
        let barrier: Int
    }

    private let server: Server
    private let mailbox: ReplyMailbox
    private var connection: LineConnection
    private var session: Session?
    private var sink: ConnectionSink?
    private var context: ChannelHandlerContext?
    private var lastActivity = NIODeadline.now()
    private var helloTimeout: Scheduled<Void>?
    private var idleTimeout: Scheduled<Void>?
    private var stallTimeout: Scheduled<Void>?

    private var pending: [Int: Pending] = [:]
    private var lastToken = 0
    private var commandsSubmitted = 0
    private var commandsAnswered = 0
    private var heldQueries: [HeldQuery] = []

    private var isPaused = false
    private var isReadPending = false
    /// Nothing more is taken or said; what is written is on its way.
    private var isEnding = false
    private var hasInputEnded = false
    /// Our half is closed.
    private var hasSaidAll = false
    private var endTimeout: Scheduled<Void>?

    init(server: Server, mailbox: ReplyMailbox) {
        self.server = server
        self.mailbox = mailbox
        self.connection = LineConnection(limits: server.limits.connection)
    }

    // MARK: The channel's events

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        sink = ConnectionSink(bound, mailbox)
        guard server.admit(bound) else {
            refuseConnection()
            return
        }
        helloTimeout = context.eventLoop.assumeIsolated().scheduleTask(in: server.limits.hello) { [weak self] in
            guard let self, self.session == nil else { return }
            self.close()
        }
        watchForIdleness(in: server.limits.idle)
        readMore()
    }

    func channelInactive(context: ChannelHandlerContext) {
        forget()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isReadPending = false
        if isEnding { return }
        lastActivity = .now()
        connection.receive(unwrapInboundIn(data).readableBytesView)
        carryOutActions()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReadPending = false
        proceed()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            stallTimeout?.cancel()
            stallTimeout = nil
            proceed()
        } else if stallTimeout == nil {
            stallTimeout = context.eventLoop.assumeIsolated().scheduleTask(in: server.limits.stalled) { [weak self] in
                self?.close()
            }
        }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            hasInputEnded = true
            if hasSaidAll { return close() }
            connection.receiveEnd()
            proceed()
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        server.logger.debug("a connection failed", metadata: ["error": "\(error)"])
        close()
    }

    // MARK: Calls

    private func carryOutActions() {
        while let action = connection.next() {
            switch action {
            case .call(let call): begin(call)
            case .pauseReading: isPaused = true
            case .resumeReading: isPaused = false
            case .close: end(waitingForPeer: true)
            }
        }
    }

    private func begin(_ call: Call) {
        switch server.service.dispatch(call, in: session) {
        case .reply(let result): connection.reply(call.token, result: result)
        case .fail(let error): connection.fail(call.token, error)
        case .welcome(let session, let result):
            self.session = session.from(context?.remoteAddress.flatMap(Self.text))
            helloTimeout?.cancel()
            helloTimeout = nil
            connection.reply(call.token, result: result)
        case .command(let cause, let command): submit(cause, command, for: call)
        case .query(let body): submit(body, for: call)
        case .errand(let body): submit(body, for: call)
        case .longQuery(let body): submit(body, isLong: true, for: call)
        }
    }

    private static func text(_ address: SocketAddress) -> String? {
        guard let host = address.ipAddress, let port = address.port else { return nil }
        return "\(host):\(port)"
    }

    private func submit(_ cause: Cause, _ command: Command, for call: Call) {
        guard let sink else { return }
        let token = expectReply(to: call, isCommand: true)
        let submission = Submission(cause: cause, command: command, sink: sink, token: token)
        if let reason = server.engine.submit(submission) {
            // It is answered out of turn, so it must not count among those that queries wait for.
            pending[token] = Pending(call: call.token, isCommand: false)
            settle(token, .unavailable(reason))
        } else {
            commandsSubmitted += 1
        }
    }

    private func submit(_ body: @escaping Errand.Body, for call: Call) {
        guard let sink else { return }
        // Queries wait for it, so that whoever publishes and then looks sees it.
        let token = expectReply(to: call, isCommand: true)
        if let reason = server.engine.submit(Errand(sink: sink, token: token, body: body)) {
            pending[token] = Pending(call: call.token, isCommand: false)
            settle(token, .unavailable(reason))
        } else {
            commandsSubmitted += 1
        }
    }

    private func submit(_ body: @escaping Query.Body, isLong: Bool = false, for call: Call) {
        guard let sink else { return }
        let query = Query(
            sink: sink, token: expectReply(to: call, isCommand: false), isLong: isLong, body: body)
        if commandsAnswered < commandsSubmitted {
            heldQueries.append(HeldQuery(query: query, barrier: commandsSubmitted))
        } else {
            submit(query)
        }
    }

    private func submit(_ query: Query) {
        if let reason = server.engine.submit(query) { settle(query.token, .unavailable(reason)) }
    }

    private func expectReply(to call: Call, isCommand: Bool) -> Int {
        lastToken += 1
        pending[lastToken] = Pending(call: call.token, isCommand: isCommand)
        return lastToken
    }

    // MARK: Replies

    /// Takes what the engine answered.
    func receive(_ replies: [(token: Int, reply: Reply)]) {
        for (token, reply) in replies { settle(token, reply) }
        proceed()
    }

    private func settle(_ token: Int, _ reply: Reply) {
        guard let pending = pending.removeValue(forKey: token) else { return }
        switch server.service.render(reply) {
        case .success(let result): connection.reply(pending.call, result: result)
        case .failure(let error): connection.fail(pending.call, error)
        }
        guard pending.isCommand else { return }
        commandsAnswered += 1
        while let held = heldQueries.first, held.barrier <= commandsAnswered {
            heldQueries.removeFirst()
            submit(held.query)
        }
    }

    // MARK: Reading, writing, closing

    /// Goes on for as long as there is something to do and the peer takes what is written.
    private func proceed() {
        carryOutActions()
        // What was written made room, so that calls which waited for it can go on.
        while writeOutput() { carryOutActions() }
        readMore()
    }

    /// Writes what there is to say, unless the peer is behind; whether anything was written.
    private func writeOutput() -> Bool {
        guard let context, connection.outputCount > 0, context.channel.isWritable else { return false }
        let buffer = context.channel.allocator.buffer(bytes: connection.takeOutput())
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        return true
    }

    private func readMore() {
        guard let context, !hasInputEnded, !isReadPending else { return }
        guard isEnding || (!isPaused && context.channel.isWritable) else { return }
        isReadPending = true
        context.read()
    }

    /// Answers what was taken, takes nothing more, and closes.
    func drain() {
        // A peer that is not in the middle of anything has nothing to lose by a quick end.
        if connection.inFlight == 0, connection.outputCount == 0, !isPaused { end(waitingForPeer: false) }
        connection.drain()
        proceed()
    }

    private func refuseConnection() {
        end(saying: LineConnection.refusal(.overloaded(retryAfterMs: 1000)), waitingForPeer: true)
        readMore()
    }

    /// Writes the rest and closes once the peer has taken it.
    private func end(saying last: [UInt8] = [], waitingForPeer: Bool) {
        guard let context, !isEnding else { return }
        isEnding = true
        helloTimeout?.cancel()
        idleTimeout?.cancel()
        close(after: server.limits.stalled)
        let buffer = context.channel.allocator.buffer(bytes: connection.takeOutput() + last)
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [weak self] _ in
            guard let self, let context = self.context else { return }
            guard waitingForPeer, !self.hasInputEnded else { return self.close() }
            self.hasSaidAll = true
            context.close(mode: .output, promise: nil)
            self.close(after: self.server.limits.linger)
        }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: written)
    }

    private func close(after delay: TimeAmount) {
        endTimeout?.cancel()
        endTimeout = context?.eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in self?.close() }
    }

    private func close() {
        context?.close(promise: nil)
    }

    private func forget() {
        if let context { server.dismiss(NIOLoopBound(self, eventLoop: context.eventLoop)) }
        connection.abandon()
        helloTimeout?.cancel()
        idleTimeout?.cancel()
        stallTimeout?.cancel()
        endTimeout?.cancel()
        pending = [:]
        heldQueries = []
        sink = nil
        context = nil
    }

    private func watchForIdleness(in delay: TimeAmount) {
        guard let context else { return }
        idleTimeout = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in
            guard let self else { return }
            let rest = self.server.limits.idle - (NIODeadline.now() - self.lastActivity)
            if rest <= .zero && self.pending.isEmpty {
                self.close()
            } else {
                self.watchForIdleness(in: max(rest, .seconds(1)))
            }
        }
    }
}
