import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Closes a connection whose request takes too long to arrive, however busily its bytes trickle in.
///
/// A head has so long from the opening of the connection, or `idle` from the answer before; a body has so long from its
/// head. While a request is being worked on there is no deadline; its answer has so long to be taken.
final class RequestDeadline: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: HTTPLimits
    private var deadline: Scheduled<Void>?
    private var unanswered = 0
    private var isBodyComing = false

    init(limits: HTTPLimits) {
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) {
        schedule(in: limits.request, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            unanswered += 1
            isBodyComing = true
            schedule(in: limits.request, context)
        case .body: break
        case .end:
            isBodyComing = false
            if unanswered > 0 { deadline?.cancel() } else { schedule(in: limits.idle, context) }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head: schedule(in: limits.idle, context)
        case .body: break
        case .end:
            unanswered -= 1
            // Whoever goes on sending what was refused has had its answer.
            if unanswered == 0 { schedule(in: isBodyComing ? limits.linger : limits.idle, context) }
        }
        context.write(data, promise: promise)
    }

    private func schedule(in delay: TimeAmount, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: delay) { channel.close(promise: nil) }
    }
}
