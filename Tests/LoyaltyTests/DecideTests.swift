import Ledger
import Loyalty
import Rules
import TestSupport
import Testing
import Time

/// One member under some rule sets, decided on without any engine.
struct World {
    let book: RuleBook
    var member: MemberState?
    private(set) var operations: [Operation] = []
    private var calls = 0

    init(_ document: String) {
        self.init(Programs.book(document))
    }

    init(_ book: RuleBook) {
        self.book = book
    }

    /// Decides a command at a time and keeps what it changes.
    mutating func decide(
        _ command: Command, at now: String, taken: Identifier.Kind? = nil, posted: OperationID? = nil
    ) -> Decision {
        calls += 1
        let context = DecisionContext(
            of: command, book: book, now: Instant(now), cause: Cause("k\(calls)", command), takenClaim: taken,
            postedReceipt: posted, newMember: NewMember(number: MemberNumber(1), id: "drawn"))
        // A state of its own, which is changed where it is.
        var own = member
        own?.version += 0
        let decision = Loyalty.decide(command, on: &own, in: context)
        switch decision {
        case .accepted(let acceptance):
            member = acceptance.state
            operations += acceptance.operations
        case .kept, .refused: #expect(own == member)
        }
        return decision
    }

    mutating func enroll(at now: String) {
        _ = decide(.enroll(Enrollment(id: "m1", name: nil, identifiers: [.card("c1")])), at: now)
    }

    /// Posts a sale and gives what it earned, in beans.
    mutating func buy(_ amount: Int64, tax: Int64 = 0, at time: String, postedAt now: String? = nil) -> Int64? {
        let before = operations.count
        guard
            case .accepted = decide(.purchase(member: .card("c1"), .sale(amount, tax: tax, at: time)), at: now ?? time)
        else { return nil }
        return operations[before...].flatMap(\.movements.opened).filter { $0.currency.text == "beans" }
            .reduce(0) { $0 + $1.original.count }
    }

    /// What is available at a time, for someone who only looks.
    func beans(at time: String) -> Int64? {
        member?.advanced(to: Instant(time), under: book).ledger.balance(of: CurrencyID("beans")).available.count
    }

    /// What was counted toward levels in a bucket.
    func counted(_ bucket: Int) -> Int64 {
        member?.tier?.tallies.first?.buckets.first { $0.number == bucket }?.total ?? 0
    }

    func tier(at time: String) -> String? {
        member?.advanced(to: Instant(time), under: book).tier?.current.level
    }
}

extension Decision {
    var refusal: Refusal? {
        if case .refused(let refusal) = self { return refusal }
        return nil
    }
}

@Suite("Deciding")
struct DecideTests {
    @Test("A new member has an operation, the wanted id, and every identifier")
    func enroll() throws {
        var world = World(Programs.coffee)
        let decision = world.decide(
            .enroll(Enrollment(id: "m1", name: "絆 太郎", identifiers: [.card("c1")])), at: "2026-05-16T10:00:00+09:00")
        guard case .accepted(let acceptance) = decision else {
            Issue.record("refused")
            return
        }
        #expect(acceptance.claims == [.member("m1"), .card("c1")])
        #expect(acceptance.name == "絆 太郎")
        #expect(acceptance.operations.map(\.kind) == [.enroll])
        #expect(acceptance.operations.map(\.id.description) == ["1-1"])
        #expect(acceptance.state.tier?.current.level == "regular")
    }

    @Test("An id is drawn where none is wanted")
    func drawnID() {
        var world = World(Programs.coffee)
        _ = world.decide(
            .enroll(Enrollment(id: nil, name: nil, identifiers: [])), at: "2026-05-16T10:00:00+09:00")
        #expect(world.member?.id == "drawn")
    }

    @Test("Tax is not part of the base where the program leaves it out")
    func tax() {
        var world = World(Programs.coffee)
        world.enroll(at: "2026-05-16T10:00:00+09:00")
        #expect(world.buy(1100, tax: 100, at: "2026-05-16T10:00:00+09:00") == 10)
        #expect(world.buy(1100, at: "2026-05-16T10:00:00+09:00") == 11)
        #expect(world.buy(99, at: "2026-05-16T10:00:00+09:00") == 0)
        #expect(world.beans(at: "2026-05-16T10:00:00+09:00") == 21)
        #expect(world.member?.counters.purchases == 3)
    }

    @Test(
        "A purchase is refused for a stated reason, the first that holds, and nothing changes",
        arguments: [
            (1000, "2026-05-16T10:00:00+09:00", "JPY", nil, "accepted"),
            (1000, "2026-05-16T10:05:00+09:00", "JPY", nil, "accepted"),
            (1000, "2026-05-16T10:05:00.001+09:00", "JPY", nil, "in the future"),
            (1000, "2026-04-16T10:00:00+09:00", "JPY", nil, "accepted"),
            (1000, "2026-04-16T09:59:59.999+09:00", "JPY", nil, "too late"),
            (1000, "2026-04-16T09:59:59.999+09:00", "USD", nil, "wrong currency"),
            (1000, "2026-05-16T10:00:00+09:00", "USD", "1-7", "receipt posted"),
        ] as [(Int64, String, String, String?, String)])
    func refusals(amount: Int64, occurredAt: String, currency: String, posted: String?, expected: String) {
        var world = World(Programs.coffee)
        world.enroll(at: "2026-05-01T10:00:00+09:00")
        let before = world.member
        let decision = world.decide(
            .purchase(member: .card("c1"), .sale(amount, at: occurredAt, currency: currency)),
            at: "2026-05-16T10:00:00+09:00", posted: posted.flatMap { OperationID($0) })
        let actual =
            switch decision.refusal {
            case nil: "accepted"
            case .occurredInFuture: "in the future"
            case .tooLate: "too late"
            case .currencyMismatch: "wrong currency"
            case .receiptPosted: "receipt posted"
            case let other?: "\(other)"
            }
        #expect(actual == expected)
        if decision.refusal != nil { #expect(world.member == before) }
    }

    @Test("Unknown members and taken identifiers are refused")
    func identifiers() {
        var world = World(Programs.coffee)
        let purchase = Command.purchase(member: .card("c9"), .sale(100, at: "2026-05-16T10:00:00+09:00"))
        #expect(world.decide(purchase, at: "2026-05-16T10:00:00+09:00").refusal == .memberUnknown(.card))
        let link = Command.link(Linking(member: .member("m9"), identifier: .card("c2")))
        #expect(world.decide(link, at: "2026-05-16T10:00:00+09:00").refusal == .memberUnknown(.member))
        world.enroll(at: "2026-05-16T10:00:00+09:00")
        #expect(
            world.decide(link, at: "2026-05-16T10:00:00+09:00", taken: .card).refusal == .identifierTaken(.card))
    }

    @Test("Amounts beyond 64 bits are refused")
    func overflow() {
        var world = World(Programs.coffee)
        world.enroll(at: "2026-05-16T10:00:00+09:00")
        let item = Purchase.Item(amount: .max)
        let purchase = Purchase(
            receipt: ReceiptNumber(store: "s", terminal: "", number: "1"), channel: "",
            occurredAt: Instant("2026-05-16T10:00:00+09:00"), currency: "JPY", items: [item, item])
        let decision = world.decide(.purchase(member: .card("c1"), purchase), at: "2026-05-16T10:00:00+09:00")
        #expect(decision.refusal == .overflow)
    }

    @Test(
        "A purchase that is refused behind others that were possible leaves the member as it was",
        arguments: [false, true])
    func lateOverflow(hasDue: Bool) {
        var world = World(Programs.coffee)
        world.enroll(at: "2025-05-16T10:00:00+09:00")
        #expect(world.buy(2200, at: "2025-05-16T10:00:00+09:00") == 22)
        // Its beans lapse on 1 June.
        let time = hasDue ? "2026-06-02T10:00:00+09:00" : "2026-05-30T10:00:00+09:00"
        let sale = Command.purchase(member: .card("c1"), .sale(900, at: time))

        // The second currency that is credited does not fit.
        var full = world
        guard let ledger = world.member?.ledger, let tier = world.member?.tier else {
            Issue.record("nobody is there")
            return
        }
        #expect(ledger.balances.map(\.currency.text) == ["beans", "status"])
        full.member?.ledger = MemberLedger(
            balances: [ledger.balances[0], Balance(currency: CurrencyID("status"), available: Points(.max - 8))],
            lots: ledger.lots, lastLot: ledger.lastLot, lastTransfer: ledger.lastTransfer)
        #expect(full.decide(sale, at: time).refusal == .overflow)

        // What counts toward levels does not.
        var high = world
        high.member?.tier = TierStanding(
            periods: tier.periods, until: tier.until, end: tier.end,
            tallies: tier.tallies.map {
                TierTally($0.measure, buckets: [TierTally.Bucket(number: 2026, total: .max - 8)])
            })
        #expect(high.decide(sale, at: time).refusal == .overflow)
        let less = Command.purchase(member: .card("c1"), .sale(800, at: time))
        #expect(high.decide(less, at: time).refusal == nil)
        #expect(high.counted(2026) == .max)
    }

    @Test("An unknown card joins where the program says so, and any other name does not")
    func autoEnroll() {
        var world = World(Programs.grocery)
        let time = "2017-01-01T06:53:26-05:00"
        let sale = Purchase.sale(1250, at: time, currency: "USD")
        let byPhone = Command.purchase(member: Identifier(.phone, "1"), sale)
        #expect(world.decide(byPhone, at: time).refusal == .memberUnknown(.phone))
        let decision = world.decide(.purchase(member: .card("900"), sale), at: time)
        guard case .accepted(let acceptance) = decision else {
            Issue.record("refused")
            return
        }
        #expect(acceptance.operations.map(\.kind) == [.enroll, .purchase])
        #expect(acceptance.operations.map { $0.cause != nil } == [false, true])
        #expect(acceptance.claims == [.member("drawn"), .card("900")])
        #expect(acceptance.state.ledger.balance(of: CurrencyID("points")).available == Points(12))
    }
}

@Suite("Time passing")
struct AdvanceTests {
    @Test("Points lapse at the end of the month a year later, whoever looks and whether or not anything was written")
    func expiry() {
        var world = World(Programs.coffee)
        world.enroll(at: "2026-05-16T10:00:00+09:00")
        _ = world.buy(2200, at: "2026-05-16T10:00:00+09:00")
        _ = world.buy(1000, at: "2026-06-01T10:00:00+09:00")
        #expect(world.beans(at: "2027-05-31T23:59:59.999+09:00") == 32)
        #expect(world.beans(at: "2027-06-01T00:00:00+09:00") == 10)
        #expect(world.beans(at: "2027-07-01T00:00:00+09:00") == 0)
        // A purchase later writes both down, each at the instant it fell due.
        _ = world.buy(100, at: "2027-08-01T10:00:00+09:00")
        let due = world.operations.filter { $0.kind == .due }
        #expect(
            due.map(\.occurredAt) == [
                Instant("2027-06-01T00:00:00+09:00"), Instant("2027-07-01T00:00:00+09:00"),
            ])
        #expect(world.beans(at: "2027-08-01T10:00:00+09:00") == 1)
    }

    @Test("A purchase that comes in after its points lapsed leaves none")
    func lapsedOnArrival() {
        var world = World(
            Programs.coffee.replacing("late_limit: 30 days", with: "late_limit: 3 years"))
        world.enroll(at: "2026-05-16T10:00:00+09:00")
        #expect(world.buy(2200, at: "2025-01-10T10:00:00+09:00", postedAt: "2026-05-16T10:00:00+09:00") == 22)
        #expect(world.beans(at: "2026-05-16T10:00:00+09:00") == 0)
        #expect(world.operations.suffix(2).map(\.kind) == [.purchase, .due])
    }

    @Test("Looking never changes what will be written", arguments: 0..<100 as Range<UInt64>)
    func lookingIsHarmless(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var quiet = World(Programs.coffee)
        quiet.enroll(at: "2026-01-01T10:00:00+09:00")
        var looked = quiet
        var time = Instant("2026-01-01T10:00:00+09:00")
        for _ in 0..<40 {
            time = time + Int64.random(in: 0...(60 * 86_400_000), using: &generator)
            let amount = Int64.random(in: 0...100_000, using: &generator)
            _ = quiet.buy(amount, at: time.rfc3339)
            // The other world writes down what is due at a time of its own before each purchase.
            let early = time - Int64.random(in: 0...1000, using: &generator)
            _ = looked.member?.advance(to: early, under: looked.book)
            _ = looked.buy(amount, at: time.rfc3339)
            #expect(quiet.beans(at: time.rfc3339) == looked.beans(at: time.rfc3339), "seed \(seed)")
            #expect(quiet.member?.tier == looked.member?.tier, "seed \(seed)")
            #expect(quiet.member?.ledger.lots == looked.member?.ledger.lots, "seed \(seed)")
        }
    }
}
