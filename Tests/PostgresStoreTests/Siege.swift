import Engine
import Foundation
import Ledger
import Loyalty
import ModelSupport
import PostgresStore
import PostgresSupport
import Rules
import Simulator
import TestSupport
import Testing
import Time

/// An engine under load while something is done to its database, and a checker that knows every call and every answer.
///
/// The load is of all that members quarrel about: sales that draw on one campaign's budget, returns that give back to it,
/// holds that are captured, freed or forgotten, points that pay, rewards from a stock that runs out.
struct Siege {
    /// How many times more is done than in `make test`: `KILLS=5` is what `make test-kill` does.
    static let scale = ProcessInfo.processInfo.environment["KILLS"].flatMap { Int($0) } ?? 1

    private let store: PostgresStore
    private let ruleSet: RuleSet
    private let engine: EngineHarness
    private let members = (0..<20).map { "m\($0)" }

    /// What was asked and heard, and the exact bytes of the answers.
    private struct Memory {
        var book = CallBook()
        var causes: [String: (Cause, Command)] = [:]
        var answers: [String: [UInt8]] = [:]
        var customers = Customers(seed: .random(in: 0 ... .max))
    }

    /// Publishes the rules. The address may name several servers.
    init(_ address: String) throws {
        store = try PostgresStore(address)
        let source = Terms.busyShop.document
        _ = try store.addRuleSet(Programs.publication(source)) { EngineHarness.start }
        ruleSet = Programs.ruleSet(source)
        engine = try EngineHarness(store: store, ruleSet: ruleSet)
    }

    private var now: Int { Int(engine.now.milliseconds) }

    /// Has every member want something, over and over, and then checks what came of it.
    func run(until isOver: () -> Bool, name: String) throws {
        var memory = Memory()
        try ask(members.map { (key: $0, act: Act.enroll(id: $0, card: $0)) }, &memory)
        var round = 0
        // However slow the machine is, there is time for everything that members can want.
        while !isOver() || round < 12 {
            round += 1
            // Holds time out and points lapse while the siege lasts.
            engine.now = engine.now + 60_000
            // Some want two things at once.
            let wishes = members.map { (card: $0, key: "\($0)-\(round)") }
            let more = members.indices.filter { $0 % 5 == round % 5 }.map { (members[$0], "\(members[$0])-\(round)b") }
            let calls = (wishes + more).map { card, key in
                (key: key, act: memory.customers.next(card, receipt: key, at: now))
            }
            let answered = memory.book.answered
            try ask(calls, &memory)
            // A server that is away says so at once, and whatever is asked meanwhile is asked again at the end.
            if memory.book.answered == answered { Thread.sleep(forTimeInterval: 0.1) }
        }
        #expect(memory.book.answered > members.count)
        try check(&memory, name)
    }

    /// Submits calls at once and notes what comes of each.
    private func ask(_ calls: [(key: String, act: Act)], _ memory: inout Memory) throws {
        for call in calls {
            memory.book.ask(call.act, key: call.key, at: now)
            if memory.causes[call.key] == nil {
                memory.causes[call.key] = (Cause(call.key, call.act.command), call.act.command)
            }
        }
        let replies = engine.carryOut(calls.compactMap { memory.causes[$0.key] })
        for ((key, act), reply) in zip(calls, replies) {
            switch reply {
            case .accepted(let result, let replayed):
                if let answer = memory.answers[key] { #expect(replayed && answer == result, "\(key)") }
                memory.answers[key] = result
                let answer = try act.answer(in: result)
                memory.book.hear(answer, key: key)
                memory.customers.hear(act, became: answer.place)
            case .refused(let refusal), .refusedBefore(let refusal):
                memory.book.hear(refusal: refusal.told, lasts: refusal.memory != nil, key: key, at: now)
            case .unavailable: break
            default: Issue.record("\(key) was answered: \(reply)")
            }
        }
    }

    /// Every call once more: what was answered is answered the same, what was refused for good is refused the same, and
    /// what is open is done now, once. Then all is decided again in the order in which it was recorded, by the model.
    private func check(_ memory: inout Memory, _ name: String) throws {
        let calls = memory.book.all.sorted { $0.key < $1.key }
        for start in stride(from: 0, to: calls.count, by: 100) {
            try ask(Array(calls[start..<min(start + 100, calls.count)]), &memory)
        }
        engine.engine.drain()
        let sum = try CommittedOrder(memory.book, under: .busyShop) { try $0.answer(in: $1) }.check(
            store, at: now,
            under: RuleBook([ruleSet]))
        #expect(sum.operations.values.reduce(0, +) == memory.book.answered)
        for kind in ["purchase", "return", "hold", "capture", "redeem"] {
            #expect(sum.operations[kind, default: 0] > 0, "the siege was too short for a \(kind)")
        }
        print(
            "\(calls.count) calls, \(memory.book.answered) answered, \(sum.refusals) refused, \(sum.dues) due, while \(name)"
        )
    }
}
