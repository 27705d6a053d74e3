import Engine
import Foundation
import Ledger
import Loyalty
import PostgresStore
import PostgresSupport
import TestSupport
import Testing
import Time

/// An engine under load while something is done to its database, and a checker that knows every call and every answer.
struct Siege {
    /// How many times more is done than in `make test`: `KILLS=5` is what `make test-kill` does.
    static let scale = ProcessInfo.processInfo.environment["KILLS"].flatMap { Int($0) } ?? 1

    private let store: PostgresStore
    private let ruleSet = Programs.ruleSet(Programs.remembering)
    private let engine: EngineHarness
    private let members = (0..<20).map { "m\($0)" }

    /// Makes the members. The address may name several servers.
    init(_ address: String) throws {
        store = try PostgresStore(address)
        _ = try store.addRuleSet(Programs.publication(Programs.remembering)) { EngineHarness.start }
        engine = try EngineHarness(store: store, ruleSet: ruleSet)
        for member in members {
            _ = engine.carryOut(
                member, .enroll(Enrollment(id: ExactText(member), name: nil, identifiers: [.card(member)])))
        }
    }

    /// Has every member buy, over and over, and then checks what came of it.
    func run(until isOver: () -> Bool, name: String) throws {
        var answers: [String: [UInt8]] = [:]
        var calls: [(Cause, Command)] = []
        var round = 0
        while !isOver() {
            round += 1
            let batch = members.map { member in
                let command = Command.purchase(
                    member: .card(member), .sale(100, at: "2026-05-16T10:00:00+09:00", receipt: "\(member)-\(round)"))
                return (Cause("\(member)-\(round)", command), command)
            }
            for (call, reply) in zip(batch, engine.carryOut(batch)) {
                calls.append(call)
                if case .accepted(let result, _) = reply { answers[call.0.idempotencyKey.text] = result }
            }
        }
        #expect(!answers.isEmpty)
        try check(calls, answers)
        print("\(calls.count) purchases, \(answers.count) answered while \(name)")
    }

    /// Every call once more: what was answered is answered the same, and what was not is done now, once. Then everything
    /// is decided again in the order of recording.
    private func check(_ calls: [(Cause, Command)], _ answers: [String: [UInt8]]) throws {
        for start in stride(from: 0, to: calls.count, by: 100) {
            let again = Array(calls[start..<min(start + 100, calls.count)])
            for (call, reply) in zip(again, engine.carryOut(again)) {
                let key = call.0.idempotencyKey.text
                guard case .accepted(let result, let replayed) = reply else {
                    Issue.record("\(key) was not accepted: \(reply)")
                    continue
                }
                if let answer = answers[key] { #expect(replayed && answer == result, "\(key)") }
            }
        }
        engine.engine.drain()
        #expect(try store.read { try $0.counts() }.operations == Int64(members.count + calls.count))
        let report = try Verifier(store: store, book: RuleBook([ruleSet])).run()
        #expect(report.findings.isEmpty, "\(report.findings)")
    }
}
