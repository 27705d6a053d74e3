import Engine
import JSON
import ServerSupport
import TestSupport
import Testing

/// `purchase.quote`: what a sale would earn, and why.
@Suite struct QuoteTests {
    private func basket(_ amount: Int, more: String = "") -> String {
        #"{"member":"m-1","currency":"JPY","occurred_at":"2026-05-16T10:00:00+09:00"\#(more),"#
            + #""items":[{"sku":"latte","quantity":4,"amount":\#(amount)}]}"#
    }

    private func entry(_ rule: String, _ answer: Answer) throws -> JSONValue {
        let rules = try #require(answer.result?["rules"])
        return try #require(rules.elements.first { $0["rule"]?.string == rule })
    }

    @Test("a quote tells rule by rule what it pays and what is missing, and records nothing")
    func quote() async throws {
        let server = try await TestServer.start(Programs.remembering)
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        let answer = try till.ask("purchase.quote", basket(9830))
        #expect(answer.result?["earned"]?["beans"]?.int64 == 60)
        #expect(answer.result?["earned"]?["extra"]?.int64 == 30)
        let base = try entry("base", answer)
        #expect(base["outcome"]?.string == "paid" && base["counted"]?.int64 == 9830 && base["points"]?.int64 == 60)
        #expect(base["cuts"]?.elements.map { $0["cap"]?.string } == ["daily"])
        #expect(try entry("first-of-day", answer)["outcome"]?.string == "capped")
        #expect(try entry("card", answer)["outcome"]?.string == "collected")
        #expect(try entry("app", answer)["outcome"]?.string == "condition_unmet")
        let failed = try entry("late", answer)
        #expect(failed["outcome"]?.string == "failed")
        #expect(failed["expression"]?.string == "rules[8].when")
        let missing = try #require(answer.result?["missing"])
        // More money would bring nothing more that day: the cap is used up.
        #expect(missing.elements.compactMap { $0["money"]?.int64 } == [])
        #expect(missing.elements.compactMap { $0["stamps"]?.int64 } == [6])
        #expect(try till.ask("member.get", #"{"member":"m-1"}"#).result?["purchases"]?.int64 == 0)
        #expect(try till.ask("purchase.quote", basket(9830)).result?["earned"]?["beans"]?.int64 == 60)
        try await server.stop()
    }

    @Test("a quote tells what is missing to the next level after the sale, until there is none")
    func nextLevel() async throws {
        let server = try await TestServer.start(Programs.coffee)
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        for (amount, level, missing) in [
            (10_000, "silver", 200), (29_999, "silver", 1), (30_000, "gold", 700), (99_999, "gold", 1),
        ] as [(Int, String, Int64)] {
            let next = try till.ask("purchase.quote", basket(amount)).result?["next_tier"]
            #expect(next?["id"]?.string == level && next?["missing"]?.int64 == missing)
        }
        #expect(try till.ask("purchase.quote", basket(100_000)).result?["next_tier"] == nil)
        try await server.stop()
    }

    @Test(
        "what is missing to the next point of an exact rule goes by its rounding",
        arguments: [("floor", 70), ("half_up", 20), ("half_even", 20), ("ceiling", 71)])
    func nextPoint(rounding: String, missing: Int64) async throws {
        let beans = "points: 1, per: 100, of: order.eligible_amount, into: beans"
        let server = try await TestServer.start(
            Programs.coffee.replacing(beans, with: "\(beans), exact: true, rounding: \(rounding)"))
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        let quote = try till.ask("purchase.quote", basket(130))
        let told = try #require(quote.result?["missing"]).elements.first { $0["rule"]?.string == "base" }
        #expect(told?["money"]?.int64 == missing, "\(quote)")
        // So much more is a point more, and less is not.
        let now = quote.result?["earned"]?["beans"]?.int64 ?? 0
        for (more, points) in [(missing, now + 1), (missing - 1, now)] {
            let next = try till.ask("purchase.quote", basket(130 + Int(more)))
            #expect(next.result?["earned"]?["beans"]?.int64 == points, "\(next)")
        }
        try await server.stop()
    }

    @Test("what a quote tells is what the sale then earns")
    func quoteIsKept() async throws {
        let server = try await TestServer.start(Programs.remembering)
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        for number in 1...12 {
            let content = basket(37 * number, more: #","tags":["app"],"coupons":["SPRING"],"store":"s""#)
            let quote = try till.ask("purchase.quote", content)
            let posted = try till.ask(
                "purchase.post",
                content.replacing(
                    "{\"member\"", with: #"{"idempotency_key":"\#(number)","receipt":"\#(number)","member""#))
            #expect(
                quote.result?["earned"].map { Array($0.rawText) } == posted.result?["earned"].map { Array($0.rawText) })
            #expect(
                quote.result?["awards"].map { Array($0.rawText) } == posted.result?["awards"].map { Array($0.rawText) })
        }
        try await server.stop()
    }

    @Test("a quote is refused like a sale", arguments: [("nobody", "JPY", 1001), ("m-1", "USD", 1005)])
    func refused(member: String, currency: String, code: Int) async throws {
        let server = try await TestServer.start(Programs.remembering)
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        let params = #"{"member":"\#(member)","currency":"\#(currency)","items":[{"amount":100}]}"#
        #expect(try till.ask("purchase.quote", params).code == code)
        try await server.stop()
    }

    @Test("a card that nobody has is quoted like whoever would join by the sale, where sales enrol")
    func unknownCard() async throws {
        let program = Programs.remembering.replacing(
            "money:", with: "enroll: { unknown_card: enroll }\nmoney:")
        let server = try await TestServer.start(program)
        let till = try Till(server)
        let params =
            #"{"card":"new 1","currency":"JPY","occurred_at":"2026-05-16T10:00:00+09:00","#
            + #""items":[{"sku":"latte","quantity":4,"amount":1830}]}"#
        let quote = try till.ask("purchase.quote", params)
        #expect(quote.result != nil && quote.result?["member"] == nil, "\(quote)")
        #expect(try till.ask("purchase.quote", params.replacing("card", with: "member")).code == 1001)
        let posted = try till.ask(
            "purchase.post",
            params.replacing("{\"card\"", with: #"{"idempotency_key":"1","store":"s","receipt":"1","card""#))
        #expect(posted.result?["earned"].map { Array($0.rawText) } == quote.result?["earned"].map { Array($0.rawText) })
        #expect(try till.ask("purchase.quote", params).result?["member"]?.string != nil)
        try await server.stop()
    }

    @Test("what points would pay earns nothing, as in a sale")
    func paid() async throws {
        let server = try await TestServer.start(Programs.spending)
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        #expect(try till.ask("purchase.post", purchasing("m-1", receipt: "1", amount: 150_000)).result != nil)
        let whole = try till.ask("purchase.quote", basket(4000))
        let part = try till.ask("purchase.quote", basket(4000, more: #","pay":{"points":1000}"#))
        let (a, b) = (whole.result?["earned"]?["beans"]?.int64 ?? 0, part.result?["earned"]?["beans"]?.int64 ?? 0)
        #expect(a > b && b > 0, "\(whole) \(part)")
        let content = basket(4000, more: #","pay":{"points":1000},"store":"s""#)
        let posted = try till.ask(
            "purchase.post",
            content.replacing("{\"member\"", with: #"{"idempotency_key":"2","receipt":"2","member""#))
        #expect(posted.result?["earned"]?["beans"]?.int64 == b, "\(posted)")
        try await server.stop()
    }
}
