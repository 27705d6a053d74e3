import Engine
import Ledger
import Loyalty
import MemoryStore
import TestSupport
import Testing
import Time

// What a member can see, and what later commands lead to, is the same whether what is due was written down or not.
//
// Equal are: every reply; balances, lots, holds, tier, vouchers, counters and uses at every instant; and the whole
// statement, operation by operation, with numbers, kinds, times, points and rule sets. When what was due was recorded
// (`posted_at`) tells when somebody did it, and the digests seal that; both may differ. So may voucher codes, which
// are drawn.

@Suite("Late work does not show")
struct LateWorkTests {
    /// Everything about one member that must be equal.
    private struct View: Equatable {
        let state: MemberState
        let statement: [String]

        init(_ stored: MemberState, _ operations: [Operation], at now: Instant, under book: RuleBook) {
            var state = stored
            let due = state.advance(to: now, under: book)
            state.head = .zero
            state.bonds.code = state.bonds.code.map { _ in "" }
            state.vouchers = state.vouchers.map {
                Voucher(
                    code: "", reward: $0.reward, operation: $0.operation, usableFrom: $0.usableFrom,
                    expiresAt: $0.expiresAt, used: $0.used)
            }
            self.state = state
            statement = (operations + due).map { operation in
                "\(operation.id) \(operation.kind) \(operation.occurredAt) \(operation.ruleSetVersion) "
                    + "\(operation.movements) \(operation.event.map { "\($0)" } ?? "") \(operation.usages) "
                    + "\(operation.about ?? 0) \(operation.detail.map { "\($0)" } ?? "")"
                    + (operation.isDue ? "" : " \(operation.postedAt)")
            }
        }
    }

    private func views(_ twin: SpendingTwin) throws -> [View] {
        try twin.store.read { reader in
            try reader.members(after: MemberNumber(0), limit: .max).map { member in
                let state = try #require(try reader.state(of: member))
                return View(
                    state, try reader.operations(of: member, after: 0, limit: .max).map(\.sealed.operation),
                    at: twin.harness.now, under: twin.harness.book)
            }
        }
    }

    private func text(_ reply: Reply?) -> String {
        switch reply {
        case .accepted(let result, _)?:
            String(decoding: result, as: UTF8.self).replacing(/"(voucher|code)":"[^"]*"/, with: "")
        case .refused(let refusal)?: "\(refusal)"
        case nil: "-"
        default: "?"
        }
    }

    @Test("over random histories, with work at random times", arguments: 1...6 as ClosedRange<UInt64>)
    func histories(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let (_, steps) = try SpendingHistory.record(150, seed: seed, tills: true, on: MemoryStore())
        let idle = try SpendingTwin(SpendingHistory.document, on: MemoryStore())
        let busy = try SpendingTwin(SpendingHistory.document, on: MemoryStore())
        var written = 0
        var now = EngineHarness.start
        for (number, step) in steps {
            // Between two commands the work may be done at any instant, or at several.
            while Int.random(in: 0..<3, using: &random) == 0, now < step.at {
                now = now + Int64.random(in: 0...step.at.milliseconds(since: now), using: &random)
                busy.harness.now = now
                written += try busy.harness.engine.writeDue().written
                idle.harness.now = now
                #expect(try views(idle) == views(busy), "before step \(number)")
            }
            now = step.at
            _ = try idle.carryOut(number, step)
            _ = try busy.carryOut(number, step)
            #expect(text(idle.reply) == text(busy.reply), "step \(number)")
        }
        #expect(try views(idle) == views(busy))
        #expect(written > 2)
        for twin in [idle, busy] {
            twin.harness.now = now + 400 * 86_400_000
            _ = try twin.harness.engine.writeDue()
            #expect(try twin.store.read { try $0.due(upTo: twin.harness.now, after: .start, limit: 1) } == [])
            twin.harness.engine.drain()
            #expect(try Verifier(store: twin.store, book: twin.harness.book).run().findings == [])
        }
        #expect(try views(idle) == views(busy))
    }
}

extension Operation {
    /// Whether time alone brought it about.
    fileprivate var isDue: Bool { kind == .due || kind == .celebrate }
}
