import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing
import Time

private let beans = CurrencyID("beans")

@Suite("Referrals") struct ReferralTests {
    private static func document(_ referral: String, more: String = "") -> String {
        """
        schema: kizuna.program/v1
        id: friends
        money: { currency: JPY, base: tax_included }
        timezone: Asia/Tokyo
        points: { beans: { expiry: { after: 12 months } }, status: { kind: status } }
        referral: \(referral)
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100 } }
          - { id: status, event: purchase, earn: { points: 1, per: 100, into: status } }
        \(more)
        """
    }

    private static let usual = """
        { referrer: { points: 200 }, referred: { points: 100 },
          limit: { count: 2, per: member, window: calendar_year }, minimum: 500 }
        """

    /// The first member has a code, and there are three new ones.
    private func world(_ referral: String = usual, more: String = "") throws -> SpendingWorld {
        let world = try SpendingWorld(Self.document(referral, more: more))
        for number in 2...4 { _ = world.harness.carryOut("e\(number)", enroll(number)) }
        return world
    }

    private func claim(_ card: String, _ code: ExactText) -> Command {
        .claimReferral(member: .card(card), code: code)
    }

    @Test("the new member gets something at once, who brought it at the first purchase that is large enough")
    func pays() throws {
        let world = try world()
        let code = try world.code(of: 1)
        let claimed = world.carryOut(claim("c2", code))
        #expect(claimed.text.contains(#""earned":{"beans":100}"#))
        #expect(try world.available(2) == 100)
        #expect(try world.available(1) == 0)
        world.buy(499, by: "c2", receipt: "1")
        #expect(try world.available(1) == 0)
        world.buy(500, by: "c2", receipt: "2")
        #expect(try world.available(1) == 200)
        world.buy(5000, by: "c2", receipt: "3")
        #expect(try world.available(1) == 200)
        #expect(try world.findings().isEmpty)
    }

    @Test(
        "a return that leaves too little takes the bonus back in the same operation, and the next purchase may bring it"
    )
    func returned() throws {
        let world = try world(
            "{ referrer: { points: 200 }, referred: { points: 100, after: first_purchase }, minimum: 500 }")
        world.carryOut(claim("c2", try world.code(of: 1)))
        world.buy(1000, by: "c2", receipt: "1")
        #expect(try world.available(1) == 200)
        #expect(try world.available(2) == 110)
        world.giveBack("1", .amount(400))
        #expect(try world.available(1) == 200)
        world.giveBack("1", .amount(300))
        #expect(try world.available(1) == 0)
        #expect(try world.available(2) == 3)
        world.buy(600, by: "c2", receipt: "2")
        #expect(try world.available(1) == 200)
        #expect(try world.available(2) == 109)
        #expect(try world.findings().isEmpty)
    }

    @Test(
        "what the referrer has spent of a bonus that is taken back is owed, a debt it paid as well; what lapsed is not")
    func spentAndLapsed() throws {
        let world = try world("{ referrer: { points: 200 } }", more: "redemption: { pay: { worth: 1 } }")
        let code = try world.code(of: 1)
        world.carryOut(claim("c2", code))
        world.carryOut(claim("c3", code))
        world.buy(1000, by: "c2", receipt: "1")
        world.redeem(150)
        world.giveBack("1", .everything)
        #expect(try world.state(of: 1).ledger.balance(of: beans).debt == Points(150))
        world.buy(1000, by: "c3", receipt: "2")
        #expect(try world.available(1) == 50)
        world.wait(days: 400)
        world.giveBack("2", .everything)
        #expect(try world.state(of: 1).ledger.balance(of: beans).debt == Points(150))
        #expect(try world.findings().isEmpty)
    }

    @Test("a limit counts bonuses, gives them back with the goods, and rules may answer to the event")
    func limitAndRules() throws {
        let rule = """
              - { id: third, event: referral, stamp: { card: friends, size: 2, points: 1000 } }
              - { id: hello, event: referred, earn: { points: 5, into: beans } }
            """
        let world = try SpendingWorld(
            Self.document(Self.usual).replacing("rules:\n", with: "rules:\n" + rule + "\n"))
        for number in 2...5 { _ = world.harness.carryOut("e\(number)", enroll(number)) }
        let code = try world.code(of: 1)
        for number in 2...4 {
            #expect(world.carryOut(claim("c\(number)", code)).refusal == nil)
            #expect(try world.available(Int64(number)) == 105)
            world.buy(1000, by: "c\(number)", receipt: "\(number)")
        }
        // 200 twice, and a card of two stamps.
        #expect(try world.available(1) == 1400)
        world.giveBack("3", .everything)
        #expect(try world.available(1) == 200)
        world.carryOut(claim("c5", code))
        world.buy(1000, by: "c5", receipt: "5")
        #expect(try world.available(1) == 1400)
        #expect(try world.findings().isEmpty)
    }

    @Test("nobody brings oneself, twice, each other, too late, or somebody who has bought")
    func refusals() throws {
        let world = try world("{ referrer: { points: 200 }, within: 14 days }")
        let code = try world.code(of: 1)
        #expect(try world.code(of: 1) == code)
        func refusal(_ card: String, _ code: ExactText) -> ReferralObstacle? {
            guard case .referralRefused(let obstacle)? = world.carryOut(claim(card, code)).refusal else { return nil }
            return obstacle
        }
        #expect(refusal("c1", code) == .oneself)
        #expect(refusal("c2", "nobody") == .codeUnknown)
        #expect(world.carryOut(claim("c2", code)).refusal == nil)
        #expect(refusal("c2", code) == .claimedBefore)
        #expect(refusal("c2", try world.code(of: 3)) == .claimedBefore)
        #expect(refusal("c1", try world.code(of: 2)) == .mutual)
        world.buy(100, by: "c3", receipt: "1")
        #expect(refusal("c3", code) == .notNew)
        world.wait(days: 14)
        #expect(refusal("c4", code) == .tooLate(CalendarSpan(trusted: 14, .day)))
        let none = try SpendingWorld()
        #expect(none.carryOut(.referralCode(member: .card("c1"))).refusal == .referralRefused(.notOffered))
        #expect(try world.findings().isEmpty)
    }

    @Test("everything in one batch, with several new members of one referrer")
    func oneBatch() throws {
        let world = try world("{ referrer: { points: 200 } }")
        let code = try world.code(of: 1)
        var commands: [Command] = []
        for number in 2...4 {
            commands += [claim("c\(number)", code), buy(1000, card: "c\(number)", receipt: "\(number)")]
        }
        let replies = world.harness.carryOut(commands.enumerated().map { (Cause("b\($0)", $1), $1) })
        #expect(replies.allSatisfy { $0.refusal == nil })
        #expect(try world.available(1) == 600)
        #expect(try world.findings().isEmpty)
    }

    @Test("a backtest of the present document gives what happened, and of another one what it would have given")
    func backtest() throws {
        let world = try world()
        let code = try world.code(of: 1)
        for number in 2...3 {
            world.carryOut(claim("c\(number)", code))
            world.wait(days: 1)
            world.buy(1000, by: "c\(number)", receipt: "\(number)")
        }
        world.giveBack("2", .everything)
        for (points, expected) in [(200, 400), (300, 600)] {
            let draft = Self.document(Self.usual.replacing("points: 200", with: "points: \(points)"))
            let question = BacktestQuestion(
                draft: Programs.load(draft), from: .distantPast, until: .distantFuture, rows: .month)
            let report = try world.store.read {
                try Backtest(question, book: world.harness.book).run(in: $0, at: world.harness.now)
            }
            #expect(report.comparison?.differences == [])
            let rule = try #require(report.rules.first { $0.rule == "referral.referrer" })
            #expect(rule.points.draft == Int64(expected))
            let currency = try #require(report.currencies.first { $0.currency == beans })
            #expect(currency.takenBack.draft == Int64(points) + 10)
        }
    }

    @Test("a document's tests name a code, and tell what who brought the member has")
    func scenario() {
        let outcomes = DocumentTests.run(
            Programs.load(
                Self.document(
                    Self.usual,
                    more: """
                        tests:
                          - name: 友だち紹介
                            steps:
                              - claim: { time: "2026-05-16T10:00:00+09:00" }
                                expect: { balance: { beans: 100 }, referrer: { beans: 0 } }
                              - purchase: { id: a, items: [{ amount: 2000 }] }
                                expect: { balance: { beans: 120 }, referrer: { beans: 200 } }
                              - return: { of: a }
                                expect: { balance: { beans: 100 }, referrer: { beans: 0 } }
                              - claim: {}
                                expect: { refused: true }
                        """)))
        #expect(outcomes.count == 1)
        #expect(outcomes.flatMap(\.differences) == [])
    }
}

extension SpendingWorld {
    /// A member as everyone sees it now.
    func state(of member: Int64) throws -> MemberState {
        let stored = try #require(try store.read { try $0.state(of: MemberNumber(member)) })
        return stored.advanced(to: harness.now, under: harness.book)
    }

    func available(_ member: Int64) throws -> Int64 {
        try state(of: member).ledger.balance(of: beans).available.count
    }

    /// The code by which a member refers others.
    func code(of member: Int64) throws -> ExactText {
        carryOut(.referralCode(member: .card("c\(member)")))
        return try #require(try state(of: member).bonds.code)
    }

    @discardableResult
    func buy(_ amount: Int64, by card: String, receipt: String, pay: Int64? = nil) -> Reply {
        carryOut(
            .purchase(
                member: .card(card),
                Purchase(
                    receipt: ReceiptNumber(store: "s", terminal: "", number: ExactText(receipt)), channel: "pos",
                    occurredAt: harness.now, currency: "JPY", items: [Self.line(amount)],
                    payment: pay.map { Payment(currency: beans, points: Points($0)) })))
    }
}
