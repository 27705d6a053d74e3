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
    /// Levels: windows, grace, and what is given by hand.
    static let tiers: [Row] = [
        Row("VF-02", differs: "what is spent lowers no level: levels count what was earned, not what is left") { peer in
            let world = try World(
                Shop.program(
                    more: """
                        tiers:
                          metric: { earned: beans }
                          window: lifetime
                          levels:
                            - { id: basic, from: 0 }
                            - { id: silver, from: 100 }
                            - { id: gold, from: 500 }
                            - { id: platinum, from: 1000 }
                        """), from: Instant("2023-01-10T10:00:00Z"))
            func level(after step: Int) -> String? {
                peer.expect.first { $0.what == "tier" && $0.after == step }?.value.text?.lowercased()
            }
            world.buy([World.line(10_000)], receipt: "1")
            #expect(try world.level() == level(after: 0))
            world.turn(to: "2023-02-15T10:00:00Z")
            world.redeem(50)
            #expect(try world.level() == "silver" && level(after: 1) == "basic")
            world.turn(to: "2023-02-25T10:00:00Z")
            world.buy([World.line(50_000)], receipt: "2")
            #expect(try world.available() == peer.number("balance", after: 2))
            #expect(try world.level() == level(after: 2))
        },
        Row("OL-TIER-01") { peer in
            // Each step tells how things are before: the present level, the one given by hand, and the turnover.
            func level(after step: Int) -> String? {
                peer.expect.first { $0.what == "tier" && $0.after == step }?.value.text?.lowercased()
            }
            let program = Shop.program(
                more: """
                    returns: { tier: immediately }
                    tiers:
                      metric: spend
                      levels: [{ id: l0, from: 0 }, { id: l1, from: 20 }, { id: l2, from: 30 }]
                    """)
            for (index, step) in peer.steps.enumerated() {
                let world = try World(program, from: Instant("2026-03-01T10:00:00Z"))
                if step["current"]?.text == "L2" { world.buy([World.line(40)], receipt: "1") }
                world.give(try #require(step["assigned"]?.text).lowercased())
                #expect(try world.level() == step["current"]?.text?.lowercased())
                let before = try world.state().tier?.periods.count
                let metric = Int64(try #require(step["metric"]?.number))
                if step["current"]?.text == "L2" {
                    world.giveBack("1", metric == 0 ? .everything : .amount(40 - metric))
                } else {
                    world.buy([World.line(metric)], receipt: "1")
                }
                #expect(try world.level() == level(after: index))
                if peer.expect.contains(where: { $0.what == "tier_event" && $0.after == index }) {
                    #expect(try world.state().tier?.periods.count == before)
                }
            }
        },
        Row(
            "VF-03",
            differs:
                "a level is reached at once and holds to the end of the window behind the one that reached it; grace is "
                + "added to that, so that of the four settings the third one is ours, and the fourth with a month more"
        ) { peer in
            let valid = try #require(peer.expect.first { $0.what == "tier_valid" && $0.after == 2 })
            #expect(try Shop.days(grace: "") == valid.value.items.compactMap(\.text))
            #expect(try Shop.days(grace: "grace: 7 days") == ["03-10", "05-07"])
        },
    ]
}

extension PeerCasesBeyondEarningTests {
    /// The first and the last day of a level that is reached on 10 March, by the month.
    fileprivate static func days(grace: String) throws -> [String] {
        let world = try World(
            program(
                more: """
                    tiers:
                      metric: spend
                      window: calendar_month
                      \(grace)
                      levels: [{ id: low, from: 0 }, { id: high, from: 100 }]
                    """), from: Instant("2026-03-10T12:00:00Z"))
        world.buy([World.line(100)], receipt: "1")
        let tier = try #require(try world.state().tier)
        let until = try #require(tier.until)
        return [tier.current.since, until + -1].map { instant in
            let date = Zone.utc.date(at: instant)
            return "\(date.month < 10 ? "0" : "")\(date.month)-\(date.day < 10 ? "0" : "")\(date.day)"
        }
    }
}

extension SpendingWorld {
    /// Gives the member a level by hand.
    @discardableResult
    func give(_ level: String, until: String? = nil) -> Reply {
        carryOut(
            .setTier(
                member: .card("c1"), TierSetting(level: level, until: until.map { Instant($0) }, reason: "test")))
    }

    /// The level as everyone sees it now.
    func level() throws -> String? { try state().tier?.current.level }
}
