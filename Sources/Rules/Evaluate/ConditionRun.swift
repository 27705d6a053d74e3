// The expressions of a program on one event. The records are made when the first expression runs, so a program without
// expressions pays nothing; what a line comes to under an expression is found once, however many rules ask.

import CEL
import Time

/// The expressions of one event under way.
struct ConditionRun: ~Copyable {
    private let occasion: Occasion
    private let plan: EvaluationPlan
    /// Of each line, whether it may earn; empty where all may.
    private var eligible: [Bool] = []
    /// The variables by slot; empty until an expression runs.
    private var slots: [CEL.Value?] = []
    private var items: [CEL.Value] = []
    private var costLeft = Condition.eventCostLimit
    /// By line and expression, and behind the lines for the event as a whole; empty until an expression runs.
    private var answers: [Answer] = []
    /// Every expression that failed, once.
    private(set) var failures: [ConditionFailure] = []

    private enum Answer {
        case unknown, no, yes
    }

    private static let itemSlot = 1

    init(_ occasion: Occasion) {
        self.occasion = occasion
        plan = occasion.program.plan
    }

    /// Finds the lines that may earn. A line whose expression fails may not.
    mutating func findEligible() {
        guard plan.eligibility >= 0, !occasion.counted.isEmpty else { return }
        var answers: [Bool] = []
        answers.reserveCapacity(occasion.counted.count)
        for line in occasion.counted.indices {
            let answer = try? isTrue(plan.eligibility, line: line)
            answers.append(answer == true)
        }
        eligible = answers
        // The records know now.
        slots = []
    }

    /// Whether a line may earn.
    func isEligible(line: Int) -> Bool { eligible.isEmpty || eligible[line] }

    /// Whether an expression is true of the event, or of one of its lines. What came out once is kept.
    mutating func isTrue(_ condition: Int, line: Int? = nil) throws(ConditionFailure) -> Bool {
        let place = (line ?? occasion.counted.count) * plan.conditions.count + condition
        if answers.isEmpty {
            answers = [Answer](repeating: .unknown, count: plan.conditions.count * (occasion.counted.count + 1))
        }
        switch answers[place] {
        case .no: return false
        case .yes: return true
        case .unknown: break
        }
        bind(line)
        let outcome = plan.conditions[condition].program.evaluateCondition(slots, budget: budget, zones: plan.zones)
        costLeft -= min(costLeft, outcome.usage.cost)
        switch outcome.result {
        case .success(let isTrue):
            answers[place] = isTrue ? .yes : .no
            return isTrue
        case .failure(let error): throw failure(condition, ConditionRun.text(for: error))
        }
    }

    /// The amount that an expression computes of the event or of a line: from 0 to the greatest award.
    mutating func amount(_ condition: Int, line: Int? = nil) throws(ConditionFailure) -> Int64 {
        bind(line)
        let outcome = plan.conditions[condition].program.evaluateAmount(slots, budget: budget, zones: plan.zones)
        costLeft -= min(costLeft, outcome.usage.cost)
        switch outcome.result {
        case .success(..<0):
            throw failure(condition, "came to less than 0, which no amount can be")
        case .success((Condition.greatestAmount + 1)...):
            throw failure(condition, "came to more than the greatest amount, \(Condition.greatestAmount)")
        case .success(let amount): return amount
        case .failure(let error): throw failure(condition, ConditionRun.text(for: error))
        }
    }

    private var budget: EvaluationBudget { EvaluationBudget(cost: min(Condition.costLimit, costLeft)) }

    /// What went wrong, in words that help and that never hold what was computed with: they go into logs, and what
    /// was computed with may be a person's data. So there are also no more failures than expressions.
    private static func text(for error: CEL.EvaluationError) -> String {
        switch error.code {
        case .noSuchOverload: "a value is not there, or of another type: ask `has()` before reading it"
        case .noSuchField, .noSuchKey: "a field or a key is not there: ask `has()` or `in` before reading it"
        case .undeclaredReference: "a name is not known"
        case .invalidArgument: "a value cannot be converted or used in this way"
        case .divisionByZero: "division by zero"
        case .overflow: "a number is too large"
        case .outOfRange: "a time or a place in a list is out of range"
        case .duplicateKey: "a key is there twice"
        case .costExceeded, .workExceeded: "it takes more steps than an expression or an event may"
        }
    }

    private mutating func failure(_ condition: Int, _ message: String) -> ConditionFailure {
        let failure = ConditionFailure(path: plan.conditions[condition].path, message: message)
        if !failures.contains(failure) { failures.append(failure) }
        return failure
    }

    private mutating func bind(_ line: Int?) {
        if slots.isEmpty { makeRecords() }
        if let line { slots[ConditionRun.itemSlot] = items[line] }
    }

    private mutating func makeRecords() {
        var order: CEL.Value?
        if let sale = occasion.facts.order {
            var amount: Int64 = 0
            var eligibleAmount: Int64 = 0
            items = sale.lines.indices.map { line in
                let isEligible = isEligible(line: line)
                amount &+= occasion.counted[line]
                if isEligible { eligibleAmount &+= occasion.counted[line] }
                return .record(ItemRecord(sale.lines[line], amount: occasion.counted[line], isEligible: isEligible))
            }
            order = .record(
                OrderRecord(
                    sale, at: occasion.facts.occurredAt, amount: max(0, amount), eligibleAmount: max(0, eligibleAmount),
                    items: items))
        }
        let tier = occasion.facts.member.tier.flatMap { occasion.program.tiers?.levels[$0].id }
        slots = ConditionVariable.allCases.map { variable in
            switch variable {
            case .order: order
            case .item: nil
            case .member: .record(MemberRecord(occasion.facts.member, tier: tier, shapes: plan.shapes))
            case .local: .record(LocalRecord(occasion.program.zone.dateTime(at: occasion.facts.occurredAt)))
            case .event: .record(EventRecord(occasion.facts.event, occasion.facts.attributes))
            case .program: plan.programRecord
            }
        }
    }
}
