// The expressions of a program on one event. What they look at is bound when the first expression asks for it, so a
// program without expressions pays nothing; what a line comes to under an expression is found once, however many rules
// ask.

import CEL
import Time

/// The expressions of one event under way.
struct ConditionRun: ~Copyable {
    /// An expression that had no value, by its place among the failures.
    struct Failed: Error {
        let failure: Int
    }

    private let occasion: Occasion
    private let plan: EvaluationPlan
    /// Whether it is found which lines may earn.
    private var knowsEligible = false
    private var frame: Frame
    /// The variables that are bound, but for the line.
    private var bound: ConditionVariable.Set = []
    /// The line that is bound.
    private var boundLine = -1
    private var items: [CEL.Value] = []
    private var costLeft = Condition.eventCostLimit
    /// By line and expression, and behind the lines for the event as a whole; empty until an expression runs.
    private var answers: [Answer] = []
    /// Every expression that failed, once.
    private(set) var failures: [ConditionFailure] = []

    private enum Answer {
        case unknown, no, yes
    }

    private static let unbound = [CEL.Value?](repeating: nil, count: ConditionVariable.allCases.count)

    init(_ occasion: Occasion) {
        self.occasion = occasion
        plan = occasion.program.plan
        frame = Frame(slots: ConditionRun.unbound, zones: plan.zones)
    }

    /// Finds the lines that may earn. A line whose expression fails may not.
    mutating func findEligible() {
        guard plan.eligibility >= 0, !occasion.counted.isEmpty else { return }
        for line in occasion.counted.indices { _ = try? isTrue(plan.eligibility, line: line) }
        knowsEligible = true
        // The order knows now, and where an expression asks for it, its lines do.
        bound.remove(.order)
        if plan.readsEligibleLines {
            items = []
            boundLine = -1
        }
    }

    /// Whether a line may earn.
    func isEligible(line: Int) -> Bool {
        !knowsEligible || answers[place(of: plan.eligibility, line)] == .yes
    }

    /// Whether an expression is true of the event, or of one of its lines. What came out once is kept.
    mutating func isTrue(_ condition: Int, line: Int? = nil) throws(Failed) -> Bool {
        let place = place(of: condition, line)
        if answers.isEmpty {
            answers = [Answer](repeating: .unknown, count: plan.programs.count * (occasion.counted.count + 1))
        }
        switch answers[place] {
        case .no: return false
        case .yes: return true
        case .unknown: break
        }
        bind(plan.needs[condition], line)
        let isTrue: Bool
        do throws(CEL.EvaluationError) {
            isTrue = try plan.programs[condition].condition(in: &frame, budget: budget)
        } catch {
            pay()
            throw fail(condition, ConditionRun.text(for: error))
        }
        pay()
        answers[place] = isTrue ? .yes : .no
        return isTrue
    }

    /// The amount that an expression computes of the event or of a line: from 0 to the greatest award.
    mutating func amount(_ condition: Int, line: Int? = nil) throws(Failed) -> Int64 {
        bind(plan.needs[condition], line)
        let amount: Int64
        do throws(CEL.EvaluationError) {
            amount = try plan.programs[condition].amount(in: &frame, budget: budget)
        } catch {
            pay()
            throw fail(condition, ConditionRun.text(for: error))
        }
        pay()
        if amount < 0 { throw fail(condition, "came to less than 0, which no amount can be") }
        if amount > Condition.greatestAmount {
            throw fail(condition, "came to more than the greatest amount, \(Condition.greatestAmount)")
        }
        return amount
    }

    private func place(of condition: Int, _ line: Int?) -> Int {
        (line ?? occasion.counted.count) * plan.programs.count + condition
    }

    private var budget: EvaluationBudget { EvaluationBudget(cost: min(Condition.costLimit, costLeft)) }

    /// Takes what the latest expression cost from what all of them may.
    private mutating func pay() { costLeft -= min(costLeft, frame.usage.cost) }

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

    private mutating func fail(_ condition: Int, _ message: String) -> Failed {
        let failure = ConditionFailure(path: plan.conditions[condition].path, message: message)
        if let known = failures.firstIndex(of: failure) { return Failed(failure: known) }
        failures.append(failure)
        return Failed(failure: failures.count - 1)
    }

    private mutating func bind(_ needed: ConditionVariable.Set, _ line: Int?) {
        if !bound.isSuperset(of: needed) { bindRecords(needed.subtracting(bound)) }
        guard let line, line != boundLine, needed.contains(.item) else { return }
        makeItems()
        frame.bind(items[line], to: ConditionVariable.item.slot)
        boundLine = line
    }

    private mutating func makeItems() {
        guard items.isEmpty else { return }
        items = occasion.counted.indices.map {
            .record(ItemRecord(occasion, line: $0, isEligible: isEligible(line: $0)))
        }
    }

    private mutating func bindRecords(_ missing: ConditionVariable.Set) {
        for variable in ConditionVariable.allCases where missing.contains(variable.alone) {
            frame.bind(record(variable), to: variable.slot)
        }
        bound.formUnion(missing)
    }

    private mutating func record(_ variable: ConditionVariable) -> CEL.Value? {
        switch variable {
        case .order: orderRecord()
        case .item: nil
        case .member: .record(MemberRecord(occasion))
        case .local: .record(LocalRecord(occasion.program.zone.dateTime(at: occasion.facts.occurredAt)))
        case .event: .record(EventRecord(occasion))
        case .program: plan.programRecord
        }
    }

    private mutating func orderRecord() -> CEL.Value? {
        guard occasion.facts.order != nil else { return nil }
        makeItems()
        var amount: Int64 = 0
        var eligibleAmount: Int64 = 0
        for (line, counted) in occasion.counted.enumerated() {
            amount &+= counted
            if isEligible(line: line) { eligibleAmount &+= counted }
        }
        return .record(
            OrderRecord(occasion, amount: max(0, amount), eligibleAmount: max(0, eligibleAmount), items: items))
    }
}
