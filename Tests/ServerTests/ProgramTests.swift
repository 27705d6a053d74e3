import Engine
import JSON
import ServerSupport
import TestSupport
import Testing

@Suite("What the program is called")
struct ProgramTests {
    @Test("points are told with their titles and decimals, campaigns until they are over")
    func got() async throws {
        let program = """
            schema: kizuna.program/v1
            id: club
            title: { ja: クラブ, en: Club }
            money: { currency: EUR, base: tax_included }
            timezone: Asia/Tokyo
            points:
              euros: { title: { ja: ユーロ }, decimals: 2, expiry: never }
            rules:
              - { id: base, event: purchase, earn: { points: 1, per: 100 } }
            campaigns:
              - { id: over, title: { ja: 過去 }, effective: { until: "2020-01-01T00:00:00+09:00" } }
              - { id: spring, title: { ja: 春 }, effective: { from: "2026-04-01T00:00:00+09:00" } }
            """
        let server = try await TestServer.start(program)
        let till = try Till(server, as: .pos)
        let told = try #require(try till.ask("program.get").result)
        #expect(told["program"]?.string == "club" && told["title"]?["ja"]?.string == "クラブ")
        #expect(told["currency"]?.string == "EUR" && told["timezone"]?.string == "Asia/Tokyo")
        #expect(told["points"]?.count == 1)
        let points = told["points"]?[0]
        #expect(points?["title"]?["ja"]?.string == "ユーロ" && points?["decimals"]?.int64 == 2)
        #expect(points?["kind"]?.string == "spendable")
        #expect(told["campaigns"]?.count == 1 && told["campaigns"]?[0]?["id"]?.string == "spring")
        #expect(told["campaigns"]?[0]?["from"]?.string == "2026-04-01T00:00:00+09:00")
        try await server.stop()
    }
}
