import Foundation

// A client's end of a connection without any library between the test and the kernel: what is sent is sent in just
// these pieces, and what is not read stays unread. Everything waits, but never longer than its patience.

/// A blocking TCP socket.
final class Socket {
    /// What can go wrong while waiting.
    enum Failure: Error {
        case refused(Int32)
        case timedOut
        case broken(Int32)
    }

    private var descriptor: Int32

    #if os(Linux)
        private static let stream = Int32(SOCK_STREAM.rawValue)
        private static let noSignal = Int32(MSG_NOSIGNAL)
    #else
        private static let stream = SOCK_STREAM
        private static let noSignal: Int32 = 0
    #endif

    /// How many seconds everything may take. Under a sanitizer, which slows everything down, it may take longer.
    static let patience = ProcessInfo.processInfo.environment["PATIENCE"].flatMap { Int($0) } ?? 10

    /// Connects to a port of the loopback.
    ///
    /// - Parameter receiveBuffer: how much the kernel keeps for us before the sender has to wait.
    init(port: Int, patience: Int = Socket.patience, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Self.stream, 0)
        set(SO_RCVTIMEO, timeval(tv_sec: patience, tv_usec: 0))
        set(SO_SNDTIMEO, timeval(tv_sec: patience, tv_usec: 0))
        if let receiveBuffer { set(SO_RCVBUF, receiveBuffer) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let outcome = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard outcome == 0 else {
            let reason = errno
            end()
            throw Failure.refused(reason)
        }
        set(Int32(IPPROTO_TCP), TCP_NODELAY, Int32(1))
    }

    deinit { end() }

    private func set(_ option: Int32, _ value: some BitwiseCopyable) { set(SOL_SOCKET, option, value) }

    private func set(_ level: Int32, _ option: Int32, _ value: some BitwiseCopyable) {
        _ = withUnsafeBytes(of: value) { setsockopt(descriptor, level, option, $0.baseAddress, socklen_t($0.count)) }
    }

    /// Sends all the bytes.
    func send(_ bytes: some Collection<UInt8>) throws {
        var rest = Array(bytes)[...]
        while !rest.isEmpty { rest = rest.dropFirst(try sendSome(rest)) }
    }

    /// Sends what the kernel takes at once; how much that was.
    func sendSome(_ bytes: ArraySlice<UInt8>) throws -> Int {
        let count = bytes.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Self.noSignal) }
        guard count >= 0 else { throw Self.failure() }
        return count
    }

    /// The next bytes; none at the end.
    func receive() throws -> [UInt8] {
        var failure: Failure?
        let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
            let received = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            count = max(0, received)
            if received < 0 { failure = Self.failure() }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Tells the peer that nothing more will be sent.
    func closeWriting() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    /// Vanishes without a farewell: the peer sees a reset.
    func reset() {
        set(SO_LINGER, linger(l_onoff: 1, l_linger: 0))
        end()
    }

    /// Closes.
    func end() {
        if descriptor >= 0 { _ = Foundation.close(descriptor) }
        descriptor = -1
    }

    private static func failure() -> Failure {
        errno == EAGAIN || errno == EWOULDBLOCK ? .timedOut : .broken(errno)
    }
}
