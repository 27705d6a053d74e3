import Engine
import Ledger
import Loyalty
import MemoryStore
import TestSupport
import Testing
import Time

@Suite("What members had at an instant") struct PastTests {
    /// What was seen of a member at an instant.
    private struct Seen {
        let at: Instant
        let member: MemberNumber
        let ledger: MemberLedger
    }

    private func look(at twin: SpendingTwin) throws -> [Seen] {
        let now = twin.harness.now
        return try twin.store.read { reader in
            try reader.members(after: MemberNumber(0), limit: .max).compactMap { member in
                try reader.state(of: member).map {
                    Seen(at: now, member: member, ledger: $0.advanced(to: now, under: twin.harness.book).ledger)
                }
            }
        }
    }

    @Test(
        "it is what was told then, whatever came in late or was written down later",
        arguments: 1...5 as ClosedRange<UInt64>)
    func asTold(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let (_, steps) = try SpendingHistory.record(150, seed: seed, on: MemoryStore())
        let twin = try SpendingTwin(SpendingHistory.document, on: MemoryStore())
        var seen: [Seen] = []
        var now = EngineHarness.start
        for (number, step) in steps {
            let pause = step.at.milliseconds(since: now)
            if pause > 2 {
                twin.harness.now = now + Int64.random(in: 1..<pause, using: &random)
                seen += try look(at: twin)
                if Bool.random(using: &random) { _ = try twin.harness.engine.writeDue() }
            }
            now = step.at
            try twin.carryOut(number, step)
        }
        for rest in [0, 1, 5_000_000_000, 40_000_000_000] as [Int64] {
            twin.harness.now = now + 1 + rest
            seen += try look(at: twin)
        }
        twin.harness.engine.drain()
        #expect(seen.count > 200)
        try twin.store.read { reader in
            for seen in seen {
                let state = try #require(try reader.state(of: seen.member))
                let past = try reader.points(of: state, at: seen.at, under: twin.harness.book)
                #expect(past.ledger == seen.ledger, "\(seen.member) at \(seen.at)")
                for lot in past.ledger.lots {
                    let origin = try #require(past.origins[lot.origin])
                    #expect(origin.id == OperationID(reference: lot.origin, in: seen.member))
                    if origin.id.member == seen.member {
                        #expect(origin.movements.opened.contains { $0.number == lot.number })
                    }
                }
                let before = try reader.points(of: state, at: state.enrolledAt - 1, under: twin.harness.book)
                #expect(before.ledger == MemberLedger() && before.origins.isEmpty)
            }
        }
    }

    @Test("whoever was merged into another one is somebody before that, and the other one behind it, however often")
    func merged() throws {
        let world = try SpendingWorld(Programs.spending)
        let day: Int64 = 86_400_000
        world.carryOut(enroll(2))
        world.carryOut(enroll(3))
        let start = world.harness.now
        for (card, points) in [("c1", 10), ("c2", 200), ("c3", 3000)] as [(String, Int64)] {
            world.carryOut(
                .adjust(
                    member: .card(card), Adjustment(currency: CurrencyID("beans"), points: points, reason: "test")))
        }
        world.harness.now = start + day
        world.carryOut(.merge(member: .card("c2"), from: .card("c3")))
        world.harness.now = start + 2 * day
        world.carryOut(.merge(member: .card("c1"), from: .card("c2")))
        world.harness.now = start + 3 * day
        try world.store.read { reader in
            let winner = try #require(try reader.state(of: MemberNumber(1)))
            for (id, after, points) in [
                ("m3", 1, 3000), ("m3", day, 3200), ("m3", 2 * day, 3210), ("m2", 1, 200), ("m2", 2 * day - 1, 3200),
                ("m2", 3 * day, 3210), ("m1", 2 * day - 1, 10), ("m1", 2 * day, 3210),
            ] as [(ExactText, Int64, Int64)] {
                let holder = try reader.holder(of: id, now: winner, at: start + after)
                let past = try reader.points(of: holder, at: start + after, under: world.harness.book)
                #expect(past.ledger.balance(of: CurrencyID("beans")).available == Points(points), "\(id) \(after)")
            }
        }
    }

    @Test("a purchase that came in late is there from when it came")
    func late() throws {
        let world = try SpendingWorld(Programs.spending)
        let day: Int64 = 86_400_000
        let start = world.harness.now
        world.wait(days: 10)
        world.carryOut(
            .purchase(
                member: .card("c1"),
                Purchase(
                    receipt: ReceiptNumber(store: "s", terminal: "", number: "1"), channel: "pos",
                    occurredAt: start + day, currency: "JPY", items: [SpendingWorld.line(1000)])))
        func beans(_ instant: Instant) throws -> Int64 {
            try world.store.read { reader in
                let state = try #require(try reader.state(of: MemberNumber(1)))
                return try reader.points(of: state, at: instant, under: world.harness.book).ledger
                    .balance(of: CurrencyID("beans")).available.count
            }
        }
        #expect(try beans(start + 2 * day) == 0)
        #expect(try beans(start + 10 * day - 1) == 0)
        #expect(try beans(start + 10 * day) == 10)
    }
}
