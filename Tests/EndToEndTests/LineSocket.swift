import Foundation
import JSON

/// A socket did not do what was expected.
struct SocketFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A plain blocking socket that sends and receives lines, as `nc` would.
final class LineSocket {
    private let descriptor: Int32
    private var unread: [UInt8] = []

    /// - Parameter receiveBuffer: how much the kernel keeps for us before the sender has to wait.
    init(port: Int, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
        }
        var timeout = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let outcome = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard outcome == 0 else { throw SocketFailure("cannot connect to port \(port)") }
    }

    deinit {
        close(descriptor)
    }

    /// Sends a line.
    func send(_ line: String) throws { try send(bytes: Array((line + "\n").utf8)) }

    /// Sends bytes as far as they are taken at once.
    func sendWhatFits(_ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes {
            Glibc.send(descriptor, $0.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
    }

    /// Throws away whatever comes until the end, in a thread of its own.
    func throwAwayWhatComes() {
        let descriptor = descriptor
        Thread.detachNewThread {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while recv(descriptor, &chunk, chunk.count, 0) > 0 {}
        }
    }

    /// Ends the connection in both directions.
    func shutDown() { _ = Glibc.shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Sends bytes as they are.
    func send(bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw SocketFailure("the connection is broken") }
            sent += count
        }
    }

    /// The next line.
    func receive() throws -> JSONValue {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(unread[..<end])
                unread.removeSubrange(...end)
                return try JSONDocument(line).root
            }
            try receiveMore()
        }
    }

    private func receiveMore() throws {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { throw SocketFailure(count == 0 ? "the connection was closed" : "nothing came") }
        unread += chunk[..<count]
    }

    /// Posts a message to `/rpc`.
    func post(_ message: String, key: String) throws {
        try send(
            bytes: Array(
                ("POST /rpc HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer \(key)\r\n"
                    + "Content-Length: \(message.utf8.count)\r\n\r\n\(message)").utf8))
    }

    /// The body of the next answer of HTTP, which must be one of JSON-RPC.
    func receiveBody() throws -> JSONValue {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let head = unread.firstRange(of: end) {
                let text = String(decoding: unread[..<head.lowerBound], as: UTF8.self).lowercased()
                guard text.hasPrefix("http/1.1 200"),
                    let length = text.firstMatch(of: /content-length: (\d+)/).flatMap({ Int($0.1) })
                else { throw SocketFailure("refused: \(text)") }
                if unread.count >= head.upperBound + length {
                    let body = Array(unread[head.upperBound..<(head.upperBound + length)])
                    unread.removeSubrange(..<(head.upperBound + length))
                    return try JSONDocument(body).root
                }
            }
            try receiveMore()
        }
    }

    /// Sends a call and receives its reply.
    func call(_ id: Int, _ method: String, _ params: String) throws -> JSONValue {
        try send(#"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#)
        return try receive()
    }

    /// Everything until the other end closes.
    func receiveAll() throws -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count >= 0 else { throw SocketFailure("nothing came") }
            if count == 0 { return unread }
            unread += chunk[..<count]
        }
    }

    /// Reads until the other end closes.
    func waitForEnd() throws {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count == 0 { return }
            guard count > 0 else { throw SocketFailure("nothing came") }
        }
    }

    /// Opens the session.
    func hello(key: String) throws {
        let reply = try call(
            0, "session.hello",
            #"{"client":"test","protocol":{"min":"1.0","max":"1.0"},"auth":{"api_key":"\#(key)"}}"#)
        guard reply["result"] != nil else { throw SocketFailure("hello was refused") }
    }
}
