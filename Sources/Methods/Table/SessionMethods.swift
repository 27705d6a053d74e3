import Engine
import JSON
import Ledger
import Loyalty
import RPC
import Rules
import Time

/// `session.*`, `rpc.discover` and `system.info`.
enum SessionMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(hello, Handling(.anyone) { request throws(RPCError) in try greet(request) }),
        .init(ping, Handling(.anyone) { request throws(RPCError) in .reply(time(request)) }),
        .init(discover, Handling(.anyone) { request throws(RPCError) in .reply(request.description) }),
        .init(info, Handling(.roles(.everyone)) { request throws(RPCError) in .reply(describe(request)) }),
    ]

    private static let versionText = Schema.string(bytes: 1...16)

    private static let allowanceKeys = Field.required(
        "allowance_keys",
        .array(
            of: .object([
                .required("kty", .text, "OKP, always."), .required("crv", .text, "Ed25519, always."),
                .required("kid", .text, "The key's name, which tokens repeat in their header."),
                .required("x", .text, "The public key."),
            ])), "The JSON Web Keys by which a till recognises the tokens of allowances; the newest is last.")

    static let hello = Method(
        "session.hello", "Says who calls, and opens the session.",
        params: .object([
            .required("client", .string(bytes: 1...255), "The calling program and its version, for the log."),
            .required(
                "protocol",
                .object([
                    .required("min", versionText, "The oldest protocol version the caller speaks."),
                    .required("max", versionText, "The newest."),
                ]), "The protocol versions the caller speaks."),
            .required(
                "auth",
                .object([
                    .optional(
                        "api_key", .string(bytes: 1...255),
                        "The client's secret; without it the certificate counts that the caller showed.")
                ]),
                "The proof of who calls."),
        ]),
        result: .object([
            .required("protocol", .text, "The version that is spoken from now on."),
            .required("session", .text, "The name of the session in the server's log."),
            .required("server", .text, "The server and its version."),
            .required("server_time", .dateTime, "The server's clock."),
            .required("role", .choice(Role.allCases.map(\.rawValue)), "What the client may do."),
            .required(
                "limits", .map(keys: TextSchema(length: 1...64), values: .amount, count: 0...64),
                "What the server allows on a connection."),
            allowanceKeys,
        ]),
        refusals: [.notAuthenticated],
        examples: [
            .init(
                "A till",
                params: #"""
                    {"client":"till-3/1.0","protocol":{"min":"1.0","max":"1.0"},"auth":{"api_key":"kz_pos_0123"}}
                    """#,
                result: #"""
                    {"protocol":"1.0","session":"x5t0c2m8r4w6q1ze","server":"kizuna/0.1.0",
                    "server_time":"2026-05-16T10:00:00+09:00","role":"pos","limits":{"line_bytes":1048576},
                    "allowance_keys":[{"kty":"OKP","crv":"Ed25519","kid":"1",
                    "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}
                    """#)
        ])

    private static let ping = Method(
        "session.ping", "Keeps an idle connection open.",
        result: .object([.required("server_time", .dateTime, "The server's clock.")]),
        examples: [
            .init(
                "At any time", params: "{}",
                result: #"""
                    {"server_time":"2026-05-16T10:00:00+09:00"}
                    """#)
        ])

    private static let discover = Method(
        "rpc.discover", "Describes every method as an OpenRPC document.", result: .anything,
        examples: [
            .init(
                "At any time", params: "{}",
                result: #"""
                    {"openrpc":"1.3.2","info":{"title":"Kizuna","version":"1.0"},"methods":[]}
                    """#)
        ])

    private static let info = Method(
        "system.info", "Tells what runs here.",
        result: .object([
            .required("server", .text, "The server and its version."),
            .required("program", .text, "The id of the loyalty program."),
            .required("rule_set_version", .amount, "The rule set in force."),
            .required("ignored_notifications", .amount, "Changing calls that came without an id."),
            allowanceKeys,
        ]),
        examples: [
            .init(
                "At any time", params: "{}",
                result: #"""
                    {"server":"kizuna/0.1.0","program":"coffee","rule_set_version":1,"ignored_notifications":0,
                    "allowance_keys":[{"kty":"OKP","crv":"Ed25519","kid":"1",
                    "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}
                    """#)
        ])

    private static func greet(_ request: Request) throws(RPCError) -> Disposition {
        if request.session != nil { throw .invalidRequest("this session is open already") }
        guard let range = request.params["protocol"],
            let oldest = range["min"]?.string.flatMap({ ProtocolVersion($0) }),
            let newest = range["max"]?.string.flatMap({ ProtocolVersion($0) })
        else {
            throw .invalidParams([Problem(pointer: "/params/protocol", detail: "versions look like 1.0")])
        }
        guard oldest <= .current, .current <= newest else {
            let detail = "this server speaks \(ProtocolVersion.current)"
            throw .invalidParams([Problem(pointer: "/params/protocol", detail: detail)])
        }
        let secret = request.params["auth"]?["api_key"]?.string
        guard let proof = secret.map({ ClientProof(APIKey($0)) }) ?? request.certificate else {
            let detail = "is required on a connection without a certificate"
            throw .invalidParams([Problem(pointer: "/params/auth/api_key", detail: detail)])
        }
        guard let client = request.surroundings.clients.client(with: proof, at: request.surroundings.clock()) else {
            throw .notAuthenticated
        }
        let session = Session(id: request.surroundings.drawID().text, client: client, proof: proof)
        return .welcome(session, welcome(session, request))
    }

    private static func welcome(_ session: Session, _ request: Request) -> [UInt8] {
        var json = JSONWriter(reserving: 512)
        json.beginObject()
        json.member("protocol", ProtocolVersion.current.description)
        json.member("session", session.id)
        json.member("server", server(request))
        json.key("server_time")
        request.shapes.write(request.surroundings.clock(), to: &json)
        json.member("role", session.client.role.rawValue)
        let limits = request.surroundings.limits
        json.key("limits")
        json.beginObject()
        json.member("line_bytes", Int64(limits.connection.lineBytes))
        json.member("depth", Int64(limits.connection.depth))
        json.member("batch", Int64(limits.connection.batch))
        json.member("in_flight", Int64(limits.connection.inFlight))
        json.member("response_bytes", Int64(limits.connection.responseBytes))
        json.member("output_bytes", Int64(limits.connection.outputBytes))
        json.member("sessions", Int64(limits.sessions))
        json.member("sessions_per_address", Int64(limits.sessionsPerAddress))
        json.member("calls_per_second", Int64(limits.callsPerSecond))
        json.member("calls_at_once", Int64(limits.callsAtOnce))
        json.member("keyless_calls_per_second", Int64(limits.keylessCallsPerSecond))
        json.member("keyless_calls_at_once", Int64(limits.keylessCallsAtOnce))
        json.member("hello_ms", limits.helloMs)
        json.member("line_ms", limits.lineMs)
        json.member("stalled_ms", limits.stalledMs)
        json.member("idle_ms", limits.idleMs)
        json.endObject()
        write(request.surroundings.keys, to: &json)
        json.endObject()
        return json.take()
    }

    private static func server(_ request: Request) -> String { "kizuna/\(request.surroundings.version)" }

    private static func time(_ request: Request) -> [UInt8] {
        var json = JSONWriter(reserving: 64)
        json.beginObject()
        json.key("server_time")
        request.shapes.write(request.surroundings.clock(), to: &json)
        json.endObject()
        return json.take()
    }

    private static func describe(_ request: Request) -> [UInt8] {
        let ruleSet = request.surroundings.ruleSet
        var json = JSONWriter(reserving: 256)
        json.beginObject()
        json.member("server", server(request))
        json.member("program", ruleSet.program.id)
        json.member("rule_set_version", ruleSet.version)
        json.member("ignored_notifications", Int64(request.ignoredNotifications))
        write(request.surroundings.keys, to: &json)
        json.endObject()
        return json.take()
    }

    /// The member `allowance_keys`.
    private static func write(_ keys: AllowanceKeys, to json: inout JSONWriter) {
        json.key("allowance_keys")
        json.beginArray()
        for key in keys.publicKeys {
            json.beginObject()
            json.member("kty", "OKP")
            json.member("crv", "Ed25519")
            json.member("kid", key.name)
            json.member("x", key.text)
            json.endObject()
        }
        json.endArray()
    }
}
