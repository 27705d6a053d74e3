import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing
import Time

/// One member of a program, and an engine that carries out what tests write in a line.
final class SpendingWorld {
    let store = MemoryStore()
    let harness: EngineHarness
    private var lastKey = 0

    /// - Parameters:
    ///   - start: when the clock starts.
    ///   - later: rule sets behind the first one.
    init(
        _ source: String = Programs.spending, from start: Instant = EngineHarness.start, later: [RuleSet] = []
    ) throws {
        let book = RuleBook([Programs.ruleSet(source)] + later)
        harness = try EngineHarness(store: store, rules: RuleDirectory(book), now: start)
        _ = harness.carryOut("enroll", enroll(1))
    }

    /// Moves the clock.
    func wait(days: Int64 = 0, minutes: Int64 = 0) {
        harness.now = harness.now + days * 86_400_000 + minutes * 60_000
    }

    /// Carries a command out under a key of its own.
    @discardableResult
    func carryOut(_ command: Command) -> Reply {
        lastKey += 1
        return harness.carryOut("k\(lastKey)", command)
    }

    /// A line of a receipt: an amount and perhaps a category and a quantity.
    static func line(_ amount: Int64, _ category: String = "", quantity: Int64 = 1) -> Purchase.Item {
        Purchase.Item(sku: "s", category: category, quantity: quantity, amount: amount)
    }

    @discardableResult
    func buy(
        _ lines: [Purchase.Item], receipt: String, tags: [String] = [], pay: Int64? = nil, hold: OperationID? = nil
    ) -> Reply {
        carryOut(
            .purchase(
                member: .card("c1"),
                Purchase(
                    receipt: ReceiptNumber(store: "s", terminal: "", number: ExactText(receipt)), channel: "pos",
                    occurredAt: harness.now, currency: "JPY", tags: tags, items: lines,
                    payment: pay.map { Payment(currency: CurrencyID("beans"), points: Points($0), hold: hold) })))
    }

    @discardableResult
    func giveBack(_ receipt: String, _ extent: Return.Extent) -> Reply {
        carryOut(
            .return(
                .receipt(ReceiptNumber(store: "s", terminal: "", number: ExactText(receipt))),
                Return(extent, occurredAt: harness.now)))
    }

    @discardableResult
    func adjust(_ points: Int64, _ currency: String = "beans") -> Reply {
        carryOut(
            .adjust(
                member: .card("c1"),
                Adjustment(currency: CurrencyID(currency), points: points, reason: "test")))
    }

    /// The member as everyone sees it now.
    func state() throws -> MemberState {
        let stored = try #require(try store.read { try $0.state(of: MemberNumber(1)) })
        return stored.advanced(to: harness.now, under: harness.book)
    }

    func balance(_ currency: String = "beans") throws -> Balance {
        try state().ledger.balance(of: CurrencyID(currency))
    }

    func available(_ currency: String = "beans") throws -> Int64 {
        try balance(currency).available.count
    }

    /// What verifying the store finds.
    func findings() throws -> [String] {
        try Verifier(store: store, book: harness.book).run().findings.map { "\($0)" }
    }

    /// The number of the member's newest operation.
    func newest() throws -> OperationID {
        let state = try #require(try store.read { try $0.state(of: MemberNumber(1)) })
        return OperationID(member: MemberNumber(1), sequence: state.version)
    }
}

extension Reply {
    /// The result as text.
    var text: String { String(decoding: result ?? [], as: UTF8.self) }
}
