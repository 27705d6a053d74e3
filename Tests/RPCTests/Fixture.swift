import JSON
import RPC
import Testing

/// A server without sockets: a connection, the fixture methods of the suites, and answers given at once.
struct Fixture {
    enum Method: Sendable {
        case subtract, sum, getData, anything
    }

    static let table = MethodTable<Method>([
        .init(
            RPC.Method(
                "subtract", "The difference of two integers.",
                params: .object([
                    .required("minuend", .integer, "What is subtracted from."),
                    .required("subtrahend", .integer, "What is subtracted."),
                ]), order: ["minuend", "subtrahend"], result: .integer,
                examples: [.init("small", params: #"{"minuend":42,"subtrahend":23}"#, result: "19")]),
            .subtract),
        .init(RPC.Method("sum", "The sum of integers.", params: .array(of: .integer), result: .integer), .sum),
        .init(
            RPC.Method("get_data", "Two values.", params: .anything, result: .array(of: .anything, count: 2...2)),
            .getData),
        .init(RPC.Method("update", "Takes anything.", params: .anything, result: .anything), .anything),
        .init(RPC.Method("notify_hello", "Takes anything.", params: .anything, result: .anything), .anything),
        .init(RPC.Method("notify_sum", "Takes anything.", params: .anything, result: .anything), .anything),
    ])

    static func answer(_ call: Call) throws(RPCError) -> [UInt8] {
        let entry = try table.resolve(call)
        let arguments = entry.method.arguments(call.params)
        var writer = JSONWriter()
        switch entry.attachment {
        case .subtract: writer.int((arguments["minuend"]?.int64 ?? 0) - (arguments["subtrahend"]?.int64 ?? 0))
        case .sum: writer.int(call.params?.elements.compactMap(\.int64).reduce(0, +) ?? 0)
        case .getData: writer.raw(Array(#"["hello",5]"#.utf8))
        case .anything: writer.null()
        }
        return writer.take()
    }

    var connection: LineConnection
    /// The names of the actions other than calls, and the methods called, in order.
    private(set) var journal: [String] = []
    private(set) var output: [UInt8] = []

    init(limits: ConnectionLimits = ConnectionLimits(), framing: LineConnection.Framing = .lines) {
        connection = LineConnection(limits: limits, framing: framing)
    }

    /// Answers everything that is waiting.
    mutating func run() {
        while let action = connection.next() {
            switch action {
            case .call(let call):
                journal.append(call.method)
                do throws(RPCError) {
                    connection.reply(call.token, result: try Self.answer(call))
                } catch {
                    connection.fail(call.token, error)
                }
            case .pauseReading: journal.append("-pause")
            case .resumeReading: journal.append("-resume")
            case .close: journal.append("-close")
            }
        }
        output += connection.takeOutput()
    }

    mutating func receive(_ bytes: some Collection<UInt8>) {
        connection.receive(bytes)
        run()
    }

    mutating func end() {
        connection.receiveEnd()
        run()
    }
}

extension LineConnection {
    mutating func receive(_ text: String) { receive(text.utf8) }

    /// The output so far as text.
    mutating func outputText() -> String { String(decoding: takeOutput(), as: UTF8.self) }

    /// The next action, when it is a call.
    mutating func nextCall() -> Call? {
        guard case .call(let call) = next() else { return nil }
        return call
    }

    /// The next action, which must be a call.
    mutating func takeCall() throws -> Call {
        let call = nextCall()
        return try #require(call)
    }

    /// The next action in a word.
    mutating func nextWord() -> String {
        switch next() {
        case .call(let call): call.method
        case .pauseReading: "pause"
        case .resumeReading: "resume"
        case .close: "close"
        case nil: "wait"
        }
    }
}

/// The replies in lines of output, reduced to what a client looks at.
enum Reply: Hashable, CustomStringConvertible {
    case result(id: String, String)
    case error(id: String, Int)
    case batch([Reply])
    case other(String)

    static func read(_ output: [UInt8]) throws -> [Reply] {
        try output.split(separator: UInt8(ascii: "\n")).map { try Reply(JSONDocument(Array($0)).root) }
    }

    init(_ value: JSONValue) {
        if value.kind == .array {
            self = .batch(value.elements.map(Reply.init))
        } else if value["jsonrpc"]?.string == "2.0", let id = value["id"], let error = value["error"],
            let code = error["code"]?.int64, error["message"]?.string != nil, value["result"] == nil, value.count == 3
        {
            self = .error(id: String(decoding: id.rawText, as: UTF8.self), Int(code))
        } else if value["jsonrpc"]?.string == "2.0", let id = value["id"], let result = value["result"],
            value.count == 3
        {
            let canonical = String(decoding: CanonicalJSON.bytes(of: result), as: UTF8.self)
            self = .result(id: String(decoding: id.rawText, as: UTF8.self), canonical)
        } else {
            self = .other(String(decoding: value.rawText, as: UTF8.self))
        }
    }

    var description: String {
        switch self {
        case .result(let id, let result): "\(id)=\(result)"
        case .error(let id, let code): "\(id)!\(code)"
        case .batch(let replies): "[" + replies.map(\.description).joined(separator: " ") + "]"
        case .other(let text): "?\(text)"
        }
    }
}
