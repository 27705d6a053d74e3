import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import Simulator
import TestSupport
import Testing
import Time

/// Random histories of two members who are merged at some time, beside a naive reckoning of levels: every window with every metric, way down and grace.
@Suite("Levels beside a naive model")
struct TierModelTests {
    enum Window: String, CaseIterable {
        case month = "calendar_month"
        case quarter = "calendar_quarter"
        case year = "calendar_year"
        case membershipYear = "membership_year"
        case lifetime
        case rollingYear = "{ rolling: 12 months }"
        case rollingQuarter = "{ rolling: 3 months }"
        case rollingDays = "{ rolling: 45 days }"

        var model: ModelLevels.Window {
            switch self {
            case .month: .month
            case .quarter: .quarter
            case .year: .year
            case .membershipYear: .membershipYear
            case .lifetime: .lifetime
            case .rollingYear: .rollingMonths(12)
            case .rollingQuarter: .rollingMonths(3)
            case .rollingDays: .rollingDays(45)
            }
        }
    }

    /// A program and a history, drawn from a seed.
    private struct Play {
        let window: Window
        let rules: ModelLevels.Rules
        let fallsAtOnce: Bool
        let metric: String
        let zone: Zone
        let store = MemoryStore()
        let harness: EngineHarness
        /// By card; one of them once they are merged.
        var models: [ModelLevels]
        /// Which of them the step is about.
        var who = 0
        var draw: SeededGenerator
        var day: Int
        var keys = 0
        /// Purchases with what is left of them, in hundreds of yen.
        var purchases: [(who: Int, receipt: String, day: Int, left: Int, counts: Bool)] = []

        var model: ModelLevels {
            get { models[who] }
            set { models[who] = newValue }
        }

        var card: Identifier { .card("c\(who + 1)") }

        init(_ window: Window, _ downgrade: ModelLevels.Downgrade, seed: UInt64) throws {
            var draw = SeededGenerator(seed: seed)
            let metric = ["visits", "spend", "{ earned: status }"].randomElement(using: &draw) ?? ""
            let levels =
                metric == "visits" ? [0, 3, 6, 12] : metric == "spend" ? [0, 1000, 2500, 6000] : [0, 10, 25, 60]
            rules = ModelLevels.Rules(
                window: window.model, downgrade: downgrade,
                grace: window == .lifetime ? 0 : [0, 1, 30].randomElement(using: &draw) ?? 0,
                levels: levels)
            fallsAtOnce = Bool.random(using: &draw)
            self.window = window
            self.metric = metric
            zone = Self.zone
            // Leap days, and the ends of months, are where calendars go wrong.
            day = [424, 425, 30, 364, 58, 200].randomElement(using: &draw) ?? 0
            models = [ModelLevels(rules, joined: day)]
            let program = Self.program(window, rules, metric, fallsAtOnce)
            harness = try EngineHarness(
                store: store, ruleSet: RuleSet(version: 1, effectiveFrom: .distantPast, program: program),
                now: Self.zone.startOfDay(Self.date(day)) + 3 * 3_600_000)
            self.draw = draw
            _ = harness.carryOut("enroll", enroll(1))
        }

        /// Two hours behind UTC in winter, and summer time that begins and ends at local midnight.
        static let zone: Zone = {
            let transitions = (2023..<2039).flatMap { year in
                [(3, 26, 2, -1), (10, 25, 1, -2)].compactMap { month, day, utc, offset in
                    CivilDate(year: year, month: month, day: day).map {
                        Zone.Transition(
                            second: Int64($0.daysSinceEpoch) * 86_400 + Int64(utc) * 3600, offset: offset * 3600)
                    }
                }
            }
            guard let zone = Zone(name: "Asia/Tokyo", offset: -7200, transitions: transitions) else {
                preconditionFailure("the transitions rise")
            }
            return zone
        }()

        static func date(_ day: Int) -> CivilDate {
            let date = LevelCalendar.dates[day]
            guard let civil = CivilDate(year: date.year, month: date.month, day: date.day) else {
                preconditionFailure("the model's dates exist")
            }
            return civil
        }

        static func program(
            _ window: Window, _ rules: ModelLevels.Rules, _ metric: String, _ fallsAtOnce: Bool
        ) -> Program {
            let ends = rules.window == .lifetime ? "" : "  downgrade: \(rules.downgrade.rawValue)\n"
            let grace = rules.grace == 0 ? "" : "  grace: \(rules.grace) days\n"
            let levels = rules.levels.enumerated().map { "{ id: l\($0), from: \($1) }" }.joined(separator: ", ")
            let source = """
                schema: kizuna.program/v1
                id: model
                money: { currency: JPY, base: tax_included }
                timezone: Asia/Tokyo
                late_limit: 40 days
                points: { beans: {}, status: { kind: status } }
                eligible: item.category != "gift"
                returns: { tier: \(fallsAtOnce ? "immediately" : "next_review") }
                tiers:
                  metric: \(metric)
                  window: \(window.rawValue)
                \(ends)\(grace)  levels: [\(levels)]
                rules: [{ id: status, event: purchase, earn: { points: 1, per: 100, into: status } }]
                """
            let outcome = Loader.load(source, file: "model.yaml") { _ in zone }
            guard let program = outcome.program else {
                preconditionFailure(outcome.diagnostics.map(\.description).joined(separator: "\n"))
            }
            return program
        }

        func instant(_ day: Int, hour: Int64) -> Instant { zone.startOfDay(Self.date(day)) + hour * 3_600_000 }

        mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &draw) }

        mutating func carryOut(_ command: Command) -> Bool {
            keys += 1
            return harness.carryOut("k\(keys)", command).result != nil
        }

        /// What a purchase of so many hundreds of yen counts for.
        func amount(_ hundreds: Int) -> Int { metric == "visits" ? 1 : metric == "spend" ? hundreds * 100 : hundreds }

        // MARK: Steps

        mutating func step() {
            let wait = pick(0...9) == 0 ? pick(60...400) : pick(0...24)
            day += wait
            for index in models.indices { models[index].advance(to: day) }
            harness.now = max(harness.now + 60_000, instant(day, hour: Int64(pick(3...22))))
            who = pick(0...models.count - 1)
            switch pick(0...19) {
            case 0...11: buy()
            case 12...14: giveBack()
            case 15: give()
            case 16:
                if carryOut(.unsetTier(member: card, reason: "test")) { model.takeFloor() }
            case 17: correct()
            default: break
            }
        }

        /// Another member joins, some days later.
        mutating func join() {
            day += pick(1...100)
            models[0].advance(to: day)
            models.append(ModelLevels(rules, joined: day))
            harness.now = max(harness.now + 60_000, instant(day, hour: 3))
            #expect(carryOut(enroll(2)))
        }

        /// Who joined later turns out to be the first one.
        mutating func merge() {
            #expect(carryOut(.merge(member: .card("c1"), from: .card("c2"))))
            models[0].take(over: models.removeLast())
            for index in purchases.indices { purchases[index].who = 0 }
        }

        mutating func buy() {
            let late = pick(0...3) == 0 ? min(pick(1...35), day) : 0
            let hundreds = pick(1...9)
            let counts = pick(0...9) > 0
            let receipt = "r\(keys)"
            let on = day - late
            let time = late == 0 ? harness.now : instant(on, hour: 12)
            let item = Purchase.Item(
                sku: "s", category: counts ? "cup" : "gift", quantity: 1, amount: Int64(hundreds * 100))
            let purchase = Purchase(
                receipt: ReceiptNumber(store: "s", terminal: "", number: ExactText(receipt)), channel: "pos",
                occurredAt: time, currency: "JPY", tags: [], items: [item])
            guard carryOut(.purchase(member: card, purchase)) else {
                Issue.record("a purchase was refused")
                return
            }
            if counts { model.count(amount(hundreds), on: on) }
            purchases.append((who, receipt, on, hundreds, counts))
        }

        mutating func giveBack() {
            guard !purchases.isEmpty else { return }
            let index = pick(max(0, purchases.count - 12)...purchases.count - 1)
            let purchase = purchases[index]
            let back = Bool.random(using: &draw) ? purchase.left : pick(0...purchase.left)
            let extent = back == purchase.left ? Return.Extent.everything : .amount(Int64(back * 100))
            guard
                carryOut(
                    .return(
                        .receipt(ReceiptNumber(store: "s", terminal: "", number: ExactText(purchase.receipt))),
                        Return(extent, occurredAt: harness.now)))
            else { return }
            purchases[index].left -= back
            guard purchase.counts else { return }
            who = purchase.who
            if metric != "visits" {
                model.uncount(amount(back), on: purchase.day, fallsAtOnce: fallsAtOnce)
            } else if back == purchase.left {
                model.uncount(1, on: purchase.day, fallsAtOnce: fallsAtOnce)
            }
        }

        mutating func give() {
            let level = pick(0...rules.levels.count - 1)
            let until = Bool.random(using: &draw) ? day + pick(1...300) : nil
            guard
                carryOut(
                    .setTier(
                        member: card,
                        TierSetting(level: "l\(level)", until: until.map { instant($0, hour: 0) }, reason: "test")))
            else {
                Issue.record("a level could not be given")
                return
            }
            model.give(level, until: until)
        }

        mutating func correct() {
            let points = pick(-12...12)
            guard points != 0,
                carryOut(
                    .adjust(
                        member: card,
                        Adjustment(currency: CurrencyID("status"), points: Int64(points), reason: "test"))),
                metric.contains("earned")
            else { return }
            if points > 0 { model.count(points, on: day) } else { model.correct(down: -points) }
        }

        // MARK: Comparing

        func check(_ step: Int) throws {
            for (index, model) in models.enumerated() { try check(step, MemberNumber(Int64(index + 1)), model) }
        }

        private func check(_ step: Int, _ member: MemberNumber, _ model: ModelLevels) throws {
            let state = try #require(try store.read { try $0.state(of: member) })
                .advanced(to: harness.now, under: harness.book)
            let program = harness.book.inForce(at: harness.now).program
            let tier = try #require(state.standing(in: program))
            #expect(tier.current.level == "l\(model.level)", "step \(step)")
            #expect(tier.reached == "l\(model.reached)", "step \(step)")
            #expect(tier.until == model.until.map { instant($0, hour: 0) }, "step \(step)")
            #expect(tier.floor?.level == model.floor.map { "l\($0.level)" }, "step \(step)")
            let outlook = try #require(state.tierOutlook(in: program, at: harness.now))
            #expect(outlook.total == Int64(model.present), "step \(step)")
            #expect(
                outlook.next?.missing
                    == rules.levels.dropFirst(model.level + 1).first.map { Int64(max(0, $0 - model.present)) },
                "step \(step)")
            if !tier.isGiven(under: try #require(program.tiers)), rules.downgrade != .never, model.reached > 0,
                outlook.keep != nil
            {
                #expect(outlook.keep?.missing == model.missingToKeep.map(Int64.init), "step \(step)")
            }
        }

        /// Every level that the member had, as the store tells it.
        func history() throws -> [String] {
            try store.read { reader in
                var state = try #require(try reader.state(of: MemberNumber(1)))
                let due = state.advance(to: harness.now, under: harness.book).flatMap(\.storedTierChanges)
                return TierHistory(
                    of: state, in: harness.book.inForce(at: harness.now),
                    changes: try reader.tierChanges(of: MemberNumber(1)) + due
                ).standings.map(\.level)
            }
        }
    }

    @Test(
        "the same levels, ends and figures after every step",
        arguments: Window.allCases, ModelLevels.Downgrade.allCases)
    func agrees(window: Window, downgrade: ModelLevels.Downgrade) throws {
        for seed in 1...4 as ClosedRange<UInt64> {
            var play = try Play(window, downgrade, seed: seed)
            for step in 0..<140 where play.day < 4200 {
                switch step {
                case 20: play.join()
                case 80: play.merge()
                default: play.step()
                }
                try play.check(step)
            }
            #expect(play.models.count == 1)
            #expect(try play.history() == play.models[0].history.map { "l\($0.level)" }, "seed \(seed)")
            let findings = try Verifier(store: play.store, book: play.harness.book).run().findings
            #expect(findings.isEmpty, "seed \(seed): \(findings)")
        }
    }
}
