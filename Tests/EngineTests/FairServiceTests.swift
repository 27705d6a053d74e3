import Dispatch
import Engine
import Loyalty
import MemoryStore
import Synchronization
import TestSupport
import Testing

/// What is told of fairness is told in counts: who was answered before whom, not how long anybody waited.
@Suite("A till that floods")
struct FairServiceTests {
    /// Notes who is answered, in order.
    private final class Order: Sendable {
        private let names = Mutex<[String]>([])

        var all: [String] { names.withLock { $0 } }
        func note(_ name: String, _ count: Int) { names.withLock { $0 += Array(repeating: name, count: count) } }
    }

    private final class Till: ReplySink {
        private let name: String
        private let order: Order

        init(_ name: String, _ order: Order) {
            self.name = name
            self.order = order
        }

        func deliver(_ replies: [(token: Int, reply: Reply)]) { order.note(name, replies.count) }
    }

    /// One of many sinks of one connection, as each call of several sales has one.
    private final class Part: ReplySink {
        private let till: Till

        init(of till: Till) { self.till = till }

        var connection: ObjectIdentifier { till.connection }
        func deliver(_ replies: [(token: Int, reply: Reply)]) { till.deliver(replies) }
    }

    @Test(
        "keeps nobody else waiting: their commands are in the next batch", arguments: [false, true])
    func commands(inManyCalls: Bool) throws {
        let held = HeldCommits()
        let harness = try EngineHarness(
            store: MemoryStore { held.meet($0) }, ruleSet: Programs.ruleSet(Programs.coffee))
        for number in 1...20 { _ = harness.carryOut("e\(number)", enroll(number)) }
        let order = Order()
        let (flood, others) = (Till("flood", order), (1...10).map { Till("till \($0)", order) })
        func submit(_ key: String, to card: String, from till: any ReplySink) {
            let command = buy(100, card: card, receipt: key)
            let submission = Submission(cause: Cause(key, command), command: command, sink: till, token: 1)
            #expect(harness.engine.submit(submission) == nil)
        }
        held.hold()
        let arrived = held.arrived
        submit("head", to: "c20", from: flood)
        held.wait { held.arrived == arrived + 1 }
        // The flood comes first, and all of it before the others.
        for number in 1...3000 {
            submit("flood \(number)", to: "c\(number % 10 + 1)", from: inManyCalls ? Part(of: flood) : flood)
        }
        for (number, till) in others.enumerated() { submit("till \(number)", to: "c\(number + 10)", from: till) }
        held.letAllGo([])
        harness.engine.drain()
        #expect(order.all.count == 3011)
        // A batch may have been filled with the flood before the others came; they are in the one behind it.
        let places = others.indices.map { number in order.all.firstIndex(of: "till \(number + 1)") ?? .max }
        #expect(places.allSatisfy { $0 < 300 }, "\(places)")
    }

    @Test("fills the queue for itself, and not for those who have nothing waiting", arguments: [false, true])
    func fullQueue(inManyCalls: Bool) throws {
        let held = HeldCommits()
        let harness = try EngineHarness(
            store: MemoryStore { held.meet($0) }, ruleSet: Programs.ruleSet(Programs.coffee))
        _ = harness.carryOut("e1", enroll(1))
        let order = Order()
        let (flood, other) = (Till("flood", order), Till("other", order))
        func submit(_ key: String, from till: any ReplySink) -> Unavailability? {
            let command = buy(100, card: "c1", receipt: key)
            return harness.engine.submit(
                Submission(cause: Cause(key, command), command: command, sink: till, token: 1))
        }
        held.hold()
        var taken = 0
        while submit("flood \(taken)", from: inManyCalls ? Part(of: flood) : flood) == nil { taken += 1 }
        #expect(taken >= 4096)
        #expect(submit("other 1", from: other) == nil, "somebody with nothing waiting is let in")
        #expect(submit("other 2", from: other) == .overloaded)
        held.letAllGo([])
        harness.engine.drain()
        #expect(order.all.count == taken + 1)
    }

    @Test("fills the queue of errands for itself, and keeps nobody else from revoking a key")
    func fullOfErrands() throws {
        let harness = try EngineHarness(store: MemoryStore(), ruleSet: Programs.ruleSet(Programs.coffee))
        let order = Order()
        let (flood, other) = (Till("flood", order), Till("other", order))
        let gate = DispatchSemaphore(value: 0)
        func submit(from till: Till, _ body: @escaping @Sendable () -> Void = {}) -> Unavailability? {
            harness.engine.submit(
                Errand(sink: till, token: 1) { _, _ in
                    body()
                    return .answered(result: [])
                })
        }
        #expect(submit(from: flood) { gate.wait() } == nil)
        var taken = 1
        while submit(from: flood) == nil { taken += 1 }
        #expect(taken >= 64)
        #expect(submit(from: other) == nil, "somebody with nothing waiting is let in")
        gate.signal()
        harness.engine.drain()
        #expect(order.all.count == taken + 1)
    }
}
