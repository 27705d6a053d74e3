import Engine
import JSON
import ServerSupport
import Testing

/// What people with special rights do leaves an entry in the audit trail.
@Suite struct AuditTests {
    private func entries(_ admin: Till) throws -> [JSONValue] {
        let entries = try #require(try admin.ask("audit.list", #"{"limit":200}"#).result?["entries"])
        return Array(entries.elements)
    }

    @Test(
        "a correction of points is in the trail with who, from where, before and after; once, and only if it was made")
    func adjustments() async throws {
        let server = try await TestServer.start()
        let admin = try Till(server, as: .admin)
        #expect(try admin.ask("member.enroll", enrolling("m-1")).result != nil)
        let before = try entries(admin).count
        func adjust(_ key: String, _ points: Int) throws -> Answer {
            try admin.ask(
                "points.adjust",
                #"{"idempotency_key":"\#(key)","member":"m-1","currency":"beans","points":\#(points),"reason":"moved"}"#
            )
        }
        let first = try adjust("a", 100)
        #expect(try adjust("a", 100).isReplayed == true)
        #expect(try adjust("b", -5000).type == "insufficient-points")
        let second = try adjust("c", -30)
        let new = try entries(admin).dropLast(before)
        #expect(new.compactMap { $0["action"]?.string } == ["adjust", "adjust"])
        let operations = [second, first].compactMap { $0.result?["operation"]?.string }
        #expect(new.compactMap { $0["subject"]?.string } == operations.map { "operation \($0)" })
        let newest = try #require(new.first)
        #expect(newest["author"]?.string == "admin")
        #expect(newest["origin"]?.string?.hasPrefix("127.0.0.1:") == true)
        let details = newest["details"]
        #expect(details?["reason"]?.string == "moved")
        #expect(details?["points"]?.string == "-30")
        #expect(details?["beans_before"]?.string == "100")
        #expect(details?["beans_after"]?.string == "70")
        try await server.stop()
    }

    @Test("a correction that pays a debt tells the debt before and after")
    func debts() async throws {
        let server = try await TestServer.start()
        let admin = try Till(server, as: .admin)
        #expect(try admin.ask("member.enroll", enrolling("m-1")).result != nil)
        let sale = try admin.ask("purchase.post", purchasing("m-1", receipt: "1", amount: 10_000))
        let earned = try #require(sale.result?["earned"]?["beans"]?.int64)
        func adjust(_ key: String, _ points: Int64) throws {
            let params =
                #"{"idempotency_key":"\#(key)","member":"m-1","currency":"beans","points":\#(points),"reason":"x"}"#
            #expect(try admin.ask("points.adjust", params).result != nil)
        }
        try adjust("a", -earned)
        let back =
            #"{"idempotency_key":"v","occurred_at":"2026-05-16T10:00:00+09:00","receipt":{"store":"tokyo-01","terminal":"t3","number":"1"}}"#
        #expect(try admin.ask("purchase.void", back).result != nil)
        try adjust("b", earned + 7)
        let details = try #require(try entries(admin).first?["details"])
        #expect(details["beans_debt_before"]?.string == "\(earned)" && details["beans_debt_after"]?.string == "0")
        #expect(details["beans_before"]?.string == "0" && details["beans_after"]?.string == "7")
        try await server.stop()
    }

    @Test("what is done to members is in the trail with what was before and after, and without the person")
    func members() async throws {
        let server = try await TestServer.start()
        let admin = try Till(server, as: .admin)
        for (member, card) in [("m-1", "card-1"), ("m-2", "card-2")] {
            #expect(try admin.ask("member.enroll", enrolling(member, card: card)).result != nil)
        }
        for (key, member, points) in [("a1", "m-1", 100), ("a2", "m-2", 40)] {
            let adjusting =
                #"{"idempotency_key":"\#(key)","member":"\#(member)","currency":"beans","points":\#(points),"reason":"x"}"#
            #expect(try admin.ask("points.adjust", adjusting).result != nil)
        }
        let before = try entries(admin).count
        /// Makes a call and gives the details of the entry that it left.
        func details(_ method: String, _ params: String) throws -> [String: String] {
            let answer = try admin.ask(method, #"{"idempotency_key":"\#(method)",\#(params)}"#)
            #expect(answer.result != nil, "\(answer)")
            let entry = try #require(try entries(admin).first)
            #expect(entry["author"]?.string == "admin")
            #expect(entry["origin"]?.string?.hasPrefix("127.0.0.1:") == true)
            #expect(entry["subject"]?.string == (answer.result?["operation"]?.string).map { "operation \($0)" })
            let members = entry["details"].map { Array($0.members) } ?? []
            #expect(!members.contains { $0.value.string?.contains("card-") ?? true }, "no card is named")
            return Dictionary(uniqueKeysWithValues: members.map { ($0.key.string ?? "", $0.value.string ?? "") })
        }
        let tier = try details("tier.set", #""member":"m-1","level":"gold","reason":"a match""#)
        #expect(tier["tier_before"] == "regular" && tier["tier_after"] == "gold" && tier["reason"] == "a match")
        let back = try details("tier.unset", #""member":"m-1","reason":"over""#)
        #expect(back["tier_before"] == "gold" && back["tier_after"] == "regular" && back["reason"] == "over")
        let merged = try details("member.merge", #""member":"m-1","from":{"member":"m-2"}"#)
        #expect(merged["beans_before"] == "100" && merged["beans_after"] == "140", "\(merged)")
        #expect(try details("member.unlink", #""identifier":{"card":"card-2"}"#) == ["identifier_before": "card"])
        let suspended = try details("member.suspend", #""member":"m-1""#)
        #expect(suspended["status_before"] == "active" && suspended["status_after"] == "suspended")
        let reinstated = try details("member.reinstate", #""member":"m-1""#)
        #expect(reinstated["status_before"] == "suspended" && reinstated["status_after"] == "active")
        let closed = try details("member.close", #""member":"m-1","grace_days":3"#)
        #expect(closed["status_before"] == "active" && closed["status_after"] == "closed")
        let actions = try entries(admin).dropLast(before).compactMap { $0["action"]?.string }
        #expect(
            actions == ["close", "reinstate", "suspend", "unlink", "merge", "unset_tier", "set_tier"])
        try await server.stop()
    }

    @Test("what was done to clients is in the trail, without their secrets")
    func clients() async throws {
        let server = try await TestServer.start()
        let admin = try Till(server, as: .admin)
        let before = try entries(admin).count
        let made = try admin.ask(
            "client.create", #"{"idempotency_key":"a","name":"till","role":"pos","stores":["tokyo-01"]}"#)
        let number = try #require(made.result?["client"]?.int64)
        let rotated = try admin.ask("client.rotate", #"{"idempotency_key":"b","client":\#(number)}"#)
        _ = try admin.ask("client.revoke", #"{"idempotency_key":"c","client":\#(number)}"#)
        let answer = try admin.ask("audit.list", #"{"limit":200}"#)
        for secret in [made, rotated].compactMap({ $0.result?["api_key"]?.string }) {
            #expect(!answer.text.contains(secret))
        }
        let new = try entries(admin).dropLast(before)
        #expect(new.compactMap { $0["action"]?.string } == ["revoke_client", "rotate_key", "add_client"])
        #expect(new.allSatisfy { $0["subject"]?.string == "client \(number)" && $0["author"]?.string == "admin" })
        #expect(new.last?["details"]?["store"]?.string == "tokyo-01")
        let keys = rotated.result?["keys"]?.elements.compactMap { $0["key"]?.string }
        #expect(new.dropFirst().first?["details"]?["key_before"]?.string == keys?.first)
        #expect(new.dropFirst().first?["details"]?["key"]?.string == keys?.last)
        try await server.stop()
    }
}
