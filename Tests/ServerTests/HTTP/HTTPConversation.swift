import Engine
import Foundation
import HTTP
import JSON
import Server
import ServerSupport
import Testing

/// A client of HTTP/1.1 that sends what it is told to, wrong things too.
final class HTTPConversation {
    private let socket: Socket
    private var received: [UInt8] = []

    init(port: Int, patience: Int = 20, receiveBuffer: Int32? = nil) throws {
        socket = try Socket(port: port, patience: patience, receiveBuffer: receiveBuffer)
    }

    func send(_ text: String) throws { try socket.send(Array(text.utf8)) }

    /// Sends a request with a body and waits for the answer.
    func ask(
        _ method: String, _ path: String, headers: [String: String] = [:], body: String = ""
    ) throws -> HTTPAnswer {
        try begin(method, path, headers: headers, body: body)
        return try #require(try answer())
    }

    /// Sends a request with a body.
    func begin(
        _ method: String, _ path: String, headers: [String: String] = [:], body: String = ""
    ) throws {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: localhost"]
        if !body.isEmpty || method == "POST" { lines.append("Content-Length: \(body.utf8.count)") }
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) { lines.append("\(name): \(value)") }
        try send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// Posts a message with a key.
    func post(_ message: String, key: String? = nil) throws -> HTTPAnswer {
        try beginPost(message, key: key)
        return try #require(try answer())
    }

    /// Posts a message with a key and does not wait for the answer.
    func beginPost(_ message: String, key: String? = nil) throws {
        var headers = ["Content-Type": "application/json"]
        if let key { headers["Authorization"] = "Bearer \(key)" }
        try begin("POST", "/rpc", headers: headers, body: message)
    }

    /// The next answer; `nil` where the server closes instead.
    func answer() throws -> HTTPAnswer? {
        while true {
            if let answer = HTTPAnswer(&received) { return answer }
            let bytes = try socket.receive()
            if bytes.isEmpty { return nil }
            received += bytes
        }
    }

    /// Waits for the beginning of an answer.
    func waitForSome() throws { received += try socket.receive() }

    /// Waits until the server closes, which may cut off what was on its way; gives what came before.
    ///
    /// - Throws: `Socket.Failure.timedOut` where it does not close.
    func rest() throws -> String {
        do {
            while true {
                let bytes = try socket.receive()
                if bytes.isEmpty { break }
                received += bytes
            }
        } catch Socket.Failure.broken {
            // It was closed with something unread.
        }
        return String(decoding: received, as: UTF8.self)
    }
}

/// An answer, whole.
struct HTTPAnswer {
    let status: Int
    let headers: [String: String]
    let body: [UInt8]

    /// Takes an answer off the front of what was received.
    init?(_ received: inout [UInt8]) {
        let text = String(decoding: received, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { return nil }
        self.status = status
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingPrefix(" ").description
        }
        self.headers = headers
        let start = text[..<end.upperBound].utf8.count
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        guard received.count >= start + length else { return nil }
        body = Array(received[start..<(start + length)])
        received.removeSubrange(..<(start + length))
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as JSON.
    var json: JSONValue {
        get throws { try JSONDocument(body).root }
    }
}

extension TestServer {
    /// Opens an HTTP port whose requests are carried out on threads of their own.
    func openHTTP(
        limits: HTTPLimits = HTTPLimits(), tls: TLSIdentity? = nil,
        exposition: @escaping HTTPServer.Exposition = { [] }
    ) async throws -> Int {
        try await openHTTP(limits: limits, tls: tls, exposition: exposition, on: ThreadExecutor.shared)
    }
}
