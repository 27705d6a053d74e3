public import Ledger
public import Rules

// Every operation keeps what its rules saw, so that it can be explained, and reversed, under its own rule set for ever.

extension RuleSet {
    /// What the rules of an operation saw, the rule set being the operation's; `nil` for operations without rules.
    ///
    /// - Parameter member: the member's id.
    public func facts(of operation: Operation, member: ExactText) -> Facts? {
        if operation.kind == .purchase, let purchase = operation.purchase {
            return facts(of: operation, order: Facts.Order(purchase, under: program), member: member)
        }
        let event = operation.kind == .enroll ? .enroll : operation.event
        guard let event, operation.kind != .referralBack, program.answers(to: event) else { return nil }
        return Facts(
            occurredAt: operation.occurredAt, event: event, attributes: operation.seen.attributes,
            member: Facts.Member(operation.seen, id: member))
    }

    /// What the rules of a purchase would have seen, had it been another order.
    func facts(of operation: Operation, order: Facts.Order, member: ExactText) -> Facts {
        Facts(
            occurredAt: operation.occurredAt, order: order, member: Facts.Member(operation.seen, id: member))
    }

    /// How an operation came to what it earned, with the trace; `nil` for operations without rules.
    ///
    /// - Parameter member: the member's id.
    public func explain(_ operation: Operation, member: ExactText) throws(EvaluationError) -> Evaluation? {
        guard let facts = facts(of: operation, member: member) else { return nil }
        return try program.evaluate(facts, used: operation.seen.used, shared: operation.seen.shared)
    }
}

extension Facts.Member {
    /// The member as rules saw it then.
    fileprivate init(_ seen: Seen, id: ExactText) {
        self.init(
            id: id.text, tier: seen.standing?.tier, attributes: seen.traits.attributes, tags: seen.traits.tags,
            segments: seen.traits.segments, purchaseCount: seen.standing?.purchaseCount ?? 0,
            daysSinceLast: seen.standing?.daysSinceLast, enrolledDays: seen.standing?.enrolledDays ?? 0,
            balances: seen.standing?.balances ?? [])
    }
}
