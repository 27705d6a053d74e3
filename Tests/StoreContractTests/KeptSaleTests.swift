import Engine
import Ledger
import Loyalty
import Rules
import TestSupport
import Testing
import Time

@Suite("Sales without a member", .temporaryFolder)
struct KeptSaleTests {
    private static let now = Instant(seconds: 1_700_000_000)

    private static func purchase(_ number: String) -> Purchase {
        Purchase(
            receipt: receipt(number), channel: "pos", occurredAt: now, currency: "JPY", tags: ["rain"],
            coupons: ["c\u{301}"],
            items: [
                Purchase.Item(sku: "latte", category: "coffee", tags: ["hot"], quantity: 2, amount: 450, tax: 33),
                Purchase.Item(amount: 10),
            ])
    }

    private static func sale(_ number: String, version: Int64 = 1, until: Instant = now + 1_000_000) -> KeptSale {
        KeptSale(purchase: purchase(number), until: until, version: version)
    }

    private static func changes(
        _ sale: KeptSale, behind version: Int64 = 0, key: ExactText? = nil, at now: Instant = now
    ) -> KeptChanges {
        var changes = KeptChanges()
        changes.write(sale, behind: version, at: now)
        if let key {
            changes.calls.append(
                KeptCall(
                    key: IdempotencyKey(client: 1, key: key), fingerprint: Digest(words: (1, 2, 3, 4)),
                    result: Array(#"{"receipt":"é"}"#.utf8), receipt: sale.purchase.receipt))
        }
        return changes
    }

    private static func found(_ number: String, in store: any Store) throws -> KeptSale? {
        var keys = LoadKeys()
        keys.kept = [receipt(number)]
        return try store.load(keys).kept[receipt(number)]
    }

    private static func answer(_ key: ExactText, in store: any Store) throws -> StoredAnswer? {
        var keys = LoadKeys()
        keys.causes = [IdempotencyKey(client: 1, key: key)]
        return try store.load(keys).answers.values.first
    }

    private static let none = RefusalNotes()

    @Test("are found by their receipts as they were written, with what was answered", arguments: StoreKind.allCases)
    func roundTrip(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        #expect(try store.keep(Self.changes(Self.sale("1"), key: "k1"), Self.none))
        #expect(try Self.found("1", in: store) == Self.sale("1"))
        #expect(try Self.found("2", in: store) == nil)
        #expect(
            try Self.answer("k1", in: store)
                == StoredAnswer(
                    operation: nil, fingerprint: Digest(words: (1, 2, 3, 4)), result: Array(#"{"receipt":"é"}"#.utf8)))
        let changed = KeptSale(
            purchase: Self.purchase("1"), until: Self.now + 5,
            returns: [
                Return(.lines([.init(index: 0, quantity: 1), .init(index: 1, amount: 3)]), occurredAt: Self.now + 1),
                Return(.amount(7), occurredAt: Self.now + 2), Return(.everything, occurredAt: Self.now + 3),
            ], isClaimed: true, version: 2)
        #expect(try store.keep(Self.changes(changed, behind: 1), Self.none))
        #expect(try Self.found("1", in: store) == changed)
    }

    @Test("change only behind what was loaded, and have receipts and keys of their own", arguments: StoreKind.allCases)
    func conflicts(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let anna = try books.enroll("anna", key: "used")
        try books.purchase(by: anna, key: "bought", receipt: receipt("9"), earning: [])
        #expect(try books.commit() == .committed)
        #expect(try store.keep(Self.changes(Self.sale("1"), key: "k1"), Self.none))
        let refused = [
            // The same again, and what was meant for another version.
            Self.changes(Self.sale("1"), key: "k1"), Self.changes(Self.sale("1")),
            Self.changes(Self.sale("1", version: 3), behind: 2), Self.changes(Self.sale("2", version: 2), behind: 1),
            // A receipt and keys that are taken.
            Self.changes(Self.sale("9")), Self.changes(Self.sale("2"), key: "k1"),
            Self.changes(Self.sale("2"), key: "used"),
        ]
        for changes in refused { #expect(try !store.keep(changes, Self.none)) }
        #expect(try Self.found("1", in: store) == Self.sale("1") && Self.found("2", in: store) == nil)
        // A refusal has its key as well, until it is outlived; and a kept sale's key is never refused.
        let note = RefusalNote(
            key: IdempotencyKey(client: 1, key: "k2"), fingerprint: .zero, refusal: .voucherNotUsed, at: Self.now)
        try store.note(RefusalNotes(new: [note]))
        #expect(try !store.keep(Self.changes(Self.sale("2"), key: "k2"), Self.none))
        #expect(
            try store.keep(Self.changes(Self.sale("2"), key: "k2"), RefusalNotes(outlived: [note.key])))
        try store.note(RefusalNotes(new: [note]))
        var keys = LoadKeys()
        keys.causes = [note.key]
        #expect(try store.load(keys).refusals.isEmpty)
    }

    @Test(
        "keep their receipts and keys from members' operations, until they are claimed", arguments: StoreKind.allCases)
    func batches(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let anna = try books.enroll("anna")
        var batch = books.batch()
        batch.kept = Self.changes(Self.sale("1"), key: "k1")
        #expect(try store.commit(batch) == .committed)
        books.settle(batch)

        try books.purchase(by: anna, key: "mine", receipt: receipt("1"), earning: [])
        #expect(try books.commit() == .conflict(members: [anna]))
        try books.purchase(by: anna, key: "k1", receipt: receipt("2"), earning: [])
        #expect(try books.commit() == .conflict(members: [anna]))

        // A claim that was decided on an older version.
        let claimed = Self.sale("1").claimed
        try books.purchase(by: anna, key: "claim", receipt: receipt("1"), earning: [])
        batch = books.batch()
        batch.kept = Self.changes(claimed, behind: 4)
        guard case .conflict = try store.commit(batch) else {
            Issue.record("the sale has another version")
            return
        }
        try books.forget()
        #expect(try Self.found("1", in: store) == Self.sale("1"))

        try books.purchase(by: anna, key: "claim", receipt: receipt("1"), earning: [])
        batch = books.batch()
        batch.kept = Self.changes(claimed, behind: 1)
        #expect(try store.commit(batch) == .committed)
        books.settle(batch)
        #expect(try Self.found("1", in: store) == claimed)
        var keys = LoadKeys()
        keys.receipts = [receipt("1")]
        #expect(try store.load(keys).receipts[receipt("1")]?.member == anna)
        #expect(try Self.answer("k1", in: store) != nil)
    }

    @Test("can be made and claimed in one batch", arguments: StoreKind.allCases)
    func madeAndClaimed(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let anna = try books.enroll("anna")
        try books.purchase(by: anna, key: "claim", receipt: receipt("1"), earning: [])
        var batch = books.batch()
        batch.kept = Self.changes(Self.sale("1"), key: "k1")
        batch.kept.write(Self.sale("1").claimed, behind: 1, at: Self.now)
        #expect(try store.commit(batch) == .committed)
        #expect(try Self.found("1", in: store) == Self.sale("1").claimed)
    }

    @Test("go after their time, while others come, and leave receipts and keys free", arguments: StoreKind.allCases)
    func pruning(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        for number in 0..<20 {
            let sale = Self.sale("\(number)", until: Self.now + Int64(number) + 1)
            #expect(try store.keep(Self.changes(sale, key: ExactText("k\(number)")), Self.none))
        }
        for number in 20..<22 {
            #expect(try store.keep(Self.changes(Self.sale("\(number)"), at: Self.now + 15), Self.none))
        }
        for number in 0..<20 {
            #expect(try (Self.found("\(number)", in: store) == nil) == (number < 15), "\(number)")
            #expect(try (Self.answer(ExactText("k\(number)"), in: store) == nil) == (number < 15), "\(number)")
        }
        #expect(try store.keep(KeptChanges(tidyingAt: Self.now + 17), Self.none))
        for number in 15..<20 {
            #expect(try (Self.found("\(number)", in: store) == nil) == (number < 17), "\(number), where no others come")
        }
        var books = try Bookkeeper(store)
        let anna = try books.enroll("anna", key: "k0")
        try books.purchase(by: anna, key: "k1", receipt: receipt("0"), earning: [])
        #expect(try books.commit() == .committed)
        #expect(try !store.keep(Self.changes(Self.sale("0")), Self.none))
    }
}
