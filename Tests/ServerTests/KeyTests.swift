import Engine
import Foundation
import JSON
import Ledger
import MemoryStore
import Methods
import NIOCore
import RPC
import Server
import ServerSupport
import Testing
import Time

/// Keys: made, given anew and taken away over the wire, and what they are bound to.
@Suite struct KeyTests {
    private func hello(_ server: TestServer, _ key: String) throws -> (till: Till, answer: Answer) {
        let till = try Till(server, as: nil)
        return (till, try till.ask("session.hello", Till.hello(key)))
    }

    /// Creates a client; its number and its secret.
    private func create(_ admin: Till, _ name: String, _ more: String = "") throws -> (number: Int64, key: String) {
        let answer = try admin.ask(
            "client.create", #"{"idempotency_key":"create/\#(name)","name":"\#(name)","role":"pos"\#(more)}"#)
        return (try #require(answer.result?["client"]?.int64), try #require(answer.result?["api_key"]?.string))
    }

    @Test("a client is made, told its secret once, and lives until it is revoked")
    func life() async throws {
        let server = try await TestServer.start()
        let admin = try Till(server, as: .admin)
        let made = try create(admin, "till 3")
        #expect(made.key.hasPrefix("kz_pos_"))
        let again = try admin.ask("client.create", #"{"idempotency_key":"create/till 3","name":"till 3","role":"pos"}"#)
        #expect(again.isReplayed == true)
        #expect(again.result?["client"]?.int64 == made.number)
        #expect(again.result?["api_key"] == nil, "the secret is told once")
        let other = try admin.ask("client.create", #"{"idempotency_key":"create/till 3","name":"till 4","role":"pos"}"#)
        #expect(other.type == "idempotency-key-reused")

        let (till, welcome) = try hello(server, made.key)
        #expect(welcome.result?["role"]?.string == "pos")
        let list = try admin.ask("client.list")
        #expect(!list.text.contains(made.key))
        #expect(!list.text.contains("\(APIKey(made.key).digest)"))
        #expect(list.result?["next_cursor"] == nil)
        let first = try #require(try admin.ask("client.list", #"{"limit":1}"#).result)
        #expect(first["clients"]?.count == 1)
        let next = try #require(first["next_cursor"]?.string)
        let rest = try #require(try admin.ask("client.list", #"{"cursor":"\#(next)"}"#).result)
        let numbers = (list.result?["clients"]?.elements.map { $0["client"]?.int64 }) ?? []
        #expect(
            numbers.count > 1 && rest["clients"]?.elements.map { $0["client"]?.int64 } == Array(numbers.dropFirst()))
        #expect(try admin.ask("client.list", #"{"cursor":"9999999999999999999"}"#).code == -32602)
        let shown = list.result?["clients"]?.elements.first { $0["client"]?.int64 == made.number }
        #expect(shown?["name"]?.string == "till 3")

        let revoked = try admin.ask("client.revoke", #"{"idempotency_key":"r","client":\#(made.number)}"#)
        #expect(revoked.isReplayed == false)
        #expect(try admin.ask("client.revoke", #"{"idempotency_key":"s","client":\#(made.number)}"#).isReplayed == true)
        #expect(try admin.ask("client.revoke", #"{"idempotency_key":"r","client":\#(made.number)}"#).isReplayed == true)
        let reused = try admin.ask("client.create", #"{"idempotency_key":"r","name":"till 5","role":"pos"}"#)
        #expect(reused.type == "idempotency-key-reused")
        #expect(try hello(server, made.key).answer.code == -32001)
        #expect(try till.rest().isEmpty, "the open session ends")
        #expect(try admin.ask("client.revoke", #"{"idempotency_key":"t","client":99}"#).type == "client-unknown")
        let rotation = try admin.ask("client.rotate", #"{"idempotency_key":"u","client":\#(made.number)}"#)
        #expect(rotation.type == "client-revoked")
        try await server.stop()
    }

    @Test("two keys are valid while they change; without overlap the earlier one and its session end")
    func rotation() async throws {
        let server = try await TestServer.start()
        let admin = try Till(server, as: .admin)
        let made = try create(admin, "till")
        let rotated = try admin.ask("client.rotate", #"{"idempotency_key":"r1","client":\#(made.number)}"#)
        let second = try #require(rotated.result?["api_key"]?.string)
        let (old, oldWelcome) = try hello(server, made.key)
        let (new, newWelcome) = try hello(server, second)
        #expect(oldWelcome.result != nil && newWelcome.result != nil)
        let leaked = try admin.ask(
            "client.rotate", #"{"idempotency_key":"r2","client":\#(made.number),"overlap_ms":0}"#)
        let third = try #require(leaked.result?["api_key"]?.string)
        #expect(try old.rest().isEmpty)
        #expect(try new.rest().isEmpty)
        #expect(try hello(server, made.key).answer.code == -32001)
        #expect(try hello(server, second).answer.code == -32001)
        #expect(try hello(server, third).answer.result != nil)
        try await server.stop()
    }

    @Test("a session ends within a second when its client is revoked by another process")
    func revokedElsewhere() async throws {
        let server = try await TestServer.start()
        let admin = try Till(server, as: .admin)
        let made = try create(admin, "till")
        let (till, _) = try hello(server, made.key)
        #expect(try till.isAlive())
        let start = ContinuousClock.now
        _ = server.store.changeClients(
            ClientChange(.revoke(client: made.number), at: Instant(milliseconds: 1), by: .commandLine))
        #expect(try till.rest().isEmpty)
        #expect(ContinuousClock.now - start < .seconds(1))
        #expect(try admin.isAlive())
        try await server.stop()
    }

    @Test("of a session that is ended nothing more is begun, also of what it had sent before")
    func nothingBegunAfterTheEnd() async throws {
        let gate = Gate()
        var limits = ServerLimits.patient
        limits.linger = .seconds(60)
        let store = MemoryStore(faultHook: { _ in
            gate.pass()
            return nil
        })
        let server = try await TestServer.start(store: store, limits: limits)
        defer { gate.open() }
        let admin = try Till(server, as: .admin)
        #expect(try admin.ask("member.enroll", enrolling("m-1")).result != nil)
        let made = try create(admin, "till")
        let (till, _) = try hello(server, made.key)
        gate.close()
        // Some are under way, and the others wait until these are answered.
        let sent = limits.connection.inFlight + 20
        for number in 1...sent {
            try till.send(line: till.line("purchase.post", purchasing("m-1", receipt: "\(number)")))
        }
        _ = server.store.changeClients(
            ClientChange(.revoke(client: made.number), at: Instant(milliseconds: 1), by: .commandLine))
        #expect(try till.rest().isEmpty)
        gate.open()
        try await Task.sleep(for: .milliseconds(500))
        let balance = try admin.ask("balance.get", #"{"member":"m-1"}"#).result
        let available = try #require(balance?["balances"]?["beans"]?["available"]?.int64)
        #expect(available == Int64(limits.connection.inFlight) * 10)
        try await server.stop()
    }

    @Test("a key that expires opens nothing any more, and its session ends")
    func expiry() async throws {
        let server = try await TestServer.start(clock: Self.systemClock)
        let admin = try Till(server, as: .admin)
        let end = (Self.systemClock() + 700).rfc3339
        let made = try create(admin, "till", #","expires_at":"\#(end)""#)
        let (till, welcome) = try hello(server, made.key)
        #expect(welcome.result != nil)
        #expect(try till.rest().isEmpty)
        #expect(try hello(server, made.key).answer.code == -32001)
        let past = try admin.ask(
            "client.create",
            #"{"idempotency_key":"p","name":"p","role":"pos","expires_at":"2020-01-01T00:00:00Z"}"#)
        #expect(past.pointers == ["/params/expires_at"])
        try await server.stop()
    }

    private static let systemClock: Clock = {
        Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    @Test("a till that is bound to stores posts for these only, one by one and in batches")
    func stores() async throws {
        let server = try await TestServer.start()
        let shop = try Till(server)
        #expect(try shop.ask("member.enroll", enrolling("m-1")).result != nil)
        #expect(try shop.ask("purchase.post", purchasing("m-1", receipt: "1")).result != nil)
        let admin = try Till(server, as: .admin)
        let bound = try hello(server, try create(admin, "bound", #","stores":["kyoto-01","kyoto-02"]"#).key).till
        let refused = try bound.ask("purchase.post", purchasing("m-1", receipt: "2"))
        #expect(refused.code == -32006)
        #expect(refused.type == "other-store")
        #expect(refused.pointers == ["/params/store"])
        #expect(refused.details == ["must be a store of this key: kyoto-01, kyoto-02"])
        let own = purchasing("m-1", receipt: "2").replacing("tokyo-01", with: "kyoto-02")
        #expect(try bound.ask("purchase.post", own).result != nil)
        let sales = ["kyoto-02", "tokyo-01"].map {
            purchasing("m-1", receipt: "in \($0)").replacing("\"store\":\"tokyo-01\"", with: "\"store\":\"\($0)\"")
        }
        let batch = #"{"purchases":[\#(sales.joined(separator: ","))]}"#
        let answers = try bound.ask("purchase.post_batch", batch).result?["results"]
        #expect(answers?[0]?["result"] != nil)
        #expect(answers?[1]?["error"]?["data"]?["type"]?.string?.contains("other-store") == true)
        #expect(answers?[1]?["error"]?["data"]?["errors"]?[0]?["pointer"]?.string == "/params/purchases/1/store")
        try await server.stop()
    }
}
