import Engine
import Foundation
import JSON
import Methods
import NIOCore
import RPC
import Server
import ServerSupport
import Testing

/// Who may call what, and how long a connection may hesitate.
@Suite struct SessionTests {
    static let methods = MethodTable<Handling>.product.map(\.method)

    @Test("before hello only describing and pinging are open")
    func beforeHello() async throws {
        let server = try await TestServer.start()
        let till = try Till(server, as: nil)
        for method in Self.methods where method.name != "session.hello" {
            let answer = try till.ask(method.name)
            switch method.name {
            case "rpc.discover", "session.ping": #expect(answer.result != nil)
            default:
                #expect(answer.code == -32001)
                #expect(answer.type == "not-authenticated")
                #expect(answer.pointers.isEmpty, "a stranger learns nothing about the params")
            }
        }
        #expect(try till.ask("session.hello", Till.hello(server.key(.pos))).result?["protocol"]?.string == "1.0")
        #expect(try till.ask("system.info").result?["program"]?.string == "coffee")
        try await server.stop()
    }

    @Test(
        "a hello that cannot be accepted leaves the connection as it was",
        arguments: [
            (Till.hello("kz_pos_0"), -32001, ""),
            (Till.hello(""), -32602, "/params/auth/api_key"),
            (Till.hello("KEY", min: "1.1", max: "2.0"), -32602, "/params/protocol"),
            (Till.hello("KEY", min: "0.1", max: "0.9"), -32602, "/params/protocol"),
            (Till.hello("KEY", min: "2.0", max: "1.0"), -32602, "/params/protocol"),
            (Till.hello("KEY", min: "1", max: "1.0"), -32602, "/params/protocol"),
            (Till.hello("KEY", min: "1.0", max: "1.x"), -32602, "/params/protocol"),
            (Till.hello("KEY", min: "+1.0", max: "1.0"), -32602, "/params/protocol"),
            (Till.hello("KEY", min: "", max: "1.0"), -32602, "/params/protocol/min"),
            (#"{"client":"t","protocol":{"min":"1.0","max":"1.0"}}"#, -32602, "/params/auth"),
            (#"{"client":"t","protocol":{"min":"1.0","max":"1.0"},"auth":{}}"#, -32602, "/params/auth/api_key"),
            (#"{"protocol":{"min":"1.0","max":"1.0"},"auth":{"api_key":"KEY"}}"#, -32602, "/params/client"),
        ])
    func refusedHello(params: String, code: Int, pointer: String) async throws {
        let server = try await TestServer.start()
        let till = try Till(server, as: nil)
        let key = server.key(.shop)
        let answer = try till.ask("session.hello", params.replacing("KEY", with: key))
        #expect(answer.code == code)
        #expect(answer.pointers == (pointer.isEmpty ? [] : [pointer]))
        #expect(!answer.text.contains(key))
        #expect(try till.ask("system.info").code == -32001)
        #expect(try till.ask("session.hello", Till.hello(key, min: "0.9", max: "1.7")).result != nil)
        try await server.stop()
    }

    @Test("a session is opened once")
    func secondHello() async throws {
        let server = try await TestServer.start()
        let till = try Till(server, as: .pos)
        let answer = try till.ask("session.hello", Till.hello(server.key(.admin)))
        #expect(answer.code == -32600)
        #expect(try till.ask("member.enroll", enrolling("m-1")).code == -32006, "the role is still that of a till")
        try await server.stop()
    }

    @Test("hello tells the limits that hold")
    func toldLimits() async throws {
        var limits = ServerLimits()
        limits.connection.batch = 7
        limits.hello = .seconds(3)
        let server = try await TestServer.start(limits: limits)
        let till = try Till(server, as: nil)
        let told = try #require(try till.ask("session.hello", Till.hello(server.key(.admin))).result?["limits"])
        #expect(told["batch"]?.int64 == 7)
        #expect(told["hello_ms"]?.int64 == 3000)
        #expect(told["line_bytes"]?.int64 == 1 << 20)
        #expect(told["in_flight"]?.int64 == 32)
        try await server.stop()
    }

    private static let sellers: Set<Role> = [.pos, .shop, .admin]

    /// Methods for clients of every role.
    private static let open: Set<String> = [
        "session.hello", "session.ping", "rpc.discover", "system.info", "member.get", "purchase.quote", "purchase.get",
        "balance.get", "balance.at", "lots.list", "statement.list", "redemption.quote", "reward.list", "voucher.get",
        "pool.get", "tier.get", "tier.list", "tier.history", "program.get", "operation.explain",
    ]

    /// Methods that are not for every role, and whose they are.
    private static let restricted: [String: Set<Role>] = [
        "member.enroll": [.shop, .admin], "member.link": [.shop, .admin], "member.update": [.shop, .admin],
        "member.export": [.shop, .admin], "member.erase": [.admin], "member.consent": sellers,
        "points.adjust": [.admin], "tier.set": [.admin], "tier.unset": [.admin], "points.transfer": [.shop, .admin],
        "purchase.return": sellers, "purchase.void": sellers, "purchase.confirm": sellers,
        "hold.create": sellers, "hold.capture": sellers, "hold.release": sellers, "redemption.create": sellers,
        "redemption.cancel": sellers, "voucher.redeem": sellers, "voucher.give_back": sellers,
        "member.unlink": [.shop, .admin], "member.merge": [.shop, .admin], "member.close": [.shop, .admin],
        "member.suspend": [.admin], "member.reinstate": [.admin], "purchase.post_batch": sellers,
        "referral.code": [.shop, .admin], "referral.claim": [.shop, .admin],
        "pool.create": [.shop, .admin], "pool.join": [.shop, .admin], "pool.leave": [.shop, .admin],
        "value.top_up": sellers, "value.refund": sellers, "purchase.claim": sellers,
        "allowance.draw": sellers, "allowance.settle": sellers,
        "event.post": [.shop, .admin], "purchase.post": [.pos, .shop, .admin],
        "rules.validate": [.analyst, .admin], "rules.list": [.analyst, .admin], "rules.get": [.analyst, .admin],
        "rules.diff": [.analyst, .admin], "rules.publish": [.admin], "rules.rollback": [.admin], "audit.list": [.admin],
        "client.create": [.admin], "client.list": [.admin], "client.rotate": [.admin], "client.revoke": [.admin],
        "rules.simulate": [.analyst, .admin], "rules.backtest": [.analyst, .admin],
    ]

    @Test("of every method it is said on purpose who may call it")
    func everyMethodIsSorted() {
        #expect(Self.open.isDisjoint(with: Self.restricted.keys))
        #expect(Self.open.union(Self.restricted.keys) == Set(Self.methods.map(\.name)))
        for (method, roles) in Self.restricted { #expect(roles.count < Role.allCases.count, "\(method)") }
    }

    @Test("the table in docs/reference/methods.md says of every role what the server does", arguments: Role.allCases)
    func toldRoles(role: Role) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/reference/methods.md"), encoding: .utf8)
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") && $0.contains("|") }
            .map { $0.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmingPrefix(" ") } }
            .filter { $0.count == Role.allCases.count + 4 }
        let column = try #require(Role.allCases.firstIndex(of: role)) + 3
        let told = rows.filter { $0[column].hasPrefix("●") }.map { $0[1].filter { $0 != "`" && $0 != " " } }
        let expected = Self.open.union(Self.restricted.filter { $0.value.contains(role) }.keys)
        #expect(Set(told) == expected)
    }

    @Test("a role may call just what it should", arguments: Role.allCases, Self.methods.map(\.name))
    func roles(role: Role, method: String) async throws {
        let server = try await TestServer.start()
        let till = try Till(server, as: role)
        let isOpen = Self.open.contains(method) || Self.restricted[method]?.contains(role) == true
        let answer = try till.ask(method)
        #expect((answer.code == -32006) == !isOpen, "\(answer)")
        #expect((answer.type == "not-permitted") == !isOpen)
        try await server.stop()
    }

    @Test("a connection that does not say who it is, is closed")
    func helloTimeout() async throws {
        var limits = ServerLimits()
        limits.hello = .milliseconds(150)
        let server = try await TestServer.start(limits: limits)
        let known = try Till(server, as: .pos)
        let silent = try Till(server, as: nil)
        let chatty = try Till(server, as: nil)
        #expect(try chatty.isAlive())
        #expect(try silent.nextLine() == nil)
        #expect(try chatty.nextLine() == nil, "pings do not put it off")
        #expect(try known.isAlive())
        try await server.stop()
    }

    @Test("a connection that is silent too long is closed")
    func idleTimeout() async throws {
        var limits = ServerLimits()
        limits.idle = .milliseconds(200)
        let server = try await TestServer.start(limits: limits)
        let till = try Till(server, as: .pos)
        let start = NIODeadline.now()
        #expect(try till.nextLine() == nil)
        #expect(NIODeadline.now() - start > .milliseconds(100))
        try await server.stop()
    }

    @Test("a connection too many is told so and closed, and its place can be taken later")
    func tooManySessions() async throws {
        var limits = ServerLimits()
        limits.sessions = 3
        let server = try await TestServer.start(limits: limits)
        var tills = try (0..<3).map { _ in try Till(server) }
        for hasSpoken in [false, true] {
            let extra = try Till(server, as: nil)
            if hasSpoken {
                // It may be gone before we speak; what was said to us must be readable all the same.
                try? extra.send(line: extra.line("session.hello", Till.hello(server.key(.pos))))
            }
            let answer = try #require(try extra.next())
            #expect(answer.id == "null")
            #expect(answer.code == -32000)
            #expect(answer.type == "overloaded")
            #expect(answer.isRetryable == true)
            #expect(try extra.nextLine() == nil)
        }
        for till in tills { #expect(try till.isAlive()) }
        tills.removeLast().socket.end()
        // The server learns of the end a moment later.
        for attempt in 1... {
            if (try? Till(server)) != nil { break }
            try #require(attempt < 200)
            try await Task.sleep(for: .milliseconds(5))
        }
        try await server.stop()
    }
}
