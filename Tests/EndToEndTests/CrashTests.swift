import Engine
import Foundation
import JSON
import PostgresSupport
import Synchronization
import TestSupport
import Testing

/// A server under load whose process is killed, or asked to end, at random moments.
@Suite("Crashes and endings", .serialized)
struct CrashTests {
    private static let clients = 4
    private static let cards = 7

    /// What all tills of a world know: every call they made, and the answers they got.
    private final class Tills: Sendable {
        struct State {
            /// By idempotency key: the params, and the first answer.
            var calls: [String: (params: String, answer: String?)] = [:]
            var replayedWrongly: [String] = []
            var last = 0
        }

        let state = Mutex(State())

        func newCall() -> (key: String, params: String) {
            state.withLock { state in
                state.last += 1
                let key = "till/\(state.last)"
                let params =
                    #"{"idempotency_key":"\#(key)","card":"c\#(state.last % CrashTests.cards)","store":"s","#
                    + #""receipt":"\#(state.last)","occurred_at":"\#(CrashTests.now)","currency":"JPY","#
                    + #""items":[{"amount":\#(100 * (state.last % 9 + 1))}]}"#
                state.calls[key] = (params, nil)
                return (key, params)
            }
        }

        /// Notes an answer; one that was given before must be the same again.
        func note(_ answer: JSONValue, for key: String) throws {
            guard let result = answer["result"], let replayed = result["replayed"]?.bool else {
                throw SocketFailure("refused: \(String(decoding: answer.rawText, as: UTF8.self))")
            }
            let text = String(decoding: result.rawText, as: UTF8.self)
                .replacing(#""replayed":\#(replayed)"#, with: #""replayed":any"#)
            state.withLock { state in
                guard let known = state.calls[key]?.answer else {
                    state.calls[key]?.answer = text
                    return
                }
                if known != text || !replayed { state.replayedWrongly.append(key) }
            }
        }

        var unanswered: [(key: String, params: String)] {
            state.withLock { $0.calls.filter { $0.value.answer == nil }.map { ($0.key, $0.value.params) } }
        }
    }

    private static var now: String { ISO8601DateFormatter().string(from: Date()) }

    private struct World {
        let folder: WorkFolder
        let database: String
        let key: String
        let tills = Tills()

        init(on kind: StoreKind = .sqlite) throws {
            folder = try WorkFolder()
            database = try kind.makeDatabase(in: folder)
            try PlainShop.program.write(toFile: folder.path("crash.yaml"), atomically: true, encoding: .utf8)
            // The first start makes the database.
            let server = try ServerProcess(database: database, program: folder.path("crash.yaml"))
            key = try PlainShop.newKey(in: database)
            #expect(server.terminate() == 0)
        }

        func server(environment: [String: String] = [:]) throws -> ServerProcess {
            try ServerProcess(database: database, program: folder.path("crash.yaml"), environment: environment)
        }

        /// Tills that post one purchase after the other, several in flight, until their connection breaks.
        func startLoad(on port: Int) -> [Thread] {
            (0..<CrashTests.clients).map { _ in
                let (tills, key) = (tills, key)
                let thread = Thread {
                    do {
                        let socket = try LineSocket(port: port)
                        try socket.hello(key: key)
                        var sent: [Int: String] = [:]
                        var id = 0
                        while true {
                            while sent.count < 8 {
                                id += 1
                                let call = tills.newCall()
                                sent[id] = call.key
                                try socket.send(
                                    #"{"jsonrpc":"2.0","id":\#(id),"method":"purchase.post","params":\#(call.params)}"#)
                            }
                            let answer = try socket.receive()
                            guard let id = answer["id"]?.int64, let key = sent.removeValue(forKey: Int(id)) else {
                                throw SocketFailure("an answer nobody asked for")
                            }
                            if answer["error"]?["code"]?.int64 == -32000 { continue }
                            try tills.note(answer, for: key)
                        }
                    } catch {
                        // The server is gone; what was not answered is asked again later.
                    }
                }
                thread.start()
                return thread
            }
        }

        /// The same over HTTP, with several calls in a request.
        func startHTTPLoad(on port: Int) -> [Thread] {
            (0..<CrashTests.clients).map { _ in
                let (tills, key) = (tills, key)
                let thread = Thread {
                    do {
                        let socket = try LineSocket(port: port)
                        while true {
                            let calls = (0..<4).map { _ in tills.newCall() }
                            let messages = calls.enumerated().map { id, call in
                                #"{"jsonrpc":"2.0","id":\#(id),"method":"purchase.post","params":\#(call.params)}"#
                            }
                            try socket.post("[\(messages.joined(separator: ","))]", key: key)
                            for answer in try socket.receiveBody().elements {
                                guard let id = answer["id"]?.int64, calls.indices.contains(Int(id)) else {
                                    throw SocketFailure("an answer nobody asked for")
                                }
                                if answer["error"]?["code"]?.int64 == -32000 { continue }
                                try tills.note(answer, for: calls[Int(id)].key)
                            }
                        }
                    } catch {
                        // The server is gone; what was not answered is asked again later.
                    }
                }
                thread.start()
                return thread
            }
        }

        /// Posts again what was not answered, and some of what was.
        func repeatCalls(on port: Int) throws {
            let socket = try LineSocket(port: port)
            try socket.hello(key: key)
            let answered = tills.state.withLock { $0.calls.filter { $0.value.answer != nil }.prefix(20) }
            let calls = tills.unanswered + answered.map { ($0.key, $0.value.params) }
            for (id, call) in calls.enumerated() {
                try tills.note(try socket.call(id + 1, "purchase.post", call.params), for: call.key)
            }
        }

        /// Everything is there once: the points are the sum over all calls, and the ledger is clean.
        func check(_ comment: Comment) throws {
            #expect(tills.unanswered.isEmpty, comment)
            #expect(tills.state.withLock { $0.replayedWrongly } == [], comment)
            let numbers = tills.state.withLock { Array(1...max(1, $0.last)) }
            let expected = numbers.reduce(0) { $0 + $1 % 9 + 1 }
            let verified = try KizunaProcess.run(["verify", "--database", database, "--json"])
            let report = try JSONDocument(Array(verified.output.utf8)).root
            #expect(report["clean"]?.bool == true, "\(verified.output)")
            let server = try server()
            let socket = try LineSocket(port: server.port)
            try socket.hello(key: key)
            var points: Int64 = 0
            for card in 0..<CrashTests.cards {
                let reply = try socket.call(card, "balance.get", #"{"card":"c\#(card)"}"#)
                points += reply["result"]?["balances"]?["points"]?["available"]?.int64 ?? 0
            }
            #expect(points == Int64(expected), comment)
            #expect(server.terminate() == 0)
        }
    }

    @Test(
        "Killed 50 times under load, the server loses no answered call and doubles none", arguments: StoreKind.allCases)
    func kill(kind: StoreKind) throws {
        var generator = SystemRandomNumberGenerator()
        let world = try World(on: kind)
        for round in 1...50 {
            let server = try world.server()
            let load = world.startLoad(on: server.port)
            Thread.sleep(forTimeInterval: Double.random(in: 0.005...0.12, using: &generator))
            server.kill()
            while load.contains(where: { !$0.isFinished }) { Thread.sleep(forTimeInterval: 0.001) }
            if round % 10 == 0 {
                let server = try world.server()
                try world.repeatCalls(on: server.port)
                server.kill()
            }
        }
        let server = try world.server()
        try world.repeatCalls(on: server.port)
        #expect(server.terminate() == 0)
        print("\(world.tills.state.withLock { $0.last }) calls, 50 kills on \(kind)")
        try world.check("after 50 kills")
    }

    @Test("Asked to end under load, the server answers what it took and exits with 0", arguments: 1...5)
    func terminate(round: Int) throws {
        let world = try World()
        let server = try world.server()
        let load = world.startLoad(on: server.port)
        Thread.sleep(forTimeInterval: 0.1 * Double(round))
        #expect(server.terminate() == 0)
        while load.contains(where: { !$0.isFinished }) { Thread.sleep(forTimeInterval: 0.001) }
        let again = try world.server()
        try world.repeatCalls(on: again.port)
        #expect(again.terminate() == 0)
        try world.check("after ending in round \(round)")
    }

    @Test("Asked to end under load over HTTP, with somebody who does not read, the server ends in its time")
    func terminateHTTP() throws {
        let world = try World()
        let server = try world.server(environment: ["KIZUNA_LIMITS_DRAIN_SECONDS": "3"])
        let deaf = try LineSocket(port: server.httpPort, receiveBuffer: 16 << 10)
        let calls = (0..<14).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"rpc.discover"}"# }
        // More than the network's buffers take.
        for _ in 0..<8 { try deaf.post("[\(calls.joined(separator: ","))]", key: world.key) }
        Thread.sleep(forTimeInterval: 2)
        let load = world.startHTTPLoad(on: server.httpPort) + world.startLoad(on: server.port)
        Thread.sleep(forTimeInterval: 0.5)
        let clock = ContinuousClock()
        let start = clock.now
        #expect(server.terminate() == 0)
        // An answer that is not taken would have a minute otherwise.
        #expect(clock.now - start > .seconds(2) && clock.now - start < .seconds(20))
        while load.contains(where: { !$0.isFinished }) { Thread.sleep(forTimeInterval: 0.001) }
        #expect(world.tills.state.withLock { $0.calls.count { $0.value.answer != nil } } > 0)
        let again = try world.server()
        try world.repeatCalls(on: again.port)
        #expect(again.terminate() == 0)
        try world.check("after ending under load over HTTP")
        withExtendedLifetime(deaf) {}
    }

    /// Stopped as a machine that pauses is, perhaps inside a transaction; `PAUSE` is for how many seconds.
    @Test(
        "Stopped while another server serves the same members, a server goes on without harm",
        .enabled(if: PostgresCluster.isInstalled, "there is no PostgreSQL server here"))
    func pause() throws {
        let seconds = ProcessInfo.processInfo.environment["PAUSE"].flatMap { Double($0) } ?? 3
        let world = try World(on: .postgres)
        let (first, second) = (try world.server(), try world.server())
        var load = world.startLoad(on: first.port)
        Thread.sleep(forTimeInterval: 0.3)
        first.pause()
        load += world.startLoad(on: second.port)
        Thread.sleep(forTimeInterval: seconds)
        let before = world.tills.state.withLock { $0.calls.count { $0.value.answer != nil } }
        first.resume()
        Thread.sleep(forTimeInterval: 1)
        let after = world.tills.state.withLock { $0.calls.count { $0.value.answer != nil } }
        #expect(before > 0 && after > before)
        #expect(first.terminate() == 0)
        #expect(second.terminate() == 0)
        while load.contains(where: { !$0.isFinished }) { Thread.sleep(forTimeInterval: 0.001) }
        let again = try world.server()
        try world.repeatCalls(on: again.port)
        #expect(again.terminate() == 0)
        try world.check("after a pause of \(seconds) s")
    }
}
