import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing
import Time

private typealias World = SpendingWorld
private typealias Shop = PeerCasesBeyondEarningTests

extension PeerCasesBeyondEarningTests {
    /// Lots, expiry, vesting, repetitions, what happens by itself.
    static let lots: [Row] = [
        Row("OL-LOT-01", differs: "an expiry is the first instant that is too late, not the last second") { peer in
            let world = try World(
                Shop.program("{ vesting: { after: 2 days }, expiry: { after: 10 days } }"),
                from: Instant("2026-03-01T10:30:00Z"))
            world.buy([World.line(10_000)], receipt: "1")
            let lot = try #require(try world.state().ledger.lots.first)
            #expect(lot.isPending)
            #expect(lot.vesting == .at(Instant(try #require(peer.expect[1].value.text) + "Z")))
            #expect(lot.expiresAt == Instant(try #require(peer.expect[2].value.text) + "Z") + 1000)
        },
        Row("OL-LOT-02", differs: "an expiry is the first instant that is too late, not the last second") { peer in
            let world = try World(
                Shop.program("{ expiry: { after: 10 days } }"), from: Instant("2026-03-01T10:30:00Z"))
            world.adjust(100)
            let lot = try #require(try world.state().ledger.lots.first)
            #expect(!lot.isPending)
            #expect(lot.expiresAt == Instant(try #require(peer.expect[1].value.text) + "Z") + 1000)
        },
        Row("OL-LOT-04", differs: "points never lapse where a program does not say when") { peer in
            let policies = [
                "{ after: 1 day, end_of: month }", "{ after: 1 day, end_of: year }", "{ after: 10 days }", "never",
                "{ after: 90 days }",
            ]
            for (policy, expectation) in zip(policies, peer.expect) {
                let world = try Shop.world([("2018-10-25", policy)])
                world.adjust(1)
                let expiry = try #require(try world.state().ledger.lots.first).expiresAt
                let days = expiry.map {
                    Zone.utc.date(at: $0 + -1).daysSinceEpoch - Zone.utc.date(at: world.harness.now).daysSinceEpoch
                }
                #expect(days.map { Double($0) } == expectation.value.number, "\(policy)")
            }
        },
        Row("OL-LOT-05", differs: "a reset is a membership that is closed and opened again") { peer in
            let world = try World(
                Shop.program("{ vesting: { after: 2 days }, expiry: { after: 40 days } }"),
                from: Instant("2026-03-01T10:30:00Z"))
            world.buy([World.line(6000)], receipt: "1")
            world.adjust(40)
            world.carryOut(.status(member: .card("c1"), .close(graceMs: 0)))
            world.carryOut(.status(member: .card("c1"), .reinstate))
            #expect(try world.available() == peer.number("balance"))
            #expect(try world.balance().pending == .zero)
            #expect(try world.transfers(to: .expired).reduce(0, +) == peer.number("expired_total"))
            world.adjust(5)
            #expect(try world.available() == 5)
        },
        Row("OL-P2P-01") { peer in
            let world = try World(Shop.program(more: "transfers: { allowed: true }"))
            for number in 2...3 { world.carryOut(enroll(number)) }
            func give(_ points: Int64, from: Int, to: Int) -> Reply {
                world.carryOut(
                    .give(
                        member: .card("c\(from)"), to: .card("c\(to)"),
                        Gift(currency: CurrencyID("beans"), points: Points(points))))
            }
            func available(_ member: Int64) throws -> Double {
                let state = try world.store.read { try $0.state(of: MemberNumber(member)) }
                guard let state else { return -1 }
                return Double(state.ledger.balance(of: CurrencyID("beans")).available.count)
            }
            for (member, points) in [(1, 200), (2, 200), (3, 100)] as [(Int, Int64)] {
                world.carryOut(
                    .adjust(
                        member: .card("c\(member)"),
                        Adjustment(currency: CurrencyID("beans"), points: points, reason: "opening")))
            }
            #expect(give(100, from: 2, to: 3).refusal == nil)
            #expect(try [available(2), available(3)] == [0, 1].map { peer.expect[$0].value.number })
            #expect(give(100, from: 3, to: 1).refusal == nil)
            #expect(try [available(3), available(1)] == [3, 4].map { peer.expect[$0].value.number })
            guard case .insufficientPoints? = give(101, from: 3, to: 1).refusal else {
                Issue.record("there are 100 left")
                return
            }
            #expect(try world.findings().isEmpty)
        },
        Row("ST-LOT-02") { peer in
            let world = try Shop.world([("2026-01-01", "never"), ("2026-01-02", "{ dates: [12-31] }")])
            world.adjust(100)
            world.turn(to: "2026-01-02T00:00:00Z")
            world.adjust(100)
            world.turn(to: "2026-02-01T00:00:00Z")
            world.redeem(100)
            #expect(try [world.left(1), world.left(2)].map { Double($0) } == peer.expect.map(\.value.number))
        },
        Row("ST-LOT-03") { peer in
            let world = try Shop.world([
                ("2026-01-01", "{ dates: [12-31] }"), ("2026-01-02", "{ dates: [01-31], at_least: 12 months }"),
            ])
            world.adjust(50)
            world.turn(to: "2026-01-02T00:00:00Z")
            world.adjust(50)
            world.turn(to: "2026-03-01T00:00:00Z")
            world.redeem(70)
            let found = try [world.available(), world.left(1), world.left(2)]
            #expect(found.map { Double($0) } == peer.expect.map(\.value.number))
        },
        Row("ST-LOT-05", differs: "a correction never goes below nothing; only what is taken back can be owed") {
            peer in
            let world = try World(Shop.program())
            world.adjust(50)
            #expect(world.adjust(-80).refusal != nil)
            world.buy([World.line(8000)], receipt: "1")
            world.redeem(80)
            world.giveBack("1", .everything)
            #expect(try world.net() == peer.number("balance", after: 1))
            world.adjust(100)
            #expect(try world.net() == peer.number("balance", after: 2))
            #expect(try world.state().ledger.lots.map(\.remaining.count) == [peer.number("lot_remaining")])
            #expect(try world.balance().debt.count == peer.number("deficit"))
        },
        Row("ST-LOT-06", differs: "the next expiry is told, with its points; lots tell the others") { peer in
            let world = try Shop.world([
                ("2026-01-01", "{ dates: [01-31] }"), ("2026-01-02", "{ dates: [05-31] }"), ("2026-01-03", "never"),
            ])
            for (day, points) in [("01", 100), ("02", 200), ("03", 50)] as [(String, Int64)] {
                world.turn(to: "2026-01-\(day)T00:00:00Z")
                world.adjust(points)
            }
            let next = try #require(try world.state().ledger.nextExpiry(of: CurrencyID("beans")))
            #expect(next.at == Instant("2026-02-01T00:00:00Z"))
            #expect(Double(next.points.count) == peer.expect[0].value.number)
            let until = Instant("2026-07-01T00:00:00Z")
            let sum = try world.state().ledger.lots.filter { $0.hasLapsed(at: until) }
                .reduce(0) { $0 + $1.remaining.count }
            #expect(Double(sum) == peer.expect[1].value.number)
        },
        Row("ST-EXP-02", differs: "lapsed points cannot be spent, whether or not a job has run") { peer in
            let world = try World(Shop.program("{ expiry: { after: 1 day } }"))
            world.adjust(150)
            world.redeem(50)
            world.wait(days: 3)
            #expect(world.redeem(50).refusal != nil)
            world.adjust(1)
            world.adjust(-1)
            #expect(try world.available() == peer.number("balance"))
            #expect(try world.transfers(to: .expired).reduce(0, +) == peer.number("expired_total"))
        },
        Row("ST-EXP-03") { peer in
            let world = try World(Shop.program("{ expiry: { after: 1 day } }"))
            world.adjust(150)
            world.wait(days: 3)
            for _ in 1...2 { world.carryOut(.link(Linking(member: .card("c1"), identifier: .card("n\(world.keys)")))) }
            #expect(try world.available() == peer.number("balance"))
            #expect(Int64(try world.transfers(to: .expired).count) == peer.number("expire_entries"))
        },
        Row("ST-EXP-05") { peer in
            let world = try Shop.world([
                ("2026-01-01", "{ after: 1 day }"), ("2026-01-02", "{ after: 1 day }"), ("2026-01-03", "never"),
            ])
            for (day, points) in [("01", 100), ("02", 60), ("03", 150)] as [(String, Int64)] {
                world.turn(to: "2026-01-\(day)T00:00:00Z")
                world.adjust(points)
            }
            world.turn(to: "2036-01-05T00:00:00Z")
            world.carryOut(.link(Linking(member: .card("c1"), identifier: .card("new"))))
            #expect(Int64(try world.transfers(to: .expired).count) == peer.number("expire_entries"))
            #expect(try world.available() == peer.number("balance"))
        },
        Row("OD-11") { peer in
            let world = try World(
                Shop.program(
                    "{ expiry: { after: 90 days } }",
                    rules: "[{ id: base, event: purchase, earn: { points: 5, per: 100 } }]",
                    rewards: "[{ id: prize, title: { en: Prize }, cost: 500 }]"))
            world.buy([World.line(11_500)], receipt: "1")
            world.redeem("prize")
            #expect(try world.left(1) == peer.number("lot_remaining", after: 0))
            world.buy([World.line(16_100)], receipt: "2")
            world.redeem("prize")
            let left = peer.expect.filter { $0.what == "lot_remaining" && $0.after == 1 }
            #expect(try [world.left(1), world.left(2)].map { Double($0) } == left.map(\.value.number))
            world.wait(days: 91)
            #expect(try world.available() == peer.number("balance", after: 2))
        },
        Row("TO-01", differs: "no start of a day and no end of a week: points lapse with a day, month, quarter or year")
        {
            peer in
            let start = Instant("2024-10-12T07:20:50Z")
            for (row, span) in [(0, "1 day"), (3, "1 week"), (5, "1 month")] {
                let vestsAt = try Shop.time(peer, row)
                #expect(try Shop.lot("{ vesting: { after: \(span) } }", from: start).vesting == .at(vestsAt))
            }
            for (row, policy) in [(2, "{ after: 1 day }"), (6, "{ after: 1 month, end_of: month }")] {
                let last = try Shop.time(peer, row)
                #expect(try Shop.lot("{ expiry: \(policy) }", from: start).expiresAt == last + 1000)
            }
        },
        Row("BUG-01") { peer in
            let world = try Shop.world([("2026-01-01", "{ dates: [06-29] }")])
            world.adjust(100)
            world.turn(to: "2026-06-01T00:00:00Z")
            world.redeem(100)
            world.turn(to: "2026-06-30T00:00:00Z")
            world.adjust(50)
            world.turn(to: "2026-07-01T00:00:00Z")
            #expect(try world.available() == peer.number("balance"))
            #expect(try world.transfers(to: .expired).reduce(0, +) == peer.number("expired_total"))
        },
        Row("BUG-06") { peer in
            let world = try World(Shop.program("{ expiry: { after: 1 day } }"))
            world.buy([World.line(5000)], receipt: "1")
            world.adjust(20)
            world.wait(days: 3)
            world.carryOut(.link(Linking(member: .card("c1"), identifier: .card("new"))))
            #expect(try world.available() == peer.number("balance"))
            #expect(try world.transfers(to: .expired).reduce(0, +) == peer.number("expired_total"))
        },
        Row("BUG-03") { peer in
            let world = try World(Shop.program())
            let command = buy(50_000, card: "c1", receipt: "99")
            #expect(world.harness.carryOut("99", command).isReplayed == false)
            #expect(world.harness.carryOut("99", command).isReplayed == true)
            #expect(try world.available() == peer.number("balance"))
        },
        Row("BUG-07", differs: "the payment of an account is no purchase: the receipt was posted when it was bought") {
            peer in
            let world = try World(Shop.program())
            world.buy([World.line(10_000)], receipt: "1")
            let bought = try world.newest()
            #expect(world.buy([World.line(10_000)], receipt: "1").refusal == .receiptPosted(bought))
            #expect(try world.available() == peer.number("balance"))
        },
        Row("OD-09") { peer in
            let world = try World(Shop.program())
            let money = try #require(peer.steps[0]["topup"]?.number.map { Int64($0) })
            let points = try #require(peer.steps[2]["points"]?.number.map { Int64($0) })
            let value = CurrencyID("purse")
            let topUp = TopUp(
                currency: value, amount: money, money: "JPY",
                receipt: ReceiptNumber(store: "s", terminal: "", number: "O1"), occurredAt: world.harness.now)
            let sale = Purchase(
                receipt: ReceiptNumber(store: "s", terminal: "", number: "O2"), channel: "pos",
                occurredAt: world.harness.now, currency: "JPY", items: [World.line(points)],
                value: Payment(currency: value, points: Points(points)))
            let commands: [Command] = [.topUp(member: .card("c1"), topUp), .purchase(member: .card("c1"), sale)]
            for (step, command) in commands.enumerated() {
                for again in 0...1 {
                    _ = world.harness.carryOut("O\(step)", command)
                    #expect(try world.available("purse") == peer.number("balance", after: 2 * step + again))
                }
            }
            // One operation is the joining.
            #expect(try world.newest().sequence - 1 == peer.number("ledger_entries"))
        },
        Row("OD-08") { peer in
            let world = try World(Shop.program())
            let money = try #require(peer.steps[0]["amount"]?.number.map { Int64($0) })
            world.topUp(money, into: "purse", receipt: "GC-1")
            #expect(try world.available("purse") == peer.number("balance", after: 0))
            world.carryOut(.refund(try world.newest(), Points(money)))
            #expect(try world.available("purse") == peer.number("balance", after: 1))
        },
        Row("ST-EARN-08") { peer in
            for (step, day) in [17, 18].enumerated() {
                let world = try World(
                    Shop.program(
                        rules: "[{ id: cake, event: birthday, earn: { points: 150 } }]",
                        more: "profile: { birthday: { type: date } }"))
                let date = try #require(CivilDate(year: 1990, month: 5, day: day))
                world.carryOut(
                    .traits(
                        member: .card("c1"),
                        TraitsChange(attributes: [TraitsChange.NewValue("birthday", .date(date))])))
                world.turn(to: "2026-05-17T00:00:00Z")
                #expect(try world.available() == peer.number("balance", after: step))
            }
        },
        Row("EN-05") { peer in
            let world = try World(
                Shop.program(
                    rules: "[{ id: base, event: purchase, earn: { points: 1, per: 100000 } }]", pay: "worth: 100"))
            world.buy([World.line(1_000_000)], receipt: "1")
            #expect(try world.available() == peer.number("balance", after: 0))
            world.adjust(75)
            #expect(try world.available() == peer.number("balance", after: 1))
            world.buy([World.line(10_000)], receipt: "2", pay: 10)
            #expect(try world.available() == peer.number("balance", after: 2))
        },
        Row("FB-01") { peer in
            let world = try World(
                Shop.program(
                    rules: """
                        [{ id: half, event: purchase, earn: { points: 1, per: 200 },
                          effective: { from: "2024-12-10T00:00:00Z", until: "2024-12-31T00:00:00Z" } }]
                        """,
                    more: """
                        tiers:
                          metric: spend
                          levels: [{ id: basic, from: 0 }, { id: silver, from: 200000 }, { id: gold, from: 300000 }]
                        """), from: Instant("2024-12-11T00:00:00Z"))
            world.buy([World.line(400_000)], receipt: "1")
            let tier = peer.expect.first { $0.what == "tier" }?.value.text?.lowercased()
            #expect(try world.state().tier?.current.level == tier)
            world.turn(to: "2025-01-19T00:00:00Z")
            world.buy([World.line(400_000)], receipt: "2")
            world.redeem(1000)
            #expect(try world.available() == peer.number("balance", after: 2))
        },
    ]
}

extension PeerCasesBeyondEarningTests {
    /// The lot of a purchase under a policy.
    private static func lot(_ policy: String, from start: Instant) throws -> Lot {
        let world = try World(program(policy), from: start)
        world.buy([World.line(100)], receipt: "1")
        return try #require(try world.state().ledger.lots.first)
    }

    /// An expected time.
    private static func time(_ peer: PeerCase, _ row: Int) throws -> Instant {
        Instant(try #require(peer.expect[row].value.text) + "Z")
    }
}

extension SpendingWorld {
    /// How many operations the member has: a number that is new at every command.
    var keys: Int64 { (try? newest().sequence) ?? 0 }
}
