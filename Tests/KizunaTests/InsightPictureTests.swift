import Engine
import Foundation
import JSON
import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing
import Time

@testable import kizuna

/// Backtests, simulations and explanations, as people see them.
@Suite struct InsightPictureTests {
    private func report() throws -> (BacktestReport, Program) {
        let store = MemoryStore()
        let program = RandomHistory.program.replacing(
            "timezone:", with: "redemption: { pay: { worth: \"0.5\" } }\ntimezone:")
        let present = Programs.ruleSet(program)
        let end = try RandomHistory.record(200, seed: 3, on: store, under: present, from: EngineHarness.start)
        let draft = Programs.load(
            program.replacing("earn: { points: 5 }", with: "earn: { points: 8 }")
                .replacing("id: cup,", with: "id: large-cup,")
                .replacing("budget: { points: 700", with: "budget: { points: 900"))
        let question = BacktestQuestion(
            draft: draft, from: .distantPast, until: .distantFuture, rows: .week, mostMembers: 2)
        let backtest = try Backtest(question, book: RuleBook([present]))
        return (try store.read { try backtest.run(in: $0, at: end) }, draft)
    }

    @Test func aBacktestIsShownAsRecorded() throws {
        let (report, draft) = try report()
        let text = BacktestText(report: report, draft: draft, file: "draft.yaml").text(.plain)
        try Snapshot.check(text, "rules-backtest")
    }

    @Test func theSheetsAreCSV() throws {
        let (report, draft) = try report()
        let sheets = BacktestSheets(report, program: draft).all.filter { !$0.rows.isEmpty }
        #expect(sheets.map(\.name) == ["currencies", "rules", "campaigns", "levels", "periods", "members", "failures"])
        for sheet in sheets where sheet.name != "failures" {
            let lines = sheet.csv.split(separator: "\r\n", omittingEmptySubsequences: false)
            #expect(lines.count == sheet.rows.count + 2 && lines.last == "")
            #expect(
                lines.dropLast().allSatisfy {
                    $0.split(separator: ",", omittingEmptySubsequences: false).count == sheet.columns.count
                })
        }
        var odd = BacktestSheet("odd", "Odd", [.left("A"), .right("B")])
        odd.add(.text("one, \"two\"\nthree"), .money(-5, "JPY"))
        #expect(odd.csv == "a,b\r\n\"one, \"\"two\"\"\nthree\",-5\r\n")
    }

    @Test("points have the decimals of the draft in tables, and none in CSV")
    func pointsHaveDecimals() throws {
        let (report, _) = try report()
        let draft = Programs.load(RandomHistory.program.replacing("beans: {", with: "beans: { decimals: 2,"))
        let currencies = BacktestSheets(report, program: draft).all[0]
        let earned = try #require(report.currencies.first { $0.currency == CurrencyID("beans") }).earned
        let text = currencies.text(.plain)
        #expect(text.contains(Numbers.decimal(earned.draft, places: 2)), "\(text)")
        #expect(text.contains("+" + Numbers.decimal(earned.change, places: 2)), "\(text)")
        #expect(currencies.csv.contains("beans,earned,\(earned.current),\(earned.draft),\(earned.change)\r\n"))
    }

    @Test("a budget has the decimals of the currency that its rules pay into, and none where the draft dropped it")
    func budgetsHaveDecimals() throws {
        let (report, _) = try report()
        let rush = try #require(report.campaigns.first { $0.campaign == "rush" })
        func campaigns(under program: String) -> BacktestSheet {
            BacktestSheets(report, program: Programs.load(program)).all[2]
        }
        let sheet = campaigns(under: RandomHistory.program.replacing("extra: {", with: "extra: { decimals: 2,"))
        let text = sheet.text(.plain)
        #expect(text.contains(Numbers.decimal(try #require(rush.budget.draft), places: 2)), "\(text)")
        #expect(text.contains("+" + Numbers.decimal(rush.used.change, places: 2)), "\(text)")
        #expect(sheet.csv.contains("rush,\(rush.used.current),"))
        // Beans have none.
        #expect(text.contains("130"), "\(text)")
        let dropped = campaigns(under: Programs.coffee).text(.plain)
        #expect(dropped.contains("900") && !dropped.contains("9.00"), "\(dropped)")
    }

    @Test(
        "every table has its file, an empty one with its heading, so that nothing of an earlier backtest is left",
        .temporaryFolder)
    func sheetsAreWritten() throws {
        let (report, draft) = try report()
        let sheets = BacktestSheets(report, program: draft)
        func file(_ name: String) -> URL { TemporaryFolder.current.appending(path: "\(name).csv") }
        for sheet in sheets.all { try Data("of an earlier backtest".utf8).write(to: file(sheet.name)) }
        try sheets.write(to: TemporaryFolder.current.path)
        for sheet in sheets.all {
            #expect(try String(contentsOf: file(sheet.name), encoding: .utf8) == sheet.csv, "\(sheet.name)")
        }
        #expect(try String(contentsOf: file("refusals"), encoding: .utf8) == "reason,now,draft,change\r\n")
    }

    private let trace = #"""
        "amount":1100,"eligible_amount":900,"earned":{"beans":16},"awards":[{"rule":"base","points":9,"into":"beans"},
        {"rule":"double","points":7,"into":"beans"}],"rules":[
        {"rule":"base","outcome":"paid","counted":900,"points":9,"into":"beans","lines":[{"line":0,"counted":900}]},
        {"rule":"double","multiplied":"base","outcome":"paid","counted":900,"points":7,"into":"beans",
        "cuts":[{"by":"cap","cap":"daily","points":2}]},
        {"rule":"app","outcome":"condition_unmet","counted":0,"points":0},
        {"rule":"weekend","outcome":"lost","by":"double","counted":0,"points":0},
        {"rule":"late","outcome":"failed","expression":"rules[4].when","reason":"a value is not there","counted":0,"points":0},
        {"rule":"card","outcome":"collected","counted":2,"points":0}]
        """#

    @Test func aSimulationIsShownAsRecorded() throws {
        let text =
            "{\"program\":\"coffee\",\"tier\":\"gold\",\"at\":\"2026-05-16T10:00:00+09:00\",\(trace),"
            + #""missing":[{"rule":"base","money":100},{"rule":"card","stamps":8}]}"#
        let picture = SimulationPicture(
            result: try JSONDocument(Array(text.utf8)).root, program: Programs.load(Programs.coffee), file: "コーヒー.yaml")
        try Snapshot.check(picture.text(.plain), "rules-simulate")
    }

    @Test(
        "what is missing to the next level is told in what counts toward levels",
        arguments: [
            ("{ earned: status }", "5.00 more status would reach the level gold."),
            ("spend", "500 JPY more would reach the level gold."),
            ("visits", "500 more visits would reach the level gold."),
        ])
    func nextLevel(metric: String, sentence: String) throws {
        let text =
            #"{"program":"coffee","at":"2026-05-16T10:00:00+09:00",\#(trace),"missing":[],"#
            + #""next_tier":{"id":"gold","missing":500}}"#
        let program = Programs.coffee.replacing("{ kind: status,", with: "{ kind: status, decimals: 2,")
            .replacing("metric: { earned: status }", with: "metric: \(metric)")
        let picture = SimulationPicture(
            result: try JSONDocument(Array(text.utf8)).root, program: Programs.load(program), file: "coffee.yaml")
        #expect(picture.text(.plain).contains(sentence), "\(picture.text(.plain))")
    }

    @Test(arguments: [0, 2])
    func anExplanationIsShownAsRecorded(decimals: Int) throws {
        let text =
            #"{"operation":"1-3","kind":"purchase","member":"m_7hq2","occurred_at":"2026-05-16T10:00:00+09:00","#
            + #""posted_at":"2026-05-16T10:00:01+09:00","version":2,"money":"JPY","opened":[{"lot":4,"currency":"beans","#
            + #""points":16,"expires_at":"2027-06-01T00:00:00+09:00"}],"lapsed":[{"lot":1,"currency":"beans","points":5}],"#
            + #""complete":true,\#(trace)}"#
        let program = Programs.coffee.replacing("beans: {", with: "beans: { decimals: \(decimals),")
        let picture = ExplanationPicture(
            result: try JSONDocument(Array(text.utf8)).root, figures: PointFigures(Programs.load(program)))
        try Snapshot.check(picture.text(.plain), decimals == 0 ? "explain" : "explain-decimals")
    }
}
