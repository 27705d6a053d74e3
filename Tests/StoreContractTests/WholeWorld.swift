import Engine
import Ledger
import Loyalty
import Rules
import TestSupport
import Time

/// A store with something of everything in it, and the engine that goes on with it.
struct WholeWorld {
    let store: any Store
    let harness: EngineHarness
    /// A call that was accepted, and one that was refused.
    static let known = ("whole/link", Command.link(Linking(member: .card("new 0"), identifier: .card("second"))))
    static let refused = ("whole/refused", Command.redeem(member: .card("new 1"), .points(beans, Points(1_000_000))))

    private static let beans = CurrencyID("beans")

    /// Buys, returns, reserves, redeems, merges, shares, refers and keeps at random, and adds by hand what that leaves out.
    init(on store: any Store, seed: UInt64, steps: Int = 160) throws {
        self.store = store
        _ = try store.addRuleSet(
            NewRuleSet(
                source: SpendingHistory.document, digest: Digest(hashing: Array(SpendingHistory.document.utf8)),
                start: .after(0), note: "é\u{0}", author: Author(client: 3, name: "office", origin: "127.0.0.1"),
                request: KeyedRequest(key: IdempotencyKey(client: 3, key: "publish"), fingerprint: Self.digest(9)))
        ) { EngineHarness.start - 1000 }
        try Self.addClients(to: store)
        let twin = try SpendingHistory.record(steps, seed: seed, tills: true, on: store).twin
        // One that never writes.
        _ = try store.registerWriter(at: twin.harness.now)
        harness = try EngineHarness(
            store: store, ruleSet: Programs.ruleSet(SpendingHistory.document), now: twin.harness.now + 1000)
        for number in 0..<6 {
            let id = "new \(number)"
            carryOut(
                "whole/\(number)",
                .enroll(Enrollment(id: ExactText(id), name: "Hanako \(number)", identifiers: [.card(id)])))
        }
        carryOut(Self.known.0, Self.known.1)
        carryOut(Self.refused.0, Self.refused.1)
        for (number, purpose) in ["news", "profile", "news"].enumerated() {
            carryOut(
                "whole/consent \(number)",
                .consent(
                    member: .card("new 0"),
                    Consent(purpose: purpose, isGranted: number < 2, source: "app", saidAt: harness.now)))
        }
        for card in ["new 2", "new 3"] {
            carryOut(
                "whole/sale \(card)",
                .purchase(
                    member: .card(card),
                    .sale(9000, at: harness.now.rfc3339, receipt: "\(card)\u{0}", tags: ["slow", "rush"])))
        }
        carryOut(
            "whole/birthday",
            .traits(
                member: .card("new 2"),
                TraitsChange(attributes: [
                    .init("birthday", CivilDate(year: 1990, month: 5, day: 3).map(AttributeValue.date))
                ])))
        carryOut("whole/merge", .merge(member: .card("new 4"), from: .card("new 5")))
        carryOut("whole/erase", .erase(member: .card("new 2")))
        carryOut("whole/keep", .keep(.sale(700, at: harness.now.rfc3339, receipt: "kept")))
        harness.engine.drain()
        _ = try store.forgetAnswers(recordedBefore: EngineHarness.start + 3_000_000_000, batches: 12)
        try store.addSigningKey(SigningKey(number: 1, createdAt: harness.now, secret: Array(repeating: 7, count: 32)))
        try store.record(
            AuditNote(at: harness.now, author: .commandLine, action: .backUp, subject: "database", details: []))
        try store.schedule([], survey: DueSurvey(ruleSet: 1, upTo: MemberNumber(3)))
        _ = try store.leaseMemberNumbers(3)
    }

    @discardableResult
    private func carryOut(_ key: String, _ command: Command) -> Reply {
        harness.now = harness.now + 1000
        return harness.carryOut(key, command)
    }

    private static func digest(_ number: UInt64) -> Digest { Digest(words: (number, .max, 0, 1 << 63)) }

    private static func addClients(to store: any Store) throws {
        let office = Author(client: 1, name: "office")
        func request(_ key: ExactText) -> KeyedRequest {
            KeyedRequest(key: IdempotencyKey(client: 1, key: key), fingerprint: digest(8))
        }
        let changes: [(ClientChange.Action, KeyedRequest?)] = [
            (.add(name: "office", role: .admin, stores: [], key: .init(digest: digest(1))), nil),
            (
                .add(
                    name: "till", role: .pos, stores: ["s", "t\u{301}"],
                    key: .init(kind: .certificate, digest: digest(2), expiresAt: EngineHarness.start)), request("a")
            ),
            (.rotate(client: 2, key: .init(digest: digest(3)), overlapMs: 5000), request("b")),
            (.add(name: "shop", role: .shop, stores: [], key: .init(digest: digest(4))), nil),
            (.revoke(client: 3), request("c")),
        ]
        for (action, request) in changes {
            _ = try store.changeClients(
                ClientChange(action, at: EngineHarness.start - 900, by: office, request: request))
        }
    }
}
