import Ledger
public import Rules
import Time

/// Runs every test that a document brings along: those about one event, and those that go on for several steps.
public enum DocumentTests {
    /// The outcomes in the order of the document.
    public static func run(_ program: Program) -> [ProgramTests.Outcome] {
        let scenarios = program.scenarios.map { scenario in
            var run = ScenarioRun(scenario, program)
            return ProgramTests.Outcome(name: scenario.name, line: scenario.line, differences: run.differences())
        }
        return (ProgramTests.run(program) + scenarios).sorted { $0.line < $1.line }
    }
}

/// One scenario under way: the member, decided step by step as the engine would.
private struct ScenarioRun {
    private let scenario: Scenario
    private let program: Program
    private let book: RuleBook
    private var state: MemberState
    private var shared: [Usage]
    private var history: [Operation] = []
    /// The operation of each purchase, each top-up and each redemption by its name.
    private var named: [String: OperationID] = [:]
    private var lastCode = 0
    /// Who brought the member, and who owns its pool.
    private var others: [MemberNumber: MemberState] = [:]
    private static let referrer = MemberNumber(2)
    private static let owner = MemberNumber(3)

    init(_ scenario: Scenario, _ program: Program) {
        self.scenario = scenario
        self.program = program
        book = RuleBook([RuleSet(version: 1, effectiveFrom: .distantPast, program: program)])
        shared = scenario.shared
        // Overwritten when the member joins.
        state = MemberState(
            number: MemberNumber(1), id: ExactText(scenario.member.id), enrolledAt: scenario.joinedAt, version: 0,
            head: .zero, ledger: MemberLedger(), tier: nil, counters: PurchaseCounters())
    }

    /// What is not as the scenario expects.
    mutating func differences() -> [ProgramTests.Outcome.Difference] {
        var differences: [ProgramTests.Outcome.Difference] = []
        join()
        for (index, step) in scenario.steps.enumerated() {
            var comparison = Comparison(program: program, step: "step \(index + 1) (line \(step.line))")
            let outcome = carryOut(step)
            let present = state.advanced(to: step.at, under: book)
            comparison.compare(step.expected, outcome, present, at: step.at)
            let mates = present.poolMates { others[$0] }.compactMap { others[$0] }
            for (what, expected, members) in [
                ("referrer", step.expected.referrer, others[Self.referrer].map { [$0] } ?? []),
                ("pool", step.expected.pool, [present] + mates),
            ] {
                comparison.compare(what, expected, members.map { $0.advanced(to: step.at, under: book) })
            }
            differences += comparison.differences
        }
        return differences
    }

    private mutating func join() {
        let id = scenario.member.id.isEmpty ? "member" : scenario.member.id
        _ = decide(.enroll(Enrollment(id: ExactText(id), name: nil, identifiers: [])), at: scenario.joinedAt, on: nil)
        state.traits = Traits(
            attributes: scenario.member.attributes.sorted { $0.name < $1.name }, tags: scenario.member.tags,
            segments: scenario.member.segments)
        for (index, points) in scenario.member.balances.enumerated() where points > 0 {
            let adjustment = Adjustment(
                currency: CurrencyID(program.currencies[index].id), points: points, reason: "test")
            _ = decide(.adjust(member: me, adjustment), at: scenario.joinedAt, on: state)
        }
    }

    private var me: Identifier { Identifier(.member, state.id) }

    /// Lets a step happen; `nil` for time that passes.
    private mutating func carryOut(_ step: Scenario.Step) -> Decision? {
        switch step.action {
        case .timePasses:
            history += state.advance(to: step.at, under: book)
            return nil
        case .purchase(let name, let order, let pay, let value):
            let sale = purchase(order, pay, value, at: step.at)
            return decide(.purchase(member: me, sale), called: name, at: step.at, on: state)
        case .giveBack(let name, let extent):
            return decide(
                .return(.operation(operation(name)), Return(extent.asAsked, occurredAt: step.at)), at: step.at,
                on: state)
        case .confirm(let name):
            return decide(.confirm(.operation(operation(name)), occurredAt: step.at), at: step.at, on: state)
        case .topUp(let name, let currency, let amount):
            let topUp = TopUp(
                currency: CurrencyID(program.currencies[currency].id), amount: amount,
                money: program.money.currency.code,
                receipt: ReceiptNumber(store: "", terminal: "", number: ExactText(name)), occurredAt: step.at)
            return decide(.topUp(member: me, topUp), called: name, at: step.at, on: state)
        case .refund(let name, let amount):
            return decide(.refund(operation(name), amount.map(Points.init)), at: step.at, on: state)
        case .claim:
            add(Self.referrer, balances: [])
            return decide(.claimReferral(member: me, code: "code"), at: step.at, on: state, with: Self.referrer)
        case .joinPool(let kind, let role, let balances):
            add(Self.owner, balances: balances)
            let kind = kind ?? program.pools?.kinds.first ?? .household
            let owner = Identifier(.member, "owner")
            guard let found = others[Self.owner] else { return nil }
            if case .refused(let refusal) = decide(.pool(member: owner, .create(kind)), at: step.at, on: found) {
                return .refused(refusal)
            }
            return decide(.pool(member: me, .join(owner: owner, role)), at: step.at, on: state, with: Self.owner)
        case .event(let name, let attributes):
            return decide(
                .event(member: me, Happening(name: name, occurredAt: step.at, attributes: attributes)), at: step.at,
                on: state)
        case .redeemPoints(let name, let points):
            let currency = program.redemption.pay?.currency ?? program.defaultCurrency ?? 0
            return decide(
                .redeem(member: me, .points(CurrencyID(program.currencies[currency].id), Points(points))),
                called: name, at: step.at, on: state)
        case .redeemReward(let name, let index, let quantity):
            return decide(
                .redeem(member: me, .reward(program.redemption.rewards[index].id, quantity: quantity)), called: name,
                at: step.at, on: state)
        case .cancel(let name):
            return decide(.cancel(operation(name)), at: step.at, on: state)
        }
    }

    /// The operation of a step by its name; where it was refused, one that there is not.
    private func operation(_ name: String) -> OperationID {
        named[name] ?? OperationID(member: state.number, sequence: 0)
    }

    private mutating func decide(
        _ command: Command, called name: String?, at now: Instant, on member: MemberState?
    ) -> Decision {
        let decision = decide(command, at: now, on: member)
        if let name, case .accepted(let acceptance) = decision {
            named[name] = acceptance.operations.last { $0.cause != nil }?.id
        }
        return decision
    }

    private func purchase(_ order: Facts.Order, _ pay: Int64?, _ value: Int64?, at instant: Instant) -> Purchase {
        let currency = program.redemption.pay?.currency ?? program.defaultCurrency ?? 0
        return Purchase(
            receipt: ReceiptNumber(
                store: ExactText(order.store), terminal: ExactText(order.terminal), number: ExactText(order.id)),
            channel: order.channel, occurredAt: instant, currency: program.money.currency.code, tags: order.tags,
            coupons: order.coupons, items: order.lines,
            payment: pay.map {
                Payment(currency: CurrencyID(program.currencies[currency].id), points: Points($0))
            },
            value: value.flatMap { amount in
                program.currencies.first { $0.kind == .storedValue }.map {
                    Payment(currency: CurrencyID($0.id), points: Points(amount))
                }
            })
    }

    /// Makes somebody else, who joined with the member.
    private mutating func add(_ number: MemberNumber, balances: [ProgramTest.Expectation]) {
        guard others[number] == nil else { return }
        others[number] = MemberState(
            number: number, id: ExactText("other \(number.value)"), enrolledAt: scenario.joinedAt, version: 1,
            head: .zero, ledger: MemberLedger(), tier: nil, counters: PurchaseCounters())
        for balance in balances where balance.points > 0 {
            let adjustment = Adjustment(
                currency: CurrencyID(program.currencies[balance.index].id), points: balance.points, reason: "test")
            _ = decide(
                .adjust(member: Identifier(.member, "other"), adjustment), at: scenario.joinedAt, on: others[number])
        }
    }

    /// - Parameter other: whom the command names besides.
    private mutating func decide(
        _ command: Command, at now: Instant, on member: MemberState?, with other: MemberNumber? = nil
    ) -> Decision {
        let record = command.about.flatMap { reference -> OperationRecord? in
            guard case .operation(let id) = reference, let first = history.first(where: { $0.id == id }) else {
                return nil
            }
            return OperationRecord(
                first, later: history.filter { $0.id.member == id.member && $0.id.sequence > id.sequence })
        }
        let codes = (0..<program.mostVouchers).map { ExactText("\(lastCode + $0)") }
        lastCode += codes.count
        var companions = Companions()
        for number in member?.companions(for: command, known: { others[$0] }) ?? [] {
            companions.states[number] = others[number]
        }
        for id in member?.companionRecords(for: command) ?? [] {
            guard let first = history.first(where: { $0.id == id }) else { continue }
            companions.records[id] = OperationRecord(
                first, later: history.filter { $0.id.member == id.member && $0.id.sequence > id.sequence })
        }
        let context = DecisionContext(
            of: command, book: book, now: now,
            cause: Cause(client: 0, idempotencyKey: "test", fingerprint: .zero),
            newMember: NewMember(number: state.number, id: "member"), shared: shared, record: record, codes: codes,
            counterpart: other.flatMap { others[$0] }, companions: companions)
        let decision = Loyalty.decide(command, on: member, in: context)
        if case .accepted(let acceptance) = decision {
            if acceptance.state.number == state.number {
                state = acceptance.state
            } else {
                others[acceptance.state.number] = acceptance.state
            }
            for other in acceptance.others { others[other.state.number] = other.state }
            let operations = acceptance.operations + acceptance.others.flatMap(\.operations)
            history += operations
            for usage in operations.flatMap(\.usages) where usage.key.isShared { shared.add(usage) }
        }
        return decision
    }
}

/// What one step led to, beside what it should have.
private struct Comparison {
    let program: Program
    let step: String
    var differences: [ProgramTests.Outcome.Difference] = []

    mutating func compare(
        _ expected: Scenario.Expected, _ decision: Decision?, _ state: MemberState, at now: Instant
    ) {
        var outcome: Outcome?
        switch decision {
        case .refused(let refusal)?:
            if !expected.isRefused { differ("the step", "accepted", "refused: \(refusal)") }
        case .accepted(let acceptance)?:
            if expected.isRefused { differ("the step", "refused", "accepted") }
            outcome = acceptance.outcome
        case .kept?, nil: break
        }
        compare(earned: outcome, expected)
        compare(returned: outcome, expected)
        for (what, points, value) in [
            ("balance", expected.available, \Balance.available), ("pending", expected.pending, \.pending),
            ("debt", expected.debt, \.debt),
        ] {
            for expectation in points {
                let currency = CurrencyID(program.currencies[expectation.index].id)
                compare(
                    "\(what).\(currency.text)", expectation.points,
                    state.ledger.balance(of: currency)[keyPath: value].count)
            }
        }
        if let index = expected.tier, let level = program.tiers?.levels[index].id {
            let actual = state.tier?.current.level ?? "none"
            if actual != level { differ("tier", level, actual) }
        }
        if let vouchers = expected.vouchers {
            let open = state.vouchers.count {
                $0.used == nil && $0.usableFrom.map { $0 <= now } ?? true && $0.expiresAt.map { $0 > now } ?? true
            }
            compare("vouchers", vouchers, Int64(open))
        }
    }

    /// Compares what some members have together.
    mutating func compare(_ what: String, _ expected: [ProgramTest.Expectation], _ members: [MemberState]) {
        for expectation in expected {
            let currency = CurrencyID(program.currencies[expectation.index].id)
            let sum = members.reduce(0) { $0 + $1.ledger.balance(of: currency).available.count }
            compare("\(what).\(currency.text)", expectation.points, sum)
        }
    }

    private mutating func compare(earned outcome: Outcome?, _ expected: Scenario.Expected) {
        var sum: Earned?
        switch outcome {
        case .purchased(let earned), .happened(let earned), .enrolled(let earned): sum = earned
        default: break
        }
        for (index, currency) in program.currencies.enumerated() {
            guard let all = expected.earned else { break }
            let points = sum?.earned.first { $0.currency.text == currency.id }?.points.count ?? 0
            compare("earned.\(currency.id)", all.first { $0.index == index }?.points ?? 0, points)
        }
        for expectation in expected.rules {
            let id = program.rules[expectation.index].id
            let points = sum?.awards.reduce(0) { $1.rule == id ? $0 + $1.points.count : $0 } ?? 0
            compare("rules.\(id)", expectation.points, points)
        }
    }

    private mutating func compare(returned outcome: Outcome?, _ expected: Scenario.Expected) {
        var returned: Returned?
        if case .returned(let found) = outcome { returned = found }
        if case .refunded(_, _, _, let amount) = outcome, let refund = expected.refund {
            compare("refund", refund, amount.count)
            return
        }
        for expectation in expected.takenBack {
            let currency = CurrencyID(program.currencies[expectation.index].id)
            let claim = returned?.claims.first { $0.currency == currency }?.claim ?? Claim()
            compare(
                "taken_back.\(currency.text)", expectation.points,
                claim.taken.count + claim.owed.count + claim.waived.count)
        }
        if let refund = expected.refund { compare("refund", refund, returned?.refund ?? 0) }
    }

    private mutating func compare(_ what: String, _ expected: Int64, _ actual: Int64) {
        if expected != actual { differ(what, "\(expected)", "\(actual)") }
    }

    private mutating func differ(_ what: String, _ expected: String, _ actual: String) {
        differences.append(
            ProgramTests.Outcome.Difference(what: "\(step): \(what)", expected: expected, actual: actual))
    }
}

extension Scenario.Extent {
    fileprivate var asAsked: Return.Extent {
        switch self {
        case .everything: .everything
        case .amount(let money): .amount(money)
        case .lines(let lines):
            .lines(lines.map { Return.Line(index: $0.index, quantity: $0.quantity, amount: $0.amount) })
        }
    }
}
