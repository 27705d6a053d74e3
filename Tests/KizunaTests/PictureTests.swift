import Foundation
import JSON
import TestSupport
import Testing

@testable import kizuna

/// What the server tells, as people see it.
@Suite struct PictureTests {
    private func json(_ text: String) throws -> JSONValue {
        try JSONDocument(Array(text.utf8)).root
    }

    private func picture() throws -> MemberPicture {
        MemberPicture(
            member: try json(
                #"""
                {"member":"m_7hq2","name":"絆 太郎","identifiers":[{"card":"9001 2345"},{"external":{"crm":"17"}}],
                "enrolled_at":"2026-05-16T09:58:00+09:00","purchases":1204,
                "first_purchase_at":"2026-05-16T10:00:00+09:00","last_purchase_at":"2026-05-17T10:00:00+09:00",
                "balances":{"beans":{"available":12345,"pending":0,"held":0,"debt":0,
                "next_expiry":{"points":11,"at":"2027-06-01T00:00:00+09:00"}},
                "status":{"available":7,"pending":0,"held":0,"debt":0}},
                "tier":{"id":"silver","since":"2026-05-16T09:58:00+09:00"}}
                """#),
            lots: try json(
                #"""
                {"member":"m_7hq2","lots":[{"lot":1,"currency":"beans","operation":"1-3","original":20,"remaining":11,
                "earned_at":"2026-05-16T10:00:00+09:00","expires_at":"2027-06-01T00:00:00+09:00"},
                {"lot":2,"currency":"status","operation":"1-3","original":7,"remaining":7,
                "earned_at":"2026-05-16T10:00:00+09:00"}]}
                """#),
            tier: try json(
                #"""
                {"member":"m_7hq2","tier":{"id":"silver","since":"2026-05-16T09:58:00+09:00",
                "until":"2028-01-01T00:00:00+09:00"},"metric":{"counts":"earned","currency":"status",
                "window":"calendar_year","from":"2026-01-01T00:00:00+09:00","until":"2027-01-01T00:00:00+09:00",
                "total":307},
                "next":{"id":"gold","from":1000,"missing":693},
                "keep":{"from":"2027-01-01T00:00:00+09:00","until":"2028-01-01T00:00:00+09:00","missing":300,
                "by":"2028-01-01T00:00:00+09:00"}}
                """#),
            history: try json(
                #"""
                {"member":"m_7hq2","history":[
                {"id":"silver","since":"2026-05-16T09:58:00+09:00","until":"2028-01-01T00:00:00+09:00","why":"reached",
                "operation":"1-3"},
                {"id":"gold","since":"2026-02-01T00:00:00+09:00","until":"2026-05-16T09:58:00+09:00","why":"given",
                "operation":"1-2","reason":"a match"},
                {"id":"regular","since":"2026-01-16T09:58:00+09:00","until":"2026-02-01T00:00:00+09:00","why":"joined"}]}
                """#))
    }

    /// How a program shows its points that gives its beans so many decimals.
    private func figures(beans decimals: Int = 0) throws -> PointFigures {
        PointFigures(
            try json(
                #"""
                {"program":"coffee","points":[{"id":"beans","kind":"spendable","decimals":\#(decimals)},
                {"id":"status","kind":"status","decimals":0}]}
                """#))
    }

    private func past() throws -> PastPicture {
        PastPicture(
            points: try json(
                #"""
                {"member":"m_7hq2","at":"2026-05-17T10:00:00+09:00","balances":{"beans":{"available":1234,"pending":5,
                "held":100,"debt":0,"next_expiry":{"points":1234,"at":"2027-06-01T00:00:00+09:00"}},
                "status":{"available":1234,"pending":0,"held":0,"debt":0}},"lots":[{"lot":1,"currency":"beans",
                "remaining":1234,"original":2000,"operation":"1-3","expires_at":"2027-06-01T00:00:00+09:00",
                "made_by":{"kind":"purchase","occurred_at":"2026-05-16T10:00:00+09:00","store":"a","receipt":"5"}}]}
                """#))
    }

    @Test func aMemberIsShownAsRecorded() throws {
        try Snapshot.check(picture().text(figures(), .plain), "member-show")
    }

    @Test("points are shown with the decimals of their currency, in every table about a member")
    func decimals() throws {
        let figures = try figures(beans: 2)
        try Snapshot.check(picture().text(figures, .plain), "member-show-decimals")
        try Snapshot.check(past().text(figures, .plain), "member-show-past")
        try Snapshot.check(statement().text(figures, .plain), "statement-decimals")
    }

    @Test("a level that points lead to is shown with their decimals, visits without")
    func decimalsOfLevels() throws {
        func picture(_ metric: String) throws -> String {
            let tier = #"{"tier":{"id":"low"},"metric":{\#(metric),"total":1234},"next":{"id":"high","missing":50}}"#
            let none = try json("{}")
            return MemberPicture(member: none, lots: none, tier: try json(tier), history: none)
                .text(try figures(beans: 2), .plain)
        }
        let earned = try picture(#""counts":"earned","currency":"beans""#)
        #expect(earned.contains("12.34") && earned.contains("0.50"))
        let visits = try picture(#""counts":"visits""#)
        #expect(visits.contains("1,234") && visits.contains("50") && !visits.contains("0.50"))
        let spend = try picture(#""counts":"spend","currency":"USD""#)
        #expect(spend.contains("12.34 USD"))
    }

    @Test(
        "a number of points has the decimals of its currency, and none where the program does not know it",
        arguments: [
            (1234, "beans", "12.34", "+12.34"), (5, "beans", "0.05", "+0.05"), (-5, "beans", "-0.05", "-0.05"),
            (0, "beans", "0.00", "0.00"), (1_234_567, "beans", "12,345.67", "+12,345.67"),
            (1234, "status", "1,234", "+1,234"), (1234, "gone", "1,234", "+1,234"),
            (Int64.min, "beans", "-92,233,720,368,547,758.08", "-92,233,720,368,547,758.08"),
        ] as [(Int64, String, String, String)])
    func pointFigures(points: Int64, currency: String, text: String, signed: String) throws {
        let figures = try figures(beans: 2)
        #expect(figures.text(points, of: currency) == text)
        #expect(figures.signed(points, of: currency) == signed)
    }

    @Test func theJSONIsWhatTheServerSaid() throws {
        let text = try picture().json
        let value = try json(text)
        #expect(value["member"]?["name"]?.string == "絆 太郎")
        #expect(value["lots"]?["lots"]?.count == 2)
        #expect(value["tier"]?["next"]?["missing"]?.int64 == 693)
        #expect(text.last == "\n")
    }

    private func statement() throws -> Statement {
        var statement = Statement()
        statement.append(
            try json(
                #"""
                {"member":"m_7hq2","operations":[{"operation":"1-3","kind":"purchase",
                "occurred_at":"2026-05-16T10:00:00+09:00","posted_at":"2026-05-16T10:00:01+09:00","store":"東京 1",
                "terminal":"t3","receipt":"55","amount":1210,"currency":"JPY","transfers":[
                {"number":1,"currency":"beans","from":"issued","to":"available","amount":11,"lot":1,
                "available_after":11},{"number":2,"currency":"status","from":"issued","to":"available","amount":11,
                "lot":2,"available_after":11}]}],"next_cursor":"3"}
                """#))
        statement.append(
            try json(
                #"""
                {"member":"m_7hq2","operations":[{"operation":"1-2","kind":"due",
                "occurred_at":"2026-05-16T00:00:00+09:00","posted_at":"2026-05-16T10:00:01+09:00","transfers":[
                {"number":1,"currency":"beans","from":"available","to":"expired","amount":1500,"lot":1,
                "available_after":0}]},{"operation":"1-1","kind":"enroll","occurred_at":"2026-05-15T09:58:00+09:00",
                "posted_at":"2026-05-15T09:58:00+09:00","transfers":[]}]}
                """#))
        return statement
    }

    @Test func aStatementIsShownAsRecorded() throws {
        try Snapshot.check(statement().text(figures(), .plain), "statement")
    }

    @Test func aStatementOfSeveralPagesIsOneJSONObject() throws {
        let value = try json(statement().json)
        #expect(value["operations"]?.elements.map { $0.text("operation") } == ["1-3", "1-2", "1-1"])
        #expect(value["next_cursor"] == nil)
    }

    @Test func anImportIsSummedUpAsRecorded() throws {
        var tally = ImportTally()
        for replayed in [false, false, true] {
            tally.count(
                try json(
                    #"""
                    {"earned":{"points":1205},"awards":[{"rule":"produce","points":5,"into":"points"},
                    {"rule":"base","points":1200,"into":"points"}],"replayed":\#(replayed)}
                    """#))
        }
        tally.countRejection()
        let summary = ImportSummary(tally: tally, seconds: 0.5, rejects: "x.rejects.ndjson")
        let figures = PointFigures(Programs.load(Programs.grocery))
        try Snapshot.check(summary.text(figures, .plain), "import-summary")
        let fine = Programs.grocery.replacing("points: { expiry", with: "points: { decimals: 2, expiry")
        let text = summary.text(PointFigures(Programs.load(fine)), .plain)
        #expect(summary.text(nil, .plain).contains("POINTS (SMALLEST UNIT)"))
        #expect(text.contains("24.10") && text.contains("12.05") && text.contains("0.05"), "\(text)")
        #expect(
            summary.json == """
                {"read":4,"new":2,"replayed":1,"rejected":1,"points":{"points":{"new":2410,"replayed":1205}},\
                "rules":[{"rule":"base","into":"points","new":2400,"replayed":1200},\
                {"rule":"produce","into":"points","new":10,"replayed":5}],"seconds":0.5,"per_second":8,\
                "rejects":"x.rejects.ndjson"}

                """)
    }

    @Test(arguments: [
        (0.0, 0.0, true, "[..............................] 0 %  0 lines  0 per second"),
        (0.5, 10.0, true, "[###############...............] 50 %  0 lines  0 per second  10 s left"),
        (1.0, 10.0, false, "100 %  0 lines  0 per second"),
    ])
    func progressTellsHowFarItIs(progress: Double, seconds: Double, hasBar: Bool, text: String) {
        #expect(ProgressMeter.text(ImportTally(), progress: progress, seconds: seconds, hasBar: hasBar) == text)
    }

    // MARK: rules check

    @Test func aGoodDocumentIsReportedAsRecorded() throws {
        let report = RulesCheckReport(Array(Self.good.utf8), file: "good.yaml", zones: Programs.zones)
        #expect(report.isClean)
        try Snapshot.check(report.text(.plain) + report.json, "rules-check-good")
    }

    @Test func aDocumentWhoseTestsFailIsReportedAsRecorded() throws {
        let document = Self.good.replacing("expect: { points: 10 }", with: "expect: { points: 11, rules: { base: 9 } }")
        let report = RulesCheckReport(Array(document.utf8), file: "failing.yaml", zones: Programs.zones)
        #expect(!report.isClean)
        try Snapshot.check(report.text(.plain) + report.json, "rules-check-failing")
    }

    @Test func aBadDocumentIsReportedAsRecorded() throws {
        let document = Self.good.replacing("per: 100", with: "per: 0").replacing("timezone", with: "timzone")
        let report = RulesCheckReport(Array(document.utf8), file: "bad.yaml", zones: Programs.zones)
        #expect(!report.isClean)
        try Snapshot.check(report.text(.plain) + report.json, "rules-check-bad")
    }

    private static let good = """
        schema: kizuna.program/v1
        id: shop
        money: { currency: JPY, base: tax_included }
        timezone: Asia/Tokyo
        points: { points: { expiry: never } }
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100, of: order.amount } }
        tests:
          - name: 千円で十ポイント
            order: { time: "2026-05-16T10:00:00+09:00", items: [{ amount: 1000 }] }
            expect: { points: 10 }
          - name: nothing for less than 100 yen
            order: { time: "2026-05-16T10:00:00+09:00", items: [{ amount: 99 }] }
            expect: { points: 0 }
        """
}
