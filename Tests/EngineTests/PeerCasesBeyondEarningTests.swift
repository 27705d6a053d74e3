import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing
import Time

/// Cases with numbers from the tests, documents and bug reports of other engines, about what happens to points behind
/// earning. The figures come from the suite, the programs are written down beside its ids, and an engine carries them
/// out. Where Kizuna means to differ the row says so and why; what it does not offer is named, so that no case is
/// dropped in silence.
@Suite("Cases of other engines beyond earning", .externalSuite(PeerCase.file))
struct PeerCasesBeyondEarningTests {
    /// One case and how it is carried out.
    struct Row: Sendable {
        let id: String
        /// In what Kizuna is different, and why.
        let differs: String?
        let run: @Sendable (PeerCase) throws -> Void

        init(_ id: String, differs: String? = nil, run: @escaping @Sendable (PeerCase) throws -> Void) {
            self.id = id
            self.differs = differs
            self.run = run
        }
    }

    static let rows = lots + returns + redemptions + tiers + segments

    /// Cases about what Kizuna does not offer, by what that is.
    static let missing = [
        "OD-15": "the pricing of baskets",
        "OD-18": "the pricing of baskets",
    ]

    @Test("a case ends as the other engine says, or as the row says", arguments: rows.map(\.id))
    func carriedOut(id: String) throws {
        let row = try #require(Self.rows.first { $0.id == id })
        try row.run(try #require(try PeerCase.all()[id]))
    }

    @Test("every case of the suite is carried out, is about earning, or is named as missing")
    func everyCase() throws {
        let ids = Self.rows.map(\.id)
        #expect(Set(ids).count == ids.count)
        #expect(Set(ids).isDisjoint(with: Self.missing.keys))
        // These begin with earning, which is tested with the rules, and go on here.
        let goOn: Set = ["FB-01", "AX-01", "EN-03"]
        #expect(Set(ids).intersection(PeerCase.aboutEarning) == goOn)
        #expect(Set(ids).union(Self.missing.keys).union(PeerCase.aboutEarning) == Set(try PeerCase.all().keys))
    }

    // MARK: Programs and worlds

    /// 1 point per 1.00, in minor units of two places.
    static let one = "[{ id: base, event: purchase, earn: { points: 1, per: 100 } }]"

    /// A program whose points are `beans`, each worth one minor unit.
    static func program(
        _ beans: String = "{}", rules: String = one, pay: String = "worth: 1", rewards: String = "[]", more: String = ""
    ) -> String {
        """
        schema: kizuna.program/v1
        id: peer
        money: { currency: JPY, base: tax_included }
        timezone: UTC
        late_limit: 400 days
        points: { beans: \(beans), purse: { kind: stored_value } }
        redemption: { pay: { \(pay) }, rewards: \(rewards) }
        rules: \(rules)
        \(more)
        """
    }

    /// A world whose points lapse by other policies from day to day.
    static func world(_ policies: [(day: String, expiry: String)]) throws -> SpendingWorld {
        let later = policies.enumerated().dropFirst().map { index, policy in
            Programs.ruleSet(
                program("{ expiry: \(policy.expiry) }"), version: Int64(index) + 1, from: policy.day + "T00:00:00Z")
        }
        return try SpendingWorld(
            program("{ expiry: \(policies[0].expiry) }"), from: Instant(policies[0].day + "T00:00:00Z"), later: later)
    }
}

extension SpendingWorld {
    func turn(to time: String) { harness.now = Instant(time) }

    @discardableResult
    func redeem(_ points: Int64) -> Reply {
        carryOut(.redeem(member: .card("c1"), .points(CurrencyID("beans"), Points(points))))
    }

    @discardableResult
    func redeem(_ reward: String, _ quantity: Int64 = 1) -> Reply {
        carryOut(.redeem(member: .card("c1"), .reward(reward, quantity: quantity)))
    }

    /// What is left of a lot by its number; 0 once it is closed.
    func left(_ lot: Int64) throws -> Int64 {
        try state().ledger.lot(lot)?.remaining.count ?? 0
    }

    /// The transfers that were written down, to an account.
    func transfers(to account: Account) throws -> [Int64] {
        try store.read { try $0.operations(of: MemberNumber(1), after: 0, limit: 1000) }
            .flatMap(\.sealed.operation.movements.transfers).filter { $0.to == account }.map(\.amount.count)
    }

    /// Available less what is owed, which other engines call the balance.
    func net() throws -> Int64 {
        let balance = try balance()
        return balance.available.count - balance.debt.count
    }
}
