import Foundation
import Rules
import TestSupport
import Testing
import Time

@Suite("Loading") struct LoadingTests {
    @Test("a document becomes the program it describes")
    func everything() throws {
        let program = try program(exampleDocument("coffee"))
        #expect(program.id == "coffee")
        #expect(program.title.text(in: "ja") == "コーヒークラブ")
        #expect(program.title.text(in: "fr") == "コーヒークラブ")
        #expect(program.money.currency.code == "JPY")
        #expect(program.money.currency.exponent == 0)
        #expect(program.money.base == .taxExcluded)
        #expect(program.zone.name == "Asia/Tokyo")
        #expect(program.unknownCard == .enroll)
        #expect(program.lateLimit == CalendarSpan(30, .day))
        #expect(program.currencies.map(\.id) == ["beans", "status"])
        #expect(program.currencies.map(\.kind) == [.spendable, .status])
        #expect(
            program.currencies.map(\.expiry) == [
                .after(try #require(CalendarSpan("12 months")), endOf: .month), .never,
            ])
        #expect(program.defaultCurrency == 0)
        let tiers = try #require(program.tiers)
        #expect(tiers.metric == .earned(currency: 1))
        #expect(tiers.window == .calendar(.year))
        #expect(tiers.downgrade == .oneLevel)
        #expect(tiers.levels.map(\.from) == [0, 300, 1000])
        #expect([-1, 0, 299, 300, 999, 1000, 5000].map(tiers.level(reachedBy:)) == [0, 0, 0, 1, 1, 2, 2])
        #expect(tiers.level("gold") == 2)
        #expect(program.groups.map(\.id) == ["bonus"])
        #expect(program.groups.map(\.mode) == [.best])
        #expect(
            program.rules.map(\.id) == [
                "base", "status", "app-order", "new-crop", "gold-weekend", "own-cup", "birthday", "latte-card",
            ])
        #expect(program.rules.map(\.group) == [nil, nil, 0, 0, 0, nil, nil, nil])
        #expect(program.rule("own-cup") == 5)
        #expect(program.currency("status") == 1)
        #expect(program.source == (try exampleDocument("coffee")))
        guard case .multiply(let multiplier) = program.rules[3].action else {
            Issue.record("new-crop is a multiplier")
            return
        }
        #expect(multiplier.rules == [0])
        #expect(multiplier.factor == Factor("2"))
        #expect(multiplier.lines?.source == #""new-crop" in item.tags"#)
        #expect(program.eligible?.source == #"item.category != "gift_card""#)
        #expect(program.rules[2].condition?.source == #"order.channel == "app""#)
        #expect(program.rules[5].limit?.measure == .count(1))
        #expect(program.rules[5].limit?.window == .calendar(.day))
        #expect(program.profile.map(\.name) == ["birthday"] && program.profile[0].isBirthday)
        guard case .stamp(let card) = program.rules[7].action else {
            Issue.record("latte-card collects stamps")
            return
        }
        #expect(card.card == "lattes" && card.size == 10 && card.points == 0 && card.reward == 0)
        #expect(program.redemption.rewards.map(\.id) == ["free-latte", "tumbler"])
        #expect(program.scenarios.map(\.steps.count) == [3, 3, 3])
    }

    @Test("what is left out has its default")
    func defaults() throws {
        let program = try program(MistakesTable.base)
        #expect(program.title.entries.isEmpty)
        #expect(program.title.text(in: "en") == nil)
        #expect(program.unknownCard == .refuse)
        #expect(program.lateLimit == CalendarSpan("30 days"))
        #expect(program.tiers == nil)
        #expect(program.currencies[0].decimals == 0)
        #expect(program.currencies[0].expiry == .never)
        let rule = program.rules[0]
        #expect(rule.priority == 0)
        #expect(rule.line == 8)
        #expect(rule.effective.from == nil && rule.effective.until == nil)
        guard case .earn(let earning) = rule.action else {
            Issue.record("base earns")
            return
        }
        #expect(earning.points == 1 && earning.per == 100 && earning.into == 0 && earning.of == .eligibleAmount)
        #expect(earning.lines == nil && !earning.exact && earning.rounding == .floor)
    }

    @Test("the default currency is the first that can be spent")
    func defaultCurrency() throws {
        let text = MistakesTable.base.replacingOccurrences(
            of: "p: {}", with: "s: { kind: status }\n  p: {}\n  q: {}")
        let program = try program(text)
        #expect(program.defaultCurrency == 1)
        guard case .earn(let earning) = program.rules[0].action else { return }
        #expect(earning.into == 1)
    }

    @Test("JSON is read as well, with tabs, escapes and surrogate pairs")
    func json() throws {
        let json = #"""
            {
            	"schema": "kizuna.program\/v1", "id":"shop",
            	"title":{"en":"Caf\u00e9 \ud83d\ude00", "ja":"\"\u5e97\"\\ud83d"},
            	"money":{"currency":"JPY","base":"tax_included"},
            	"timezone":"Asia/Tokyo","points":{"p":{}},
            	"rules":[{"id":"base","event":"purchase","earn":{"points":1,"per":100}},
            		{"id":"double","event":"purchase","multiply":{"rules":["base"],"factor":"2","where":"\"a\" in item.tags"}}],
            	"tests":[]
            }
            """#
        let program = try program(json)
        #expect(program.title.text(in: "en") == "Café 😀")
        #expect(program.title.text(in: "ja") == "\"店\"\\ud83d")
        #expect(try program.evaluate(purchase("250 a, 150")).text(program) == "base 4, double 2")
    }

    @Test("a place in JSON is right behind a surrogate pair too")
    func placesInJSON() {
        let json = #"{"schema":"kizuna.program/v1","title":{"en":"\ud83d\ude00"},"ID":1}"#
        let places = Loader.load(json, file: "f", zones: zones).diagnostics.map { "\($0.line):\($0.column) \($0.path)" }
        #expect(places.last == "1:61 ID")
    }

    @Test("Windows line ends and a byte order mark do no harm")
    func windows() throws {
        let text = "\u{FEFF}" + MistakesTable.base.replacingOccurrences(of: "\n", with: "\r\n")
        let program = try program(text)
        #expect(program.rules[0].line == 8)
        let wrong = text.replacingOccurrences(of: "per: 100", with: "per: 0")
        let diagnostic = Loader.load(wrong, file: "f", zones: zones).diagnostics.first
        #expect(diagnostic?.line == 10)
        #expect(diagnostic?.column == 29)
    }

    @Test("words that older readers take for truth values are texts")
    func norway() throws {
        let text = MistakesTable.base.replacingOccurrences(
            of: "id: shop", with: "id: on\ntitle: { no: yes, en: off, ja: 2026-05-16, fr: 1:30 }")
        let program = try program(text)
        #expect(program.id == "on")
        #expect(program.title.entries.map(\.language) == ["no", "en", "ja", "fr"])
        #expect(program.title.entries.map(\.text) == ["yes", "off", "2026-05-16", "1:30"])
    }

    @Test("bad UTF-8 is refused at its place")
    func badUTF8() throws {
        var bytes = Array("id: café\nx: ".utf8)
        bytes += [0xC3, 0x28]
        let diagnostic = try #require(Loader.load(bytes, file: "f", zones: zones).diagnostics.first)
        #expect(diagnostic.description == "f:2:4: error: the document is not UTF-8 (save it with the encoding UTF-8)")
    }

    @Test("a document may have a mebibyte and no byte more")
    func size() {
        let rest = (1 << 20) - MistakesTable.base.utf8.count
        let comment = "#" + String(repeating: "x", count: rest - 2) + "\n"
        #expect(Loader.load(MistakesTable.base + comment, file: "f", zones: zones).program != nil)
        let outcome = Loader.load(MistakesTable.base + "#" + comment, file: "f", zones: zones)
        #expect(outcome.diagnostics.map(\.message) == ["the document is larger than 1 MiB"])
    }

    @Test("documents made to exhaust the reader are refused quickly")
    func hostile() {
        let bomb =
            "a: &a [x]\n"
            + (1...20).map {
                "\(Character(UnicodeScalar(97 + $0) ?? "z")): &\(Character(UnicodeScalar(97 + $0) ?? "z")) "
                    + "{? [*\(Character(UnicodeScalar(96 + $0) ?? "a")), *\(Character(UnicodeScalar(96 + $0) ?? "a"))] : 1}\n"
            }
            .joined()
        let documents = [
            String(repeating: "[", count: 900), String(repeating: "[", count: 200_000),
            String(repeating: "{a: ", count: 50_000), String(repeating: "- ", count: 100_000),
            String(repeating: "[", count: 900) + String(repeating: "]", count: 900),
            (0..<900).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
            bomb, String(repeating: "a: 1\n", count: 1000), String(repeating: "? ", count: 50_000),
            "id: \"" + String(repeating: "\\", count: 100_001), String(repeating: "\u{1F600}", count: 50_000),
        ]
        for document in documents {
            let start = ContinuousClock.now
            let outcome = Loader.load(document, file: "f", zones: zones)
            #expect(outcome.program == nil)
            #expect(outcome.diagnostics.contains { $0.severity == .error })
            #expect(ContinuousClock.now - start < .seconds(20), "\(document.prefix(20))…")
        }
    }

    /// One row of the YAML test suite.
    private struct YAMLRow: Decodable {
        let id: String
        let yaml: String
        let fail: Bool
    }

    @Test(
        "no case of the YAML test suite loads or crashes, and every one is told a place inside it",
        .externalSuite("yaml/yaml-test-suite.json"))
    func yamlSuite() throws {
        let rows = try ExternalSuites.rows("yaml/yaml-test-suite.json", of: YAMLRow.self)
        #expect(rows.count == 405)
        #expect(rows.filter(\.fail).count == 94)
        for row in rows {
            let outcome = Loader.load(row.yaml, file: row.id, zones: zones)
            #expect(outcome.program == nil, "\(row.id)")
            let lines = row.yaml.split(separator: "\n", omittingEmptySubsequences: false).count
            for diagnostic in outcome.diagnostics {
                #expect((1...lines + 1).contains(diagnostic.line) && diagnostic.column >= 1, "\(diagnostic)")
            }
            #expect(outcome.diagnostics.contains { $0.severity == .error }, "\(row.id)")
        }
    }

    /// One row of ISO 4217.
    private struct CurrencyRow: Decodable {
        let code: String
        let minorUnit: Int?
        let active: Bool
    }

    @Test(
        "currencies are the active ones of ISO 4217 that have a minor unit",
        .externalSuite("iso4217/iso4217.json"))
    func currencies() throws {
        let rows = try ExternalSuites.rows("iso4217/iso4217.json", of: CurrencyRow.self).filter(\.active)
        #expect(rows.count == 178)
        #expect(rows.filter { $0.minorUnit == nil }.count == 13)
        for row in rows {
            #expect(MoneyCurrency(code: row.code)?.exponent == row.minorUnit, "\(row.code)")
        }
        #expect(MoneyCurrency.codes == rows.filter { $0.minorUnit != nil }.map(\.code).sorted())
    }

    @Test("amounts of money without a known minor unit are refused", arguments: ["XAU", "XXX", "DEM", "yen", "", "JP"])
    func noCurrency(code: String) {
        #expect(MoneyCurrency(code: code) == nil)
    }

    @Test(
        "a factor is a decimal from 1 to 1000 with at most three places",
        arguments: [
            ("1", 1000), ("2", 2000), ("1.5", 1500), ("1.25", 1250), ("1.125", 1125), ("1000", 1_000_000),
            ("1000.000", 1_000_000), ("1.0", 1000), ("0.999", nil), ("0", nil), ("1000.001", nil), ("1.0000", nil),
            ("", nil), ("1.", nil), (".5", nil), ("01", nil), ("+2", nil), ("-2", nil), ("2x", nil), ("1,5", nil),
            ("1.5.0", nil), ("1e3", nil), ("２", nil),
        ] as [(String, Int64?)])
    func factors(text: String, thousandths: Int64?) {
        #expect(Factor(text)?.thousandths == thousandths)
    }
}
