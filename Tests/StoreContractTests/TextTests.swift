import Engine
import Foundation
import Ledger
import Loyalty
import Rules
import TestSupport
import Testing
import Time

@Suite("Texts", .temporaryFolder)
struct TextTests {
    /// Texts that databases and string libraries have stumbled over.
    private static let hostile = [
        "", " ", "\u{0}", "a\u{0}b", "\u{0}\u{0}", "'; DROP TABLE member; --", "é", "e\u{301}", "\u{212B}", "Å",
        "\u{FEFF}bom", "\u{202E}rtl", "\u{1F469}\u{200D}\u{1F469}\u{200D}\u{1F467}", "\u{301}", "\u{1F1EF}\u{1F1F5}",
        "ǅ", "ß", "SS", "ss", "İ", "\r", "\n", "\r\n", "\t", "\\", "\"", "\u{7F}", "\u{85}", "\u{2028}", "1", "01",
        "1.0",
        "١", "\u{10FFFF}", String(repeating: "長", count: 4_000),
    ]

    @Test("survive byte for byte wherever they are stored", arguments: StoreKind.allCases)
    func survive(kind: StoreKind) throws {
        try Self.expectToSurvive(Self.hostile, kind)
    }

    @Test(
        "of the suite of naughty strings survive byte for byte",
        .externalSuite("naughty-strings/blns.json"), arguments: StoreKind.allCases)
    func naughtyStrings(kind: StoreKind) throws {
        let strings = try JSONDecoder().decode(
            [String].self, from: Data(ExternalSuites.bytes("naughty-strings/blns.json")))
        #expect(strings.count > 400)
        // Compared byte by byte, for the list has texts that Swift calls equal.
        var seen: Set<ExactText> = []
        try Self.expectToSurvive(strings.filter { seen.insert(ExactText($0)).inserted }, kind)
    }

    private static func expectToSurvive(_ texts: [String], _ kind: StoreKind) throws {
        let under = StoreUnderTest(kind)
        let store = try under.open()
        var books = try Bookkeeper(store)
        var members: [MemberNumber] = []
        for text in texts {
            let exact = ExactText(text)
            let member = try books.enroll(
                exact, name: text, identifiers: [Identifier(.card, exact), Identifier(.external(exact), exact)],
                key: ExactText("enroll\u{0}\(text)"))
            try books.purchase(
                by: member, key: exact, receipt: ReceiptNumber(store: exact, terminal: exact, number: exact),
                earning: [("c" + text, 5, nil)],
                items: [Purchase.Item(sku: text, category: text, tags: [text, "", text], amount: 1)], channel: text,
                result: Array(text.utf8))
            books.setTier(
                member, TierStanding(periods: [.init(level: text, since: books.now)], until: nil))
            members.append(member)
        }
        #expect(try books.commit() == .committed)

        let reopened = try under.open()
        for (text, member) in zip(texts, members) {
            let exact = ExactText(text)
            let bytes = Array(text.utf8)
            var keys = LoadKeys()
            keys.causes = [IdempotencyKey(client: 1, key: exact)]
            keys.identifiers = [
                Identifier(.member, exact), Identifier(.card, exact), Identifier(.external(exact), exact),
            ]
            keys.receipts = [ReceiptNumber(store: exact, terminal: exact, number: exact)]
            let loaded = try reopened.load(keys)
            #expect(loaded.answers.values.first?.operation?.member == member)
            #expect(loaded.answers.values.first?.result == bytes)
            #expect(loaded.owners.values.allSatisfy { $0 == member } && loaded.owners.count == 3)
            #expect(loaded.receipts.values.first?.member == member)
            let state = try #require(loaded.states[member])
            #expect(Array(state.id.text.utf8) == bytes)
            #expect(state.tier.map { Array($0.current.level.utf8) } == bytes)
            #expect(state.ledger.balances.map { Array($0.currency.text.utf8) } == [[UInt8(ascii: "c")] + bytes])
            try reopened.read { reader in
                let profile = try reader.profile(of: member)
                #expect(profile.name.map { Array($0.utf8) } == bytes)
                #expect(profile.identifiers == keys.identifiers)
                let operation = try #require(
                    try reader.operations(of: member, after: 1, limit: 1).first?.sealed.operation)
                #expect(operation.cause.map { Array($0.idempotencyKey.text.utf8) } == bytes)
                let purchase = try #require(operation.purchase)
                let item = try #require(purchase.items.first)
                for found in [
                    purchase.receipt.store.text, purchase.receipt.terminal.text, purchase.receipt.number.text,
                    purchase.channel, item.sku, item.category, item.tags[0], item.tags[2],
                ] {
                    #expect(Array(found.utf8) == bytes)
                }
                #expect(item.tags.count == 3 && item.tags[1].isEmpty)
            }
        }
    }

    @Test("that differ in one byte are two texts", arguments: StoreKind.allCases)
    func areComparedByteByByte(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let composed = try books.enroll("caf\u{E9}", identifiers: [Identifier(.card, "x")])
        let decomposed = try books.enroll("cafe\u{301}", identifiers: [Identifier(.card, "x\u{0}")])
        #expect(try books.commit() == .committed)
        #expect(try store.read { try $0.owner(of: Identifier(.member, "caf\u{E9}")) } == composed)
        #expect(try store.read { try $0.owner(of: Identifier(.member, "cafe\u{301}")) } == decomposed)
        #expect(try store.read { try $0.owner(of: Identifier(.card, "x")) } == composed)
        #expect(try store.read { try $0.owner(of: Identifier(.card, "X")) } == nil)
    }
}
