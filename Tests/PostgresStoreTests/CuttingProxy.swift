import Foundation
import Synchronization

/// Stands between a store and PostgreSQL, and cuts the connection as COMMIT comes by.
final class CuttingProxy: Sendable {
    enum Cut: Sendable, CaseIterable {
        /// The server never hears of COMMIT.
        case beforeCommit
        /// The server commits, and nobody hears of that.
        case afterCommit
    }

    let port: Int
    private let listener: Int32
    private let server: Int
    private let cut = Mutex<Cut?>(nil)

    /// Forwards what comes to a port of its own to the server's.
    init(to server: Int) throws {
        self.server = server
        (listener, port) = try LoopbackSocket.listen()
        let thread = Thread { [weak self] in
            while let client = self.map({ accept($0.listener, nil, nil) }), client >= 0 { self?.serve(client) }
        }
        thread.start()
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// Cuts the connection that commits next.
    func cutNext(_ cut: Cut) {
        self.cut.withLock { $0 = cut }
    }

    private func serve(_ client: Int32) {
        guard let upstream = try? LoopbackSocket.connect(to: server) else {
            close(client)
            return
        }
        pump(from: client, to: upstream) { [self] bytes in
            guard bytes.contains(Array("commit\0".utf8)) else { return .forward }
            return switch cut.withLock({ $0.take() }) {
            case nil: .forward
            case .beforeCommit: .drop
            case .afterCommit: .forwardAndDrop
            }
        }
        pump(from: upstream, to: client) { _ in .forward }
    }

    private enum Verdict { case forward, drop, forwardAndDrop }

    private func pump(from source: Int32, to sink: Int32, _ judge: @escaping @Sendable ([UInt8]) -> Verdict) {
        let thread = Thread {
            var buffer = [UInt8](repeating: 0, count: 65536)
            while true {
                let count = read(source, &buffer, buffer.count)
                guard count > 0 else { break }
                let bytes = Array(buffer[..<count])
                let verdict = judge(bytes)
                if verdict != .drop { LoopbackSocket.send(bytes, to: sink) }
                if verdict == .forwardAndDrop { shutdown(source, Int32(SHUT_RDWR)) }
                if verdict != .forward { break }
            }
            // Descriptors stay open, so that no other connection gets their numbers while the other thread reads.
            shutdown(source, Int32(SHUT_RDWR))
            shutdown(sink, Int32(SHUT_WR))
        }
        thread.start()
    }
}

/// Sockets on 127.0.0.1.
enum LoopbackSocket {
    struct Failure: Error {}

    static func listen() throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = self.address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && Foundation.listen(descriptor, 16) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        guard isListening else { throw Failure() }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    static func connect(to port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = self.address(port: port)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            close(descriptor)
            throw Failure()
        }
        return descriptor
    }

    static func send(_ bytes: [UInt8], to descriptor: Int32) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    private static func address(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
