package import Engine
import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Logging
package import Methods
import NIOCore
import NIOPosix
import RPC
package import Server
import ServiceLifecycle

// HTTP for those that speak nothing else: the same methods, keys, limits and idempotency as on a line, one message a
// request. A reply of JSON-RPC comes with status 200 whatever it says, because a batch has many outcomes and one status;
// another status means that no call was looked at.

/// The HTTP port: `POST /rpc`, health, metrics.
package struct HTTPServer: ServiceLifecycle.Service {
    /// Writes the metrics as Prometheus reads them.
    package typealias Exposition = @Sendable () -> [UInt8]

    private let engine: Engine
    private let rpc: Methods.Service
    private let limits: HTTPLimits
    private let address: (host: String, port: Int)
    private let tls: TLSIdentity?
    private let exposition: Exposition
    private let logger: Logger
    private let whenListening: @Sendable (Int) -> Void
    private let readiness: Readiness
    private let held: HeldBytes

    /// - Parameters:
    ///   - tls: what the server proves itself by; without it the line is plain.
    ///   - whenListening: is told the port, which may have been chosen by the system.
    package init(
        engine: Engine, service: Methods.Service, limits: HTTPLimits, host: String, port: Int,
        tls: TLSIdentity? = nil, exposition: @escaping Exposition, logger: Logger,
        whenListening: @escaping @Sendable (Int) -> Void
    ) {
        self.engine = engine
        self.rpc = service
        self.limits = limits
        self.address = (host, port)
        self.tls = tls
        self.exposition = exposition
        self.logger = logger
        self.whenListening = whenListening
        self.held = HeldBytes(limit: limits.heldBytes, free: limits.freeBytes)
        self.readiness = Readiness(engine: engine, patience: limits.ready)
    }

    /// Listens until the service group goes down; requests that came before are still answered, and their answers have
    /// so long to be taken.
    ///
    /// - Throws: `ListenFailure` where the port cannot be opened.
    package func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let whenListening = whenListening
        let open = OpenChannels()
        let configuration = ApplicationConfiguration(
            address: .hostname(address.host, port: address.port), serverName: "kizuna",
            availableConnectionsDelegate: .maximum(limits.connections, logger: logger))
        let application = Application(
            router: router(),
            server: .guarded(
                channelConfiguration, by: tls, AddressCount(limit: limits.connectionsPerAddress), open,
                whenRefused: { [rpc] in rpc.countTurnedAway() }),
            configuration: configuration,
            onServerRunning: { channel in whenListening(channel.localAddress?.port ?? 0) },
            eventLoopGroupProvider: .shared(group), logger: logger)
        let (readiness, drain) = (readiness, limits.drain)
        do {
            try await withGracefulShutdownHandler {
                try await application.run()
            } onGracefulShutdown: {
                readiness.drain()
                open.close(after: drain, on: group.next())
            }
        } catch let error where error is IOError || error is SocketAddressError {
            throw ListenFailure("HTTP", host: address.host, port: address.port, error)
        }
        try await group.shutdownGracefully()
    }

    private var channelConfiguration: HTTP1Channel.Configuration {
        let limits = limits
        return HTTP1Channel.Configuration(
            additionalChannelHandlers: [RequestDeadline(limits: limits)],
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
                maxHeaderFieldCount: limits.headerFields))
    }

    private func router() -> Router<HTTPContext> {
        let router = Router(context: HTTPContext.self)
        router.add(middleware: StrayRequests(whenStray: { [rpc] in rpc.countUnreadable(1) }))
        router.post("rpc") { request, context in try await call(request, context) }
        router.get("healthz") { _, _ in Self.text(.ok, "ok\n") }
        router.get("readyz") { _, context in
            await readiness.check(on: context.channel.eventLoop)
                ? Self.text(.ok, "ready\n") : Self.text(.serviceUnavailable, "not ready\n")
        }
        router.get("metrics") { request, context in metrics(request, context) }
        return router
    }

    // MARK: Calls

    private func call(_ request: Hummingbird.Request, _ context: HTTPContext) async throws -> Response {
        // By this the log knows the request.
        let id = rpc.drawRequestID()
        func refuse(_ status: HTTPResponse.Status, _ error: RPCError) -> Response {
            refusal(status, error, request: id, context)
        }
        let certificate = tls?.asksClients == true ? await TLSIdentity.proof(of: context.channel) : nil
        // A browser shows a certificate by itself, also for a page that is nobody's; only what is said to be JSON it does
        // not send to others unasked.
        guard request.headers[.contentType].map(Self.isJSON) ?? (certificate == nil) else {
            _ = rpc.refuse(.invalidRequest(Self.wantsJSON), request: id, from: context.caller)
            return Self.text(.unsupportedMediaType, Self.wantsJSON + "\n", request: id)
        }
        var session: Session?
        if let authorization = request.headers[.authorization] {
            session = Self.key(in: authorization).flatMap { rpc.session(withKey: $0, from: context.caller.origin) }
            if session == nil { return unauthorized(request: id, context) }
        } else if let certificate {
            // One that nobody has opens nothing, and what needs no key can still be called.
            session = rpc.session(with: certificate, from: context.caller.origin)
        }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limits.connection.lineBytes {
            return refuse(.contentTooLarge, tooLarge)
        }
        let share = HeldBytes.Share(held)
        var body = ByteBuffer()
        for try await part in request.body {
            guard body.readableBytes + part.readableBytes <= limits.connection.lineBytes else {
                return refuse(.contentTooLarge, tooLarge)
            }
            guard share.grow(by: part.readableBytes) else { return refuse(.serviceUnavailable, overloaded) }
            body.writeImmutableBuffer(part)
        }
        let exchange = RPCExchange(
            body.readableBytesView, id: id, session: session, from: context.caller, keeping: share,
            limits: limits.connection, service: rpc, engine: engine)
        guard let output = await exchange.run() else { return refuse(.serviceUnavailable, overloaded) }
        var headers: HTTPFields = [.cacheControl: "no-store"]
        if let name = Self.requestID { headers[name] = session?.id ?? id }
        guard !output.isEmpty else { return Response(status: .noContent, headers: headers) }
        headers[.contentType] = "application/json"
        return Response(status: .ok, headers: headers, body: Self.body(output, keeping: share))
    }

    /// An answer that is handed on as it is taken, and counts until then.
    private static func body(_ output: [UInt8], keeping share: HeldBytes.Share) -> ResponseBody {
        ResponseBody(contentLength: output.count) { writer in
            var rest = ByteBuffer(bytes: output)
            while let part = rest.readSlice(length: min(rest.readableBytes, partBytes)), part.readableBytes > 0 {
                try await writer.write(part)
            }
            try await writer.finish(nil)
            withExtendedLifetime(share) {}
        }
    }

    private static let partBytes = 64 << 10

    private var overloaded: RPCError { .overloaded(retryAfterMs: 1000) }
    private var tooLarge: RPCError { .messageTooLarge(limit: limits.connection.lineBytes) }

    private func unauthorized(request id: String, _ context: HTTPContext) -> Response {
        var response = refusal(.unauthorized, .notAuthenticated, request: id, context)
        if response.status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
        return response
    }

    /// An answer of JSON-RPC before any call was looked at. The body may be unread, so the connection ends with it.
    private func refusal(
        _ status: HTTPResponse.Status, _ error: RPCError, request id: String, _ context: HTTPContext
    ) -> Response {
        let told = rpc.refuse(error, request: id, from: context.caller)
        var headers: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store", .connection: "close"]
        if let name = Self.requestID { headers[name] = id }
        if let waitMs = told.retryAfterMs { headers[.retryAfter] = "\((waitMs + 999) / 1000)" }
        return Response(
            status: told.code == RPCCode.rateLimited ? .tooManyRequests : status, headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: LineConnection.refusal(told))))
    }

    private static let wantsJSON = "the body must be application/json"

    private static let requestID = HTTPField.Name("x-request-id")

    private static func isJSON(_ type: String) -> Bool {
        let essence = type.prefix { $0 != ";" }.trimmingPrefix(" ").lowercased()
        return essence.hasPrefix("application/json")
    }

    /// The key in an Authorization header; `nil` for other schemes.
    private static func key(in header: String) -> String? {
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }

    // MARK: Metrics

    /// For this machine, and for analysts and administrators from elsewhere: totals of points are nobody else's business.
    private func metrics(_ request: Hummingbird.Request, _ context: HTTPContext) -> Response {
        if !context.isLocal {
            let id = rpc.drawRequestID()
            let key = request.headers[.authorization].flatMap(Self.key(in:))
            guard let session = key.flatMap({ rpc.session(withKey: $0, from: context.caller.origin) }) else {
                return unauthorized(request: id, context)
            }
            guard [.analyst, .admin].contains(session.client.role) else {
                return refusal(.forbidden, .notPermitted, request: id, context)
            }
        }
        return Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(bytes: exposition())))
    }

    /// - Parameter id: of a request that was refused, whose body may be unread, so that the connection ends with it.
    private static func text(_ status: HTTPResponse.Status, _ text: String, request id: String? = nil) -> Response {
        var headers: HTTPFields = [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"]
        if let id, let name = requestID {
            headers[name] = id
            headers[.connection] = "close"
        }
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}

extension HTTPServer: CustomStringConvertible {
    /// What the log calls it.
    package var description: String { "HTTP" }
}

/// What a request is asked with.
private struct HTTPContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel
    let caller: Caller
    /// Whether whoever asks is on this machine.
    let isLocal: Bool

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
        let address = source.channel.remoteAddress
        let host = address?.ipAddress
        caller = Caller(
            origin: host.flatMap { host in address?.port.map { "\(host):\($0)" } }, address: address?.block ?? .unknown)
        isLocal = host.map { $0.hasPrefix("127.") || $0 == "::1" || $0 == "::ffff:127.0.0.1" } ?? false
    }
}
