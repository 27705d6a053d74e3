import Engine
import Foundation
import Time

/// What a load has shown.
struct LoadResult {
    var perSecond: Double
    var p50Ms: Double
    var p99Ms: Double
    /// The greatest memory of the server's process.
    var peakMiB: Double = 0
}

/// What a load consists of.
enum LoadKind {
    case purchases
    /// Redemptions of the reward `cup`, whose members have the points for it.
    case rewards
}

/// Posts purchases, or redeems rewards, over plain sockets from one thread, as cheaply as it can: it shares the machine
/// with the server.
///
/// Every connection keeps as many calls in flight as the server allows. Every reply is looked at: it must answer the
/// oldest call of its connection, with a result.
struct LoadGenerator {
    private struct Connection {
        let socket: Int32
        var sentAt: [UInt64] = []
        var oldest = 0
        var unread: [UInt8] = []
    }

    private static let inFlight = 32

    private var connections: [Connection] = []
    private let kind: LoadKind
    private let members: Range<Int>
    private let occurredAt: String
    private let run = UInt32.random(in: 0 ... .max)

    /// - Parameter members: those who buy.
    init(port: Int, key: APIKey, _ kind: LoadKind, members: Range<Int>, connections count: Int) throws {
        self.kind = kind
        self.members = members
        self.occurredAt = Startup.clock().rfc3339
        for _ in 0..<count {
            var connection = Connection(socket: try Self.connect(to: port))
            let hello =
                #"{"jsonrpc":"2.0","id":0,"method":"session.hello","params":{"client":"bench","#
                + #""protocol":{"min":"1.0","max":"1.0"},"auth":{"api_key":"\#(key.text)"}}}"# + "\n"
            try Self.send(Array(hello.utf8), to: connection.socket)
            connection.sentAt = [Self.now]
            _ = try Self.readReplies(of: &connection)
            connection.sentAt = []
            connection.oldest = 0
            connections.append(connection)
        }
    }

    /// Loads the server for some seconds; one more at the beginning does not count.
    ///
    /// - Parameters:
    ///   - perSecond: how many purchases a second are posted, whatever becomes of those before: a reply's time counts
    ///     from when its call was due to be sent, so that a server that stands still cannot hide it by keeping the load
    ///     away. Without it, as many as the server takes, and a reply's time counts from when the call was sent.
    ///   - isOver: whether the load ends already; asked all the time.
    ///   - look: called every second.
    func run(
        seconds: Int, perSecond: Double? = nil, until isOver: () -> Bool = { false },
        everySecond look: () throws -> Void = {}
    ) throws -> LoadResult {
        var connections = connections
        defer { for connection in connections { close(connection.socket) } }
        var generator = SystemRandomNumberGenerator()
        var number = 0
        var latencies: [UInt64] = []
        var answeredCount = 0
        // Of a long run a part of the latencies tells as much.
        let stride = max(1, seconds / 60)
        latencies.reserveCapacity(seconds * 50_000 / stride)
        let start = Self.now
        let counted = start + 1_000_000_000
        let end = counted + UInt64(seconds) * 1_000_000_000
        var lines: [UInt8] = []
        var polled = connections.map { pollfd(fd: $0.socket, events: Int16(POLLIN), revents: 0) }
        var lookAt = counted
        var heardAt = start
        while Self.now < end, !isOver() {
            let due = perSecond.map { Int(Double(Self.now - start) / 1e9 * $0) } ?? .max
            for index in connections.indices {
                lines.removeAll(keepingCapacity: true)
                // Beyond what the server takes from a connection the calls wait here, and their time runs.
                while connections[index].sentAt.count < Self.inFlight, number < due {
                    append(&number, to: &lines, of: &connections[index], &generator)
                    guard let perSecond else { continue }
                    connections[index].sentAt[connections[index].sentAt.count - 1] =
                        start + UInt64(Double(number) * 1e9 / perSecond)
                }
                if !lines.isEmpty { try Self.send(lines, to: connections[index].socket) }
            }
            let ready = poll(&polled, nfds_t(polled.count), perSecond == nil ? 1000 : 1)
            if ready > 0 { heardAt = Self.now }
            let isOwed = connections.contains { !$0.sentAt.isEmpty }
            guard ready > 0 || (perSecond != nil && (!isOwed || Self.now - heardAt < 5_000_000_000)) else {
                throw CommandFailure("the server is silent")
            }
            for index in polled.indices where polled[index].revents != 0 {
                let answered = try Self.readReplies(of: &connections[index])
                let now = Self.now
                guard now >= counted else { continue }
                for sentAt in answered {
                    if answeredCount % stride == 0 { latencies.append(now > sentAt ? now - sentAt : 0) }
                    answeredCount += 1
                }
            }
            if Self.now >= lookAt {
                lookAt += 1_000_000_000
                try look()
            }
        }
        let measured = Double(Self.now - min(counted, Self.now)) / 1e9
        return try Self.result(of: latencies, count: answeredCount, seconds: measured)
    }

    private static func result(of latencies: [UInt64], count: Int, seconds: Double) throws -> LoadResult {
        let latencies = latencies.sorted()
        guard !latencies.isEmpty else { throw CommandFailure("the server answered nothing") }
        func percentile(_ share: Double) -> Double {
            Double(latencies[min(latencies.count - 1, Int(Double(latencies.count) * share))]) / 1_000_000
        }
        return LoadResult(
            perSecond: Double(count) / seconds, p50Ms: percentile(0.5), p99Ms: percentile(0.99))
    }

    /// Adds a purchase of about 350 bytes, or a redemption of about 150.
    private func append(
        _ number: inout Int, to lines: inout [UInt8], of connection: inout Connection,
        _ generator: inout SystemRandomNumberGenerator
    ) {
        number += 1
        let card = 10_000_000 + Int.random(in: members, using: &generator)
        let id = connection.oldest + connection.sentAt.count
        switch kind {
        case .purchases: lines.append(contentsOf: purchase(number, by: card, id: id).utf8)
        case .rewards: lines.append(contentsOf: redemption(number, by: card, id: id).utf8)
        }
        connection.sentAt.append(Self.now)
    }

    private func purchase(_ number: Int, by card: Int, id: Int) -> String {
        let terminal = number % 8
        return
            #"{"jsonrpc":"2.0","id":\#(id),"method":"purchase.post","params":{"idempotency_key":"tokyo-01/t\#(terminal)/\#(run)-\#(number)","#
            + #""card":"9001 \#(card)","store":"tokyo-01","terminal":"t\#(terminal)","receipt":"\#(run)-\#(number)","#
            + #""channel":"pos","occurred_at":"\#(occurredAt)","currency":"JPY","items":["#
            + #"{"sku":"latte","category":"drink","tags":["double"],"quantity":2,"amount":1210,"tax":110},"#
            + #"{"sku":"beans-200","category":"beans","quantity":1,"amount":1500,"tax":111}]}}"# + "\n"
    }

    private func redemption(_ number: Int, by card: Int, id: Int) -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"redemption.create","params":{"idempotency_key":"shop/\#(run)-\#(number)","#
            + #""card":"9001 \#(card)","reward":"cup"}}"# + "\n"
    }

    private static let replyStart = Array(#"{"jsonrpc":"2.0","id":"#.utf8)
    private static let resultStart = Array(#","result":"#.utf8)

    /// Reads what has arrived; gives when each answered call was sent.
    private static func readReplies(of connection: inout Connection) throws -> [UInt64] {
        var answered: [UInt64] = []
        repeat {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = recv(connection.socket, &chunk, chunk.count, 0)
            guard count > 0 else { throw CommandFailure("the server closed a connection") }
            connection.unread += chunk[..<count]
            var start = 0
            while let end = connection.unread[start...].firstIndex(of: UInt8(ascii: "\n")) {
                let expected = replyStart + Array(String(connection.oldest).utf8) + resultStart
                guard connection.unread[start..<end].starts(with: expected) else {
                    throw CommandFailure(
                        "unexpected: \(String(decoding: connection.unread[start..<end], as: UTF8.self))")
                }
                answered.append(connection.sentAt[answered.count])
                connection.oldest += 1
                start = end + 1
            }
            connection.unread.removeSubrange(..<start)
        } while answered.isEmpty
        connection.sentAt.removeFirst(answered.count)
        return answered
    }

    private static var now: UInt64 { DispatchTime.now().uptimeNanoseconds }

    private static func connect(to port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let outcome = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard descriptor >= 0, outcome == 0 else { throw CommandFailure("cannot connect to port \(port)") }
        return descriptor
    }

    private static func send(_ bytes: [UInt8], to socket: Int32) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(socket, buffer.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw CommandFailure("the server closed a connection") }
            sent += count
        }
    }
}
