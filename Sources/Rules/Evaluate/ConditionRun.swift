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
    /// `item`, once an expression asks for one.
    private var item: ItemCursor?
    private var costLeft = Condition.eventCostLimit
    /// By line and expression, and behind the lines for the event as a whole; empty until an expression runs.
    private var answers: [Answer] = []
    /// Every expression that failed, once.
    private(set) var failures: [ConditionFailure] = []
    /// What another document found out at the same sale.
    private let earlier: SharedAnswers.Earlier?

    /// What an expression came to.
    struct Answer {
        /// The amount, 0 and 1 for what is false and true; −1 where nothing is known.
        let value: Int64
        let cost: UInt64

        static let unknown = Answer(value: -1, cost: 0)
    }

    init(_ occasion: Occasion, knowing earlier: SharedAnswers.Earlier? = nil) {
        self.occasion = occasion
        self.earlier = earlier
        plan = occasion.program.plan
        frame = Frame(zones: plan.zones)
    }

    /// Leaves what came out to the next document.
    func leave(to shared: SharedAnswers) { shared.keep(answers, of: occasion.program) }

    /// Finds the lines that may earn. A line whose expression fails may not.
    mutating func findEligible() {
        guard plan.eligibility >= 0, !occasion.counted.isEmpty else { return }
        for line in occasion.counted.indices { _ = try? isTrue(plan.eligibility, line: line) }
        knowsEligible = true
        // The order knows now, and where an expression asks for it, its lines do.
        bound.remove(.order)
        item?.forgetLine()
    }

    /// Whether a line may earn.
    func isEligible(line: Int) -> Bool {
        !knowsEligible || answers[place(of: plan.eligibility, line)].value == 1
    }

    /// Whether an expression is true of the event, or of one of its lines. What came out once is kept.
    mutating func isTrue(_ condition: Int, line: Int? = nil) throws(Failed) -> Bool {
        let place = place(of: condition, line)
        let known = known(condition, at: place, line)
        if known >= 0 { return known == 1 }
        bind(plan.needs[condition], line)
        let isTrue: Bool
        do throws(CEL.EvaluationError) {
            isTrue = try plan.programs[condition].condition(in: &frame, budget: budget)
        } catch {
            pay(frame.usage.cost)
            throw fail(condition, ConditionRun.text(for: error))
        }
        keep(isTrue ? 1 : 0, at: place)
        return isTrue
    }

    /// The amount that an expression computes of the event or of a line: from 0 to the greatest award.
    mutating func amount(_ condition: Int, line: Int? = nil) throws(Failed) -> Int64 {
        let place = place(of: condition, line)
        let known = known(condition, at: place, line)
        if known >= 0 { return known }
        bind(plan.needs[condition], line)
        let amount: Int64
        do throws(CEL.EvaluationError) {
            amount = try plan.programs[condition].amount(in: &frame, budget: budget)
        } catch {
            pay(frame.usage.cost)
            throw fail(condition, ConditionRun.text(for: error))
        }
        if amount < 0 {
            pay(frame.usage.cost)
            throw fail(condition, "came to less than 0, which no amount can be")
        }
        if amount > Condition.greatestAmount {
            pay(frame.usage.cost)
            throw fail(condition, "came to more than the greatest amount, \(Condition.greatestAmount)")
        }
        keep(amount, at: place)
        return amount
    }

    /// What an expression came to before, here or under another document; −1 where it is still to be evaluated.
    private mutating func known(_ condition: Int, at place: Int, _ line: Int?) -> Int64 {
        if answers.isEmpty {
            // Not `Array(repeating:count:)`, which the standard library does not specialize.
            answers.append(
                contentsOf: repeatElement(.unknown, count: plan.programs.count * (occasion.counted.count + 1)))
        }
        if answers[place].value >= 0 { return answers[place].value }
        guard let earlier else { return -1 }
        let answer = earlier.answer(condition, row: row(of: line))
        // What cannot be paid is left to fail by itself.
        guard answer.value >= 0, answer.cost <= costLeft else { return -1 }
        pay(answer.cost)
        answers[place] = answer
        return answer.value
    }

    private mutating func keep(_ value: Int64, at place: Int) {
        let cost = frame.usage.cost
        pay(cost)
        answers[place] = Answer(value: value, cost: cost)
    }

    private func row(of line: Int?) -> Int { line ?? occasion.counted.count }

    private func place(of condition: Int, _ line: Int?) -> Int {
        row(of: line) * plan.programs.count + condition
    }

    private var budget: EvaluationBudget { EvaluationBudget(cost: min(Condition.costLimit, costLeft)) }

    /// Takes what an expression cost from what all of them may.
    private mutating func pay(_ cost: UInt64) { costLeft -= min(costLeft, cost) }

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
        guard let line, needed.contains(.item) else { return }
        let cursor: ItemCursor
        if let item {
            cursor = item
        } else {
            cursor = ItemCursor(occasion)
            item = cursor
            frame.bind(.record(cursor), to: ConditionVariable.item.slot)
        }
        if cursor.line != line { cursor.move(to: line, isEligible: isEligible(line: line)) }
    }

    private mutating func bindRecords(_ missing: ConditionVariable.Set) {
        frame.widen(to: ConditionVariable.count)
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
        guard occasion.isSale else { return nil }
        var amount: Int64 = 0
        var eligibleAmount: Int64 = 0
        var ineligible: [Int] = []
        for (line, counted) in occasion.counted.enumerated() {
            amount &+= counted
            if isEligible(line: line) { eligibleAmount &+= counted } else { ineligible.append(line) }
        }
        return .record(
            OrderRecord(
                occasion, amount: max(0, amount), eligibleAmount: max(0, eligibleAmount), ineligible: ineligible))
    }
}
