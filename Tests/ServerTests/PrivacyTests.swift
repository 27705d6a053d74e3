import Engine
import Foundation
import JSON
import MemoryStore
import Methods
import ServerSupport
import TestSupport
import Testing

/// What members may ask of whoever keeps their data.
@Suite struct PrivacyTests {
    private static let person =
        #"{"idempotency_key":"e1","member":"hanako","name":"Hanako Yamada","identifiers":[{"card":"9001"},{"email":"h@example.jp"}]}"#

    private static func prepared() async throws -> (TestServer, Till) {
        let server = try await TestServer.start(Programs.remembering)
        let till = try Till(server, as: .admin)
        _ = try #require(try till.ask("member.enroll", person).result)
        let traits =
            #"{"idempotency_key":"t1","card":"9001","attributes":{"birthday":"1990-05-01","cup":"large"},"add_tags":["newsletter"]}"#
        _ = try #require(try till.ask("member.update", traits).result)
        _ = try #require(try till.ask("purchase.post", purchasing("hanako", receipt: "1")).result)
        let consent =
            #"{"idempotency_key":"c1","card":"9001","purpose":"newsletter","granted":true,"source":"app","said_at":"2026-05-16T10:00:00+09:00"}"#
        _ = try #require(try till.ask("member.consent", consent).result)
        return (server, till)
    }

    @Test("an export is everything that is kept")
    func exported() async throws {
        let (server, till) = try await Self.prepared()
        let all = try #require(try till.ask("member.export", #"{"card":"9001"}"#).result)
        #expect(all["name"]?.string == "Hanako Yamada" && all["identifiers"]?.count == 2)
        #expect(all["attributes"]?["birthday"]?.string == "1990-05-01" && all["tags"]?[0]?.string == "newsletter")
        #expect(all["consents"]?[0]?["purpose"]?.string == "newsletter")
        let kinds = all["operations"]?.elements.compactMap { $0["kind"]?.string }
        #expect(kinds == ["enroll", "traits", "purchase", "consent"])
        #expect(all["operations"]?[2]?["items"]?[0]?["sku"]?.string == "latte")
        #expect(all["operations"]?[2]?["seen"]?["tags"]?[0]?.string == "newsletter")
        let page = try #require(try till.ask("member.export", #"{"card":"9001","limit":3}"#).result)
        #expect(page["operations"]?.count == 3 && page["next_cursor"]?.string == "3")
        let rest = try #require(try till.ask("member.export", #"{"card":"9001","cursor":"3"}"#).result)
        #expect(rest["operations"]?.count == 1 && rest["next_cursor"] == nil)
        try await server.stop()
    }

    @Test("long operations fill a page before there are many of them")
    func pagesOfBytes() async throws {
        let (server, till) = try await Self.prepared()
        let line =
            #"{"sku":"\#(String(repeating: "s", count: 64))","category":"coffee","quantity":1,"amount":110,"tax":10}"#
        for number in 1...12 {
            let lines = Array(repeating: line, count: 1000).joined(separator: ",")
            let sale = purchasing("hanako", receipt: "long-\(number)", key: "long-\(number)", ["items": "[\(lines)]"])
            #expect(try till.ask("purchase.post", sale).result != nil)
        }
        var (cursor, numbers, pages) = ("", [String](), 0)
        repeat {
            let page = try #require(try till.ask("member.export", #"{"card":"9001"\#(cursor)}"#).result)
            numbers += page["operations"]?.elements.compactMap { $0["operation"]?.string } ?? []
            pages += 1
            cursor = page["next_cursor"]?.string.map { #","cursor":"\#($0)""# } ?? ""
        } while !cursor.isEmpty && pages < 20
        #expect(pages > 1 && numbers.count == 16 && Set(numbers).count == 16)
        try await server.stop()
    }

    @Test("every word that came with a purchase and a consent is in the export")
    func words() async throws {
        let (server, till) = try await Self.prepared()
        let line =
            #"{"sku":"planted-sku","category":"planted-kind","tags":["planted-line"],"quantity":1,"amount":110,"tax":10}"#
        let sale = purchasing(
            "hanako", receipt: "planted-number", key: "planted-key",
            [
                "items": "[\(line)]", "tags": #"["planted-tag"]"#, "coupons": #"["planted-coupon"]"#,
                "channel": #""planted-channel""#, "terminal": #""planted-terminal""#,
            ])
        #expect(try till.ask("purchase.post", sale).result != nil)
        let consent =
            #"{"idempotency_key":"k2","card":"9001","purpose":"planted-purpose","granted":false,"source":"planted-source","said_at":"2026-05-16T10:00:00+09:00"}"#
        #expect(try till.ask("member.consent", consent).result != nil)
        let again = consent.replacing(#""k2""#, with: #""k3""#).replacing("planted-source", with: "other")
        #expect(try till.ask("member.consent", again).result != nil)
        let all = try #require(try till.ask("member.export", #"{"card":"9001"}"#).result)
        let text = String(decoding: all.rawText, as: UTF8.self)
        for word in [
            "sku", "kind", "line", "number", "key", "tag", "coupon", "channel", "terminal", "purpose", "source",
        ] {
            #expect(text.contains("planted-\(word)"), "planted-\(word)")
        }
        #expect(all["lots"]?.count ?? 0 > 0 && all["holds"]?.count == 0)
        try await server.stop()
    }

    @Test("an erased member is nobody, keeps what points did, and the database is proven")
    func erased() async throws {
        let (server, till) = try await Self.prepared()
        let erased = try #require(
            try till.ask("member.erase", #"{"idempotency_key":"x1","email":"h@example.jp"}"#).result)
        let pseudonym = try #require(erased["member"]?.string)
        #expect(pseudonym.hasPrefix("erased-"))
        for name in [#"{"card":"9001"}"#, #"{"email":"h@example.jp"}"#, #"{"member":"hanako"}"#] {
            #expect(try till.ask("member.get", name).type == "member-unknown")
        }
        #expect(try till.ask("purchase.post", purchasing("hanako", receipt: "2")).type == "member-unknown")
        let left = try #require(try till.ask("member.export", #"{"member":"\#(pseudonym)"}"#).result)
        let text = String(decoding: left.rawText, as: UTF8.self)
        for word in ["Hanako", "hanako", "9001", "example.jp", "1990-05-01", "large"] {
            #expect(!text.contains(word), "\(word) is left")
        }
        #expect(left["consents"]?.count == 0 && left["erased_at"] != nil)
        #expect(left["balances"]?["beans"]?["available"]?.int64 ?? 0 > 0)
        // The answers are gone; the erasing itself can be asked for again.
        let again = try till.ask("purchase.post", purchasing("hanako", receipt: "1"))
        #expect(again.type == "idempotency-key-reused" && again.detail?.contains("no longer kept") == true)
        #expect(try till.ask("member.erase", #"{"idempotency_key":"x1","email":"h@example.jp"}"#).isReplayed == true)
        // Goods can still come back, and the card can be another member's.
        let back =
            #"{"idempotency_key":"r1","occurred_at":"2026-05-16T10:00:00+09:00","receipt":{"store":"tokyo-01","terminal":"t3","number":"1"}}"#
        #expect(try till.ask("purchase.void", back).result != nil)
        #expect(try till.ask("member.enroll", enrolling("jiro", card: "9001")).result != nil)
        #expect(try till.ask("member.enroll", enrolling("erased-77")).code == -32602)
        #expect(try till.ask("balance.get", #"{"card":"9001"}"#).result?["member"]?.string == "jiro")

        let rules = try #require(try RuleDirectory(of: server.store, zones: Programs.zones))
        let report = try Verifier(store: server.store, book: rules.book).run { _, _ in }
        #expect(report.findings.map { "\($0.subject) \($0.problem)" } == [] && report.erased == 1)
        try await server.stop()
    }
}
