import Engine
import Ledger
import Logging
import Loyalty
import MemoryStore
import Rules
import Synchronization
import TestSupport
import Testing

private let beans = CurrencyID("beans")

/// Two engines on one store: what one of them did, the other one knows, also where it only has to refuse.
struct TwoEnginesTests {

    @Test("points that came in at one engine can be spent at the other, which remembers the member without them")
    func spendingWhatAnotherEngineGave() throws {
        let store = MemoryStore()
        let (one, other) = (try engine(on: store), try engine(on: store))
        // The first one keeps the member in memory.
        #expect(one.carryOut("join", enroll(1)).result != nil)
        #expect(
            one.carryOut("early", redeem(50)).refusal
                == .insufficientPoints(beans, needed: Points(50), available: .zero, debt: .zero))

        let gift = Adjustment(currency: beans, points: 100, reason: "test")
        #expect(other.carryOut("gift", .adjust(member: .card("c1"), gift)).result != nil)
        #expect(one.carryOut("late", redeem(50)).result != nil)
        // And the other way round: what is gone is not promised by a refusal's figures.
        #expect(
            other.carryOut("more", redeem(80)).refusal
                == .insufficientPoints(beans, needed: Points(80), available: Points(50), debt: .zero))
    }

    @Test("a refusal looks at the member afresh behind other refusals of its batch as well")
    func severalRefusalsInARow() throws {
        let store = MemoryStore()
        let (one, other) = (try engine(on: store), try engine(on: store))
        for number in 1...3 { #expect(one.carryOut("join\(number)", enroll(number)).result != nil) }
        for number in 1...3 {
            let gift = Adjustment(currency: beans, points: 60, reason: "test")
            #expect(other.carryOut("gift\(number)", .adjust(member: .card("c\(number)"), gift)).result != nil)
        }
        let commands = [redeem(70), redeem(60), redeem(60, card: "c2"), redeem(60, card: "c3")]
        let replies = one.carryOut(
            commands.enumerated().map { (Cause("redeem\($0)", $1), $1) })
        #expect(
            replies[0].refusal == .insufficientPoints(beans, needed: Points(70), available: Points(60), debt: .zero))
        #expect(replies.dropFirst().allSatisfy { $0.result != nil })
    }

    @Test("an award is cut by what is used of a budget, not by what had been used of it")
    func budgetGivenBack() throws {
        // 30 points of the budget go to each purchase.
        let ruleSet = Programs.ruleSet(
            Programs.remembering.replacing("budget: { points: 1000,", with: "budget: { points: 100,"))
        let store = MemoryStore()
        let one = try EngineHarness(store: store, ruleSet: ruleSet)
        let other = try EngineHarness(store: store, ruleSet: ruleSet)
        #expect(one.carryOut("join", enroll(1)).result != nil)
        for receipt in 1...3 {
            #expect(one.carryOut("\(receipt)", buy(100, card: "c1", receipt: "\(receipt)")).result != nil)
        }
        // As far as the first one knows, 90 are used.
        let third = try #require(buy(100, card: "c1", receipt: "3").receipt)
        let back = Command.return(.receipt(third), Return(.everything, occurredAt: other.now))
        #expect(other.carryOut("back", back).result != nil)
        #expect(one.carryOut("4", buy(100, card: "c1", receipt: "4")).result != nil)
        #expect(try store.read { try $0.sharedUsages() }.map(\.amount) == [90])
    }

    @Test("an award that a budget has too little for is not paid because a cap would leave little of it")
    func cappedAward() throws {
        let ruleSet = Programs.ruleSet(
            Programs.remembering.replacing(
                "budget: { points: 1000, when_short: partial }",
                with: "budget: { points: 100, when_short: skip }"
            )
            .replacing(
                "caps:\n", with: "caps:\n  - { id: little, per: member, window: lifetime, points: 5, rules: [rush] }\n")
        )
        let store = MemoryStore()
        let one = try EngineHarness(store: store, ruleSet: ruleSet)
        let other = try EngineHarness(store: store, ruleSet: ruleSet)
        for number in 1...20 { #expect(one.carryOut("join\(number)", enroll(number)).result != nil) }
        // As far as the first one knows, 5 are used; the other one uses up to 75 of 100.
        #expect(one.carryOut("1", buy(100, card: "c1", receipt: "1")).result != nil)
        for number in 2...15 {
            #expect(other.carryOut("\(number)", buy(100, card: "c\(number)", receipt: "\(number)")).result != nil)
        }
        #expect(try store.read { try $0.sharedUsages() }.map(\.amount) == [75])
        // 30 no longer fit, so nothing is paid, and not the 5 that the cap would have left.
        #expect(one.carryOut("16", buy(100, card: "c16", receipt: "16")).result != nil)
        #expect(try store.read { try $0.sharedUsages() }.map(\.amount) == [75])
    }

    @Test("a bonus for bringing others is cut by what is used of a budget, not by what had been used of it")
    func bonusCut() throws {
        let ruleSet = Programs.ruleSet(
            Programs.remembering.replacing("budget: { points: 1000,", with: "budget: { points: 100,")
                .replacing(
                    "rules:\n",
                    with:
                        "rules:\n  - { id: brought, campaign: rush, event: referral, earn: { points: 40, into: extra } }\n"
                )
                + "\nreferral: { referrer: { points: 1, after: claim } }\n")
        let store = MemoryStore()
        let one = try EngineHarness(store: store, ruleSet: ruleSet)
        let other = try EngineHarness(store: store, ruleSet: ruleSet)
        for number in 1...3 { #expect(one.carryOut("join\(number)", enroll(number)).result != nil) }
        #expect(one.carryOut("code", .referralCode(member: .card("c1"))).result != nil)
        let state = try #require(try store.read { try $0.state(of: MemberNumber(1)) })
        let code = try #require(state.bonds.code)
        for receipt in 1...3 {
            #expect(one.carryOut("\(receipt)", buy(100, card: "c1", receipt: "\(receipt)")).result != nil)
        }
        // As far as the first one knows, 90 are used, and 10 are left.
        let third = try #require(buy(100, card: "c1", receipt: "3").receipt)
        let back = Command.return(.receipt(third), Return(.everything, occurredAt: other.now))
        #expect(other.carryOut("back", back).result != nil)
        #expect(one.carryOut("claim", .claimReferral(member: .card("c2"), code: code)).result != nil)
        #expect(try store.read { try $0.sharedUsages() }.map(\.amount) == [100])
    }

    @Test("who brought somebody is paid by what they are, not by what they had been")
    func referrerReinstated() throws {
        let ruleSet = Programs.ruleSet(Programs.spending + "\nreferral: { referrer: { points: 7 } }\n")
        let store = MemoryStore()
        let one = try EngineHarness(store: store, ruleSet: ruleSet)
        let other = try EngineHarness(store: store, ruleSet: ruleSet)
        for number in 1...2 { #expect(one.carryOut("join\(number)", enroll(number)).result != nil) }
        #expect(one.carryOut("code", .referralCode(member: .card("c1"))).result != nil)
        let code = try #require(try store.read { try $0.state(of: MemberNumber(1)) }?.bonds.code)
        #expect(one.carryOut("claim", .claimReferral(member: .card("c2"), code: code)).result != nil)
        #expect(one.carryOut("stop", .status(member: .card("c1"), .suspend)).result != nil)
        // As far as the first one knows, the referrer takes no part.
        #expect(other.carryOut("go", .status(member: .card("c1"), .reinstate)).result != nil)
        #expect(one.carryOut("1", buy(1000, card: "c2", receipt: "1")).result != nil)
        let referrer = try #require(try store.read { try $0.state(of: MemberNumber(1)) })
        #expect(referrer.ledger.balance(of: beans).available == Points(7))
    }

    private func engine(on store: MemoryStore) throws -> EngineHarness {
        try EngineHarness(store: store, ruleSet: Programs.ruleSet(Programs.spending))
    }

    private func redeem(_ points: Int64, card: String = "c1") -> Command {
        .redeem(member: .card(card), .points(beans, Points(points)))
    }
}

/// What is decided on top of a batch that is under way, and again where that meets a conflict.
struct UnderWayTests {
    private final class Ear: ReplySink {
        private let replies = Mutex<[Reply]>([])
        func deliver(_ replies: [(token: Int, reply: Reply)]) {
            self.replies.withLock { $0 += replies.map(\.reply) }
        }
        var last: Reply? { replies.withLock { $0.last } }
        var taken: [Reply] { replies.withLock { $0 } }
    }

    private final class Silence: ReplySink {
        func deliver(_ replies: [(token: Int, reply: Reply)]) {}
    }

    private static func lane(
        on store: MemoryStore, _ rules: RuleDirectory, _ clock: @escaping Clock, capacity: Int
    ) throws -> SteppedLane {
        try SteppedLane(
            store: store, clock: clock, drawID: { "m" }, drawCode: { "c" }, rules: rules, describe: { _, _, _ in [] },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, cacheCapacity: capacity)
    }

    private static func submission(_ sink: any ReplySink, _ key: String, _ command: Command) -> Submission {
        Submission(cause: Cause(key, command), command: command, sink: sink, token: 1)
    }

    @Test("a refusal behind a conflict does not come from a copy of the member that memory had kept")
    func olderCopy() throws {
        let store = MemoryStore()
        let ruleSet = Programs.ruleSet(Programs.spending + "\ntransfers: { allowed: true }\n")
        let other = try EngineHarness(store: store, ruleSet: ruleSet)
        let sink = Ear()
        let rules = RuleDirectory(RuleBook([ruleSet]), zones: Programs.zones)
        var lane = try Self.lane(on: store, rules, { other.now }, capacity: 12)
        func join(_ number: Int) -> Command {
            .enroll(Enrollment(id: ExactText("m\(number)"), name: nil, identifiers: []))
        }
        func adjust(_ id: String, _ points: Int64) -> Command {
            .adjust(member: .member(id), Adjustment(currency: beans, points: points, reason: "test"))
        }
        // Memory is so small that the first six are those it will forget next.
        for number in 1...7 {
            lane.decide([Self.submission(sink, "join\(number)", join(number))])
            lane.finishCommit()
        }
        #expect(other.carryOut("gift", adjust("m2", 100)).result != nil)
        let link = Command.link(Linking(member: .member("m2"), identifier: .card("c2")))
        #expect(other.carryOut("link", link).result != nil)
        // By a name that it had not heard of, the lane learns of the member anew, and keeps two copies.
        lane.decide([Self.submission(sink, "spend", .redeem(member: .card("c2"), .points(beans, Points(20))))])
        while lane.isBusy { lane.finishCommit() }
        #expect(other.carryOut("less", adjust("m2", -70)).result != nil)
        #expect(other.carryOut("more", adjust("m1", 10)).result != nil)
        lane.decide([Self.submission(sink, "under way", adjust("m1", 10))])
        lane.decide([
            Self.submission(
                sink, "give",
                .give(member: .member("m2"), to: .member("m1"), Gift(currency: beans, points: Points(150))))
        ])
        while lane.isBusy { lane.finishCommit() }
        guard case .refused(.insufficientPoints(_, needed: _, let available, debt: _)) = sink.last else {
            Issue.record("\(String(describing: sink.last))")
            return
        }
        #expect(available == Points(10))
    }

    @Test("what another engine did to what came over by a merging is known with the member it changed")
    func newerMember() throws {
        let store = MemoryStore()
        let ruleSet = Programs.ruleSet(Programs.spending)
        let other = try EngineHarness(store: store, ruleSet: ruleSet)
        let sink = Ear()
        let rules = RuleDirectory(RuleBook([ruleSet]), zones: Programs.zones)
        var lane = try Self.lane(on: store, rules, { other.now }, capacity: 100)
        func adjust(_ card: String) -> Command {
            .adjust(member: .card(card), Adjustment(currency: beans, points: 100, reason: "test"))
        }
        for number in 1...3 { #expect(other.carryOut("join\(number)", enroll(number)).result != nil) }
        #expect(other.carryOut("gift", adjust("c1")).result != nil)
        #expect(
            other.carryOut("spend", .redeem(member: .card("c1"), .points(beans, Points(20)))).result != nil)
        let loser = try #require(try store.read { try $0.owner(of: .card("c1")) })
        let spending = OperationID(member: loser, sequence: 3)
        #expect(other.carryOut("merge", .merge(member: .card("c2"), from: .card("c1"))).result != nil)

        // Something is under way; what is refused behind it leaves the histories of both in the draft.
        lane.decide([Self.submission(sink, "under way", adjust("c3"))])
        lane.decide([Self.submission(sink, "release", .release(spending))])
        #expect(other.carryOut("cancel", .cancel(spending)).result != nil)
        let link = Command.link(Linking(member: .card("c2"), identifier: .card("c22")))
        #expect(other.carryOut("link", link).result != nil)
        // The new card brings the member in as it is now.
        lane.decide([
            Self.submission(sink, "by the new card", adjust("c22")), Self.submission(sink, "again", .cancel(spending)),
        ])
        while lane.isBusy { lane.finishCommit() }
        guard case .refused(.alreadyCancelled) = sink.last else {
            Issue.record("\(String(describing: sink.last))")
            return
        }
    }

    @Test("nobody hears that something is sold out which another engine has given back, whatever is under way")
    func soldOut() throws {
        let store = MemoryStore()
        let ruleSet = Programs.ruleSet(Programs.spending)
        let other = try EngineHarness(store: store, ruleSet: ruleSet)
        let sink = Ear()
        let rules = RuleDirectory(RuleBook([ruleSet]), zones: Programs.zones)
        var lane = try Self.lane(on: store, rules, { other.now }, capacity: 100)
        func adjust(_ card: String) -> Command {
            .adjust(member: .card(card), Adjustment(currency: beans, points: 1000, reason: "test"))
        }
        let three = Command.redeem(member: .card("c1"), .reward("mug", quantity: 3))
        for (key, command) in [
            ("join1", enroll(1)), ("join2", enroll(2)), ("gift1", adjust("c1")), ("gift2", adjust("c2")),
            ("all", three),
        ] {
            lane.decide([Self.submission(sink, key, command)])
            lane.finishCommit()
        }
        let redemption = OperationID(member: MemberNumber(1), sequence: 3)
        #expect(other.carryOut("back", .cancel(redemption)).result != nil)
        // Something else is under way, and the lane has the sums of before.
        lane.decide([Self.submission(sink, "under way", adjust("c1"))])
        lane.decide([
            Self.submission(sink, "one", .redeem(member: .card("c2"), .reward("mug", quantity: 1))),
            Self.submission(sink, "two", .redeem(member: .card("c2"), .reward("mug", quantity: 1))),
        ])
        while lane.isBusy { lane.finishCommit() }
        #expect(sink.taken.allSatisfy { $0.result != nil }, "\(sink.taken)")
        #expect(try store.read { try $0.sharedUsages() }.map(\.amount).reduce(0, +) == 2)
    }

    @Test("a budget is not used twice by what is decided again behind a conflict")
    func budget() throws {
        // 30 points of the budget go to each purchase.
        let program = Programs.remembering.replacing("budget: { points: 1000,", with: "budget: { points: 90,")
        let store = MemoryStore()
        let clock: Clock = { EngineHarness.start }
        _ = store.addRuleSet(Programs.publication(program), clock: clock)
        let rules = try #require(try RuleDirectory(of: store, zones: Programs.zones))
        var lane = try Self.lane(on: store, rules, clock, capacity: 100)
        let sink = Silence()
        lane.decide([Self.submission(sink, "join", enroll(1))])
        lane.finishCommit()
        lane.decide([Self.submission(sink, "1", buy(100, card: "c1", receipt: "1"))])
        lane.decide([Self.submission(sink, "2", buy(100, card: "c1", receipt: "2"))])
        // The batch under way does not know this one, and meets a conflict.
        _ = store.addRuleSet(Programs.publication(program + "\n"), clock: clock)
        try rules.catchUp(with: store)
        lane.decide([Self.submission(sink, "3", buy(100, card: "c1", receipt: "3"))])
        while lane.isBusy { lane.finishCommit() }
        #expect(try store.read { try $0.sharedUsages() }.map(\.amount) == [90])
    }
}
