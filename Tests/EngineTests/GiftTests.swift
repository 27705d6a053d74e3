import Engine
import Ledger
import Loyalty
import MemoryStore
import TestSupport
import Testing
import Time

private let beans = CurrencyID("beans")

@Suite("Gifts between members") struct GiftTests {
    private func world(_ transfers: String) throws -> SpendingWorld {
        let world = try SpendingWorld(Programs.spending + "\n" + transfers)
        _ = world.harness.carryOut("e2", enroll(2))
        return world
    }

    private func give(_ points: Int64, to card: String = "c2") -> Command {
        .give(member: .card("c1"), to: .card(card), Gift(currency: beans, points: Points(points)))
    }

    private func lots(of member: Int64, in world: SpendingWorld) throws -> [String] {
        let state = try #require(try world.store.read { try $0.state(of: MemberNumber(member)) })
        return state.advanced(to: world.harness.now, under: world.harness.book).ledger.lots.map {
            "\($0.remaining.count) until \($0.expiresAt.map { $0.rfc3339(in: .utc).prefix(10) } ?? "ever")"
        }
    }

    @Test("points travel lot by lot with their expiry, and count for no level")
    func travel() throws {
        let world = try world("transfers: { allowed: true }")
        world.adjust(100)
        world.wait(days: 60)
        world.adjust(100)
        let before = try lots(of: 1, in: world)
        #expect(world.carryOut(give(130)).refusal == nil)
        #expect(try world.available() == 70)
        #expect(try lots(of: 2, in: world) == [before[0], before[1].replacing("100", with: "30")])
        let receiver = try #require(try world.store.read { try $0.state(of: MemberNumber(2)) })
        #expect(receiver.tier?.tallies.isEmpty ?? true)
        #expect(try world.findings().isEmpty)
    }

    @Test("who leaves spends what is left for a while, and gives nothing away")
    func leaving() throws {
        let world = try world("transfers: { allowed: true }")
        world.adjust(60)
        world.carryOut(.status(member: .card("c1"), .close(graceMs: 86_400_000)))
        #expect(world.carryOut(give(10)).refusal == .memberClosed)
        #expect(world.carryOut(.redeem(member: .card("c1"), .points(beans, Points(10)))).refusal == nil)
        #expect(try world.findings().isEmpty)
    }

    @Test("nothing is given that is not there, not allowed, beyond the limit, to nobody, or to oneself")
    func refusals() throws {
        #expect(try world("").carryOut(give(1)).refusal == .givingNotOffered)
        let world = try world("transfers: { allowed: true, limit: { points: 50, window: calendar_month } }")
        world.adjust(60)
        #expect(world.carryOut(give(1, to: "c1")).refusal == .sameMember)
        #expect(world.carryOut(give(1, to: "nobody")).refusal == .memberUnknown(.card))
        #expect(world.carryOut(give(40)).refusal == nil)
        #expect(world.carryOut(give(11)).refusal == .givingLimit(left: 10))
        world.wait(days: 31)
        #expect(
            world.carryOut(give(21)).refusal
                == .insufficientPoints(beans, needed: Points(21), available: Points(20), debt: .zero))
        #expect(world.carryOut(give(20)).refusal == nil)
        #expect(try lots(of: 2, in: world).count == 2)
        #expect(try world.findings().isEmpty)
    }

    @Test("gifts to and fro in one batch, and onto debts, add up")
    func toAndFro() throws {
        let world = try world("transfers: { allowed: true }")
        world.adjust(1000)
        let commands = (1...40).map { number in
            let (from, to) = number % 2 == 0 ? ("c2", "c1") : ("c1", "c2")
            return Command.give(
                member: .card(from), to: .card(to), Gift(currency: beans, points: Points(Int64(number))))
        }
        let replies = world.harness.carryOut(commands.enumerated().map { (Cause("g\($0)", $1), $1) })
        let given = zip(1...40, replies).filter { $1.refusal == nil }.map(\.0)
        let left = 1000 + given.reduce(0) { $0 + ($1 % 2 == 0 ? $1 : -$1) }
        #expect(try world.available() == Int64(left))
        #expect(try world.findings().isEmpty)
    }
}
