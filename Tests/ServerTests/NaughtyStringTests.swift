import Foundation
import JSON
import ServerSupport
import TestSupport
import Testing

/// Texts that break programs, in every place where a client may put a text.
@Suite struct NaughtyStringTests {
    /// Where a text can go, how long it may be there, and whether it may be empty.
    private static let places: [(name: String, bytes: ClosedRange<Int>)] = [
        ("member", 1...255), ("name", 1...1024), ("card", 1...255), ("phone", 1...255), ("email", 1...255),
        ("external", 1...255), ("system", 1...64), ("store", 1...64), ("terminal", 0...64), ("receipt", 1...128),
        ("channel", 0...64), ("sku", 0...64), ("category", 0...64), ("tag", 1...64), ("key", 1...255),
    ]

    private static func check(_ texts: [String]) async throws {
        let server = try await TestServer.start()
        let till = try Till(server, patience: 30)
        for (number, text) in texts.enumerated() {
            for place in places {
                try check(text, in: place.name, bytes: place.bytes, till, id: "\(number)-\(place.name)")
            }
        }
        #expect(try till.isAlive())
        try await server.stop()
    }

    /// Puts the text in one place, and expects it back or the reason why it cannot be there.
    private static func check(
        _ text: String, in place: String, bytes: ClosedRange<Int>, _ till: Till, id: String
    ) throws {
        let isPurchase = ["store", "terminal", "receipt", "channel", "sku", "category", "tag", "key"].contains(place)
        let member = place == "member" ? text : "id " + id
        if isPurchase { #expect(try till.ask("member.enroll", enrolling(member, key: "e \(id)")).result != nil) }
        let answer = try isPurchase ? purchase(text, in: place, till, id) : enroll(text, in: place, till, id)

        var reason: String?
        if text.utf8.count < bytes.lowerBound { reason = "must have at least \(bytes.lowerBound) bytes" }
        if text.utf8.count > bytes.upperBound { reason = "must have at most \(bytes.upperBound) bytes" }
        if place == "key", !text.utf8.allSatisfy({ 0x20...0x7E ~= $0 }) { reason = "must be printable ASCII" }
        if let reason {
            #expect(answer.code == -32602, "\(place): \(answer)")
            #expect(answer.details.contains { $0.hasSuffix(reason) }, "\(place): \(answer)")
            return
        }
        #expect(answer.isReplayed == false, "\(place) \(quoted(text)): \(answer)")
        let found = try #require(
            try isPurchase ? till.lastPurchase(of: member) : till.member(naming: place, text, or: member))
        guard let back = Self.value(of: place, in: found) else { return }
        #expect(back.elementsEqual(text.utf8), "\(place) \(quoted(text)) came back otherwise")
    }

    /// The bytes of the text where they can be read again; `nil` for what no reply shows.
    private static func value(of place: String, in found: JSONValue) -> ArraySlice<UInt8>? {
        switch place {
        case "member", "name", "store", "terminal", "receipt": found[place]?.utf8 ?? []
        case "card", "phone", "email": found["identifiers"]?[0]?[place]?.utf8 ?? []
        case "external": found["identifiers"]?[0]?["external"]?["crm"]?.utf8 ?? []
        case "system":
            found["identifiers"]?[0]?["external"]?.members.first { _ in true }?.key.utf8 ?? []
        default: nil
        }
    }

    private static func enroll(_ text: String, in place: String, _ till: Till, _ id: String) throws -> Answer {
        let identifiers =
            switch place {
            case "card", "phone", "email": #"[{"\#(place)":\#(quoted(text))}]"#
            case "external": #"[{"external":{"crm":\#(quoted(text))}}]"#
            case "system": #"[{"external":{\#(quoted(text)):"1"}}]"#
            default: "[]"
            }
        let name = place == "name" ? #","name":\#(quoted(text))"# : ""
        let member = place == "member" ? text : "id " + id
        return try till.ask(
            "member.enroll",
            #"{"idempotency_key":"e \#(id)","member":\#(quoted(member)),"identifiers":\#(identifiers)\#(name)}"#)
    }

    private static func purchase(_ text: String, in place: String, _ till: Till, _ id: String) throws -> Answer {
        let text = quoted(text)
        var changes: [String: String] = [:]
        switch place {
        case "sku", "category": changes["items"] = #"[{"\#(place)":\#(text),"amount":1000}]"#
        case "tag": changes["items"] = #"[{"tags":[\#(text)],"amount":1000}]"#
        case "key": changes["idempotency_key"] = text
        default: changes[place] = text
        }
        return try till.ask("purchase.post", purchasing("id " + id, receipt: "r \(id)", changes))
    }

    @Test(
        "the big list of naughty strings goes in and comes back byte by byte",
        .externalSuite("naughty-strings/blns.json"))
    func bigList() async throws {
        let list = try JSONDocument(ExternalSuites.bytes("naughty-strings/blns.json"), maxDepth: 8).root
        // As a card or a receipt a text can be taken once.
        var texts: [ExactKey: String] = [:]
        for text in list.elements.compactMap(\.string) { texts[ExactKey(text)] = text }
        #expect(texts.count > 400)
        try await Self.check(Array(texts.values))
    }

    @Test("texts with NUL, combining marks, noncharacters and directions come back byte by byte")
    func ownList() async throws {
        let texts = [
            "\u{0}", "a\u{0}b", "\u{0}\u{0}", "é", "e\u{301}", "\u{301}", "Å", "\u{212B}", "A\u{30A}", "ﬁ", "fi",
            "\u{FEFF}", "\u{FFFE}", "\u{FFFF}", "\u{10FFFF}", "\u{202E}abc", "👨‍👩‍👧‍👦", "🇯🇵", "ｶﾞ", "ガ", "カ\u{3099}",
            "\u{7F}", "\u{80}", "\u{2028}", "\r\n", "\\", "\"", "/", "' OR 1=1; --", String(repeating: "絆", count: 21),
            String(repeating: "x", count: 64), String(repeating: "x", count: 65), String(repeating: "x", count: 255),
        ]
        try await Self.check(texts)
    }

    @Test("é as one character and as two are two cards, two members, two receipts and two systems")
    func normalForms() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        for (member, mark) in [("one", "é"), ("two", "e\u{301}")] {
            let identifiers = #"[{"card":"\#(mark)"},{"external":{"\#(mark)":"1"}}]"#
            let params = #"{"idempotency_key":"\#(member)","member":"\#(member)","identifiers":\#(identifiers)}"#
            #expect(try till.ask("member.enroll", params).isReplayed == false)
            #expect(try till.ask("member.enroll", enrolling(mark, key: "own \(member)")).isReplayed == false)
            let purchase = purchasing("one", receipt: mark, key: "receipt \(member)")
            #expect(try till.ask("purchase.post", purchase).isReplayed == false)
        }
        for (member, mark) in [("one", "é"), ("two", "e\u{301}")] {
            for naming in [#""card":"\#(mark)""#, #""external":{"\#(mark)":"1"}"#] {
                #expect(try till.ask("balance.get", "{\(naming)}").result?["member"]?.string == member)
            }
        }
        // Both names in one object are two names.
        let both = #"{"idempotency_key":"k","identifiers":[{"card":"c"}],"\u00e9":1,"e\u0301":2}"#
        #expect(try till.ask("member.enroll", both).pointers.count == 2)
        try await server.stop()
    }
}

/// A text that equals only itself, byte by byte.
private struct ExactKey: Hashable {
    let bytes: [UInt8]
    init(_ text: String) { bytes = Array(text.utf8) }
}

extension Till {
    /// The newest purchase of a member.
    fileprivate func lastPurchase(of member: String) throws -> JSONValue? {
        try ask("statement.list", #"{"member":\#(quoted(member)),"limit":1}"#).result?["operations"]?[0]
    }

    /// A member, looked up by the text if that is an identifier.
    fileprivate func member(naming place: String, _ text: String, or member: String) throws -> JSONValue? {
        let naming =
            switch place {
            case "card", "phone", "email": #""\#(place)":\#(quoted(text))"#
            case "external": #""external":{"crm":\#(quoted(text))}"#
            case "system": #""external":{\#(quoted(text)):"1"}"#
            default: #""member":\#(quoted(member))"#
            }
        return try ask("member.get", "{\(naming)}").result
    }
}
