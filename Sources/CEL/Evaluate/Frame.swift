// What one evaluation carries: the values the host bound, the variables of macros, and two budgets.
//
// *Cost* is counted exactly as cel-go's run-time cost tracker counts it, so that a limit means the same
// everywhere. It does not see everything, though: joining two lists costs 1 however long they are. *Work*
// counts what cost does not: elements and bytes copied, steps of the regular expression machine. Both end
// the evaluation when they are used up, and no operator absorbs that.

/// The state of one evaluation, which the next one on the same values can take over.
public struct Frame: ~Copyable {
    private(set) var slots: [Value?]
    var locals: [Value?] = []
    private(set) var cost: UInt64 = 0
    private(set) var work: UInt64 = 0
    private var costLimit: UInt64 = 0
    private var workLimit: UInt64 = 0
    let zones: (any ZoneProvider)?

    /// Binds values in the order of the slots. Slots that are missing or nil are unbound variables.
    public init(slots: [Value?] = [], zones: (any ZoneProvider)? = nil) {
        self.slots = slots
        self.zones = zones
    }

    /// Has so many slots at least; the new ones are unbound.
    public mutating func widen(to count: Int) {
        guard slots.count < count else { return }
        slots.reserveCapacity(count)
        while slots.count < count { slots.append(nil) }
    }

    /// Binds a value to a slot, or with `nil` none.
    public mutating func bind(_ value: Value?, to slot: Int) {
        widen(to: slot + 1)
        slots[slot] = value
    }

    /// Begins an evaluation. What macros kept in the one before is written over before it is read.
    mutating func begin(localCount: Int, budget: EvaluationBudget) {
        cost = 0
        work = 0
        costLimit = budget.cost
        workLimit = budget.work
        if locals.count < localCount { locals += repeatElement(nil, count: localCount - locals.count) }
    }

    /// Adds to the cost. Charges are made before the work they stand for.
    @inline(__always)
    mutating func charge(_ amount: UInt64) throws(EvaluationError) {
        let (sum, overflow) = cost.addingReportingOverflow(amount)
        cost = overflow ? .max : sum
        if cost > costLimit { throw Self.costExceeded }
    }

    /// Adds to the work: a number of elements or bytes about to be copied or steps about to be taken.
    @inline(__always)
    mutating func spend(_ amount: Int) throws(EvaluationError) {
        let (sum, overflow) = work.addingReportingOverflow(UInt64(amount.magnitude))
        work = overflow ? .max : sum
        if work > workLimit { throw Self.workExceeded }
    }

    /// What the evaluation took so far.
    public var usage: Program.Usage { Program.Usage(cost: cost, work: work) }

    /// The work that is left, for loops that count by themselves.
    var workLeft: Int { Int(clamping: workLimit > work ? workLimit - work : 0) }

    private static var costExceeded: EvaluationError {
        EvaluationError(.costExceeded, "actual cost limit exceeded")
    }
    private static var workExceeded: EvaluationError {
        EvaluationError(.workExceeded, "work limit exceeded")
    }
}

/// How much one evaluation may use.
public struct EvaluationBudget: Hashable, Sendable {
    /// The greatest run-time cost, in cel-go's units.
    public var cost: UInt64
    /// The greatest number of elements and bytes copied and regular expression steps taken.
    public var work: UInt64

    /// Makes a budget.
    public init(cost: UInt64 = 100_000, work: UInt64 = 10_000_000) {
        self.cost = cost
        self.work = work
    }

    /// No limit but the machine's, for trusted expressions and for tests that measure costs.
    public static let unlimited = EvaluationBudget(cost: .max, work: .max)
}
