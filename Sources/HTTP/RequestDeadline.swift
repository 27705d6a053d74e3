import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Closes a connection whose request takes too long to arrive, however busily its bytes trickle in, or whose answer takes
/// too long to be taken, whatever else is asked meanwhile.
///
/// A head has so long from the opening of the connection, or `idle` from the answer before; a body has so long from its
/// head. While a request is being worked on there is no deadline. An answer has `idle` from its head, or from when the one
/// before it was taken.
final class RequestDeadline: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: HTTPLimits
    /// When the connection is closed unless a request has arrived.
    private var arrival: Scheduled<Void>?
    /// When it is closed unless an answer has been taken.
    private var taking: Scheduled<Void>?
    private var unanswered = 0
    /// Answers that were begun and not wholly taken.
    private var untaken = 0
    private var isBodyComing = false

    init(limits: HTTPLimits) {
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) {
        expectArrival(in: limits.request, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        cancel()
    }

    func channelInactive(context: ChannelHandlerContext) {
        cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            unanswered += 1
            isBodyComing = true
            expectArrival(in: limits.request, context)
        case .body: break
        case .end:
            isBodyComing = false
            if unanswered > 0 { arrival?.cancel() } else { expectArrival(in: limits.idle, context) }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            if head.status.kind != .informational { untaken += 1 }
            if untaken == 1 { expectTaking(context) }
            context.write(data, promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            unanswered -= 1
            // Whoever goes on sending what was refused has had its answer.
            if unanswered == 0 { expectArrival(in: isBodyComing ? limits.linger : limits.idle, context) }
            let written = promise ?? context.eventLoop.makePromise()
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            written.futureResult.whenSuccess {
                let (handler, context) = bound.value
                handler.answerWasTaken(context)
            }
            context.write(data, promise: written)
        }
    }

    private func answerWasTaken(_ context: ChannelHandlerContext) {
        untaken -= 1
        if untaken == 0 { taking?.cancel() } else { expectTaking(context) }
    }

    private func expectArrival(in delay: TimeAmount, _ context: ChannelHandlerContext) {
        arrival?.cancel()
        arrival = Self.close(context.channel, in: delay)
    }

    private func expectTaking(_ context: ChannelHandlerContext) {
        taking?.cancel()
        taking = Self.close(context.channel, in: limits.idle)
    }

    private static func close(_ channel: any Channel, in delay: TimeAmount) -> Scheduled<Void> {
        channel.eventLoop.scheduleTask(in: delay) { channel.close(promise: nil) }
    }

    private func cancel() {
        arrival?.cancel()
        taking?.cancel()
    }
}
