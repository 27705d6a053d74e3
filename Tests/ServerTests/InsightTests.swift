import Engine
import JSON
import ServerSupport
import TestSupport
import Testing

/// `rules.simulate`, `rules.backtest` and `operation.explain` on the wire.
@Suite struct InsightTests {
    private func literal(_ text: String) -> String {
        var json = JSONWriter()
        json.string(text)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private let order = #""order":{"items":[{"sku":"latte","quantity":4,"amount":9830}]}"#
    private let time = #""occurred_at":"2026-05-16T10:00:00+09:00""#

    @Test("a made-up member's sale is told like a real one's, under any document")
    func simulate() async throws {
        let server = try await TestServer.start(Programs.remembering)
        let till = try Till(server, as: .admin)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        let real = try till.ask("rules.simulate", #"{"member":"m-1",\#(time),\#(order)}"#)
        let made = try till.ask("rules.simulate", #"{"made_up":{},\#(time),\#(order)}"#)
        let quote = try till.ask(
            "purchase.quote",
            #"{"member":"m-1","currency":"JPY",\#(time),"items":[{"sku":"latte","quantity":4,"amount":9830}]}"#)
        for part in ["earned", "awards", "rules", "missing", "amount"] {
            let expected = try #require(quote.result?[part]).rawText
            #expect(real.result?[part].map { Array($0.rawText) } == Array(expected))
            #expect(made.result?[part].map { Array($0.rawText) } == Array(expected))
        }
        #expect(real.result?["member"]?.string == "m-1" && made.result?["member"] == nil)
        let used =
            #"{"made_up":{"attributes":{"cup":"large"},"tags":["newsletter"],"used":{"limits":{"first-of-day":1},"campaigns":{"rush":990},"stamps":{"lattes":8}}},\#(time),\#(order)}"#
        let answer = try till.ask("rules.simulate", used)
        let points = Dictionary(
            uniqueKeysWithValues: (answer.result?["rules"]?.elements.map {
                ($0["rule"]?.string ?? "", $0["points"]?.int64 ?? -1)
            }) ?? [])
        #expect(points["own-cup"] == 7 && points["rush"] == 10 && points["first-of-day"] == 0 && points["card"] == 100)
        let draft = literal(
            Programs.remembering.replacing(
                "earn: { points: 30, into: extra }", with: "earn: { points: 31, into: extra }"))
        let other = try till.ask("rules.simulate", #"{"document":\#(draft),"made_up":{},\#(time),\#(order)}"#)
        #expect(other.result?["earned"]?["extra"]?.int64 == 31)
        try await server.stop()
    }

    @Test(
        "what does not fit is refused with its place",
        arguments: [
            (#"{"made_up":{},"version":7,"order":{"items":[{"amount":1}]}}"#, "/params/version", "no such version"),
            (#"{"made_up":{"tier":"gold"},"order":{"items":[{"amount":1}]}}"#, "/params/made_up/tier", "no such level"),
            (
                #"{"made_up":{"attributes":{"shoe":1}},"order":{"items":[{"amount":1}]}}"#,
                "/params/made_up/attributes/shoe", "no such"
            ),
            (
                #"{"made_up":{"attributes":{"cup":"huge"}},"order":{"items":[{"amount":1}]}}"#,
                "/params/made_up/attributes/cup", "one of"
            ),
            (
                #"{"made_up":{"used":{"caps":{"x":1}}},"order":{"items":[{"amount":1}]}}"#,
                "/params/made_up/used/caps/x", "no such cap"
            ),
            (
                #"{"made_up":{"days_since_last":3},"order":{"items":[{"amount":1}]}}"#,
                "/params/made_up/days_since_last", "purchase_count"
            ),
            (
                #"{"made_up":{},"order":{"items":[{"amount":1,"tax":2}]}}"#, "/params/order/items/0/tax",
                "at most the amount"
            ),
            (#"{"made_up":{},"member":"m","order":{"items":[{"amount":1}]}}"#, "/params", "exactly one of"),
            (
                #"{"made_up":{},"document":"schema: nothing","order":{"items":[{"amount":1}]}}"#, "/params/document",
                "document:1:"
            ),
            (
                #"{"made_up":{},"document":"a","version":1,"order":{"items":[{"amount":1}]}}"#, "/params/version",
                "left out"
            ),
        ])
    func badSimulations(params: String, pointer: String, detail: String) async throws {
        let server = try await TestServer.start(Programs.remembering)
        let till = try Till(server, as: .admin)
        let answer = try till.ask("rules.simulate", params)
        #expect(answer.code == -32602 && answer.pointers.first == pointer, "\(answer)")
        #expect(answer.details.first?.contains(detail) ?? false, "\(answer)")
        try await server.stop()
    }

    @Test("a backtest on the wire tells what the draft would have cost")
    func backtest() async throws {
        let coffee = Programs.coffee.replacing("money:", with: "redemption: { pay: { worth: 1 } }\nmoney:")
        let server = try await TestServer.start(coffee)
        let till = try Till(server, as: .admin)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        for number in 1...5 {
            #expect(try till.ask("purchase.post", purchasing("m-1", receipt: "\(number)")).result != nil)
        }
        let draft = literal(
            coffee.replacing(
                "points: 1, per: 100, of: order.eligible_amount, into: beans",
                with: "points: 2, per: 100, of: order.eligible_amount, into: beans"))
        let answer = try till.ask("rules.backtest", #"{"document":\#(draft),"by":"day"}"#)
        let rule = try #require(answer.result?["rules"]?.elements.first { $0["rule"]?.string == "base" })
        let (now, then) = (try #require(rule["points"]?["now"]?.int64), try #require(rule["points"]?["draft"]?.int64))
        #expect(now > 0 && then == 2 * now, "\(answer)")
        #expect(answer.result?["comparison"]?["differing"]?.int64 == 0)
        #expect(answer.result?["rows"]?.count == 1 && answer.result?["purchases"]?.int64 == 5)
        let beans = try #require(answer.result?["currencies"]?.elements.first { $0["currency"]?.string == "beans" })
        // A bean pays one yen.
        #expect(beans["liability"]?["now"]?.int64 == beans["outstanding"]?["now"]?.int64)
        #expect(beans["liability"]?["draft"]?.int64 == beans["outstanding"]?["draft"]?.int64)
        #expect(beans["liability"]?["change"]?.int64 == now)
        #expect(
            answer.result?["currencies"]?.elements.first { $0["currency"]?.string == "status" }?["liability"] == nil)
        let bad = [
            (#"{"document":\#(draft),"from":"2026-05-02T00:00:00Z","to":"2026-05-01T00:00:00Z"}"#, "/params/to"),
            ("{}", "/params"), (#"{"version":1,"by":"year"}"#, "/params/by"), (#"{"version":9}"#, "/params/version"),
            (#"{"document":\#(literal(Programs.remembering))}"#, "/params/document"),
        ]
        for (params, pointer) in bad {
            let answer = try till.ask("rules.backtest", params)
            #expect(answer.code == -32602 && answer.pointers == [pointer], "\(answer)")
        }
        let shop = try Till(server)
        #expect(try shop.ask("rules.backtest", #"{"version":1}"#).code == -32006)
        try await server.stop()
    }

    @Test("a return is explained by what came back, line by line")
    func explainReturn() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        let items = #"[{"sku":"mug","quantity":3,"amount":3000},{"sku":"latte","amount":500}]"#
        let posted = try till.ask("purchase.post", purchasing("m-1", receipt: "1", ["items": items]))
        let purchase = try #require(posted.result?["operation"]?.string)
        let table: [(extent: String, returned: String)] = [
            (#"{"line":0,"amount":1000}"#, #"{"line":0,"sku":"mug","quantity":0,"amount":1000}"#),
            (#"{"line":0,"quantity":1}"#, #"{"line":0,"sku":"mug","quantity":1,"amount":667}"#),
            (
                #"{"line":1},{"line":0}"#,
                #"{"line":0,"sku":"mug","quantity":2,"amount":1333},{"line":1,"sku":"latte","quantity":1,"amount":500}"#
            ),
        ]
        for (number, (extent, returned)) in table.enumerated() {
            let answer = try till.ask(
                "purchase.return",
                #"{"idempotency_key":"r\#(number)","purchase":"\#(purchase)","occurred_at":"2026-05-16T10:00:00+09:00","#
                    + #""items":[\#(extent)]}"#)
            let operation = try #require(answer.result?["operation"]?.string, "\(answer)")
            let told = try till.ask("operation.explain", #"{"operation":"\#(operation)"}"#).result?["returned"]
            #expect(told.map { String(decoding: $0.rawText, as: UTF8.self) } == "[\(returned)]")
        }
        try await server.stop()
    }

    @Test("an operation is explained as it was recorded")
    func explain() async throws {
        let server = try await TestServer.start(Programs.remembering)
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        for number in 1...6 {
            let posted = try till.ask("purchase.post", purchasing("m-1", receipt: "\(number)"))
            let operation = try #require(posted.result?["operation"]?.string)
            let answer = try till.ask("operation.explain", #"{"operation":"\#(operation)"}"#)
            #expect(answer.result?["complete"]?.bool == true)
            for part in ["earned", "awards"] {
                let expected = posted.result?[part].map { Array($0.rawText) }
                #expect(answer.result?[part].map { Array($0.rawText) } == expected)
            }
            let sum = answer.result?["rules"]?.elements.reduce(0) { $0 + ($1["points"]?.int64 ?? 0) }
            let awards = posted.result?["awards"]?.elements.reduce(0) { $0 + ($1["points"]?.int64 ?? 0) }
            #expect(sum == awards)
        }
        #expect(try till.ask("operation.explain", #"{"operation":"1-99"}"#).type == "not-found")
        #expect(try till.ask("operation.explain", #"{"operation":"77-1"}"#).type == "not-found")
        #expect(try till.ask("operation.explain", #"{"operation":"one"}"#).pointers == ["/params/operation"])
        try await server.stop()
    }
}
