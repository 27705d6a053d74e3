import NIOCore

/// Cuts what the server sends into lines and brings them to the calls they answer.
///
/// It also watches for silence: a connection on which the oldest call stays unanswered while not a byte arrives for
/// the whole patience is given up, so that nobody waits for ever for a server that is gone without a word.
final class ReplyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let calls: CallTable
    private let patience: TimeAmount
    /// The beginning of a line whose end has not arrived.
    private var rest: [UInt8] = []
    private var hasHeardAnything = false
    private var oldestWaiting: Int64?
    private var watch: Scheduled<Void>?

    init(_ calls: CallTable, patience: TimeAmount) {
        self.calls = calls
        self.patience = patience
    }

    func channelActive(context: ChannelHandlerContext) {
        watchForSilence(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        watch?.cancel()
        calls.end(.lost(reason: "the server closed it"))
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasHeardAnything = true
        var bytes = unwrapInboundIn(data).readableBytesView
        do throws(ConnectionFailure) {
            while let feed = bytes.firstIndex(of: UInt8(ascii: "\n")) {
                rest.append(contentsOf: bytes[bytes.startIndex..<feed])
                bytes = bytes[(feed + 1)...]
                var line: [UInt8] = []
                swap(&line, &rest)
                try calls.receive(line)
            }
            rest.append(contentsOf: bytes)
            if rest.count > calls.replyBytesMost { throw .lost(reason: "the server's answer is too long") }
        } catch {
            give(up: error, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        give(up: .lost(reason: Wording.reason(of: error)), context)
    }

    private func give(up reason: ConnectionFailure, _ context: ChannelHandlerContext) {
        calls.end(reason)
        context.close(promise: nil)
    }

    private func watchForSilence(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        watch = context.eventLoop.scheduleTask(in: patience / 2) {
            let (handler, context) = bound.value
            handler.checkForSilence(context)
        }
    }

    private func checkForSilence(_ context: ChannelHandlerContext) {
        let oldest = calls.oldestWaiting
        defer {
            oldestWaiting = oldest
            hasHeardAnything = false
        }
        guard let oldest, oldest == oldestWaiting, !hasHeardAnything else { return watchForSilence(context) }
        give(up: .lost(reason: "the server gave no answer in time"), context)
    }
}

extension TimeAmount {
    fileprivate static func / (amount: TimeAmount, divisor: Int64) -> TimeAmount {
        .nanoseconds(amount.nanoseconds / divisor)
    }
}
