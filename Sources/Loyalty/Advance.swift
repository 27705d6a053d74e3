import Ledger
import Rules
package import Time

// State is a function of events and time: what fell due since the last operation is applied before anything looks at
// a member. So a balance never shows lapsed points, whether or not a background job has written them down yet.

extension MemberState {
    /// Applies everything that fell due up to an instant, each due instant as an operation of its own, under the rule
    /// set that was in force then.
    ///
    /// - Returns: the operations, oldest first; empty when nothing was due.
    package mutating func advance(to now: Instant, under book: RuleBook) -> [Operation] {
        var operations: [Operation] = []
        while let due = nextDue, due <= now {
            let ruleSet = book.inForce(at: due)
            var movements = Movements()
            ledger.vest(upTo: due, into: &movements)
            for hold in holds where hold.until <= due {
                settle(hold, capturing: .zero, at: due, into: &movements)
            }
            ledger.expire(upTo: due, into: &movements)
            if let until = tier?.until, until <= due {
                tier?.endPeriod(policy: ruleSet.program.tiers, zone: ruleSet.program.zone)
            }
            version += 1
            operations.append(
                Operation(
                    id: OperationID(member: number, sequence: version), kind: .due, cause: nil, occurredAt: due,
                    postedAt: now, ruleSetVersion: ruleSet.version, movements: movements))
        }
        return operations
    }

    /// The next instant at which something changes by itself.
    package var nextDue: Instant? {
        var next = ledger.nextExpiry
        func consider(_ instant: Instant?) {
            guard let instant else { return }
            next = next.map { min($0, instant) } ?? instant
        }
        consider(ledger.nextVesting)
        consider(tier?.until)
        for hold in holds { consider(hold.until) }
        return next
    }

    /// The state as it is at an instant, for those who only look.
    package func advanced(to now: Instant, under book: RuleBook) -> MemberState {
        guard let due = nextDue, due <= now else { return self }
        var state = self
        _ = state.advance(to: now, under: book)
        return state
    }
}
