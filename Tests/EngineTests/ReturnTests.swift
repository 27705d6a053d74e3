import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing
import Time

private typealias World = SpendingWorld

@Suite("Returns")
struct ReturnTests {
    @Test(
        "a return takes back what the goods had earned, by line, by quantity and by money",
        arguments: [
            (.lines([Return.Line(index: 0)]), 80, 10_000),
            (.lines([Return.Line(index: 0, quantity: 1)]), 50 + 80 + 50, 5000),
            (.lines([Return.Line(index: 1)]), 100 + 50, 4000),
            (.amount(7000), 50 + 40 + 50, 7000),
            (.everything, 0, 14_000),
        ] as [(Return.Extent, Int64, Int64)])
    func extents(extent: Return.Extent, left: Int64, refund: Int64) throws {
        // 10,000 of two lattes earn 100, 4,000 of produce 80, and a big basket 50.
        let world = try World()
        world.buy([World.line(10_000, "latte", quantity: 2), World.line(4000, "produce")], receipt: "1")
        #expect(try world.available() == 230)
        let reply = world.giveBack("1", extent)
        #expect(reply.text.contains("\"refund\":\(refund)"), "\(reply.text)")
        #expect(try world.available() == left)
        #expect(try world.findings().isEmpty)
    }

    @Test("goods come back at what they are left with where money came back before, and all of it comes back once")
    func goodsBehindMoney() throws {
        let world = try World()
        func refunds(_ receipt: String, _ extents: Return.Extent...) -> [String] {
            world.buy(
                [World.line(3000, "latte", quantity: 3), World.line(999, "produce", quantity: 3)], receipt: receipt)
            return extents.map { extent in
                let text = world.giveBack(receipt, extent).text
                return text.firstMatch(of: /"refund":(\d+)/).map { String($0.1) } ?? text
            }
        }
        let unit = Return.Extent.lines([Return.Line(index: 0, quantity: 1)])
        func money(_ amount: Int64, with quantity: Int64? = nil) -> Return.Extent {
            .lines([Return.Line(index: 0, quantity: quantity, amount: amount)])
        }
        #expect(refunds("1", unit, unit, unit, .everything) == ["1000", "1000", "1000", "999"])
        #expect(refunds("2", money(1000), unit, unit, unit) == ["1000", "667", "667", "666"])
        #expect(refunds("3", money(400, with: 1), unit, unit) == ["400", "1300", "1300"])
        #expect(refunds("4", .amount(500), unit, .everything) == ["500", "875", "2624"])
        #expect(try world.findings().isEmpty)
    }

    @Test("ten refunds of one are as dear as one refund of ten")
    func cumulative() throws {
        let world = try World()
        world.buy([World.line(1090)], receipt: "1")
        #expect(try world.available() == 10)
        for _ in 1...10 { world.giveBack("1", .amount(9)) }
        #expect(try world.available() == 10)  // 1,000 are kept
        world.giveBack("1", .amount(1))
        #expect(try world.available() == 9)
        world.giveBack("1", .everything)
        #expect(try world.available() == 0)
        #expect(world.giveBack("1", .everything).refusal == .nothingLeft)
        #expect(try world.findings().isEmpty)
    }

    @Test(
        "more than is left cannot come back, and nothing happens then",
        arguments: [
            (.lines([Return.Line(index: 0, quantity: 3)]), .returnExceeds(line: 0, left: 2)),
            (.lines([Return.Line(index: 0), Return.Line(index: 0)]), .returnExceeds(line: 0, left: 0)),
            (.lines([Return.Line(index: 1)]), .lineUnknown(1)),
            (.lines([Return.Line(index: 0, amount: 201)]), .returnExceedsMoney(left: 200)),
            (.amount(201), .returnExceedsMoney(left: 200)),
        ] as [(Return.Extent, Refusal)])
    func tooMuch(extent: Return.Extent, refusal: Refusal) throws {
        let world = try World()
        world.buy([World.line(200, quantity: 2)], receipt: "1")
        #expect(world.giveBack("1", extent).refusal == refusal)
        #expect(try world.available() == 2)
        #expect(world.giveBack("2", .everything).refusal == .recordUnknown(.purchase))
        #expect(try world.findings().isEmpty)
    }

    @Test("by shares of the money, goods that cost nothing take back nothing before the last of them")
    func freeGoods() throws {
        let world = try World(
            """
            schema: kizuna.program/v1
            id: free
            money: { currency: JPY, base: tax_included }
            timezone: Asia/Tokyo
            points: { beans: {} }
            rules: [{ id: visit, event: purchase, earn: { points: 100 } }]
            returns: { clawback: proportional }
            """)
        world.buy([World.line(0), World.line(0)], receipt: "1")
        #expect(world.giveBack("1", .lines([Return.Line(index: 0)])).refusal == nil)
        #expect(try world.available() == 100)
        #expect(world.giveBack("1", .everything).refusal == nil)
        #expect(try world.available() == 0)
        #expect(try world.findings().isEmpty)
    }

    @Test("a return goes by the rules, the level and the uses of the purchase")
    func asThen() throws {
        let world = try World()
        world.buy([World.line(4900)], receipt: "1", tags: ["rush"])  // 49 and 490 of the budget
        world.buy([World.line(4900)], receipt: "2", tags: ["rush"])  // 49 and the last 10
        #expect(try world.available() == 49 + 490 + 49 + 10)
        world.giveBack("1", .everything)
        #expect(try world.available() == 49 + 10)
        #expect(try world.store.read { try $0.sharedUsages() }.map(\.amount) == [10])
        world.buy([World.line(4900)], receipt: "3", tags: ["rush"])
        #expect(try world.available() == 49 + 10 + 49 + 490)
        world.giveBack("2", .amount(2450))
        #expect(try world.available() == 24 + 10 + 49 + 490)  // 245 would still have got 10
        #expect(try world.findings().isEmpty)
    }

    @Test("what was spent meanwhile is owed, and the next points pay it first")
    func debt() throws {
        let world = try World()
        world.buy([World.line(20_000)], receipt: "1")  // 250
        _ = world.carryOut(.redeem(member: .card("c1"), .points(CurrencyID("beans"), Points(200))))
        world.giveBack("1", .everything)
        #expect(try world.balance().debt == Points(200))
        #expect(try world.balance().available == .zero)
        let refused = world.carryOut(.redeem(member: .card("c1"), .points(CurrencyID("beans"), Points(10))))
        #expect(refused.refusal != nil)
        world.buy([World.line(15_000)], receipt: "2")  // 200 pay all of it
        #expect(try world.balance().debt == .zero)
        #expect(try world.available() == 0)
        #expect(try world.state().ledger.lots.filter { $0.currency == CurrencyID("beans") }.isEmpty)
        world.buy([World.line(1000)], receipt: "3")
        #expect(try world.available() == 10)
        #expect(try world.findings().isEmpty)
    }

    @Test("a program may let debts go, or refuse the return")
    func otherPolicies() throws {
        let world = try World()
        world.buy([World.line(1000)], receipt: "1", tags: ["slow", "sure"])
        #expect(try world.balance("slow").pending == Points(10))
        _ = world.carryOut(
            .confirm(.receipt(ReceiptNumber(store: "s", terminal: "", number: "1")), occurredAt: world.harness.now))
        world.wait(days: 8)
        #expect(try world.available("slow") == 10)
        #expect(try world.available("sure") == 10)
        _ = world.carryOut(
            .hold(member: .card("c1"), HoldRequest(currency: CurrencyID("slow"), points: Points(10), timeoutMs: nil)))
        let hold = world.carryOut(
            .hold(member: .card("c1"), HoldRequest(currency: CurrencyID("sure"), points: Points(4), timeoutMs: nil)))
        #expect(hold.refusal == nil)
        let refused = world.giveBack("1", .everything)
        #expect(
            refused.refusal
                == .insufficientPoints(CurrencyID("sure"), needed: Points(10), available: Points(6), debt: .zero))
        world.wait(minutes: 16)  // the holds are over
        _ = world.carryOut(
            .hold(member: .card("c1"), HoldRequest(currency: CurrencyID("slow"), points: Points(10), timeoutMs: nil)))
        #expect(world.giveBack("1", .everything).text.contains("\"slow\":{\"taken\":0,\"owed\":0,\"waived\":10}"))
        #expect(try world.findings().isEmpty)
    }

    @Test("pending points are taken first, and what lapsed unused is not taken twice")
    func pendingAndLapsed() throws {
        let world = try World()
        world.buy([World.line(10_000)], receipt: "1", tags: ["slow"])
        world.giveBack("1", .amount(4000))
        #expect(try world.balance("slow").pending == Points(60))
        world.wait(days: 200)  // what was left has vested and lapsed
        world.adjust(500, "slow")
        world.giveBack("1", .everything)
        #expect(try world.available("slow") == 500)
        #expect(try world.balance("slow").debt == .zero)
        #expect(try world.findings().isEmpty)
    }

    @Test("points that paid come back into their lots with the lines they paid, and never as money")
    func paidWithPoints() throws {
        let world = try World()
        world.adjust(100)
        world.wait(days: 40)
        world.adjust(1000)
        world.buy([World.line(2000), World.line(1000)], receipt: "1", pay: 600)
        // 2,400 in money earn 24; the soonest to lapse were spent first.
        #expect(try world.available() == 500 + 24)
        let reply = world.giveBack("1", .lines([Return.Line(index: 1)]))
        // A third of what points had paid: 200 points and 800 in money.
        #expect(reply.text.contains("\"refund\":800"), "\(reply.text)")
        #expect(reply.text.contains("\"usable\":200,\"lapsed\":0"), "\(reply.text)")
        #expect(try world.available() == 500 + 200 + 16)
        world.wait(days: 345)  // the first hundred would have lapsed
        let rest = world.giveBack("1", .everything)
        #expect(rest.text.contains("\"refund\":1600"), "\(rest.text)")
        #expect(rest.text.contains("\"usable\":300,\"lapsed\":100"), "\(rest.text)")
        #expect(try world.findings().isEmpty)
    }

    @Test("levels, counts, carried money and stamps are taken back as well")
    func effects() throws {
        let world = try World()
        world.buy([World.line(5000)], receipt: "1")  // 50 + 5 status points: silver
        #expect(try world.state().tier?.current.level == "silver")
        #expect(try world.state().counters.purchases == 1)
        world.giveBack("1", .everything)
        let state = try world.state()
        #expect(state.tier?.tallies.first?.buckets.isEmpty == true)
        #expect(state.tier?.current.level == "silver")  // until the next review
        #expect(state.counters.purchases == 0)
        world.buy([World.line(700)], receipt: "2")
        world.buy([World.line(500)], receipt: "3")  // 1,200 in all: one step of 1,000
        #expect(try world.available("status") == 7 + 5 + 1)
        world.giveBack("2", .everything)
        // 500 are kept; the step that was paid stays paid until 1,500 more are bought.
        #expect(try world.available("status") == 5 + 1)
        world.buy([World.line(500)], receipt: "4")
        #expect(try world.available("status") == 5 + 1 + 5)
        world.buy([World.line(1000)], receipt: "5")
        #expect(try world.available("status") == 5 + 1 + 5 + 10 + 1)
        #expect(try world.findings().isEmpty)
    }

    @Test("a full card gives a voucher, which a return takes back unless it is used")
    func stampCards() throws {
        let world = try World()
        let reply = world.buy([World.line(4000, "latte", quantity: 12)], receipt: "1")
        #expect(reply.text.contains("\"reward\":\"free-latte\",\"count\":1"), "\(reply.text)")
        let voucher = try #require(try world.state().vouchers.first)
        #expect(reply.text.contains(voucher.code.text))
        #expect(VoucherCode.read(voucher.code.text) == voucher.code)
        let back = world.giveBack("1", .lines([Return.Line(index: 0, quantity: 4)]))
        #expect(back.text.contains("\"vouchers_withdrawn\":1"))
        #expect(try world.state().vouchers.isEmpty)
        #expect(world.carryOut(.voucher(code: voucher.code, .redeem)).refusal == .memberUnknown(.voucher))
        world.buy([World.line(1000, "latte", quantity: 2)], receipt: "2")  // 8 stamps and 2
        let second = try #require(try world.state().vouchers.first)
        #expect(world.carryOut(.voucher(code: second.code, .redeem)).refusal == nil)
        #expect(world.carryOut(.voucher(code: second.code, .redeem)).refusal != nil)
        world.giveBack("2", .everything)
        #expect(try world.state().vouchers.count == 1)
        #expect(try world.findings().isEmpty)
    }

    @Test("a return in the batch of its purchase, and behind one that is not durable yet, knows it")
    func together() throws {
        let world = try World()
        let purchase = Purchase(
            receipt: ReceiptNumber(store: "s", terminal: "", number: "9"), channel: "pos",
            occurredAt: world.harness.now, currency: "JPY", items: [World.line(1000)])
        let bought = Command.purchase(member: .card("c1"), purchase)
        let commands =
            [bought]
            + (1...3).map { _ in
                Command.return(.receipt(purchase.receipt), Return(.amount(400), occurredAt: world.harness.now))
            }
        let replies = world.harness.carryOut(
            commands.enumerated().map { (Cause("together\($0)", $1), $1) })
        #expect(replies.map { $0.refusal == nil } == [true, true, true, false])
        #expect(try world.available() == 2)
        #expect(try world.findings().isEmpty)
    }

    @Test("what lapsed and is not written down yet is not taken twice either")
    func lapsedUnwritten() throws {
        let world = try World()
        world.buy([World.line(10_000)], receipt: "1", tags: ["slow"])
        world.adjust(500, "slow")
        world.wait(days: 20)
        world.adjust(1, "beans")
        world.wait(days: 80)  // the hundred lapsed ten days ago, the five hundred vested at once and lapse later
        world.adjust(30, "beans")
        let before = try world.available("slow")
        world.giveBack("1", .everything)
        #expect(try world.available("slow") == before)
        #expect(try world.balance("slow").debt == .zero)

        let other = try World()
        other.buy([World.line(10_000)], receipt: "1", tags: ["slow"])
        other.wait(days: 90)
        other.adjust(500, "slow")
        other.wait(days: 20)
        // Nobody has looked since the points lapsed.
        other.giveBack("1", .everything)
        #expect(try other.available("slow") == 500)
        #expect(try other.findings().isEmpty)
    }

    @Test("what points had paid never comes back as money, however coarse points are")
    func coarsePoints() throws {
        let world = try World(
            """
            schema: kizuna.program/v1
            id: coarse
            money: { currency: JPY, base: tax_included }
            timezone: Asia/Tokyo
            points: { beans: {} }
            rules: []
            redemption: { pay: { worth: 100 } }
            """)
        world.adjust(3)
        func refunds(_ receipt: String, _ parts: [Int64]) -> [String] {
            parts.map { world.giveBack(receipt, .amount($0)).text }.map {
                String($0.split(separator: "\"refund\":")[1].prefix { $0.isNumber })
            }
        }
        world.buy([World.line(100)], receipt: "1", pay: 1)
        #expect(refunds("1", [50, 50]) == ["0", "0"])
        world.buy([World.line(400)], receipt: "2", pay: 2)
        #expect(refunds("2", [199, 1, 100, 100]) == ["199", "0", "1", "0"])
        #expect(try world.available() == 3)
        #expect(try world.findings().isEmpty)
    }

    @Test("whoever joins by a late purchase gets the vouchers of joining, whatever the rules of the purchase give")
    func joiningVouchers() throws {
        func program(_ more: String) -> String {
            """
            schema: kizuna.program/v1
            id: joining
            money: { currency: JPY, base: tax_included }
            timezone: Asia/Tokyo
            enroll: { unknown_card: enroll }
            points: { beans: {} }
            rules:
              - { id: base, event: purchase, earn: { points: 1, per: 100 } }
            \(more)
            """
        }
        let gift = """
              - { id: hello, event: enroll, stamp: { card: hello, size: 1, reward: drink } }
            redemption: { rewards: [{ id: drink, voucher: {} }] }
            """
        let book = RuleBook([
            Programs.ruleSet(program("")),
            RuleSet(
                version: 2, effectiveFrom: EngineHarness.start + -60_000, program: Programs.load(program(gift))),
        ])
        let store = MemoryStore()
        let harness = try EngineHarness(store: store, rules: RuleDirectory(book))
        let reply = harness.carryOut("k", buyLate(card: "new"))
        #expect(reply.refusal == nil, "\(reply)")
        let state = try #require(try store.read { try $0.state(of: MemberNumber(1)) })
        #expect(state.vouchers.count == 1)
    }

    private func buyLate(card: String) -> Command {
        .purchase(
            member: .card(card),
            Purchase(
                receipt: ReceiptNumber(store: "s", terminal: "", number: "1"), channel: "pos",
                occurredAt: EngineHarness.start + -3_600_000, currency: "JPY", items: [World.line(100)]))
    }

    private static let forVIPs = """
        schema: kizuna.program/v1
        id: shop
        money: { currency: JPY, base: tax_included }
        timezone: Asia/Tokyo
        points: { beans: {} }
        caps: [{ id: day, per: member, window: calendar_day, points: 500, rules: [vip] }]
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100 } }
          - { id: vip, event: purchase, when: '"vip" in member.tags', earn: { points: 1, per: 10 } }
        """

    @Test("what an erased member gives back takes its share of what was recorded, and never more")
    func erased() throws {
        let world = try World(Self.forVIPs)
        world.carryOut(.traits(member: .card("c1"), TraitsChange(tags: .init(added: ["vip"]))))
        world.buy([World.line(1000, quantity: 4), World.line(3000)], receipt: "1")
        #expect(try world.available() == 440)
        world.giveBack("1", .lines([Return.Line(index: 0, quantity: 1)]))
        #expect(try world.available() == 412)  // 3,750 are kept: 37 and 375
        world.carryOut(.erase(member: .card("c1")))
        // Without the tag, rules would give 40 for all of it. An eighth of the money is an eighth of 440.
        world.giveBack("1", .lines([Return.Line(index: 0, quantity: 1)]))
        #expect(try world.available() == 385)
        world.giveBack("1", .amount(1500))
        #expect(try world.available() == 220)
        world.giveBack("1", .everything)
        #expect(try world.available() == 0)
        #expect(try world.state().usages.isEmpty)
    }

    @Test("what an erased member gives back is worked out again where rules had not looked at the member")
    func erasedPlain() throws {
        let world = try World(Self.forVIPs)
        world.buy([World.line(150), World.line(150)], receipt: "1")
        #expect(try world.available() == 3)
        world.carryOut(.erase(member: .card("c1")))
        world.giveBack("1", .lines([Return.Line(index: 0)]))
        #expect(try world.available() == 1)  // 150 are kept
    }
}
