import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing
import Time

/// A program that keeps sales without a member for thirty days, and two members, `c1` and `c2`.
private final class ClaimWorld {
    static let source = Programs.spending.replacing(
        "late_limit: 400 days", with: "late_limit: 60 days\nunclaimed: { keep: 30 days }")

    let world: SpendingWorld

    init(_ source: String = ClaimWorld.source) throws {
        world = try SpendingWorld(source)
        world.carryOut(enroll(2))
    }

    static func receipt(_ number: String) -> ReceiptNumber {
        ReceiptNumber(store: "s", terminal: "", number: ExactText(number))
    }

    /// A sale of now.
    func sale(_ lines: [Purchase.Item], _ receipt: String) -> Purchase {
        Purchase(
            receipt: Self.receipt(receipt), channel: "pos", occurredAt: world.harness.now, currency: "JPY",
            items: lines)
    }

    @discardableResult
    func keep(_ lines: [Purchase.Item], _ receipt: String) -> Reply { world.carryOut(.keep(sale(lines, receipt))) }

    @discardableResult
    func claim(_ receipt: String, _ card: String = "c1") -> Reply {
        world.carryOut(.claim(member: .card(card), Self.receipt(receipt)))
    }

    func purchase() throws -> Operation {
        let operations = try world.store.read {
            try $0.operations(of: MemberNumber(1), after: 0, limit: .max).map(\.sealed.operation)
        }
        return try #require(operations.last { $0.kind == .purchase })
    }
}

@Suite("Sales without a member")
struct ClaimTests {
    private typealias Claims = ClaimWorld
    private static let latte = SpendingWorld.line(1000)

    @Test("whoever claims one earns what it would have earned when it was made")
    func claiming() throws {
        let claims = try Claims()
        let soldAt = claims.world.harness.now
        let kept = claims.keep([Self.latte], "1")
        #expect(
            kept.text.contains(#""receipt":{"store":"s","terminal":"","number":"1"},"claimable_until":"2026-06-15"#))
        #expect(try claims.world.available() == 0)
        claims.world.wait(days: 3)
        #expect(claims.claim("1").text.contains(#""earned":{"beans":10,"#))
        #expect(try claims.world.available() == 10)
        let purchase = try claims.purchase()
        #expect(purchase.occurredAt == soldAt && purchase.postedAt == claims.world.harness.now)
        #expect(try claims.world.state().ledger.lots.first?.earnedAt == soldAt)
        // From here on it is a purchase like any other.
        #expect(claims.world.giveBack("1", .everything).text.contains(#""refund":1000"#))
        #expect(try claims.world.available() == 0)
        #expect(try claims.world.findings().isEmpty)
    }

    @Test("the rules, the level and the limits are those of when it was sold")
    func rulesOfThen() throws {
        let doubled = Claims.source.replacing(
            "{ id: base, event: purchase, earn: { points: 1,", with: "{ id: base, event: purchase, earn: { points: 2,")
        let claims = try Claims()
        claims.keep([Self.latte], "1")
        let later = RuleBook([
            Programs.ruleSet(Claims.source),
            Programs.ruleSet(doubled, version: 2, from: "2026-05-17T10:00:00+09:00"),
        ])
        claims.world.wait(days: 2)
        let harness = try EngineHarness(
            store: claims.world.store, rules: RuleDirectory(later), now: claims.world.harness.now)
        #expect(harness.carryOut("x", .claim(member: .card("c1"), Claims.receipt("1"))).text.contains("\"beans\":10"))
        #expect(try claims.purchase().ruleSetVersion == 1)
    }

    @Test("a sale is claimed once, by one member, and never posted besides")
    func once() throws {
        let claims = try Claims()
        claims.keep([Self.latte], "1")
        let until = Instant(milliseconds: claims.world.harness.now.milliseconds + 30 * 86_400_000)
        #expect(claims.keep([Self.latte], "1").refusal == .receiptKept(until: until))
        #expect(claims.world.buy([Self.latte], receipt: "1").refusal == .receiptKept(until: until))
        #expect(claims.claim("1").refusal == nil)
        let purchase = try claims.world.newest()
        for reply in [
            claims.claim("1"), claims.claim("1", "c2"), claims.keep([Self.latte], "1"),
            claims.world.buy([Self.latte], receipt: "1"),
        ] { #expect(reply.refusal == .receiptPosted(purchase)) }
        #expect(try claims.world.available() == 10)
        #expect(claims.claim("2").refusal == .recordUnknown(.keptSale))
        // Nor is one kept whose receipt was posted.
        claims.world.buy([Self.latte], receipt: "3")
        #expect(claims.keep([Self.latte], "3").refusal == .receiptPosted(try claims.world.newest()))
        #expect(claims.claim("3").refusal == .receiptPosted(try claims.world.newest()))
        #expect(try claims.world.findings().isEmpty)
    }

    @Test("each call gets its first answer again, also behind the claim")
    func repetitions() throws {
        let claims = try Claims()
        let harness = claims.world.harness
        let (keep, claim) = (
            Command.keep(claims.sale([Self.latte], "1")), Command.claim(member: .card("c1"), Claims.receipt("1"))
        )
        let kept = harness.carryOut("a", keep)
        #expect(kept.isReplayed == false)
        let claimed = harness.carryOut("b", claim)
        let again = (harness.carryOut("a", keep), harness.carryOut("b", claim))
        #expect(again.0.isReplayed == true && again.0.result == kept.result)
        #expect(again.1.isReplayed == true && again.1.result == claimed.result)
        #expect(harness.carryOut("a", .keep(claims.sale([Self.latte], "2"))).refusal == .keyReused(original: nil))
        #expect(harness.carryOut("a", enroll(3)).refusal == .keyReused(original: nil))
        #expect(
            harness.carryOut("b", .keep(claims.sale([Self.latte], "2"))).refusal
                == .keyReused(original: try claims.world.newest()))
    }

    @Test("everything in one batch comes out as one after the other")
    func oneBatch() throws {
        let claims = try Claims()
        let sale = claims.sale([Self.latte, Self.latte], "1")
        let back = Return(.lines([.init(index: 1)]), occurredAt: claims.world.harness.now)
        let commands: [Command] = [
            .keep(sale), .return(.receipt(sale.receipt), back), .claim(member: .card("c1"), sale.receipt),
            .claim(member: .card("c2"), sale.receipt), .return(.receipt(sale.receipt), back),
        ]
        let replies = claims.world.harness.carryOut(commands.enumerated().map { (Cause("b\($0)", $1), $1) })
        #expect(replies.prefix(3).allSatisfy { $0.result != nil }, "\(replies)")
        #expect(replies[3].refusal == .receiptPosted(try claims.world.newest()))
        #expect(replies[4].refusal == .returnExceeds(line: 1, left: 0))
        #expect(try claims.world.available() == 10)
        #expect(try claims.world.findings().isEmpty)
    }

    @Test("what came back before the claim is taken off, line by line, and what is left can come back behind it")
    func returns() throws {
        let claims = try Claims()
        let lines = [SpendingWorld.line(1000, quantity: 2), SpendingWorld.line(700)]
        claims.keep(lines, "1")
        let first = claims.world.giveBack("1", .lines([.init(index: 0, quantity: 1)]))
        #expect(first.text.contains(#""complete":false,"refund":500,"receipt":"#))
        #expect(
            claims.world.giveBack("1", .lines([.init(index: 0, quantity: 2)])).refusal
                == .returnExceeds(line: 0, left: 1))
        #expect(claims.world.giveBack("1", .lines([.init(index: 2)])).refusal == .lineUnknown(2))
        #expect(claims.world.giveBack("1", .lines([.init(index: 1)])).text.contains(#""refund":700"#))
        #expect(claims.claim("1").text.contains(#""beans":5"#))
        #expect(try claims.purchase().purchase?.items.map(\.quantity) == [1, 0])
        #expect(claims.world.giveBack("1", .lines([.init(index: 1)])).refusal == .returnExceeds(line: 1, left: 0))
        #expect(claims.world.giveBack("1", .lines([.init(index: 0)])).text.contains(#""complete":true,"refund":500"#))
        #expect(try claims.world.available() == 0)
        #expect(try claims.world.findings().isEmpty)
    }

    @Test("a sale of which everything came back cannot be claimed, nor can more come back")
    func voided() throws {
        let claims = try Claims()
        claims.keep([Self.latte], "1")
        #expect(claims.world.giveBack("1", .everything).text.contains(#""complete":true,"refund":1000"#))
        #expect(claims.world.giveBack("1", .everything).refusal == .nothingLeft)
        #expect(claims.claim("1").refusal == .nothingLeft)
        let future = Return(.everything, occurredAt: claims.world.harness.now + 600_000)
        claims.keep([Self.latte], "2")
        #expect(
            claims.world.carryOut(.return(.receipt(Claims.receipt("2")), future)).refusal
                == .occurredInFuture(now: claims.world.harness.now))
    }

    @Test("after its time it can neither be claimed nor come back, and its receipt is free")
    func outlived() throws {
        let claims = try Claims()
        let sale = claims.sale([Self.latte], "1")
        #expect(claims.world.harness.carryOut("a", .keep(sale)).result != nil)
        claims.world.wait(days: 30, minutes: -1)
        claims.keep([Self.latte], "2")
        claims.world.wait(minutes: 1)
        let until = claims.world.harness.now
        #expect(claims.claim("1").refusal == .claimTooLate(until: until))
        #expect(claims.world.giveBack("1", .everything).refusal == .recordUnknown(.purchase))
        #expect(claims.world.carryOut(.keep(sale)).refusal == .tooLate(limit: try #require(CalendarSpan("30 days"))))
        // The program takes purchases of members so late.
        #expect(claims.world.carryOut(.purchase(member: .card("c1"), sale)).refusal == nil)
        #expect(claims.claim("1").refusal == .receiptPosted(try claims.world.newest()))
        // With the next one it is forgotten, and its key with it.
        claims.keep([Self.latte], "3")
        #expect(claims.world.harness.carryOut("a", .keep(sale)).refusal == .receiptPosted(try claims.world.newest()))
        #expect(claims.claim("2").refusal == nil)
        #expect(try claims.world.findings().isEmpty)
    }

    @Test("what a sale has to be is asked before it is kept")
    func refusals() throws {
        let claims = try Claims()
        let now = claims.world.harness.now
        func sale(_ receipt: String, at instant: Instant, currency: String = "JPY", _ amount: Int64 = 100) -> Purchase {
            Purchase(
                receipt: Claims.receipt(receipt), channel: "", occurredAt: instant, currency: currency,
                items: [SpendingWorld.line(amount), SpendingWorld.line(amount)])
        }
        let refused: [(Purchase, Refusal)] = [
            (sale("1", at: now, currency: "USD"), .currencyMismatch(expected: "JPY")),
            (sale("1", at: now + 301_000), .occurredInFuture(now: now)),
            (sale("1", at: now + -61 * 86_400_000), .tooLate(limit: try #require(CalendarSpan("60 days")))),
            (sale("1", at: now + -30 * 86_400_000), .tooLate(limit: try #require(CalendarSpan("30 days")))),
            (sale("1", at: now, .max), .overflow),
        ]
        for (sale, refusal) in refused { #expect(claims.world.carryOut(.keep(sale)).refusal == refusal) }
        let plain = try Claims(Programs.spending)
        #expect(plain.keep([Self.latte], "1").refusal == .memberNeeded)
    }

    @Test("members who earn nothing claim nothing, and the sale waits on")
    func standing() throws {
        let claims = try Claims()
        claims.keep([Self.latte], "1")
        #expect(claims.claim("1", "nobody").refusal == .memberUnknown(.card))
        claims.world.carryOut(.status(member: .card("c1"), .suspend))
        #expect(claims.claim("1").refusal == .memberSuspended)
        claims.world.carryOut(.status(member: .card("c1"), .close(graceMs: 86_400_000)))
        #expect(claims.claim("1").refusal == .memberClosed)
        claims.world.carryOut(.status(member: .card("c1"), .reinstate))
        claims.world.carryOut(.merge(member: .card("c1"), from: .card("c2")))
        #expect(claims.claim("1", "c2").refusal == nil)
        #expect(try claims.world.available() == 10)
        #expect(try claims.world.findings().isEmpty)
    }

    @Test("an unknown card joins by a claim where it joins by a purchase")
    func joining() throws {
        let claims = try Claims(
            Claims.source.replacing("timezone:", with: "enroll: { unknown_card: enroll }\ntimezone:"))
        claims.keep([Self.latte], "1")
        #expect(claims.claim("1", "new").text.contains(#""beans":10"#))
        #expect(try claims.world.findings().isEmpty)
    }

    @Test("two engines let one of two members have it")
    func twoEngines() throws {
        let store = MemoryStore()
        let rules = RuleDirectory(RuleBook([Programs.ruleSet(ClaimWorld.source)]))
        let engines = (try EngineHarness(store: store, rules: rules), try EngineHarness(store: store, rules: rules))
        let sale = Purchase(
            receipt: Claims.receipt("1"), channel: "", occurredAt: EngineHarness.start, currency: "JPY",
            items: [Self.latte])
        for number in 1...2 { #expect(engines.0.carryOut("join\(number)", enroll(number)).result != nil) }
        #expect(engines.0.carryOut("keep", .keep(sale)).result != nil)
        #expect(engines.1.carryOut("buy", .purchase(member: .card("c1"), sale)).refusal != nil)
        let one = engines.0.submit([
            (Cause("one", .claim(member: .card("c1"), sale.receipt)), .claim(member: .card("c1"), sale.receipt))
        ])
        let other = engines.1.submit([
            (Cause("other", .claim(member: .card("c2"), sale.receipt)), .claim(member: .card("c2"), sale.receipt))
        ])
        let replies = engines.0.replies(to: one) + engines.1.replies(to: other)
        #expect(replies.count { $0.result != nil } == 1)
        #expect(replies.count { if case .receiptPosted? = $0.refusal { true } else { false } } == 1)
        #expect(try Verifier(store: store, book: engines.0.book).run().findings.isEmpty)
    }
}
