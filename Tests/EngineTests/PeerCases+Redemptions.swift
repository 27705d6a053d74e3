import Engine
import Ledger
import Loyalty
import Rules
import TestSupport
import Testing
import Time

private typealias World = SpendingWorld
private typealias Shop = PeerCasesBeyondEarningTests

extension PeerCasesBeyondEarningTests {
    /// Rewards, points as money, holds.
    static let redemptions: [Row] = [
        Row("OL-REW-02") { peer in
            for (step, expectation) in zip(peer.steps, peer.expect) {
                func count(_ name: String) -> Int64? { step[name]?.number.map { Int64($0) } }
                let stock = [count("codes_total"), count("global_limit")].compactMap { $0 }.min()
                let limit = count("per_member_limit")
                let world = try World(
                    Shop.program(
                        rewards: "[{ id: prize, title: { en: Prize }, cost: 1"
                            + (stock.map { ", stock: \($0)" } ?? "")
                            + (limit.map { ", limit: { count: \($0), per: member, window: lifetime }" } ?? "") + " }]"))
                world.adjust(100)
                let used = count("codes_used") ?? count("used") ?? count("used_by_member") ?? 0
                #expect(world.redeem("prize", used).refusal == nil)
                let isTaken = world.redeem("prize", try #require(count("qty"))).refusal == nil
                #expect(isTaken == (expectation.value.text == "ok"), "\(step)")
            }
        },
        Row("ST-RED-02", differs: "more than there is is refused; a quote tells how many can be used") { peer in
            let world = try World(Shop.program())
            world.adjust(200)
            #expect(world.redeem(500).refusal != nil)
            let pay = try #require(world.harness.book.inForce(at: world.harness.now).program.redemption.pay)
            let most = pay.mostPoints(on: 1_000_000, available: try world.available())
            #expect(most == peer.number("points_spent"))
            world.redeem(most)
            #expect(try world.available() == peer.number("balance"))
        },
        Row("ST-RED-03", differs: "what does not fit is refused; the till asks for as much as a quote allows") { peer in
            for (step, expectation) in zip(peer.steps, peer.expect) {
                func number(_ name: String) -> Int64 { Int64(step[name]?.number ?? 0) }
                let most = step["max_percent"] == nil ? "0.5" : "1"
                let world = try World(Shop.program(pay: "worth: 1, minimum: 500, most: \"\(most)\""))
                let balance = number("balance")
                world.adjust(balance)
                let pay = try #require(world.harness.book.inForce(at: world.harness.now).program.redemption.pay)
                let order = number("order")
                let points = min(number("requested"), pay.mostPoints(on: order, available: balance))
                let isTaken = world.buy([World.line(order)], receipt: "1", pay: points).refusal == nil
                #expect(Double(isTaken ? points : 0) == expectation.value.number, "\(step)")
            }
        },
        Row("EN-02") { peer in
            let world = try World(
                Shop.program(
                    rules: "[{ id: base, event: purchase, earn: { points: 1, per: 100000 } }]", pay: "worth: 100"))
            world.buy([World.line(1_000_000)], receipt: "1")
            #expect(try world.available() == peer.number("balance", after: 0))
            let reply = world.buy([World.line(1_000_000)], receipt: "2", pay: 10)
            #expect(reply.text.contains("\"earned\":{\"beans\":\(peer.number("points_earned") ?? 0)}"))
            #expect(try world.available() == peer.number("balance", after: 1))
        },
        Row("OD-02", differs: "a till names the reward and no price at all") { peer in
            let world = try World(Shop.program(rewards: "[{ id: tenth, title: { en: A tenth off }, cost: 5 }]"))
            world.adjust(50)
            world.buy([World.line(10_000)], receipt: "1")
            let spent = peer.number("points_spent") ?? 0
            #expect(world.redeem("tenth").text.contains("\"points\":\(spent),\"reward\":\"tenth\""))
            #expect(try world.available() == peer.number("balance"))
        },
        Row("OD-03", differs: "a reward is a whole pack; the till asks for as many as it needs") { peer in
            let world = try World(Shop.program(rewards: "[{ id: pack, title: { en: Pack of two }, cost: 3 }]"))
            world.adjust(50)
            let quantity = Int64(try #require(peer.steps[0]["qty"]?.number))
            world.redeem("pack", (quantity + 1) / 2)
            #expect(try world.transfers(to: .redeemed) == [peer.number("points_spent")])
            #expect(try world.available() == peer.number("balance"))
        },
        Row("OD-12") { peer in
            // 1.50 for each step of 3 points.
            let world = try World(Shop.program(pay: "worth: 50, step: 3"))
            world.adjust(10)
            let pay = try #require(world.harness.book.inForce(at: world.harness.now).program.redemption.pay)
            let most = pay.mostPoints(on: 10_000, available: try world.available())
            #expect(most == peer.number("points_spent"))
            #expect(world.redeem(10).refusal != nil)
            #expect(world.redeem(most).refusal == nil)
        },
        Row("OD-21") { peer in
            let world = try World(Shop.program(rewards: "[{ id: tenth, title: { en: A tenth off }, cost: 5 }]"))
            world.buy([World.line(500)], receipt: "1")
            world.redeem("tenth")
            let ledger = try #require(peer.expect.first { $0.what == "ledger" }).value
            #expect(try world.transfers(to: .available).map { Double($0) } == [ledger["issued"]?.number])
            #expect(try world.transfers(to: .redeemed).map { Double($0) } == [ledger["used"]?.number])
            #expect(try world.available() == peer.number("balance"))
        },
        Row("OD-23") { peer in
            // A point is 100 of its smallest units, each worth a minor unit.
            let world = try World(
                Shop.program("{ decimals: 2, same_purchase: true }", pay: "worth: 1, earns: true"))
            world.buy([World.line(33_900)], receipt: "1")
            #expect(try world.available() == peer.expect[0].value.cents)
            #expect(world.buy([World.line(16_100)], receipt: "2", pay: 500).refusal == nil)
            #expect(try world.available() == 0)
            #expect(16_100 - 500 == peer.expect[1].value.cents)
        },
        Row("OD-24") { peer in
            let world = try World(
                Shop.program("{ decimals: 1, same_purchase: true }", pay: "worth: 10, earns: true"))
            world.buy([World.line(100_000)], receipt: "1")
            #expect(Double(try world.available()) / 10 == peer.expect[0].value.number)
            let all = 1000 + Int64(265)
            let pay = try #require(world.harness.book.inForce(at: world.harness.now).program.redemption.pay)
            #expect(pay.money(for: all) == peer.expect[1].value.cents)
            #expect(world.buy([World.line(26_500)], receipt: "2", pay: all).refusal == nil)
            #expect(try world.available() == 0)
        },
        Row("NP-01") { peer in
            let pay = try #require(Programs.load(Shop.program(pay: "worth: 1500")).redemption.pay)
            #expect(pay.money(for: 100) == peer.expect[0].value.cents)
            #expect(pay.points(for: 10_000) == peer.number("points"))
        },
        Row("SQ-05") { peer in
            let world = try World(Shop.program())
            world.adjust(40)
            let hold = Command.hold(
                member: .card("c1"),
                HoldRequest(currency: CurrencyID("beans"), points: Points(15), timeoutMs: nil))
            world.carryOut(hold)
            #expect(try world.available() == peer.number("balance", after: 0))
            world.carryOut(.release(try world.newest()))
            #expect(try world.available() == peer.number("balance", after: 1))
            world.carryOut(hold)
            let second = try world.newest()
            world.carryOut(.capture(second, nil))
            #expect(try world.available() == peer.number("balance", after: 3))
            let capture = try world.newest()
            #expect(world.carryOut(.release(second)).refusal == .holdNotOpen(.captured(capture)))
        },
    ]
}
