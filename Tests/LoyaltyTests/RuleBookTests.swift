import Ledger
import Loyalty
import Rules
import TestSupport
import Testing
import Time

@Suite("The book of rule sets")
struct RuleBookTests {
    /// One bean per 100 yen, from June two, from 10 June (replaced at the same instant) three.
    private static let book = RuleBook([
        Programs.ruleSet(paying(4), version: 4, from: "2026-06-10T00:00:00+09:00"),
        Programs.ruleSet(paying(1), version: 1, from: "2026-05-01T00:00:00+09:00"),
        Programs.ruleSet(paying(3), version: 3, from: "2026-06-10T00:00:00+09:00"),
        Programs.ruleSet(paying(2), version: 2, from: "2026-06-01T00:00:00+09:00"),
    ])

    private static func paying(_ beans: Int) -> String {
        Programs.coffee.replacing(
            "earn: { points: 1, per: 100, of: order.eligible_amount, into: beans }",
            with: "earn: { points: \(beans), per: 100, of: order.eligible_amount, into: beans }")
    }

    @Test(
        "At every instant one rule set is in force",
        arguments: [
            ("2020-01-01T00:00:00+09:00", 1),
            ("2026-05-01T00:00:00+09:00", 1),
            ("2026-05-31T23:59:59.999+09:00", 1),
            ("2026-06-01T00:00:00+09:00", 2),
            ("2026-06-09T23:59:59.999+09:00", 2),
            ("2026-06-10T00:00:00+09:00", 4),
            ("2099-01-01T00:00:00+09:00", 4),
        ])
    func inForce(time: String, version: Int64) {
        #expect(Self.book.inForce(at: Instant(time)).version == version)
    }

    @Test("A book knows its versions, and how it was before the last of them")
    func versions() throws {
        #expect(Self.book.newestVersion == 4)
        #expect(Self.book.course.map(\.version) == [1, 2, 4])
        #expect(Self.book.all.map(\.version).sorted() == [1, 2, 3, 4])
        #expect(Self.book[3]?.version == 3)
        #expect(Self.book[5] == nil)
        let earlier = try #require(Self.book.upTo(version: 3))
        #expect(earlier.newestVersion == 3)
        #expect(earlier.inForce(at: .distantFuture).version == 3)
        #expect(Self.book.upTo(version: 0) == nil)
    }

    @Test("The newest version whose time has come is in force, and the first one before any has")
    func succession() {
        struct Dated: Succeeding, Equatable {
            let version: Int64
            let effectiveFrom: Instant
        }
        var dice = SeededGenerator(seed: 20)
        for _ in 0..<300 {
            let all = (1...Int64.random(in: 1...6, using: &dice)).map { version in
                Dated(version: version, effectiveFrom: Instant(milliseconds: .random(in: 0...8, using: &dice)))
            }
            let (course, superseded) = all.shuffled(using: &dice).inCourse()
            let everInForce = (-1...9).map { time in
                all.last { $0.effectiveFrom <= Instant(milliseconds: time) } ?? all[0]
            }
            for (index, time) in (Int64(-1)...9).enumerated() {
                let found = course.last { $0.effectiveFrom <= Instant(milliseconds: time) } ?? course[0]
                #expect(found == everInForce[index], "\(all) at \(time)")
            }
            #expect(superseded.allSatisfy { !everInForce.contains($0) })
            #expect(course.dropFirst().allSatisfy { everInForce.contains($0) })
            #expect(course.count + superseded.count == all.count)
            let superseders = all.superseders()
            #expect(Set(superseders.keys) == Set(superseded.map(\.version)))
            for lost in superseded {
                let inPlace = all.first { $0.version == superseders[lost.version] }
                #expect(inPlace.map { $0.version > lost.version && $0.effectiveFrom <= lost.effectiveFrom } == true)
            }
        }
    }

    @Test("What is superseded before it begins decides nothing, binds no budget, and is still known")
    func superseded() {
        let book = RuleBook([
            Programs.ruleSet(Self.paying(1), version: 1, from: "2026-05-01T00:00:00+09:00"),
            Programs.ruleSet(Self.paying(2), version: 2, from: "2126-06-01T00:00:00+09:00"),
            Programs.ruleSet(Self.paying(3), version: 3, from: "2026-06-01T00:00:00+09:00"),
        ])
        #expect(book.inForce(at: Instant("2026-05-31T00:00:00+09:00")).version == 1)
        #expect(book.inForce(at: Instant("2026-06-01T00:00:00+09:00")).version == 3)
        #expect(book.inForce(at: .distantFuture).version == 3)
        #expect(book.stillDeciding(at: Instant("2026-05-15T00:00:00+09:00")).map(\.version) == [1, 3])
        #expect(book[2]?.version == 2)
        #expect(book.newestVersion == 3)
        #expect(book.upTo(version: 2)?.inForce(at: .distantFuture).version == 2)
    }

    @Test(
        "A rule set may decide as long as a purchase of its time is not too late",
        arguments: [
            ("2026-05-15T00:00:00+09:00", [1, 2, 4]),
            ("2026-06-30T23:59:59.999+09:00", [1, 2, 4]),
            ("2026-07-01T00:00:00+09:00", [2, 4]),
            ("2026-07-10T00:00:00+09:00", [4]),
        ] as [(String, [Int64])])
    func stillDeciding(time: String, versions: [Int64]) {
        #expect(Self.book.stillDeciding(at: Instant(time)).map(\.version) == versions)
    }

    @Test("Budgets of rule sets that may still decide are followed, each with its least limit")
    func budgets() {
        func campaign(_ id: String, _ points: Int) -> String {
            Programs.remembering
                .replacing("{ id: rush, budget: { points: 1000,", with: "{ id: \(id), budget: { points: \(points),")
                .replacing("campaign: rush", with: "campaign: \(id)")
        }
        let book = RuleBook([
            Programs.ruleSet(campaign("rush", 500), version: 1),
            Programs.ruleSet(campaign("rush", 700), version: 2, from: "2026-06-01T00:00:00+09:00"),
            Programs.ruleSet(campaign("autumn", 90), version: 3, from: "2026-09-01T00:00:00+09:00"),
        ])
        func budgets(at time: String) -> [String: Int64] {
            Dictionary(uniqueKeysWithValues: book.budgets(at: Instant(time)).map { ($0.key.id, $0.value) })
        }
        #expect(budgets(at: "2026-06-30T00:00:00+09:00") == ["rush": 500, "autumn": 90])
        #expect(budgets(at: "2026-07-02T00:00:00+09:00") == ["rush": 700, "autumn": 90])
        #expect(budgets(at: "2026-10-02T00:00:00+09:00") == ["autumn": 90])
    }

    @Test(
        "A purchase is judged by the rules of its own time, however late it comes in",
        arguments: [
            ("2026-05-20T10:00:00+09:00", "2026-05-20T10:00:00+09:00", 10, 1),
            ("2026-05-31T23:59:59.999+09:00", "2026-06-12T10:00:00+09:00", 10, 1),
            ("2026-06-01T00:00:00+09:00", "2026-06-12T10:00:00+09:00", 20, 2),
            ("2026-06-12T10:00:00+09:00", "2026-06-12T10:00:00+09:00", 40, 4),
            // The till's clock is two minutes ahead.
            ("2026-06-01T00:01:00+09:00", "2026-05-31T23:59:00+09:00", 20, 2),
        ])
    func lateness(soldAt: String, postedAt: String, beans: Int64, version: Int64) {
        var world = World(Self.book)
        world.enroll(at: "2026-05-02T10:00:00+09:00")
        #expect(world.buy(1000, at: soldAt, postedAt: postedAt) == beans)
        #expect(world.operations.last?.ruleSetVersion == version)
        #expect(world.operations.last?.movements.opened.map(\.ruleSetVersion) == [version, version])
    }

    @Test("Whoever joins by a late purchase joins under the rules of now")
    func lateJoining() {
        let closed = Programs.grocery.replacing("unknown_card: enroll", with: "unknown_card: refuse")
        let welcoming = Programs.grocery + "\n  - { id: welcome, event: enroll, earn: { points: 7 } }"
        let book = RuleBook([
            Programs.ruleSet(closed, version: 1),
            Programs.ruleSet(welcoming, version: 2, from: "2026-06-01T00:00:00-05:00"),
            Programs.ruleSet(closed, version: 3, from: "2026-07-01T00:00:00-05:00"),
        ])
        func post(at now: String) -> [Operation] {
            var world = World(book)
            let sale = Purchase.sale(1250, at: "2026-05-20T10:00:00-05:00", currency: "USD")
            _ = world.decide(.purchase(member: .card("900"), sale), at: now)
            return world.operations
        }
        #expect(post(at: "2026-05-31T10:00:00-05:00").isEmpty)
        let operations = post(at: "2026-06-02T10:00:00-05:00")
        #expect(operations.map(\.kind) == [.enroll, .purchase])
        #expect(operations.map(\.ruleSetVersion) == [2, 1])
        #expect(operations.flatMap(\.movements.opened).map(\.original.count) == [7, 12])
        #expect(post(at: "2026-07-02T10:00:00-05:00").isEmpty)
    }

    @Test("A tier period ends by the rules that hold when it ends, and says so")
    func tierEnds() {
        let book = RuleBook([
            Programs.ruleSet(Programs.coffee, version: 1),
            Programs.ruleSet(
                Programs.coffee.replacing("downgrade: one_level", with: "downgrade: recompute"), version: 2,
                from: "2028-06-01T00:00:00+09:00"),
        ])
        var world = World(book)
        world.enroll(at: "2026-01-10T10:00:00+09:00")
        _ = world.buy(200_000, at: "2026-03-01T10:00:00+09:00")
        #expect(world.tier(at: "2028-05-01T10:00:00+09:00") == "silver")
        #expect(world.tier(at: "2029-05-01T10:00:00+09:00") == "regular")
        _ = world.buy(100, at: "2030-01-10T10:00:00+09:00")
        let due = world.operations.filter { $0.kind == .due }
        #expect(
            due.map(\.occurredAt.rfc3339) == ["2027-03-31T15:00:00Z", "2027-12-31T15:00:00Z", "2028-12-31T15:00:00Z"])
        #expect(due.map(\.ruleSetVersion) == [1, 1, 2])
    }

    @Test("A late purchase under rules that counted by the day does not forget what counts for the year now")
    func longerWindow() {
        let yearly = Programs.remembering.replacing(
            "limit: { count: 1, per: member, window: calendar_day }",
            with: "limit: { count: 1, per: member, window: calendar_year }")
        var world = World(
            RuleBook([
                Programs.ruleSet(Programs.remembering, version: 1),
                Programs.ruleSet(yearly, version: 2, from: "2026-06-01T00:00:00+09:00"),
            ]))
        world.enroll(at: "2026-05-01T10:00:00+09:00")
        #expect(world.buy(1, at: "2026-06-02T10:00:00+09:00") == 5)
        #expect(world.buy(1, at: "2026-05-31T10:00:00+09:00", postedAt: "2026-06-20T10:00:00+09:00") == 5)
        #expect(world.buy(1, at: "2026-06-21T10:00:00+09:00") == 0)
        // And 3 for a member who was away for 90 days.
        #expect(world.buy(1, at: "2027-01-01T10:00:00+09:00") == 8)
    }

    @Test("New expiry rules touch new lots only")
    func expiry() {
        let book = RuleBook([
            Programs.ruleSet(Programs.coffee, version: 1),
            Programs.ruleSet(
                Programs.coffee.replacing("after: 12 months, end_of: month", with: "after: 1 month, end_of: month"),
                version: 2, from: "2026-06-01T00:00:00+09:00"),
        ])
        var world = World(book)
        world.enroll(at: "2026-05-01T10:00:00+09:00")
        _ = world.buy(1000, at: "2026-06-02T10:00:00+09:00")
        _ = world.buy(500, at: "2026-05-31T10:00:00+09:00", postedAt: "2026-06-03T10:00:00+09:00")
        #expect(world.beans(at: "2026-07-31T23:59:59+09:00") == 15)
        #expect(world.beans(at: "2026-08-01T00:00:00+09:00") == 5)
        #expect(world.beans(at: "2027-06-01T00:00:00+09:00") == 0)
    }
}
