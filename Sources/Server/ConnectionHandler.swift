import Engine
import Ledger
import Logging
import Methods
import NIOCore
import NIOSSL
import RPC

// One connection in its event loop. The protocol is `LineConnection`'s business, a value; this handler feeds it bytes,
// carries its actions out and writes what it has to say, once per burst of reading and once per batch of replies.
//
// End: a socket that is closed with input unread resets the connection, and the peer may lose replies it has not read.
// So a connection ends by halves: everything is written, our half is closed, what still comes is thrown away until the
// peer closes its half too, or has had time enough.

/// Carries out what a `LineConnection` asks for.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

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

    private var desk: CallDesk

    private var isPaused = false
    private var isReadPending = false
    /// Where the peer is.
    private var caller = Caller(origin: nil, address: .unknown)
    /// How many bytes it keeps, as the server was told last.
    private var kept = 0
    /// The server keeps too much, and this connection has more than its share of it.
    private var isSqueezed = false
    /// Since when a line waits for its end, and how many lines there had been.
    private var openLine: (since: NIODeadline, number: Int)?
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
        self.desk = CallDesk(
            service: server.service, engine: server.engine, id: server.service.drawRequestID())
    }

    // MARK: The channel's events

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        sink = ConnectionSink(bound, mailbox)
        caller = Caller(
            origin: context.remoteAddress.flatMap(Self.text), address: context.remoteAddress?.block ?? .unknown)
        guard server.admit(bound, from: caller.address) else {
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
            watchForStalling()
        }
        context.fireChannelWritabilityChanged()
    }

    /// Closes a connection whose peer takes next to nothing of what waits for it; a slow one has all the time it needs.
    private func watchForStalling() {
        guard let context else { return }
        let before = unsentBytes
        stallTimeout = context.eventLoop.assumeIsolated().scheduleTask(in: server.limits.stalled) { [weak self] in
            guard let self else { return }
            if isStalled(since: before) { close() } else { watchForStalling() }
        }
    }

    /// Whether too little was taken since so much waited.
    private func isStalled(since before: Int) -> Bool {
        before - unsentBytes < max(1, server.limits.connection.outputBytes / 16)
    }

    /// What was written and the peer has not taken.
    private var unsentBytes: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
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
        while !isSqueezed, let action = connection.next() {
            switch action {
            case .call(let call): begin(call)
            case .pauseReading: isPaused = true
            case .resumeReading: isPaused = false
            case .close: end()
            }
            account()
        }
        server.service.countUnreadable(connection.takeUnreadable())
        watchLine()
    }

    private func begin(_ call: Call) {
        guard let sink,
            let answer = desk.begin(
                call, in: session, certificate: session == nil ? certificate : nil, from: caller, replyingTo: sink)
        else { return }
        if let session = answer.session {
            self.session = session.from(caller.origin)
            helloTimeout?.cancel()
            helloTimeout = nil
        }
        give(answer)
    }

    private func give(_ answer: CallDesk.Answer) {
        switch answer.result {
        case .success(let result): connection.reply(answer.call, result: result)
        case .failure(let error): connection.fail(answer.call, error)
        }
    }

    /// What the peer showed on its TLS connection.
    private var certificate: ClientProof? {
        (try? context?.pipeline.syncOperations.nioSSL_peerCertificate()).flatMap { ClientProof($0) }
    }

    private static func text(_ address: SocketAddress) -> String? {
        guard let host = address.ipAddress, let port = address.port else { return nil }
        return "\(host):\(port)"
    }

    /// Takes what the engine answered.
    func receive(_ replies: [(token: Int, reply: Reply)]) {
        for (token, reply) in replies {
            for answer in desk.settle(token, reply) { give(answer) }
        }
        account()
        proceed()
    }

    /// Tells the peer how far a call is, unless it is behind with what it was told before.
    func tell(_ token: Int, _ progress: QueryProgress) {
        guard let context, context.channel.isWritable, connection.outputCount == 0,
            let notice = desk.notice(token, progress)
        else { return }
        connection.notify(notice.method, about: notice.call, notice.figures)
        account()
        proceed()
    }

    // MARK: Looking after it

    /// Called a few times a second.
    func lookAfter() {
        guard !isEnding else { return }
        if let session, !server.service.isOpen(session) { return end(within: server.limits.linger) }
        if let openLine, NIODeadline.now() - openLine.since > server.limits.line { return close() }
        account()
        if isSqueezed { relieve() }
        proceed()
    }

    /// Lets go of what only a squeezed connection itself could send: replies of a batch that nobody else brings to its
    /// end. What is left of the batch is refused.
    private func relieve() {
        guard connection.gatheredCount > 0, connection.inFlight == 0 else { return }
        connection.refuseOpenBatch(.overloaded(retryAfterMs: 1000))
        account()
    }

    /// Tells the server how much is kept here, and learns whether that is too much.
    private func account() {
        guard context != nil else { return }
        let now =
            connection.inputCount + connection.inFlightCount + connection.outputCount + connection.gatheredCount
            + unsentBytes
        if now != kept { server.keep(now - kept) }
        kept = now
        isSqueezed = server.keepsTooMuch && kept > server.limits.shareBytes
    }

    /// Notes since when a line waits for its end, unless it waits for answers to those before it.
    private func watchLine() {
        guard !isPaused, connection.inputCount > 0 else { return openLine = nil }
        if openLine?.number != connection.lineCount { openLine = (.now(), connection.lineCount) }
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
        account()
        return true
    }

    private func readMore() {
        guard let context, !hasInputEnded, !isReadPending else { return }
        guard isEnding || (!isPaused && !isSqueezed && context.channel.isWritable) else { return }
        isReadPending = true
        context.read()
    }

    /// Answers what was taken, takes nothing more, and closes.
    func drain() {
        connection.drain()
        proceed()
    }

    /// Turns a connection away that is not counted, and so must not last. Behind TLS it could not be told before a
    /// handshake that need never come.
    private func refuseConnection() {
        server.service.countTurnedAway()
        guard !isSecured else { return close() }
        end(
            saying: LineConnection.refusal(.overloaded(retryAfterMs: 1000)), within: server.limits.linger)
        readMore()
    }

    private var isSecured: Bool {
        (try? context?.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)) != nil
    }

    /// Writes the rest and closes once the peer has taken it. Nothing more is begun of what it had sent, and answers
    /// that are still to come are not told.
    ///
    /// - Parameter patience: how long it may take to be taken; as long as the peer goes on taking it where nothing is said.
    private func end(saying last: [UInt8] = [], within patience: TimeAmount? = nil) {
        guard let context, !isEnding else { return }
        isEnding = true
        helloTimeout?.cancel()
        idleTimeout?.cancel()
        let buffer = context.channel.allocator.buffer(bytes: connection.takeOutput() + last)
        connection.abandon()
        desk.abandon()
        session = nil
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [weak self] _ in
            guard let self, let context = self.context else { return }
            guard !self.hasInputEnded else { return self.close() }
            self.hasSaidAll = true
            context.close(mode: .output, promise: nil)
            self.close(after: self.server.limits.linger)
        }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: written)
        if !hasSaidAll {
            if let patience { close(after: patience) } else { closeOnceStalled() }
        }
        account()
    }

    private func closeOnceStalled() {
        let before = unsentBytes
        endTimeout?.cancel()
        endTimeout = context?.eventLoop.assumeIsolated().scheduleTask(in: server.limits.stalled) { [weak self] in
            guard let self else { return }
            if isStalled(since: before) { close() } else { closeOnceStalled() }
        }
    }

    private func close(after delay: TimeAmount) {
        endTimeout?.cancel()
        endTimeout = context?.eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in self?.close() }
    }

    private func close() {
        context?.close(promise: nil)
    }

    private func forget() {
        if let context { server.dismiss(NIOLoopBound(self, eventLoop: context.eventLoop), from: caller.address) }
        connection.abandon()
        server.keep(-kept)
        kept = 0
        helloTimeout?.cancel()
        idleTimeout?.cancel()
        stallTimeout?.cancel()
        endTimeout?.cancel()
        desk.abandon()
        sink = nil
        context = nil
    }

    private func watchForIdleness(in delay: TimeAmount) {
        guard let context else { return }
        idleTimeout = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in
            guard let self else { return }
            let rest = self.server.limits.idle - (NIODeadline.now() - self.lastActivity)
            if rest <= .zero && self.desk.isEmpty {
                self.close()
            } else {
                self.watchForIdleness(in: max(rest, .seconds(1)))
            }
        }
    }
}
