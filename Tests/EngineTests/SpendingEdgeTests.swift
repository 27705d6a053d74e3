import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing
import Time

private typealias World = SpendingWorld

/// Where two things that happen to points meet.
@Suite("Points at the edges")
struct SpendingEdgeTests {
    private static func program(_ points: String, pay: String = "worth: 1", more: String = "") -> String {
        """
        schema: kizuna.program/v1
        id: edges
        money: { currency: JPY, base: tax_included }
        timezone: UTC
        late_limit: 30 days
        points: \(points)
        redemption: { pay: { \(pay) }, rewards: [{ id: cup, title: { en: Cup }, voucher: { valid: 10 days } }] }
        \(more)
        """
    }

    private static let one = "rules: [{ id: base, event: purchase, earn: { points: 1, per: 100 } }]"

    @Test("what lapsed unused is not taken back, whether or not anybody has written the lapse down", arguments: [1, 2])
    func lapsedUnwritten(returns: Int64) throws {
        let world = try World(Self.program("{ beans: { expiry: { after: 10 days } } }", more: Self.one))
        world.buy([World.line(10_000)], receipt: "1")
        world.wait(days: 20)
        for _ in 0..<returns { #expect(world.giveBack("1", .amount(10_000 / returns)).refusal == nil) }
        #expect(try world.balance() == Balance(currency: CurrencyID("beans")))
        #expect(try world.findings().isEmpty)
    }

    @Test("a redemption whose voucher was used is not undone, however long ago the use was")
    func usedLongAgo() throws {
        let world = try World()
        world.adjust(120)
        world.carryOut(.redeem(member: .card("c1"), .reward("cake", quantity: 1)))
        let redemption = try world.newest()
        world.carryOut(.voucher(code: try #require(try world.state().vouchers.first).code, .redeem))
        let use = try world.newest()
        world.wait(days: 31)
        world.carryOut(.redeem(member: .card("c1"), .reward("cake", quantity: 1)))
        #expect(try world.state().vouchers.count == 1)
        #expect(world.carryOut(.cancel(redemption)).refusal == .voucherUsed(by: use))
        #expect(try world.available() == 0)
        #expect(try world.findings().isEmpty)
    }

    @Test(
        "no return gives back more money than was paid, nor less than none, where a point is worth much",
        arguments: [[1000], [1, 998, 1000], [1999], [500, 500, 500]] as [[Int64]])
    func dearPoints(amounts: [Int64]) throws {
        // 2,000 are paid with a point that is worth 1,500, and with 500 in money.
        let world = try World(Self.program("{ beans: {} }", pay: "worth: 1500", more: Self.one))
        world.adjust(1)
        #expect(world.buy([World.line(2000)], receipt: "1", pay: 1).refusal == nil)
        #expect(try world.available() == 5)
        var refund: Int64 = 0
        for extent in amounts.map({ Return.Extent.amount($0) }) + [.everything] {
            let money = try #require(world.giveBack("1", extent).refund)
            #expect(money >= 0)
            refund += money
            #expect(refund <= 500)
        }
        #expect(refund == 500)
        #expect(try world.available() == 1)
        #expect(try world.findings().isEmpty)
    }

    @Test("a return never uses up more of what all members share")
    func sharedByReturn() throws {
        let world = try World(
            Self.program(
                "{ beans: {} }",
                more: """
                    campaigns: [{ id: small, budget: { points: 30, when_short: partial } }]
                    rules:
                      - { id: small, campaign: small, event: purchase, when: order.amount < 5000, earn: { points: 1, per: 100 } }
                    """))
        world.buy([World.line(6000)], receipt: "1")
        world.buy([World.line(2500)], receipt: "2")
        #expect(world.giveBack("1", .amount(2000)).result != nil)
        #expect(try world.store.read { try $0.sharedUsages() }.map(\.amount) == [25])
        #expect(try world.available() == 25)
        #expect(try world.findings().isEmpty)
    }

    @Test("whoever joins by a late purchase gets the voucher of today, which the rules of then did not know")
    func lateJoining() throws {
        let enrolling = "enroll: { unknown_card: enroll }\n"
        let first = Self.program("{ beans: {} }", more: enrolling + Self.one)
            .replacing("rewards: [{ id: cup, title: { en: Cup }, voucher: { valid: 10 days } }]", with: "rewards: []")
        let second = Self.program(
            "{ beans: {} }",
            more: enrolling
                + "rules: [{ id: hello, event: enroll, stamp: { card: hello, count: '1', size: 1, reward: cup } }]")
        let world = try World(first, later: [Programs.ruleSet(second, version: 2, from: "2026-05-10T00:00:00Z")])
        let reply = world.carryOut(
            .purchase(
                member: .card("new"),
                Purchase(
                    receipt: ReceiptNumber(store: "s", terminal: "", number: "1"), channel: "pos",
                    occurredAt: Instant("2026-05-01T00:00:00Z"), currency: "JPY", items: [World.line(500)])))
        let member = try #require(reply.operation).member
        let state = try #require(try world.store.read { try $0.state(of: member) })
        #expect(world.carryOut(.voucher(code: try #require(state.vouchers.first).code, .redeem)).result != nil)
        #expect(try world.findings().isEmpty)
    }

    private static let idle = program("{ beans: { expiry: { inactivity: 10 days } } }", more: one)

    @Test("what a hold spends keeps the other points alive")
    func captureIsSpending() throws {
        let world = try World(Self.idle)
        world.adjust(100)
        world.wait(days: 8)
        world.carryOut(
            .hold(member: .card("c1"), HoldRequest(currency: CurrencyID("beans"), points: Points(10), timeoutMs: nil)))
        world.carryOut(.capture(try world.newest(), nil))
        world.wait(days: 8)
        #expect(try world.available() == 90)
        world.wait(days: 3)
        #expect(try world.available() == 0)
        #expect(try world.findings().isEmpty)
    }

    @Test("points that come back were kept alive by what was done meanwhile")
    func restoredAlive() throws {
        let world = try World(Self.idle)
        world.adjust(100)
        world.wait(days: 8)
        world.carryOut(.redeem(member: .card("c1"), .points(CurrencyID("beans"), Points(100))))
        let redemption = try world.newest()
        world.wait(days: 8)
        world.buy([World.line(100)], receipt: "1")
        world.wait(days: 8)
        #expect(world.carryOut(.cancel(redemption)).text.contains("\"usable\":100,\"lapsed\":0"))
        #expect(try world.available() == 101)
        world.wait(days: 3)
        #expect(try world.available() == 0)
        #expect(try world.findings().isEmpty)
    }

    @Test("points that lapsed while they were held are not brought back to life")
    func heldAndLapsed() throws {
        let world = try World(Self.idle)
        world.adjust(100)
        world.wait(days: 10)
        let day: Int64 = 86_400_000
        world.carryOut(
            .hold(member: .card("c1"), HoldRequest(currency: CurrencyID("beans"), points: Points(40), timeoutMs: day)))
        let hold = try world.newest()
        world.wait(minutes: 23 * 60 + 30)  // past the end of the tenth day
        #expect(try world.balance().held == Points(40))
        #expect(try world.available() == 0)
        world.buy([World.line(100)], receipt: "1")
        world.carryOut(.release(hold))
        #expect(try world.available() == 1)
        #expect(try world.findings().isEmpty)
    }

    @Test("a birthday alone keeps no points alive")
    func birthdayIsNoActivity() throws {
        let world = try World(
            Self.program(
                "{ beans: { expiry: { inactivity: 18 months } } }",
                more: """
                    profile: { birthday: { type: date } }
                    rules: [{ id: cake, event: birthday, earn: { points: 5 } }]
                    """))
        let birthday = try #require(CivilDate(year: 1990, month: 6, day: 1))
        world.carryOut(
            .traits(
                member: .card("c1"), TraitsChange(attributes: [TraitsChange.NewValue("birthday", .date(birthday))])))
        world.adjust(100)
        world.wait(days: 400)
        #expect(try world.available() == 110)
        world.wait(days: 200)  // 600 days: the hundred lapse on their own day, and so do the gifts
        #expect(try world.available() == 5)
        #expect(try world.findings().isEmpty)
    }

    @Test("a confirmation that tells an earlier time than the purchase's does not shorten the life of its points")
    func confirmedBeforeBought() throws {
        let world = try World()
        world.buy([World.line(1000)], receipt: "1", tags: ["sure"])
        let receipt = ReceiptNumber(store: "s", terminal: "", number: "1")
        world.carryOut(.confirm(.receipt(receipt), occurredAt: world.harness.now + -300 * 86_400_000))
        #expect(try world.available("sure") == 10)
        #expect(try world.findings().isEmpty)
    }
}

extension Reply {
    /// The money that a return gives back.
    fileprivate var refund: Int64? {
        guard let start = text.firstRange(of: "\"refund\":") else { return nil }
        return Int64(text[start.upperBound...].prefix { $0 == "-" || $0.isNumber })
    }
}
