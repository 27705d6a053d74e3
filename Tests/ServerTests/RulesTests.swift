import Engine
import Foundation
import JSON
import Ledger
import Loyalty
import MemoryStore
import ServerSupport
import Synchronization
import TestSupport
import Testing
import Time

/// Publishing and looking at rule sets over the wire.
@Suite(.onThreads) struct RulesOverTheWireTests {
    private static let doubled = Programs.coffee.replacing("{ points: 1, per: 100", with: "{ points: 2, per: 100")

    private static func publishing(_ document: String, key: String = "k", _ more: String = "") -> String {
        #"{"idempotency_key":"\#(key)","note":"why","document":\#(quoted(document))\#(more)}"#
    }

    @Test("a document is published once, listed, read back, compared and rolled back")
    func life() async throws {
        let server = try await TestServer.start()
        let office = try Till(server, as: .admin)
        let answer = try office.ask("rules.publish", Self.publishing(Self.doubled))
        let result = try #require(answer.result)
        #expect(result["version"]?.int64 == 2)
        #expect(result["effective_from"]?.string == "2026-05-16T10:00:01+09:00")
        #expect(result["author"]?.string == "admin")
        #expect(result["changes"]?.count == 2)
        #expect(result["changes"]?[0]?["path"]?.string == "rules[base].earn.points")
        #expect(answer.isReplayed == false)
        let again = try office.ask("rules.publish", Self.publishing(Self.doubled))
        #expect(again.isReplayed == true)
        #expect(again.firstResult == answer.firstResult)
        #expect(try office.ask("rules.publish", Self.publishing(Programs.coffee)).code == 1002)

        let back = #"{"idempotency_key":"b","version":1,"note":"back"}"#
        #expect(try office.ask("rules.rollback", back).result?["version"]?.int64 == 3)
        let list = try #require(try office.ask("rules.list").result?["rule_sets"])
        #expect(list.elements.compactMap { $0["version"]?.int64 } == [3, 2, 1])
        #expect(list.elements.compactMap { $0["in_force"]?.bool } == [false, false, true])
        #expect(list.elements.compactMap { $0["note"]?.string } == ["back", "why", "a test"])
        #expect(try office.ask("rules.get", #"{"version":2}"#).result?["document"]?.string == Self.doubled)
        #expect(try office.ask("rules.get").result?["version"]?.int64 == 1)
        #expect(try office.ask("rules.diff", #"{"from":1,"to":3}"#).result?["changes"]?.count == 0)
        #expect(try office.ask("rules.diff", #"{"from":2,"to":3}"#).result?["changes"]?.count == 2)
        let draft = #"{"from":1,"document":\#(quoted(Self.doubled))}"#
        #expect(try office.ask("rules.diff", draft).result?["changes"]?.count == 2)

        let entries = try #require(try office.ask("audit.list").result?["entries"])
        let adding = Role.allCases.map { _ in "add_client" }
        let actions = ["rollback", "publish"] + adding + ["publish"]
        #expect(entries.elements.compactMap { $0["action"]?.string } == actions)
        #expect(entries[0]?["client"]?.int64 != nil)
        #expect(entries[0]?["origin"]?.string?.hasPrefix("127.0.0.1:") == true)
        #expect(entries[0]?["details"]?["restored"]?.string == "1")
        #expect(entries[actions.count - 1]?["author"]?.string == "command line")
        var seen: [Int64] = []
        var cursor: String?
        repeat {
            let params = #"{"limit":1\#(cursor.map { #","cursor":"\#($0)""# } ?? "")}"#
            let page = try #require(try office.ask("audit.list", params).result)
            seen += page["entries"]?.elements.compactMap { $0["entry"]?.int64 } ?? []
            cursor = page["next_cursor"]?.string
        } while cursor != nil
        #expect(seen == (1...Int64(actions.count)).reversed())
        try await server.stop()
    }

    @Test("what is to come can be superseded, and nothing begins before it by mistake")
    func supersession() async throws {
        let server = try await TestServer.start()
        let office = try Till(server, as: .admin)
        let from2126 = #","effective_from":"2126-06-01T00:00:00+09:00""#
        #expect(try office.ask("rules.publish", Self.publishing(Self.doubled, from2126)).result != nil)
        let back = #"{"idempotency_key":"b","version":1,"note":"the year was wrong""#
        let refused = try office.ask("rules.rollback", back + "}")
        #expect(refused.code == 1105 && refused.type == "rule-sets-to-come")
        #expect(refused.detail?.contains("2 from 2126-06-01T00:00:00+09:00") == true, "\(refused)")
        #expect(refused.detail?.contains("supersedes: [2]") == true, "\(refused)")
        #expect(try office.ask("rules.rollback", back + #","supersedes":[2,7]}"#).detail?.contains("names 7") == true)
        #expect(try office.ask("rules.rollback", back + #","supersedes":[]}"#).pointers == ["/params/supersedes"])
        let result = try #require(try office.ask("rules.rollback", back + #","supersedes":[2]}"#).result)
        #expect(result["supersedes"]?.elements.compactMap(\.int64) == [2])
        #expect(result["changes"]?.count == 0)
        let list = try #require(try office.ask("rules.list").result?["rule_sets"])
        #expect(list.elements.map { $0["superseded_by"]?.int64 } == [nil, 3, nil])
        let entries = try #require(try office.ask("audit.list", #"{"limit":1}"#).result?["entries"])
        #expect(entries[0]?["details"]?["supersedes"]?.string == "2")
        #expect(entries[0]?["details"]?["version_before"]?.string == "1")
        try await server.stop()
    }

    @Test("everything that is wrong with a document is told, and nothing is published")
    func wrong() async throws {
        let server = try await TestServer.start()
        let office = try Till(server, as: .admin)
        let bad = Programs.coffee.replacing("per: 100, of: order.eligible_amount, into: beans", with: "pre: 100")
            .replacing("Asia/Tokyo", with: "Asia/Tokio")
        let report = try #require(
            try office.ask("rules.validate", #"{"document":\#(quoted(bad))}"#).result)
        #expect(report["ok"]?.bool == false)
        let problems = report["problems"]?.elements.map { $0 } ?? []
        #expect(problems.count >= 2)
        #expect(problems.allSatisfy { ($0["line"]?.int64 ?? 0) > 1 && ($0["column"]?.int64 ?? 0) > 0 })
        let answer = try office.ask("rules.publish", Self.publishing(bad))
        #expect(answer.code == 1101)
        #expect(answer.type == "bad-document")
        #expect(answer.details.count == problems.filter { $0["severity"]?.string == "error" }.count)
        #expect(answer.details.allSatisfy { $0.hasPrefix("line ") })

        let failing =
            Programs.coffee + """

                tests:
                  - name: ten
                    order: { time: "2026-04-10T08:15:00+09:00", items: [{ amount: 1000 }] }
                    expect: { beans: 11, status: 10 }
                """
        let tested = try #require(
            try office.ask("rules.validate", #"{"document":\#(quoted(failing))}"#).result)
        #expect(tested["ok"]?.bool == false)
        #expect(tested["tests"]?[0]?["differences"]?[0]?["actual"]?.string == "10")
        #expect(try office.ask("rules.publish", Self.publishing(failing)).details.first?.contains("ten") == true)
        #expect(try office.ask("rules.publish", Self.publishing(Programs.grocery)).code == 1102)
        #expect(try office.ask("rules.list").result?["rule_sets"]?.count == 1)
        // The key is still free.
        #expect(try office.ask("rules.publish", Self.publishing(Self.doubled)).isReplayed == false)
        let fine = try office.ask("rules.validate", #"{"document":\#(quoted(Programs.coffee))}"#).result
        #expect(fine?["ok"]?.bool == true)
        #expect(fine?["changes"]?.count == 2)
        try await server.stop()
    }

    @Test(
        "params that do not fit are refused, with a pointer or a code",
        arguments: [
            ("rules.publish", #"{"idempotency_key":"k","note":"why"}"#, "/params/document"),
            ("rules.publish", #"{"idempotency_key":"k","note":"why","document":""}"#, "/params/document"),
            ("rules.publish", #"{"idempotency_key":"k","note":"why","document":7}"#, "/params/document"),
            ("rules.publish", #"{"idempotency_key":"k","document":"x"}"#, "/params/note"),
            ("rules.publish", #"{"idempotency_key":"k","note":"","document":"x"}"#, "/params/note"),
            ("rules.publish", #"{"idempotency_key":"k","note":" \t","document":"x"}"#, "/params/note"),
            ("rules.publish", #"{"note":"why","document":"x"}"#, "/params/idempotency_key"),
            (
                "rules.publish", #"{"idempotency_key":"k","note":"why","document":"x","effective_from":"tomorrow"}"#,
                "/params/effective_from"
            ),
            (
                "rules.publish",
                #"{"idempotency_key":"k","note":"why","document":"x","effective_from":"2026-02-30T00:00:00Z"}"#,
                "/params/effective_from"
            ),
            ("rules.rollback", #"{"idempotency_key":"k","note":"why"}"#, "/params/version"),
            ("rules.rollback", #"{"idempotency_key":"k","note":"why","version":0}"#, "/params/version"),
            ("rules.rollback", #"{"idempotency_key":"k","note":"why","version":9}"#, "1104"),
            (
                "rules.rollback",
                #"{"idempotency_key":"k","note":"why","version":1,"effective_from":"2026-05-16T09:59:59+09:00"}"#,
                "1103"
            ),
            ("rules.get", #"{"version":2}"#, "1104"), ("rules.get", #"{"version":"1"}"#, "/params/version"),
            ("rules.get", #"{"version":9223372036854775807}"#, "1104"),
            ("rules.list", #"{"limit":1}"#, "/params/limit"), ("rules.validate", "{}", "/params/document"),
            ("rules.diff", #"{"from":1}"#, "/params"), ("rules.diff", #"{"to":1}"#, "/params/from"),
            ("rules.diff", #"{"from":1,"to":1,"document":"x"}"#, "/params"),
            ("rules.diff", #"{"from":1,"to":2}"#, "1104"), ("rules.diff", #"{"from":2,"to":1}"#, "1104"),
            ("rules.diff", #"{"from":1,"document":"a: ["}"#, "1101"),
            ("audit.list", #"{"limit":0}"#, "/params/limit"), ("audit.list", #"{"cursor":"x"}"#, "/params/cursor"),
            ("audit.list", #"{"cursor":"9999999999999999999"}"#, "/params/cursor"),
        ])
    func params(method: String, params: String, expected: String) async throws {
        let server = try await TestServer.start()
        let office = try Till(server, as: .admin)
        let answer = try office.ask(method, params)
        if let code = Int(expected) {
            #expect(answer.code == code, "\(answer)")
        } else {
            #expect(answer.code == -32602, "\(answer)")
            #expect(answer.pointers == [expected])
        }
        #expect(try office.ask("rules.list").result?["rule_sets"]?.count == 1)
        try await server.stop()
    }

    @Test("what is told follows the rule set in force without a restart")
    func words() async throws {
        let time = Mutex(EngineHarness.start)
        let server = try await TestServer.start(clock: { time.withLock { $0 } })
        let office = try Till(server, as: .admin)
        #expect(try office.ask("member.enroll", enrolling("m-1")).result != nil)
        let more = Programs.coffee.replacing("Asia/Tokyo", with: "UTC")
            .replacing("points:\n", with: "points:\n  leaves: {}\n")
        #expect(try office.ask("rules.publish", Self.publishing(more)).result != nil)
        func balance() throws -> (at: String?, currencies: Int?) {
            let result = try office.ask("balance.get", #"{"member":"m-1"}"#).result
            return (result?["at"]?.string, result?["balances"]?.count)
        }
        #expect(try balance() == ("2026-05-16T10:00:00+09:00", 2))
        time.withLock { $0 = EngineHarness.start + 1000 }
        #expect(try balance() == ("2026-05-16T01:00:01+00:00", 3))
        #expect(try office.ask("system.info").result?["rule_set_version"]?.int64 == 2)
        let purchase = try office.ask(
            "purchase.post", purchasing("m-1", receipt: "1", ["occurred_at": #""2026-05-16T10:00:01+09:00""#]))
        #expect(purchase.result?["balances"]?.count == 3)
        try await server.stop()
    }

    @Test("a rule set is published while four clients post purchases: no request fails, and the switch is one instant")
    func whileServing() async throws {
        let clock: Clock = {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
        }
        let server = try await TestServer.start(clock: clock)
        let desk = try Till(server, as: .shop)
        for number in 0..<4 { #expect(try desk.ask("member.enroll", enrolling("m-\(number)")).result != nil) }
        let progress = Progress()
        let tills = (0..<4).map { client in
            Task(executorPreference: ThreadExecutor.shared) {
                let till = try Till(server, as: .pos)
                var number = 0
                while !progress.isDone {
                    number += 1
                    let params = purchasing(
                        "m-\(client)", receipt: "\(client)-\(number)", ["occurred_at": quoted(clock().rfc3339)])
                    let answer = try till.ask("purchase.post", params)
                    if answer.result == nil { progress.note(answer.text) }
                }
            }
        }
        try await Task.sleep(for: .milliseconds(300))
        let answer = try Till(server, as: .admin).ask("rules.publish", Self.publishing(Self.doubled))
        let effectiveFrom = answer.result?["effective_from"]?.string
        try await Task.sleep(for: .milliseconds(1500))
        progress.end()
        for till in tills { try await till.value }
        #expect(progress.failures == [])
        try await server.stop()
        let switched = Instant(try #require(effectiveFrom))
        let operations = try server.store.read { reader in
            try reader.members(after: MemberNumber(0), limit: 10).flatMap {
                try reader.operations(of: $0, after: 0, limit: .max)
            }
        }.map(\.sealed.operation)
        for operation in operations {
            #expect(operation.ruleSetVersion == (operation.occurredAt < switched ? 1 : 2), "\(operation.id)")
        }
        #expect(Set(operations.map(\.ruleSetVersion)) == [1, 2])
        let rules = try #require(try RuleDirectory(of: server.store, zones: Programs.zones))
        #expect(try Verifier(store: server.store, book: rules.book).run().findings.isEmpty)
    }
}

/// How far the tills have come.
private final class Progress: Sendable {
    private let state = Mutex<(isDone: Bool, failures: [String])>((false, []))

    var isDone: Bool { state.withLock { $0.isDone } }
    var failures: [String] { state.withLock { $0.failures } }

    func end() { state.withLock { $0.isDone = true } }
    func note(_ failure: String) { state.withLock { $0.failures.append(failure) } }
}
