import Engine
import Ledger
import Loyalty
import TestSupport
import Testing
import Time

@Suite("Refusals that are remembered", .temporaryFolder)
struct RefusalTests {
    private static let beans = CurrencyID("beans")

    private static func note(_ key: ExactText, at now: Instant, _ refusal: Refusal? = nil) -> RefusalNote {
        RefusalNote(
            key: IdempotencyKey(client: 1, key: key), fingerprint: Digest(words: (1, 2, 3, 4)),
            refusal: refusal
                ?? .insufficientPoints(beans, needed: Points(100), available: Points(7), debt: .zero), at: now)
    }

    private static func found(_ keys: [ExactText], in store: any Store) throws -> [RefusalNote?] {
        let keys = keys.map { IdempotencyKey(client: 1, key: $0) }
        var wanted = LoadKeys()
        wanted.causes = keys
        let loaded = try store.load(wanted)
        return keys.map { loaded.refusals[$0] }
    }

    @Test("go when their time is over, also where no others come", arguments: StoreKind.allCases)
    func tidied(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        let now = Instant(seconds: 1_700_000_000)
        let (early, late) = (
            Self.note("early", at: now, .voucherNotUsed), Self.note("late", at: now + 1, .voucherNotUsed)
        )
        try store.note(RefusalNotes(new: [early, late]))
        try store.note(RefusalNotes(tidiesAt: now + Refusal.memoryMs - 1))
        #expect(try Self.found(["early", "late"], in: store) == [early, late])
        try store.note(RefusalNotes(tidiesAt: now + Refusal.memoryMs))
        #expect(try Self.found(["early", "late"], in: store) == [nil, late])
    }

    @Test("are found by their keys, whatever was wrong", arguments: StoreKind.allCases)
    func roundTrip(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        let now = Instant(seconds: 1_700_000_000)
        let operation = OperationID(member: MemberNumber(7), sequence: 3)
        let refusals: [Refusal] = [
            .insufficientPoints(Self.beans, needed: Points(100), available: Points(7), debt: Points(1)),
            .paymentOutOfBounds(least: 1, most: .max, step: 5), .captureExceeds(held: Points(3)), .tooManyHolds(20),
            .givingLimit(left: 0), .voucherUsed(by: operation), .voucherExpired(now), .voucherNotYet(now),
            .voucherNotUsed,
            .holdNotOpen(.captured(operation)), .holdNotOpen(.released(operation)), .holdNotOpen(.timedOut(now)),
            .rewardUnavailable(.notYet(now)), .rewardUnavailable(.over), .rewardUnavailable(.outOfStock(left: 2)),
            .rewardUnavailable(.limitReached(left: 0)), .poolRefused(.limit(left: 4)), .topUpSpent(left: Points(9)),
        ]
        let notes = refusals.enumerated().map { Self.note(ExactText("é\($0.offset)"), at: now, $0.element) }
        try store.note(RefusalNotes(new: notes))
        // Doing it twice changes nothing.
        try store.note(RefusalNotes(new: [Self.note("é0", at: now + 1, .voucherNotUsed)]))
        #expect(try Self.found(notes.map(\.key.key), in: store) == notes)
        #expect(try Self.found(["e\u{301}0", "other"], in: store) == [nil, nil])
    }

    @Test("are written with a batch, and refuse one that uses their keys", arguments: StoreKind.allCases)
    func batches(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let anna = try books.enroll("anna")
        var batch = books.batch()
        batch.refusals = RefusalNotes(new: [Self.note("k1", at: books.now)])
        #expect(try store.commit(batch) == .committed)
        books.settle(batch)
        #expect(try Self.found(["k1"], in: store) == [Self.note("k1", at: books.now)])

        try books.purchase(by: anna, key: "k1", receipt: receipt("1"), earning: [])
        #expect(try books.commit() == .conflict(members: [anna]))

        // A batch that knows that the refusal holds no longer may have its key.
        try books.purchase(by: anna, key: "k1", receipt: receipt("1"), earning: [])
        batch = books.batch()
        batch.refusals = RefusalNotes(outlived: [IdempotencyKey(client: 1, key: "k1")])
        #expect(try store.commit(batch) == .committed)
        books.settle(batch)
        #expect(try Self.found(["k1"], in: store) == [nil])

        // What was accepted is never refused afterwards.
        try store.note(RefusalNotes(new: [Self.note("k1", at: books.now)]))
        #expect(try Self.found(["k1"], in: store) == [nil])
    }

    @Test("are not there where the batch is not", arguments: StoreKind.allCases)
    func conflicts(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        try books.enroll("anna")
        #expect(try books.commit() == .committed)
        try books.enroll("anna")
        var batch = books.batch()
        batch.refusals = RefusalNotes(new: [Self.note("k1", at: books.now)])
        guard case .conflict = try store.commit(batch) else {
            Issue.record("the id is taken")
            return
        }
        #expect(try Self.found(["k1"], in: store) == [nil])
    }

    @Test("go once they hold no longer, while others come", arguments: StoreKind.allCases)
    func pruning(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        let first = Instant(seconds: 1_700_000_000)
        let old = (0..<30).map { Self.note(ExactText("old\($0)"), at: first + $0) }
        try store.note(RefusalNotes(new: old))
        let later = first + Refusal.memoryMs + 14
        for number in 0..<4 { try store.note(RefusalNotes(new: [Self.note(ExactText("new\(number)"), at: later)])) }
        let found = try Self.found(old.map(\.key.key), in: store)
        #expect(found.prefix(15).allSatisfy { $0 == nil })
        #expect(Array(found.dropFirst(15)) == Array(old.dropFirst(15)))
        // Their keys are free again.
        var books = try Bookkeeper(store)
        try books.enroll("anna", key: "old0")
        #expect(try books.commit() == .committed)
    }
}
