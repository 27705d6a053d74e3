package import JSON
import NIOCore
import NIOPosix
import RPC

/// A connection to a Kizuna server on which many calls can be on their way at a time.
///
/// Calls are sent in the order in which they are begun and answered in any order. No more are sent than the server has
/// said it takes; whoever calls beyond that waits. When the connection ends, every call that waits fails with a
/// `ConnectionFailure`; to go on behind that, see `CallPipeline`.
package final class KizunaClient: Sendable {
    /// What the server allows, as `session.hello` told.
    package struct Limits: Hashable, Sendable {
        /// Calls that may be on their way at a time.
        package let inFlight: Int
        /// The longest line of a call, in bytes.
        package let lineBytes: Int
        /// The longest line of an answer, in bytes.
        package let replyBytes: Int
    }

    /// What the server said about itself and the session.
    package struct Welcome: Sendable {
        /// The server and its version.
        package let server: String
        /// The name of the session in the server's log.
        package let session: String
        /// What the key allows.
        package let role: String
        /// What the server allows.
        package let limits: Limits
    }

    /// What the server said when the session was opened.
    package let welcome: Welcome
    private let channel: any Channel
    private let calls: CallTable

    private init(_ channel: any Channel, _ calls: CallTable, _ welcome: Welcome) {
        self.channel = channel
        self.calls = calls
        self.welcome = welcome
    }

    /// Connects and opens a session.
    ///
    /// - Parameter apiKey: the secret; `nil` where the certificate of `tls` is the key.
    /// - Parameter client: the calling program and its version, for the server's log.
    /// - Parameter tls: encrypts the line; without it the line is plain.
    /// - Parameter patience: how long the server may be silent while a call waits.
    /// - Throws: `ConnectionFailure`, or `RPCFailure` when the server refuses the session.
    package static func connect(
        host: String, port: Int, apiKey: String?, client: String, tls: ClientTLS? = nil,
        patience: Duration = .seconds(30)
    ) async throws -> KizunaClient {
        let calls = CallTable()
        let patience = TimeAmount(patience)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connectTimeout(min(patience, .seconds(10)))
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        if let tls { try channel.pipeline.syncOperations.addHandler(tls.handler(for: host)) }
                        try channel.pipeline.syncOperations.addHandler(ReplyHandler(calls, patience: patience))
                    }
                }
                .connect(host: host, port: port).get()
        } catch {
            throw ConnectionFailure.unreachable(
                address: host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)",
                reason: Wording.reason(of: error))
        }
        do {
            let welcome = try await greet(channel, calls, apiKey: apiKey, client: client)
            calls.apply(welcome.limits)
            return KizunaClient(channel, calls, welcome)
        } catch {
            calls.end(.closed)
            channel.close(promise: nil)
            throw error
        }
    }

    private static func greet(
        _ channel: any Channel, _ calls: CallTable, apiKey: String?, client: String
    ) async throws -> Welcome {
        try await calls.takeSlot()
        var json = JSONWriter()
        json.beginObject()
        json.key("client")
        json.string(client)
        json.key("protocol")
        json.beginObject()
        json.key("min")
        json.string("1.0")
        json.key("max")
        json.string("1.0")
        json.endObject()
        json.key("auth")
        json.beginObject()
        if let apiKey { json.member("api_key", apiKey) }
        json.endObject()
        json.endObject()
        let result = try await send("session.hello", json.take(), channel, calls).answer()
        return Welcome(result)
    }

    // MARK: Calling

    /// Calls a method and waits for its result; `params` writes one object.
    ///
    /// - Throws: `RPCFailure` for a refusal, `ConnectionFailure` where no answer came, `CancellationError`.
    package func call(_ method: String, params: (inout JSONWriter) -> Void) async throws -> JSONValue {
        try await begin(method, params: params).answer()
    }

    /// Sends a call, once the server takes one more, and leaves its answer for later; `params` writes one object.
    ///
    /// - Throws: `RPCFailure` for a call that is longer than the server takes, without sending it.
    package func begin(_ method: String, params: (inout JSONWriter) -> Void) async throws -> PendingCall {
        var json = JSONWriter(reserving: 512)
        params(&json)
        guard json.bytes.count + CallTable.lineOverhead <= welcome.limits.lineBytes else {
            throw RPCFailure(
                code: RPCCode.messageTooLarge, message: "Message too large", type: "message-too-large",
                detail: "a call has at most \(welcome.limits.lineBytes) bytes")
        }
        try await calls.takeSlot()
        return try Self.send(method, json.take(), channel, calls)
    }

    private static func send(
        _ method: String, _ params: [UInt8], _ channel: any Channel, _ calls: CallTable
    ) throws -> PendingCall {
        let (call, mustFlush) = try calls.enqueue(method, params: params)
        if mustFlush {
            // Whatever other tasks add until the loop comes to it leaves in the same packet.
            channel.eventLoop.execute {
                channel.writeAndFlush(channel.allocator.buffer(bytes: calls.takeOutbox()), promise: nil)
            }
        }
        return call
    }

    /// Closes the connection; calls that wait fail.
    package func close() async {
        calls.end(.closed)
        // It may be closed already, which is as well.
        try? await channel.close()
    }
}

extension KizunaClient.Welcome {
    /// Reads the result of `session.hello`; what a server leaves out gets the protocol's default.
    fileprivate init(_ result: JSONValue) {
        let defaults = ConnectionLimits()
        let told = result["limits"]
        func limit(_ name: String, _ fallback: Int) -> Int {
            guard let value = told?[name]?.int64, value > 0 else { return fallback }
            return Int(min(value, 1 << 28))
        }
        server = result["server"]?.string ?? ""
        session = result["session"]?.string ?? ""
        role = result["role"]?.string ?? ""
        limits = KizunaClient.Limits(
            inFlight: limit("in_flight", defaults.inFlight), lineBytes: limit("line_bytes", defaults.lineBytes),
            replyBytes: limit("response_bytes", defaults.responseBytes))
    }
}
