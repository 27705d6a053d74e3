import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing
import Time

private let card = CurrencyID("card")

@Suite("Stored value") struct StoredValueTests {
    private static let document = """
        schema: kizuna.program/v1
        id: cards
        money: { currency: JPY, base: tax_included }
        timezone: Asia/Tokyo
        points:
          beans: {}
          card: { kind: stored_value, expiry: { after: 12 months } }
        redemption: { pay: { worth: 1, most: "0.5" } }
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100 } }
        """

    private func world() throws -> SpendingWorld { try SpendingWorld(Self.document) }

    @Test("what is paid in pays like money: the whole amount earns, and no more is paid than is due")
    func pays() throws {
        let world = try world()
        #expect(world.topUp(5000, receipt: "t1").text.contains(#""top_up":"1-2""#))
        #expect(
            world.buy(1000, receipt: "1", value: 1001).refusal == .paymentOutOfBounds(least: 1, most: 1000, step: 1))
        #expect(world.buy(1000, receipt: "1", value: 400).refusal == nil)
        #expect(try world.available("card") == 4600)
        #expect(try world.available() == 10)
        #expect(
            world.buy(9000, receipt: "2", value: 4601).refusal
                == .insufficientPoints(card, needed: Points(4601), available: Points(4600), debt: .zero))
        #expect(try world.findings().isEmpty)
    }

    @Test("points and stored value pay one purchase, and both come back to where they were")
    func together() throws {
        let world = try world()
        world.adjust(300)
        world.topUp(500, receipt: "t1")
        world.wait(days: 30)
        world.topUp(500, receipt: "t2")
        let lots = try world.lots("card")
        #expect(
            world.buy(1000, receipt: "1", pay: 300, value: 701).refusal
                == .paymentOutOfBounds(least: 1, most: 700, step: 1))
        #expect(world.buy(1000, receipt: "1", pay: 300, value: 600).refusal == nil)
        // 700 of 1,000 earn: points lower the base, stored value does not.
        #expect(try world.available() == 7)
        #expect(try world.available("card") == 400)
        let half = world.giveBack("1", .amount(500))
        #expect(half.text.contains(#""refund":50"#))
        #expect(half.text.contains(#""value_back":{"currency":"card","usable":300,"lapsed":0}"#))
        #expect(try world.available("card") == 700)
        let rest = world.giveBack("1", .everything)
        #expect(rest.text.contains(#""refund":50"#))
        #expect(try world.available() == 300)
        #expect(try world.lots("card") == lots)
        #expect(try world.findings().isEmpty)
    }

    @Test("what was not spent of a top-up is paid out, and nothing else")
    func refund() throws {
        let world = try world()
        world.topUp(1000, receipt: "t1")
        let first = try world.newest()
        world.topUp(1000, receipt: "t2")
        world.buy(1000, receipt: "1", value: 300)
        #expect(world.carryOut(.refund(first, Points(701))).refusal == .topUpSpent(left: Points(700)))
        #expect(world.carryOut(.refund(first, Points(200))).text.contains(#""refund":200"#))
        #expect(world.carryOut(.refund(first, nil)).text.contains(#""refund":500"#))
        #expect(world.carryOut(.refund(first, nil)).refusal == .topUpSpent(left: .zero))
        #expect(try world.available("card") == 1000)
        let purchase = OperationID(member: first.member, sequence: first.sequence + 2)
        #expect(world.carryOut(.refund(purchase, nil)).refusal == .recordUnknown(.topUp))
        #expect(try world.transfers(to: .paid).reduce(0, +) == 700)
        #expect(try world.findings().isEmpty)
    }

    @Test("a receipt is one for sales and top-ups together, and a top-up is no purchase")
    func receipts() throws {
        let world = try world()
        world.buy(1000, receipt: "1")
        let bought = try world.newest()
        #expect(world.topUp(1000, receipt: "1").refusal == .receiptPosted(bought))
        world.topUp(1000, receipt: "2")
        #expect(world.giveBack("2", .everything).refusal == .recordUnknown(.purchase))
        #expect(try world.state().counters.purchases == 1)
        #expect(try world.available() == 10)
    }

    @Test("it lapses by its own policy, can be reserved, and is no points: nobody gives it away or redeems it")
    func bounds() throws {
        let world = try world()
        world.topUp(1000, receipt: "t1")
        #expect(
            world.carryOut(.redeem(member: .card("c1"), .points(card, Points(10)))).refusal == .paymentNotOffered)
        #expect(world.topUp(10, into: "beans", receipt: "t2").refusal == .currencyUnknown(CurrencyID("beans")))
        #expect(
            world.carryOut(.hold(member: .card("c1"), HoldRequest(currency: card, points: Points(400), timeoutMs: nil)))
                .refusal == nil)
        let hold = try world.newest()
        #expect(world.buy(1000, receipt: "1", value: 300, valueHold: hold).refusal == nil)
        #expect(try world.available("card") == 700)
        world.wait(days: 370)
        #expect(try world.available("card") == 0)
        #expect(try world.findings().isEmpty)
    }

    @Test("a document's tests top up, pay and take out again")
    func scenario() {
        let outcomes = DocumentTests.run(
            Programs.load(
                Self.document + """

                    tests:
                      - name: ギフトカード
                        steps:
                          - top_up: { id: t, time: "2026-05-16T10:00:00+09:00", amount: 5000 }
                            expect: { balance: { card: 5000 } }
                          - purchase: { id: a, items: [{ amount: 2000 }], value: 1500 }
                            expect: { earned: { beans: 20 }, balance: { card: 3500 } }
                          - return: { of: a }
                            expect: { refund: 500, balance: { card: 5000 } }
                          - refund: { of: t, amount: 6000 }
                            expect: { refused: true }
                          - refund: { of: t }
                            expect: { refund: 5000, balance: { card: 0 } }
                    """))
        #expect(outcomes.count == 1)
        #expect(outcomes.flatMap(\.differences) == [])
    }
}

extension SpendingWorld {
    @discardableResult
    func topUp(_ amount: Int64, into currency: String = "card", receipt: String) -> Reply {
        carryOut(
            .topUp(
                member: .card("c1"),
                TopUp(
                    currency: CurrencyID(currency), amount: amount, money: "JPY",
                    receipt: ReceiptNumber(store: "s", terminal: "", number: ExactText(receipt)),
                    occurredAt: harness.now)))
    }

    /// One line, paid in part with points and stored value.
    @discardableResult
    fileprivate func buy(
        _ amount: Int64, receipt: String, pay: Int64? = nil, value: Int64? = nil, valueHold: OperationID? = nil
    ) -> Reply {
        carryOut(
            .purchase(
                member: .card("c1"),
                Purchase(
                    receipt: ReceiptNumber(store: "s", terminal: "", number: ExactText(receipt)), channel: "pos",
                    occurredAt: harness.now, currency: "JPY", items: [Self.line(amount)],
                    payment: pay.map { Payment(currency: CurrencyID("beans"), points: Points($0)) },
                    value: value.map { Payment(currency: card, points: Points($0), hold: valueHold) })))
    }

    fileprivate func lots(_ currency: String) throws -> [Lot] {
        try state().ledger.lots.filter { $0.currency.text == currency }
    }
}
