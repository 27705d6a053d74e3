import Engine
import JSON
import Methods
import RPC
import ServerSupport
import Testing

// A client that trusts nothing: it remembers which method every id was for, and holds each reply against the schema of
// that method's result and each refusal against those that the method announces.

/// A conversation with the server, line by line.
final class Till {
    private static let methods = MethodTable(MethodTable<Handling>.product)

    let socket: Socket
    private var unsentLine: [UInt8] = []
    private var received: [UInt8] = []
    private var cursor = 0
    /// The method by the text of the id.
    private var methodsByID: [[UInt8]: String] = [:]
    private var lastID = 0

    init(port: Int, patience: Int = Socket.patience, receiveBuffer: Int32? = nil) throws {
        socket = try Socket(port: port, patience: patience, receiveBuffer: receiveBuffer)
    }

    /// Connects and, for a role, says hello.
    convenience init(
        _ server: TestServer, as role: Role? = .shop, patience: Int = Socket.patience, receiveBuffer: Int32? = nil
    ) throws {
        try self.init(port: server.port, patience: patience, receiveBuffer: receiveBuffer)
        guard let role else { return }
        let answer = try ask("session.hello", Self.hello(server.key(role)))
        try #require(answer.result?["role"]?.string == role.rawValue)
    }

    static func hello(_ key: String, min: String = "1.0", max: String = "1.0") -> String {
        #"{"client":"test","protocol":{"min":"\#(min)","max":"\#(max)"},"auth":{"api_key":"\#(key)"}}"#
    }

    // MARK: Sending

    /// Sends bytes as they are.
    func send(_ bytes: some Collection<UInt8>) throws {
        remember(bytes)
        try socket.send(bytes)
    }

    /// Sends a line.
    func send(line: String) throws { try send(Array(line.utf8) + [UInt8(ascii: "\n")]) }

    /// Notes the ids and methods of what will be sent.
    func remember(_ bytes: some Collection<UInt8>) {
        unsentLine += bytes
        while let end = unsentLine.firstIndex(of: UInt8(ascii: "\n")) {
            if let message = try? JSONDocument(Array(unsentLine[..<end])).root {
                for entry in message.kind == .array ? Array(message.elements) : [message] {
                    guard let id = entry["id"], let method = entry["method"]?.string else { continue }
                    methodsByID[Array(id.rawText)] = method
                }
            }
            unsentLine.removeSubrange(...end)
        }
    }

    /// A request as a line, with an id of its own.
    func line(_ method: String, _ params: String? = nil) -> String {
        lastID += 1
        return #"{"jsonrpc":"2.0","id":\#(lastID),"method":"\#(method)""# + (params.map { ",\"params\":\($0)}" } ?? "}")
    }

    /// Calls a method and waits for the next line, which must be its answer.
    func ask(_ method: String, _ params: String? = nil) throws -> Answer {
        try send(line: line(method, params))
        let answer = try #require(try next())
        #expect(answer.id == "\(lastID)")
        return answer
    }

    // MARK: Receiving

    /// The next line; `nil` at the end.
    func nextLine() throws -> [UInt8]? {
        var searched = cursor
        while true {
            if let end = received[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { cursor = end + 1 }
                return Array(received[cursor..<end])
            }
            searched = received.count
            let bytes = try socket.receive()
            guard !bytes.isEmpty else {
                #expect(cursor == received.count, "the last line is whole")
                return nil
            }
            if cursor > 1 << 20 {
                received.removeSubrange(..<cursor)
                searched -= cursor
                cursor = 0
            }
            received += bytes
        }
    }

    /// The next answer; `nil` at the end. A batch of answers is not expected here.
    func next() throws -> Answer? {
        guard let line = try nextLine() else { return nil }
        let answer = try Answer(JSONDocument(line).root)
        check(answer)
        return answer
    }

    /// The answers to a batch.
    func nextBatch() throws -> [Answer] {
        let line = try #require(try nextLine())
        let root = try JSONDocument(line).root
        #expect(root.kind == .array)
        return root.elements.map { value in
            let answer = Answer(value)
            check(answer)
            return answer
        }
    }

    /// So many answers.
    func next(_ count: Int) throws -> [Answer] {
        try (0..<count).map { _ in try #require(try next()) }
    }

    /// All that comes until the server closes.
    func rest() throws -> [Answer] {
        var answers: [Answer] = []
        while let answer = try next() { answers.append(answer) }
        return answers
    }

    /// Whether the server answers on this connection.
    func isAlive() throws -> Bool { try ask("session.ping").result != nil }

    private func check(_ answer: Answer) {
        #expect(answer.value["jsonrpc"]?.string == "2.0")
        #expect(answer.value.count == 3)
        let method = methodsByID[Array(answer.id.utf8)].flatMap { Self.methods[$0]?.method }
        if let result = answer.result {
            guard let method else {
                Issue.record("nobody asked for \(answer.id)")
                return
            }
            let problems = method.result.check(result, at: "/result")
            #expect(problems.isEmpty, "the result of \(method.name): \(answer.text)")
        } else {
            let code = answer.code ?? 0
            #expect(answer.type.map { !$0.isEmpty } ?? false, "an error has a type: \(answer.text)")
            #expect(answer.value["error"]?["data"]?["retryable"]?.bool != nil)
            if code >= RPCCode.firstDomainCode {
                #expect(method?.refusals.contains { $0.code == code } ?? false, "\(answer.text)")
            }
        }
    }
}

/// One reply.
struct Answer: CustomStringConvertible {
    let value: JSONValue

    init(_ value: JSONValue) { self.value = value }

    /// The text of the id.
    var id: String { value["id"].map { String(decoding: $0.rawText, as: UTF8.self) } ?? "" }
    var result: JSONValue? { value["result"] }
    var code: Int? { value["error"]?["code"]?.int64.map { Int($0) } }
    /// The last part of the problem's type.
    var type: String? {
        guard let type = value["error"]?["data"]?["type"]?.string, type.hasPrefix(RPCError.typePrefix) else {
            return nil
        }
        return String(type.dropFirst(RPCError.typePrefix.count))
    }
    var detail: String? { value["error"]?["data"]?["detail"]?.string }
    var isRetryable: Bool? { value["error"]?["data"]?["retryable"]?.bool }
    var retryAfterMs: Int64? { value["error"]?["data"]?["retry_after_ms"]?.int64 }
    var pointers: [String] { problems { $0["pointer"]?.string } }
    var details: [String] { problems { $0["detail"]?.string } }
    var isReplayed: Bool? { result?["replayed"]?.bool }
    var text: String { String(decoding: value.rawText, as: UTF8.self) }
    var description: String { text }

    /// The bytes of the result as if it had come the first time.
    var firstResult: String? {
        result.map { String(decoding: $0.rawText, as: UTF8.self) }?
            .replacing(#","replayed":true}"#, with: #","replayed":false}"#)
    }

    private func problems(_ part: (JSONValue) -> String?) -> [String] {
        value["error"]?["data"]?["errors"]?.elements.compactMap(part) ?? []
    }
}
