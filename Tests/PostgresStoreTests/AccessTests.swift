import Engine
import Foundation
import Ledger
import Loyalty
import PostgresStore
import PostgresSupport
import Rules
import TestSupport
import Testing
import Time

/// Who may do what, and who can listen.
@Suite("Access to PostgreSQL", .needsPostgres)
struct AccessTests {
    private static func refusal(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "nothing was refused"
        } catch {
            return "\(error)"
        }
    }

    @Test("is enough for the engine with the rights that the handbook grants, and changes no history by them")
    func rights() throws {
        let handbook = try String(
            contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../docs/operating/postgresql.md"), encoding: .utf8)
        let database = try TestDatabase()
        try database.open().close()
        let role = "engine_\(database.name)"
        try database.query("CREATE ROLE \(role) LOGIN")
        let grants = handbook.split(separator: "\n").filter { $0.hasPrefix("GRANT ") }
        #expect(grants.count >= 2)
        for grant in grants {
            try database.query(String(grant).replacing(" TO kizuna;", with: " TO \(role);"))
        }
        let store = try PostgresStore(database.address.replacing("user=kizuna", with: "user=\(role)"))
        var books = try Bookkeeper(store)
        let member = try books.enroll("m")
        #expect(try books.commit() == .committed)
        try books.purchase(by: member, key: "k", receipt: receipt("1"), earning: [("beans", 5, nil)])
        var batch = books.batch()
        batch.shared = [SharedUse(key: UsageKey(kind: .budget, id: "rush"), change: 5, limit: 100)]
        #expect(try store.commit(batch) == .committed)
        #expect(try store.read { try $0.counts() }.operations == 2)
        books.settle(batch)
        try books.learn(member)
        books.erase(member, key: "e")
        var erasing = books.batch()
        erasing.erasures = [member]
        erasing.consents = [
            ConsentWrite(
                member: member, consent: Consent(purpose: "news", isGranted: true, source: "", saidAt: books.now))
        ]
        #expect(try store.commit(erasing) == .committed)
        let note = RefusalNote(
            key: IdempotencyKey(client: 1, key: "refused"), fingerprint: .zero, refusal: .voucherNotUsed,
            at: EngineHarness.start)
        try store.note(RefusalNotes(new: [note]))
        try store.note(RefusalNotes(outlived: [note.key]))
        for _ in 0..<2 {
            _ = try store.rotateSigningKey(
                SigningKeyRotation(endsEarlier: true, at: EngineHarness.start, by: .commandLine))
        }
        let claims = Self.refusal { try database.query("SET ROLE \(role); DELETE FROM claim") }
        #expect(claims.contains("only ever added"), "what leads to operations stays: \(claims)")
        for table in ["operation", "block", "rule_set", "audit", "writer"] {
            for sql in ["DELETE FROM \(table)", "TRUNCATE \(table)"] {
                let message = Self.refusal { try database.query("SET ROLE \(role); \(sql)") }
                #expect(message.contains("permission denied"), "\(sql): \(message)")
            }
        }
        let message = Self.refusal { try database.query("SET ROLE \(role); UPDATE operation SET kind = 1") }
        #expect(message.contains("permission denied"))
        let answer = Self.refusal { try database.query("SET ROLE \(role); UPDATE operation SET result = 'x'") }
        #expect(answer.contains("only ever added"), "answers can be emptied, and nothing else: \(answer)")
        #expect(try store.forgetAnswers(recordedBefore: .distantFuture, batches: 9) > 0)
        store.close()
        try database.query("REVOKE UPDATE ON member, consent FROM \(role); REVOKE DELETE ON claim FROM \(role)")
        let lacking = Self.refusal {
            _ = try PostgresStore(database.address.replacing("user=kizuna", with: "user=\(role)"))
        }
        #expect(lacking.contains("GRANT UPDATE ON consent, UPDATE ON member, DELETE ON claim,"), "\(lacking)")
        try database.query("DROP OWNED BY \(role); DROP ROLE \(role)")
    }

    @Test(
        "is encrypted and proven by a certificate, where the connection asks for it",
        .enabled(if: PostgresNode.canMakeCertificates, "openssl is not installed"))
    func certificates() throws {
        let node = try PostgresNode()
        try node.makeCertificate(for: "localhost")
        try node.start(["ssl=on", "ssl_cert_file=\(node.certificate)", "ssl_key_file=\(node.folder)/key.pem"])
        func address(_ host: String, _ options: String) -> String {
            "host=\(host) port=\(node.port) user=kizuna dbname=postgres sslmode=verify-full connect_timeout=5 \(options)"
        }
        let proven = try PostgresStore(address("localhost", "sslrootcert=\(node.certificate)"))
        #expect(try proven.read { try $0.counts() }.blocks == 0)
        let encrypted = try node.query(
            "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND application_name = 'kizuna'",
            in: "postgres")
        #expect((Int(encrypted) ?? 0) > 0)
        proven.close()

        let otherName = Self.refusal {
            _ = try PostgresStore(address("127.0.0.1", "sslrootcert=\(node.certificate)"))
        }
        #expect(otherName.contains("does not match host name"), "\(otherName)")
        let other = try PostgresNode()
        try other.makeCertificate(for: "localhost")
        let otherIssuer = Self.refusal {
            _ = try PostgresStore(address("localhost", "sslrootcert=\(other.certificate)"))
        }
        #expect(otherIssuer.contains("certificate verify failed"), "\(otherIssuer)")
    }
}
