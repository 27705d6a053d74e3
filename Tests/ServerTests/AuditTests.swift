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
