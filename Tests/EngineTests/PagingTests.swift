import Engine
import Ledger
import Loyalty
import MemoryStore
import TestSupport
import Testing
import Time

@Suite("Lists by pages") struct PagingTests {
    private static let currencies = ["beans", "slow", "sure", "status", "none"].map { CurrencyID($0) }

    private func filter(_ span: ClosedRange<Int64>, _ random: inout SeededGenerator) -> StatementFilter {
        func instant(_ random: inout SeededGenerator) -> Instant? {
            Int.random(in: 0..<3, using: &random) == 0
                ? nil : Instant(milliseconds: Int64.random(in: span, using: &random))
        }
        return StatementFilter(
            currency: Bool.random(using: &random) ? nil : Self.currencies.randomElement(using: &random),
            from: instant(&random), until: instant(&random),
            kinds: Bool.random(using: &random)
                ? [] : Set(OperationKind.allCases.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }))
    }

    /// A statement as anyone would write it down: every operation, looked at one after the other.
    private func naive(_ all: [Operation], _ filter: StatementFilter) -> [OperationID] {
        var found: [OperationID] = []
        for operation in all.reversed() {
            if let from = filter.from, operation.occurredAt < from { continue }
            if let until = filter.until, operation.occurredAt >= until { continue }
            if !filter.kinds.isEmpty, !filter.kinds.contains(operation.kind) { continue }
            if let currency = filter.currency {
                var moves = false
                for transfer in operation.movements.transfers where transfer.currency == currency { moves = true }
                if !moves { continue }
            }
            found.append(operation.id)
        }
        return found
    }

    @Test(
        "pages of a statement make up exactly what a naive filter finds, while others go on writing",
        arguments: 1...4 as ClosedRange<UInt64>)
    func statements(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let (twin, steps) = try SpendingHistory.record(260, seed: seed, on: MemoryStore())
        let harness = try EngineHarness(store: twin.store, ruleSet: Programs.ruleSet(SpendingHistory.document))
        harness.now = twin.harness.now + 20 * 86_400_000
        let span = EngineHarness.start.milliseconds...harness.now.milliseconds
        var nonempty = 0
        for round in 0..<60 {
            let members = try twin.store.read { try $0.members(after: MemberNumber(0), limit: .max) }
            let member = try #require(members.randomElement(using: &random))
            let filter = filter(span, &random)
            let expected = try twin.store.read { reader in
                var state = try #require(try reader.state(of: member))
                let stored = try reader.operations(of: member, after: 0, limit: .max).map(\.sealed.operation)
                return naive(stored + state.advance(to: harness.now, under: harness.book), filter)
            }
            var found: [OperationID] = []
            var next: Int64? = .max
            while let before = next {
                let limit = Int.random(in: 1...9, using: &random)
                let page = try twin.store.read { reader in
                    try reader.statement(
                        of: #require(try reader.state(of: member)), before: before, limit: limit, filter,
                        at: harness.now, under: harness.book, mostRead: Int.random(in: 1...40, using: &random))
                }
                #expect(page.operations.count <= limit)
                found += page.operations.map(\.id)
                if let next = page.next { #expect(next < before) }
                next = page.next
                // Between two pages the member buys, or what is due is written down.
                let id = try #require(try twin.store.read { try $0.state(of: member)?.id })
                if Int.random(in: 0..<4, using: &random) == 0 {
                    harness.now = harness.now + 1
                    _ = harness.carryOut(
                        "p\(round)/\(found.count)/\(before)",
                        .purchase(
                            member: .member(id.text),
                            .sale(500, at: harness.now.rfc3339, receipt: "p\(round)/\(found.count)/\(before)")))
                } else if Int.random(in: 0..<6, using: &random) == 0 {
                    _ = try harness.engine.writeDue()
                }
            }
            #expect(found == expected, "\(filter)")
            nonempty += found.isEmpty ? 0 : 1
        }
        #expect(nonempty > 10 && steps.count > 100)
        harness.engine.drain()
    }

    @Test("pages of lots make up exactly what a naive filter finds", arguments: 1...4 as ClosedRange<UInt64>)
    func lots(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let (twin, _) = try SpendingHistory.record(200, seed: seed, on: MemoryStore())
        let now = twin.harness.now + Int64.random(in: 0...40_000_000_000, using: &random)
        try twin.store.read { reader in
            for member in try reader.members(after: MemberNumber(0), limit: .max) {
                let stored = try #require(try reader.state(of: member))
                let state = stored.advanced(to: now, under: twin.harness.book)
                let all = try reader.lots(of: member).map(\.number)
                for _ in 0..<20 {
                    let filter = LotFilter(
                        currency: Bool.random(using: &random) ? nil : Self.currencies.randomElement(using: &random),
                        includesClosed: Bool.random(using: &random))
                    var found: [Lot] = []
                    var place: LotPlace?
                    repeat {
                        let page = try reader.lots(
                            of: state, behind: place, limit: Int.random(in: 1...5, using: &random), filter)
                        found += page.lots
                        place = page.next
                    } while place != nil
                    let expected =
                        filter.includesClosed ? all + state.ledger.lots.map(\.number) : state.ledger.lots.map(\.number)
                    let numbers = Set(
                        expected.filter { number in
                            guard let currency = filter.currency else { return true }
                            let lots = try? reader.lots(of: member)
                            return (state.ledger.lot(number) ?? lots?.first { $0.number == number })?.currency
                                == currency
                        })
                    #expect(found.count == numbers.count && Set(found.map(\.number)) == numbers)
                    for lot in found {
                        #expect(lot == state.ledger.lot(lot.number) || lot.isClosed)
                    }
                    for (earlier, later) in zip(found, found.dropFirst()) { #expect(earlier.spendsBefore(later)) }
                }
            }
        }
    }
}
