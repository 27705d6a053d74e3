import Ledger
import Rules
public import Time

// State is a function of events and time: what fell due since the last operation is applied before anything looks at
// a member. So a balance never shows lapsed points, whether or not a background job has written them down yet.
//
// What falls due hangs on the due instant alone and never on when it is applied, so that it makes no difference who
// applies it, and when.

extension MemberState {
    /// Applies everything that fell due up to an instant, each due instant as an operation of its own, under the rule
    /// set that was in force then: points vest, holds end, points lapse, levels end; then birthdays and anniversaries.
    ///
    /// - Returns: the operations, oldest first; empty when nothing was due.
    public mutating func advance(to now: Instant, under book: RuleBook) -> [Operation] {
        var operations: [Operation] = []
        while true {
            let due = nextChange(under: book).flatMap { $0 <= now ? $0 : nil }
            if let celebration = nextCelebration(upTo: now, under: book), due.map({ celebration.at < $0 }) ?? true {
                operations += celebrate(celebration, postedAt: now, under: book)
            } else if let due {
                operations.append(applyDue(at: due, postedAt: now, under: book))
            } else {
                break
            }
        }
        if book.celebrates, celebratedUntil < now { celebratedUntil = now }
        return operations
    }

    private mutating func applyDue(at due: Instant, postedAt now: Instant, under book: RuleBook) -> Operation {
        let ruleSet = book.inForce(at: due)
        var movements = Movements()
        ledger.vest(upTo: due, into: &movements)
        for hold in holds where hold.until <= due {
            settle(hold, capturing: .zero, at: due, into: &movements)
        }
        ledger.expire(upTo: due, into: &movements)
        if let until = status.pointsUntil, until <= due {
            // What tills may have used already is theirs to settle.
            for hold in holds where hold.validUntil == nil {
                settle(hold, capturing: .zero, at: due, into: &movements)
            }
            ledger.lapse(into: &movements) { !ruleSet.program.isStoredValue($0) }
        }
        version += 1
        let (terms, operation) = (TierTerms(ruleSet.program, joined: enrolledAt), version)
        tier?.fallDue(at: due, under: terms, operation: operation)
        return Operation(
            id: OperationID(member: number, sequence: version), kind: .due, cause: nil, occurredAt: due,
            postedAt: now, ruleSetVersion: ruleSet.version, movements: movements,
            tierChanges: tier?.changes(by: version) ?? [])
    }

    /// The next instant at which points or a level change by themselves.
    public func nextChange(under book: RuleBook) -> Instant? {
        var next = ledger.nextExpiry
        func consider(_ instant: Instant?) {
            guard let instant else { return }
            next = next.map { min($0, instant) } ?? instant
        }
        consider(ledger.nextVesting)
        consider(tier?.nextDue)
        for hold in holds { consider(hold.until) }
        if let until = status.pointsUntil {
            // Also for what comes back once the member has left. Stored value stays until it is paid out.
            let program = book.inForce(at: until).program
            let lapses = ledger.lots.contains { $0.free > .zero && !program.isStoredValue($0.currency) }
            if lapses || holds.contains(where: { $0.validUntil == nil }) { consider(until) }
        }
        return next
    }

    /// The next instant at which time alone brings something about, days that are celebrated included; `nil` where it
    /// never does. Whoever writes down what is due comes then.
    public func nextDue(under book: RuleBook) -> Instant? {
        let change = nextChange(under: book)
        guard let celebration = nextCelebration(under: book)?.at else { return change }
        return change.map { min($0, celebration) } ?? celebration
    }

    /// Whether something may have fallen due up to an instant.
    public func isDue(at now: Instant, under book: RuleBook) -> Bool {
        book.celebrates || nextChange(under: book).map { $0 <= now } ?? false
    }

    /// The state as it is at an instant, for those who only look.
    public func advanced(to now: Instant, under book: RuleBook) -> MemberState {
        guard isDue(at: now, under: book) else { return self }
        var state = self
        _ = state.advance(to: now, under: book)
        return state
    }
}
