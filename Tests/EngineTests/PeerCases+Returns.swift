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
    private static func earning(_ points: Int64, per: Int64) -> String {
        "[{ id: base, event: purchase, earn: { points: \(points), per: \(per) } }]"
    }

    /// A sale of 100.00 that was paid in part with points which are worth money: so much came in so many days before the
    /// sale, and lapses 22 days behind its coming.
    private static func paidWithVouchers(_ vouchers: [(days: Int64, amount: Int64)]) throws -> World {
        let world = try World(Shop.program("{ expiry: { after: 22 days } }", rules: Shop.earning(1, per: 1_000_000)))
        for (index, voucher) in vouchers.enumerated() {
            world.adjust(voucher.amount)
            world.wait(days: voucher.days - (index + 1 < vouchers.count ? vouchers[index + 1].days : 0))
        }
        world.buy([World.line(10_000)], receipt: "1", pay: vouchers.reduce(0) { $0 + $1.amount })
        return world
    }

    /// What came back, the latest expiry first, and in how many days it lapses.
    private static func reissued(_ world: World) throws -> [PeerVoucher] {
        try world.state().ledger.lots.sorted { $0.number > $1.number }.map { lot in
            let expiry = try #require(lot.expiresAt)
            return PeerVoucher(
                amount: Double(lot.remaining.count) / 100,
                days: Int(expiry.milliseconds(since: world.harness.now) / 86_400_000))
        }
    }

    /// Returns, cancellations, debts.
    static let returns: [Row] = [
        Row("OL-RET-01") { peer in
            let world = try World(
                Shop.program(rules: Shop.earning(5, per: 100), more: "returns: { clawback: proportional }"))
            world.buy([World.line(20_000)], receipt: "1")
            world.giveBack("1", .amount(10_000))
            #expect(try world.transfers(to: .issued) == [peer.number("points_clawed_back")])
        },
        Row("OL-RET-02", differs: "a return behind the last one is refused, which takes nothing back either") { peer in
            let world = try World(
                Shop.program(rules: Shop.earning(5, per: 100), more: "returns: { clawback: proportional }"))
            world.buy([World.line(20_000)], receipt: "1")
            world.giveBack("1", .amount(20_000))
            #expect(try world.transfers(to: .issued) == [peer.number("points_clawed_back")])
            #expect(world.giveBack("1", .amount(10_000)).refusal == .nothingLeft)
            #expect(try world.transfers(to: .issued).count == 1)
        },
        Row("OL-RET-04") { peer in
            let world = try paidWithVouchers([(12, 1000)])
            world.giveBack("1", .amount(5000))
            #expect(try reissued(world) == peer.expect[0].value.vouchers)
        },
        Row("OL-RET-05") { peer in
            let world = try paidWithVouchers([(12, 1000), (10, 2000)])
            world.giveBack("1", .amount(8500))
            #expect(try reissued(world) == peer.expect[0].value.vouchers)
        },
        Row("OL-RET-07") { peer in
            let world = try World(
                Shop.program(
                    rules: "[{ id: each, event: purchase, stamp: { card: each, count: '1', size: 1, reward: tenth } }]",
                    rewards: "[{ id: tenth, title: { en: A tenth off }, voucher: { valid: 30 days } }]"))
            world.buy([World.line(10_000)], receipt: "1")
            let code = try #require(try world.state().vouchers.first).code
            world.wait(days: 1)
            #expect(peer.expect[0].value.text == "cancelled")
            #expect(world.giveBack("1", .everything).text.contains("\"vouchers_withdrawn\":1"))
            #expect(world.carryOut(.voucher(code: code, .redeem)).refusal == .memberUnknown(.voucher))
        },
        Row("OL-P2P-02", differs: "what is cancelled is a redemption; a credit is corrected by another correction") {
            _ in
            let world = try World(Shop.program())
            world.adjust(100)
            let credit = try world.newest()
            world.redeem(100)
            #expect(world.carryOut(.cancel(credit)).refusal == .recordUnknown(.redemption))
            let redemption = try world.newest()
            #expect(world.carryOut(.cancel(redemption)).refusal == nil)
            #expect(try world.available() == 100)
        },
        Row("ST-CLAW-01") { peer in
            let world = try World(Shop.program("{ debt: { policy: clamp } }"))
            world.buy([World.line(15_000)], receipt: "1")
            world.redeem(100)
            world.giveBack("1", .everything)
            #expect(try world.net() == peer.number("balance"))
            #expect(try world.transfers(to: .issued) == [peer.number("points_clawed_back")])
        },
        Row("ST-CLAW-03") { peer in
            let world = try World(Shop.program())
            world.buy([World.line(15_000)], receipt: "1")
            world.giveBack("1", .everything)
            #expect(world.giveBack("1", .everything).refusal == .nothingLeft)
            #expect(try world.net() == peer.number("balance"))
            #expect(Int64(try world.transfers(to: .issued).count) == peer.number("clawback_entries"))
        },
        Row("ST-CLAW-04", differs: "goods or money come back, never a number of points; more than is left is refused") {
            peer in
            let world = try World(Shop.program())
            world.buy([World.line(15_000)], receipt: "1")
            #expect(world.giveBack("1", .amount(999_900)).refusal == .returnExceedsMoney(left: 15_000))
            world.giveBack("1", .everything)
            #expect(try world.transfers(to: .issued) == [peer.number("points_clawed_back")])
            #expect(try world.net() == peer.number("balance"))
        },
        Row("EN-03") { peer in
            let world = try World(Shop.program(rules: Shop.earning(1, per: 100_000)))
            world.buy([World.line(2_000_000)], receipt: "1")
            world.giveBack("1", .amount(1_000_000))
            #expect(try world.net() == peer.number("net_points_of"))
        },
        Row("EN-06", differs: "only where the program says `refuse`; a till is not kept from a return otherwise") { _ in
            let world = try World(
                Shop.program("{ debt: { policy: refuse } }", rules: Shop.earning(1, per: 100_000), pay: "worth: 100"))
            world.buy([World.line(1_000_000)], receipt: "1")
            world.buy([World.line(1_000_000)], receipt: "2", pay: 10)
            #expect(
                world.giveBack("1", .everything).refusal
                    == .insufficientPoints(
                        CurrencyID("beans"), needed: Points(10), available: Points(9), debt: .zero))
            #expect(world.giveBack("2", .everything).refusal == nil)
            #expect(world.giveBack("1", .everything).refusal == nil)
            #expect(try world.net() == 0)
        },
        Row("EN-08") { peer in
            let world = try World(Shop.program())
            world.buy([World.line(100_000)], receipt: "1")
            world.giveBack("1", .amount(10_000))
            #expect(try world.net() == peer.number("balance"))
        },
        Row("OD-05") { peer in
            let world = try World(Shop.program())
            world.buy([World.line(10_000, quantity: 2)], receipt: "1")
            #expect(try world.net() == peer.number("balance", after: 0))
            world.giveBack("1", .lines([Return.Line(index: 0, quantity: 1)]))
            #expect(try world.transfers(to: .issued) == [peer.number("points_clawed_back")])
            #expect(try world.net() == peer.number("balance", after: 1))
        },
        Row("OD-06", differs: "a reward is a redemption of its own, which is cancelled beside the return") { peer in
            let world = try World(
                Shop.program(
                    rules: "[{ id: pen, event: purchase, earn: { points: 70 } }]",
                    rewards: "[{ id: prize, title: { en: Prize }, cost: 150 }]"))
            world.adjust(200)
            world.buy([World.line(10_000)], receipt: "1")
            world.redeem("prize")
            let redemption = try world.newest()
            #expect(try world.net() == peer.number("balance", after: 0))
            world.giveBack("1", .everything)
            #expect(try world.transfers(to: .issued).reduce(0, +) == peer.number("points_clawed_back"))
            let reply = world.carryOut(.cancel(redemption))
            #expect(reply.text.contains("\"usable\":\(peer.number("points_given_back") ?? 0)"))
            #expect(try world.net() == peer.number("balance", after: 1))
        },
        Row("OD-20") { peer in
            let world = try World(Shop.program())
            for receipt in ["1", "2"] {
                world.buy([World.line(10_000)], receipt: receipt)
                world.giveBack(receipt, .everything)
            }
            #expect(try world.net() == peer.number("balance"))
        },
        Row("NP-03") { peer in
            let world = try World(
                Shop.program(
                    rules: """
                        [{ id: hello, event: enroll, earn: { points: 50 } },
                         { id: base, event: purchase, earn: { points: 1, per: 100 } }]
                        """, pay: "worth: 100"))
            #expect(try world.net() == peer.number("balance", after: 0))
            world.buy([World.line(7100)], receipt: "1", pay: 50)
            #expect(try world.net() == peer.number("balance", after: 1))
            world.giveBack("1", .everything)
            #expect(try world.net() == peer.number("balance", after: 2))
        },
        Row("SQ-04", differs: "what was kept is worked out again, so that many small refunds are as dear as a big one")
        {
            peer in
            for (step, expectation) in zip(peer.steps, peer.expect) {
                let world = try World(
                    Shop.program(rules: Shop.earning(1, per: 1000)).replacing("tax_included", with: "tax_excluded"))
                let line = Purchase.Item(sku: "s", quantity: 1, amount: 2335, tax: 145)
                world.buy([line], receipt: "1")
                // The same share of the sum with tax.
                let net = try #require(step["net"]?.cents)
                world.giveBack("1", .amount(net * 2335 / 2190))
                let taken = Double(try world.transfers(to: .issued).reduce(0, +))
                // 16.90 are kept behind a refund of 5.00, which earn 1 and not 2.
                #expect(taken == (net == 500 ? 1 : expectation.value.number), "\(net)")
            }
        },
        Row("CP-02") { peer in
            let world = try World(
                Shop.program("{ expiry: { dates: [01-31] } }"), from: Instant("2026-01-01T00:00:00Z"),
                later: [
                    Programs.ruleSet(
                        Shop.program("{ expiry: { dates: [12-30] } }"), version: 2, from: "2026-01-01T00:00:01Z")
                ])
            world.adjust(60)
            world.turn(to: "2026-01-01T00:00:01Z")
            world.adjust(100)
            world.turn(to: "2026-01-15T00:00:00Z")
            world.redeem(100)
            world.turn(to: "2026-03-01T00:00:00Z")
            let reply = world.carryOut(.cancel(try world.newest()))
            let (usable, lapsed) = (
                peer.number("points_given_back_available") ?? 0, peer.number("points_given_back_expired") ?? 0
            )
            #expect(reply.text.contains("\"usable\":\(usable),\"lapsed\":\(lapsed)"), "\(reply.text)")
            #expect(try world.net() == peer.number("balance"))
            #expect(try world.left(2) == peer.number("lot_remaining"))
        },
        Row("AX-01") { peer in
            let world = try World(Shop.program())
            world.buy(
                (1...3).map { World.line(Int64($0 * $0) * 10_000, quantity: Int64($0)) }, receipt: "1")
            #expect(try world.net() == peer.number("points_earned"))
            world.giveBack("1", .lines([Return.Line(index: 0, quantity: 1)]))
            #expect(try world.transfers(to: .issued) == [peer.number("points_clawed_back")])
            #expect(try world.net() == peer.number("balance"))
        },
        Row("SM-02") { peer in
            // 50.00 and 20.00 less a coupon of 10.00 over both.
            let world = try World(Shop.program())
            world.buy([World.line(4286), World.line(1714)], receipt: "1")
            #expect(try world.net() == peer.number("points_earned"))
            world.giveBack("1", .amount(2000))
            #expect(try world.net() == peer.number("balance"))
        },
        Row("NB-01") { peer in
            let world = try World(Shop.program())
            world.buy([World.line(10_000)], receipt: "1")
            #expect(try world.net() == peer.number("balance", after: 0))
            world.giveBack("1", .amount(7500))
            #expect(try world.net() == peer.number("balance", after: 1))
        },
        Row("ZN-01") { peer in
            let world = try World(Shop.program())
            world.buy([World.line(10_000)], receipt: "1")
            world.redeem(100)
            world.giveBack("1", .everything)
            #expect(try world.net() == peer.number("balance", after: 2))
            world.buy([World.line(15_000)], receipt: "2")
            #expect(try world.net() == peer.number("balance", after: 3))
        },
        Row("BUG-04") { peer in
            let world = try World(Shop.program(pay: "worth: \"0.5\""))
            world.adjust(176)
            world.buy([World.line(3609)], receipt: "1", pay: 176)
            let reply = world.giveBack("1", .everything)
            #expect(reply.text.contains("\"refund\":\(peer.expect[0].value.cents ?? 0)"), "\(reply.text)")
            #expect(try world.net() == peer.number("refund_points"))
        },
    ]
}

/// A voucher that is worth money, and in how many days it lapses.
private struct PeerVoucher: Equatable {
    let amount: Double
    let days: Int
}

extension PeerValue {
    /// A list of vouchers, whose expiry is told as text such as `+12 days`.
    fileprivate var vouchers: [PeerVoucher] {
        guard case .list(let values) = self else { return [] }
        return values.map { value in
            PeerVoucher(
                amount: value["amount"]?.number ?? -1,
                days: value["expires"]?.text.flatMap { Int($0.filter(\.isNumber)) } ?? -1)
        }
    }
}
