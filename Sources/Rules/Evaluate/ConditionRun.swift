// The expressions of a program on one event. The records are made when the first expression runs, so a program without
// expressions pays nothing; what a line comes to under an expression is found once, however many rules ask.

import CEL
import Time

/// The expressions of one event under way.
struct ConditionRun {
    private let program: Program
    private let plan: EvaluationPlan
    private let facts: Facts
    private let zones: ConditionZones
    /// Of each line, whether it may earn.
    private var eligible: [Bool] = []
    /// The variables by slot; empty until an expression runs.
    private var slots: [CEL.Value?] = []
    private var items: [CEL.Value] = []
    private var costLeft = Condition.eventCostLimit
    /// By line and expression; 0 where it did not run yet.
    private var answers: [UInt8] = []
    /// Every expression that failed, once.
    private(set) var failures: [ConditionFailure] = []

    private static let no: UInt8 = 1
    private static let yes: UInt8 = 2

    init(_ program: Program, _ facts: Facts) {
        self.program = program
        self.plan = program.plan
        self.zones = ConditionZones(zone: program.zone)
        self.facts = facts
    }

    /// Finds the lines that may earn. A line whose expression fails may not.
    mutating func findEligible() {
        guard plan.eligibility >= 0, let order = facts.order else { return }
        var answers: [Bool] = []
        for line in order.lines.indices {
            let answer = try? isTrue(plan.eligibility, line: line)
            answers.append(answer == true)
        }
        eligible = answers
        // The records know now.
        slots = []
    }

    /// Whether a line may earn.
    func isEligible(line: Int) -> Bool { eligible.isEmpty || eligible[line] }

    /// Whether an expression is true of the event.
    mutating func isTrue(_ condition: Int) throws(ConditionFailure) -> Bool {
        if slots.isEmpty { makeRecords() }
        let outcome = plan.conditions[condition].program.evaluateCondition(slots, budget: budget, zones: zones)
        costLeft -= min(costLeft, outcome.usage.cost)
        switch outcome.result {
        case .success(let isTrue): return isTrue
        case .failure(let error): throw failure(condition, error.message)
        }
    }

    /// Whether an expression is true of a line.
    mutating func isTrue(_ condition: Int, line: Int) throws(ConditionFailure) -> Bool {
        if answers.isEmpty {
            answers = [UInt8](repeating: 0, count: plan.conditions.count * (facts.order?.lines.count ?? 0))
        }
        let place = line * plan.conditions.count + condition
        switch answers[place] {
        case Self.no: return false
        case Self.yes: return true
        default: break
        }
        bind(line: line)
        let isTrue = try isTrue(condition)
        answers[place] = isTrue ? Self.yes : Self.no
        return isTrue
    }

    /// The amount that an expression computes of the event or of a line, 0 or more.
    mutating func amount(_ condition: Int, line: Int? = nil) throws(ConditionFailure) -> Int64 {
        if slots.isEmpty { makeRecords() }
        if let line { bind(line: line) }
        let outcome = plan.conditions[condition].program.evaluateAmount(slots, budget: budget, zones: zones)
        costLeft -= min(costLeft, outcome.usage.cost)
        switch outcome.result {
        case .success(let amount) where amount >= 0: return amount
        case .success(let amount):
            throw failure(condition, "came to \(amount), and an amount cannot be less than 0")
        case .failure(let error): throw failure(condition, error.message)
        }
    }

    private var budget: EvaluationBudget { EvaluationBudget(cost: min(Condition.costLimit, costLeft)) }

    private mutating func failure(_ condition: Int, _ message: String) -> ConditionFailure {
        let failure = ConditionFailure(path: plan.conditions[condition].path, message: message)
        if !failures.contains(failure) { failures.append(failure) }
        return failure
    }

    private mutating func bind(line: Int) {
        if slots.isEmpty { makeRecords() }
        slots[ConditionRun.itemSlot] = items[line]
    }

    private static let itemSlot = 1

    private mutating func makeRecords() {
        var order: CEL.Value?
        if let sale = facts.order {
            var amount: Int64 = 0
            var eligibleAmount: Int64 = 0
            items = sale.lines.indices.map { index in
                let counted = sale.lines[index].counted(program.money.base)
                amount &+= counted
                if isEligible(line: index) { eligibleAmount &+= counted }
                return .record(ItemRecord(sale.lines[index], amount: counted, isEligible: isEligible(line: index)))
            }
            order = .record(
                OrderRecord(
                    sale, at: facts.occurredAt, amount: max(0, amount), eligibleAmount: max(0, eligibleAmount),
                    items: items))
        }
        let tier = facts.member.tier.flatMap { program.tiers?.levels[$0].id }
        slots = ConditionVariable.allCases.map { variable in
            switch variable {
            case .order: order
            case .item: nil
            case .member: .record(MemberRecord(facts.member, tier: tier, shapes: plan.shapes))
            case .local: .record(LocalRecord(program.zone.dateTime(at: facts.occurredAt)))
            case .event: .record(EventRecord(facts.event, facts.attributes))
            case .program:
                .record(
                    ArrayRecord(
                        shape: ConditionShapes.program,
                        values: [.string(program.id), .string(program.money.currency.code)]))
            }
        }
    }
}

extension Facts.Line {
    /// What the line comes to as a program counts money. The wire keeps tax and amount apart from overflow.
    func counted(_ base: MoneyPolicy.Base) -> Int64 {
        base == .taxExcluded ? amount &- tax : amount
    }
}
