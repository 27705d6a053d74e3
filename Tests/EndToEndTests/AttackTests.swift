import Foundation
import JSON
import Testing

/// What is known to hurt servers, against the built program, whose memory and open files are looked at from outside.
///
/// `make attack` sets ATTACK and with it the full size.
@Suite("A server that is attacked", .serialized)
struct AttackTests {
    private static let isWhole = ProcessInfo.processInfo.environment["ATTACK"] != nil

    private let folder: WorkFolder
    private let server: ServerProcess
    private let key: String

    init() throws {
        folder = try WorkFolder()
        let database = folder.path("kizuna.sqlite")
        let program = """
            schema: kizuna.program/v1
            id: attacked
            money: { currency: JPY, base: tax_included }
            timezone: UTC
            points: { points: {} }
            rules: [{ id: base, event: purchase, earn: { points: 1, per: 1 } }]
            """
        try program.write(toFile: folder.path("program.yaml"), atomically: true, encoding: .utf8)
        server = try ServerProcess(
            database: database, program: folder.path("program.yaml"),
            environment: [
                "KIZUNA_LIMITS_SESSIONS": "1500", "KIZUNA_LIMITS_SESSIONS_PER_ADDRESS": "1500",
                "KIZUNA_LIMITS_CALLS_PER_SECOND": "0", "KIZUNA_LIMITS_KEYLESS_CALLS_PER_SECOND": "0",
            ])
        let created = try KizunaProcess.run(["client", "create", "--database", database, "--role", "shop", "x"])
        key = String(try #require(created.output.firstMatch(of: /kz_shop_[0-9a-f]{64}/)).output)
        Thread.sleep(forTimeInterval: 1)
    }

    /// A till that is served whatever else goes on.
    private func till() throws -> LineSocket {
        let socket = try LineSocket(port: server.port)
        try socket.hello(key: key)
        return socket
    }

    private func isServed(_ till: LineSocket) throws -> Bool {
        try till.call(1, "session.ping", "{}")["result"] != nil
    }

    @Test("garbage is answered with errors, and keeps nothing")
    func garbage() throws {
        let megabytes = Self.isWhole ? 1024 : 24
        let honest = try till()
        let before = server.memoryMiB
        var generator = SystemRandomNumberGenerator()
        let noise = (0..<(1 << 20)).map { _ in UInt8.random(in: 0...255, using: &generator) }
        // Lines of some kilobytes, so that answers do not outweigh what is sent.
        let lines = noise.enumerated().map { index, byte in
            index % 4096 == 4095 ? UInt8(ascii: "\n") : byte == UInt8(ascii: "\n") ? UInt8(ascii: " ") : byte
        }
        let attacker = try till()
        attacker.throwAwayWhatComes()
        for number in 0..<megabytes {
            try attacker.send(bytes: lines)
            if number % 8 == 0 { #expect(try isServed(honest)) }
        }
        #expect(try isServed(honest))
        let grown = server.memoryMiB - before
        print("garbage: \(megabytes) MiB sent, memory grew by \(Int(grown)) MiB")
        #expect(grown < 64)
        attacker.shutDown()
    }

    @Test("messages that are too deep or too long are refused, one after the other")
    func monsters() throws {
        let honest = try till()
        let before = server.memoryMiB
        for _ in 0..<(Self.isWhole ? 200 : 20) {
            let deep = try till()
            for opening in ["[", "{\"a\":"] {
                let line = String(repeating: opening, count: 1_000_000 / opening.utf8.count)
                try deep.send(line)
                #expect(try deep.receive()["error"]?["code"]?.int64 == -32700)
            }
            #expect(try isServed(deep))
            let long = try till()
            try? long.send(bytes: Array(repeating: UInt8(ascii: "x"), count: (1 << 20) + 1))
            #expect(try long.receive()["error"]?["code"]?.int64 == -32005)
            #expect(throws: SocketFailure.self) { _ = try long.receive() }
            #expect(try isServed(honest))
        }
        #expect(server.memoryMiB - before < 128)
    }

    @Test("connections that come and go leave no open file behind")
    func comingAndGoing() throws {
        let honest = try till()
        let before = server.openFiles
        for number in 0..<(Self.isWhole ? 10_000 : 1000) {
            let socket = try LineSocket(port: server.port)
            if number % 2 == 0 { try socket.send(bytes: Array("{\"jsonrpc\":".utf8)) }
            socket.shutDown()
            if number % 100 == 0 { #expect(try isServed(honest)) }
        }
        let deadline = Date(timeIntervalSinceNow: 15)
        while server.openFiles > before, Date() < deadline { Thread.sleep(forTimeInterval: 0.05) }
        #expect(server.openFiles <= before)
        #expect(try isServed(honest))
    }

    @Test("idle and greedy connections together stay within the bound of memory")
    func idleAndGreedy() throws {
        let (idleCount, greedyCount) = Self.isWhole ? (1000, 200) : (100, 60)
        let honest = try till()
        let before = server.memoryMiB
        let idle = try (0..<idleCount).map { _ in try till() }
        let idleMiB = server.memoryMiB - before
        let greedy = try (0..<greedyCount).map { _ in try till() }
        let asking = (0..<300).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"rpc.discover"}"# + "\n" }.joined()
        // They ask for tens of megabytes each and read none of it; half of them send a line without an end besides.
        for (number, socket) in greedy.enumerated() {
            socket.sendWhatFits(Array(asking.utf8))
            if number % 2 == 0 { socket.sendWhatFits(Array(repeating: UInt8(ascii: "["), count: 1 << 20)) }
        }
        var most = 0.0
        for _ in 0..<(Self.isWhole ? 300 : 60) {
            #expect(try isServed(honest))
            most = max(most, server.memoryMiB - before)
            Thread.sleep(forTimeInterval: 0.02)
        }
        print(
            "memory: \(Int(before)) MiB at rest, \(Int(idleMiB)) more for \(idleCount) idle connections, "
                + "\(Int(most)) more at most with \(greedyCount) greedy ones")
        // 256 MiB that wait, as much again for what the allocator and the kernel's calls keep.
        #expect(most < 512)
        for socket in idle.prefix(50) { #expect(try isServed(socket)) }
    }
}
