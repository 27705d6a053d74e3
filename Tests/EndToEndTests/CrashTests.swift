import Engine
import Foundation
import JSON
import Ledger
import Loyalty
import ModelSupport
import PostgresSupport
import Rules
import Simulator
import Synchronization
import TestSupport
import Testing
import Time

/// A server under load whose process is killed, or asked to end, at random moments.
@Suite("Crashes and endings", .serialized)
struct CrashTests {
    private static let clients = 4
    private static let cards = 7

    /// What all tills of a world know: every call they made, in which order they asked and heard, and the answers they got.
    private final class Tills: Sendable {
        struct State {
            var book = CallBook()
            var customers = Customers(seed: .random(in: 0 ... .max))
            /// By idempotency key: the first answer's text.
            var answers: [String: String] = [:]
            var replayedWrongly: [String] = []
            var last = 0
        }

        struct Call {
            let key: String
            let method: String
            let params: String
        }

        let state = Mutex(State())

        func newCall() -> Call {
            state.withLock { state in
                state.last += 1
                let key = "till/\(state.last)"
                let now = CrashTests.now
                let act = state.customers.next("c\(state.last % CrashTests.cards)", receipt: "\(state.last)", at: now)
                return Self.ask(act, key, &state)
            }
        }

        private static func ask(_ act: Act, _ key: String, _ state: inout State) -> Call {
            state.book.ask(act, key: key, at: CrashTests.now)
            let (method, params) = act.call(key: key)
            return Call(key: key, method: method, params: params)
        }

        /// Notes a reply; an answer that was given before must be the same again.
        func note(_ reply: JSONValue, for key: String) throws {
            try state.withLock { state in
                guard let act = state.book.act(of: key) else { throw SocketFailure("an answer nobody asked for") }
                guard let result = reply["result"], let replayed = result["replayed"]?.bool else {
                    guard let error = reply["error"] else { throw SocketFailure("neither an answer nor an error") }
                    let (told, lasts) = try error.refusal
                    return state.book.hear(refusal: told, lasts: lasts, key: key, at: CrashTests.now)
                }
                let answer = try act.answer(in: result)
                state.book.hear(answer, key: key)
                state.customers.hear(act, became: answer.place)
                let text = String(decoding: result.rawText, as: UTF8.self)
                    .replacing(#""replayed":\#(replayed)"#, with: #""replayed":any"#)
                guard let known = state.answers[key] else {
                    state.answers[key] = text
                    return
                }
                if known != text || !replayed { state.replayedWrongly.append(key) }
            }
        }

        /// Everything of which nothing was heard, and some of the rest, to be asked again.
        func repetitions() -> [Call] {
            state.withLock { state in
                let unheard = state.book.unheard
                let others = state.book.all.filter { call in !unheard.contains { $0.key == call.key } }
                return (unheard + others.shuffled().prefix(40)).map { Self.ask($0.act, $0.key, &state) }
            }
        }
    }

    /// In milliseconds, but whole seconds, as tills write them.
    private static var now: Int { Int(Date().timeIntervalSince1970) * 1000 }

    private struct World {
        let folder: WorkFolder
        let kind: StoreKind
        let database: String
        let key: String
        let tills = Tills()

        init(on kind: StoreKind = .sqlite) throws {
            folder = try WorkFolder()
            self.kind = kind
            database = try kind.makeDatabase(in: folder)
            try Terms.busyShop.document.write(toFile: folder.path("crash.yaml"), atomically: true, encoding: .utf8)
            // The first start makes the database.
            let server = try ServerProcess(database: database, program: folder.path("crash.yaml"))
            key = try PlainShop.newKey(in: database)
            #expect(server.terminate() == 0)
        }

        func server(environment: [String: String] = [:]) throws -> ServerProcess {
            try ServerProcess(database: database, program: folder.path("crash.yaml"), environment: environment)
        }

        /// Tills that make one call after the other, several in flight, until their connection breaks.
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
                                    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(call.method)","params":\#(call.params)}"#
                                )
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
                                #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(call.method)","params":\#(call.params)}"#
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

        /// Asks again for what nothing was heard of, and for some of the rest.
        func repeatCalls(on port: Int) throws {
            let socket = try LineSocket(port: port)
            try socket.hello(key: key)
            for (id, call) in tills.repetitions().enumerated() {
                try tills.note(try socket.call(id + 1, call.method, call.params), for: call.key)
            }
        }

        /// Everything is there once, as the model foretells it in the order of recording, and the ledger is clean.
        ///
        /// - Parameter kinds: of which there was time enough for some.
        func check(_ comment: Comment, kinds: [String] = ["purchase"]) throws {
            let (book, replayedWrongly) = tills.state.withLock { ($0.book, $0.replayedWrongly) }
            #expect(book.unheard.isEmpty, comment)
            #expect(replayedWrongly == [], comment)
            let verified = try KizunaProcess.run(["verify", "--database", database, "--json"])
            let report = try JSONDocument(Array(verified.output.utf8)).root
            #expect(report["clean"]?.bool == true, "\(verified.output)")
            let store = try kind.open(database)
            let ruleSets = try store.read { try $0.ruleSets() }
            let rules = RuleBook(
                ruleSets.map {
                    RuleSet(
                        version: $0.version, effectiveFrom: $0.effectiveFrom, program: Programs.load($0.source))
                })
            let sum = try CommittedOrder(book, under: .busyShop) { try $0.answer(in: $1) }.check(
                store, at: CrashTests.now,
                under: rules)
            #expect(sum.operations.values.reduce(0, +) == book.answered, comment)
            for kind in kinds {
                #expect(sum.operations[kind, default: 0] > 0, "too short for a \(kind), \(comment)")
            }
            print("\(book.all.count) calls, \(book.answered) answered, \(sum.refusals) refused, \(comment)")
            try compareBalances(with: store, under: rules)
        }

        /// A server tells of every card what is in the store.
        private func compareBalances(with store: any Store, under rules: RuleBook) throws {
            let server = try server()
            let socket = try LineSocket(port: server.port)
            try socket.hello(key: key)
            for card in 0..<CrashTests.cards {
                let stored = try store.read { reader in
                    try reader.owner(of: Identifier(.card, ExactText("c\(card)"))).flatMap { try reader.state(of: $0) }
                }
                let seen = stored?.advanced(to: Instant(milliseconds: Int64(CrashTests.now)), under: rules)
                let reply = try socket.call(card, "balance.get", #"{"card":"c\#(card)"}"#)
                let available = reply["result"]?["balances"]?["a"]?["available"]?.int64
                #expect(available == seen?.ledger.balance(of: CurrencyID("a")).available.count, "c\(card)")
            }
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
        try world.check("after 50 kills", kinds: ["purchase", "return", "hold", "capture", "redeem", "cancel"])
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
        #expect(world.tills.state.withLock { $0.book.answered } > 0)
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
        let before = world.tills.state.withLock { $0.book.answered }
        first.resume()
        Thread.sleep(forTimeInterval: 1)
        let after = world.tills.state.withLock { $0.book.answered }
        #expect(before > 0 && after > before)
        // Both at once: as long as the other one changes all members all the time, a server meets nothing but conflicts.
        first.askToEnd()
        #expect(second.terminate() == 0)
        #expect(first.end() == 0)
        while load.contains(where: { !$0.isFinished }) { Thread.sleep(forTimeInterval: 0.001) }
        let again = try world.server()
        try world.repeatCalls(on: again.port)
        #expect(again.terminate() == 0)
        try world.check("after a pause of \(seconds) s")
    }
}
