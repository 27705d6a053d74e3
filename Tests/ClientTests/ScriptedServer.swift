import JSON
import NIOCore
import NIOPosix
import Synchronization

/// A server that answers as a test wants: well, badly or not at all.
final class ScriptedServer: Sendable {
    /// What to do about a line.
    enum Act {
        /// Sends a line.
        case say(String)
        case hangUp
    }

    /// A call that came in.
    struct Heard: Sendable {
        /// Connections are counted from 0.
        let connection: Int
        let id: Int64
        let params: String

        /// The reply with a result.
        func result(_ json: String) -> Act { .say(#"{"jsonrpc":"2.0","id":\#(id),"result":\#(json)}"#) }

        /// The reply that says not now.
        var notNow: Act {
            let data = #"{"type":"urn:kizuna:problem:overloaded","retryable":true,"retry_after_ms":1}"#
            return .say(
                #"{"jsonrpc":"2.0","id":\#(id),"error":{"code":-32000,"message":"Overloaded","data":\#(data)}}"#)
        }
    }

    typealias Script = @Sendable (Heard) -> [Act]

    private struct State {
        var connections = 0
        var heard: [Heard] = []
    }

    let limits: String
    let script: Script
    private let state = Mutex(State())
    private let listener = Mutex<(any Channel)?>(nil)

    /// Listens; hello is answered with the limits, everything else by the script.
    init(limits: String = #"{"in_flight":32,"line_bytes":1048576}"#, script: @escaping Script) async throws {
        self.limits = limits
        self.script = script
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ScriptHandler(self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        listener.withLock { $0 = channel }
    }

    var port: Int { listener.withLock { $0?.localAddress?.port } ?? 0 }

    /// Every call but `session.hello`, in the order of arrival.
    var heard: [Heard] { state.withLock(\.heard) }

    func stop() async throws {
        try await listener.withLock { $0 }?.close()
    }

    fileprivate func newConnection() -> Int {
        state.withLock { state in
            state.connections += 1
            return state.connections - 1
        }
    }

    fileprivate func acts(on line: [UInt8], from connection: Int) -> [Act] {
        guard let call = try? JSONDocument(line).root, let id = call["id"]?.int64 else { return [.hangUp] }
        let params = String(decoding: call["params"]?.rawText ?? [], as: UTF8.self)
        let heard = Heard(connection: connection, id: id, params: params)
        if call["method"]?.string == "session.hello" {
            return [heard.result(#"{"server":"scripted","role":"pos","limits":\#(limits)}"#)]
        }
        state.withLock { $0.heard.append(heard) }
        return script(heard)
    }
}

private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: ScriptedServer
    private let connection: Int
    private var rest: [UInt8] = []

    init(_ server: ScriptedServer) {
        self.server = server
        connection = server.newConnection()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        rest += Array(unwrapInboundIn(data).readableBytesView)
        while let feed = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = Array(rest[..<feed])
            rest.removeSubrange(...feed)
            for act in server.acts(on: line, from: connection) {
                switch act {
                case .say(let text):
                    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text + "\n")), promise: nil)
                case .hangUp: context.close(promise: nil)
                }
            }
        }
    }
}
