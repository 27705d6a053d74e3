package import Ledger
package import Rules
package import Time

// Deciding is one pure function of the member, the command, the rule sets and the time. It reads no clock, draws no
// number and does no I/O: the same function serves, verifies by replay, and later quotes and simulates.
//
// Each command reads as a list of refusals in order of precedence, and then only changes.

/// What surrounds a command: everything that is not the member's own state.
package struct DecisionContext: Sendable {
    /// Every rule set there is.
    package let book: RuleBook
    /// The one that decides: in force when what the command tells of happened, or now.
    package private(set) var ruleSet: RuleSet
    /// When the command is recorded.
    package let now: Instant
    package let cause: Cause
    /// The kind of the first claimed identifier that already belongs to someone.
    package let takenClaim: Identifier.Kind?
    /// The operation that posted the command's receipt before.
    package let postedReceipt: OperationID?
    /// The member that the command may make.
    package let newMember: NewMember?
    /// What all members together used of budgets.
    package private(set) var shared: [Usage]
    /// The traits that rules shall see, where they are not the member's present ones.
    package let traits: Traits?

    package init(
        of command: Command, book: RuleBook, now: Instant, cause: Cause, takenClaim: Identifier.Kind? = nil,
        postedReceipt: OperationID? = nil, newMember: NewMember? = nil, shared: [Usage] = [], traits: Traits? = nil
    ) {
        self.book = book
        self.ruleSet = book.inForce(at: command.occurredAt ?? now)
        self.now = now
        self.cause = cause
        self.takenClaim = takenClaim
        self.postedReceipt = postedReceipt
        self.newMember = newMember
        self.shared = shared
        self.traits = traits
    }

    /// The same context for what happens now, whenever the rest of the command happened.
    var present: DecisionContext {
        var context = self
        context.ruleSet = book.inForce(at: now)
        return context
    }

    /// The same context behind an operation, which used some of what members share.
    func after(_ operation: Operation) -> DecisionContext {
        var context = self
        for usage in operation.usages where usage.key.isShared { context.shared.add(usage) }
        return context
    }
}

/// A number and an id that nobody has yet.
package struct NewMember: Hashable, Sendable {
    package let number: MemberNumber
    package let id: ExactText

    package init(number: MemberNumber, id: ExactText) {
        self.number = number
        self.id = id
    }
}

/// What a command comes to.
package enum Decision: Sendable {
    case accepted(Acceptance)
    case refused(Refusal)
}

/// What an accepted command changes.
package struct Acceptance: Sendable {
    package var state: MemberState
    /// Oldest first: what had fallen due, then what the command did.
    package var operations: [Operation]
    package var outcome: Outcome
    /// Identifiers that are the member's from now on.
    package var claims: [Identifier] = []
    /// The name of a new member.
    package var name: String?
    /// How the member's traits are afterwards, where they changed.
    package var traits: Traits?
    /// Expressions of rules that had no value; their rules paid nothing.
    package var failures: [ConditionFailure] = []
}

/// How far ahead of ours a till's clock may be, in milliseconds.
package let clockToleranceMs: Int64 = 5 * 60 * 1000

/// Decides a command on the member it names; `nil` where there is no such member.
package func decide(_ command: Command, on member: consuming MemberState?, in context: DecisionContext) -> Decision {
    switch command {
    case .enroll(let enrollment): decide(enrollment, in: context)
    case .link(let linking): decide(linking, on: member, in: context)
    case .purchase(let identifier, let purchase): decide(purchase, by: identifier, on: member, in: context)
    case .event(let identifier, let happening): decide(happening, by: identifier, on: member, in: context)
    case .traits(let identifier, let change): decide(change, by: identifier, on: member, in: context)
    }
}

private func decide(_ enrollment: Enrollment, in context: DecisionContext) -> Decision {
    if let kind = context.takenClaim { return .refused(.identifierTaken(kind)) }

    var state = MemberState(new: enrollment.id, in: context)
    guard let (operation, welcome) = state.welcome(cause: context.cause, in: context) else {
        return .refused(.overflow)
    }

    // From here on the command succeeds.
    return .accepted(
        Acceptance(
            state: state, operations: [operation],
            outcome: .enrolled(Earned(operation: operation.id, welcome, of: context.ruleSet.program)),
            claims: [Identifier(.member, state.id)] + enrollment.identifiers, name: enrollment.name,
            failures: welcome.failures))
}

private func decide(_ linking: Linking, on member: consuming MemberState?, in context: DecisionContext) -> Decision {
    guard var state = member else { return .refused(.memberUnknown(linking.member.kind)) }
    if let kind = context.takenClaim { return .refused(.identifierTaken(kind)) }

    // From here on the command succeeds.
    var operations = state.advance(to: context.now, under: context.book)
    operations.append(state.append(.link, cause: context.cause, occurredAt: context.now, in: context))
    return .accepted(
        Acceptance(
            state: state, operations: operations,
            outcome: .linked(operations[operations.count - 1].id, linking.identifier),
            claims: [linking.identifier]))
}

private func decide(
    _ purchase: Purchase, by identifier: Identifier, on member: consuming MemberState?, in context: DecisionContext
) -> Decision {
    let program = context.ruleSet.program
    // Whoever joins by this purchase joins now, however late it comes in.
    let mayEnroll = member == nil && identifier.kind == .card && context.present.ruleSet.enrollsUnknownCards
    guard member != nil || mayEnroll else { return .refused(.memberUnknown(identifier.kind)) }
    if let original = context.postedReceipt { return .refused(.receiptPosted(original)) }
    guard purchase.currency == program.money.currency.code else {
        return .refused(.currencyMismatch(expected: program.money.currency.code))
    }
    if let refusal = context.refusal(ofTime: purchase.occurredAt) { return .refused(refusal) }

    var operations: [Operation] = []
    var claims: [Identifier] = []
    var failures: [ConditionFailure] = []
    var context = context
    var state: MemberState
    if let member {
        state = member
        operations = state.advance(to: context.now, under: context.book)
    } else {
        state = MemberState(new: nil, in: context.present)
        guard let (operation, welcome) = state.welcome(cause: nil, in: context.present) else {
            return .refused(.overflow)
        }
        operations.append(operation)
        failures = welcome.failures
        context = context.after(operation)
        claims = [Identifier(.member, state.id), identifier]
    }
    let facts = Facts(
        occurredAt: purchase.occurredAt, order: Facts.Order(purchase),
        member: state.facts(at: purchase.occurredAt, in: context))
    guard let (operation, evaluation) = state.reward(.purchase, facts, cause: context.cause, in: context, purchase)
    else { return .refused(.overflow) }

    // From here on the command succeeds.
    state.counters.count(purchaseAt: purchase.occurredAt)
    operations.append(operation)
    // A purchase that comes in very late may have earned points that have lapsed meanwhile.
    operations += state.advance(to: context.now, under: context.book)
    return .accepted(
        Acceptance(
            state: state, operations: operations,
            outcome: .purchased(Earned(operation: operation.id, evaluation, of: program)), claims: claims,
            failures: failures + evaluation.failures))
}

private func decide(
    _ happening: Happening, by identifier: Identifier, on member: consuming MemberState?, in context: DecisionContext
) -> Decision {
    guard var state = member else { return .refused(.memberUnknown(identifier.kind)) }
    if let refusal = context.refusal(ofTime: happening.occurredAt) { return .refused(refusal) }

    var operations = state.advance(to: context.now, under: context.book)
    let facts = Facts(
        occurredAt: happening.occurredAt, event: happening.name, attributes: happening.attributes,
        member: state.facts(at: happening.occurredAt, in: context))
    guard let (operation, evaluation) = state.reward(.event, facts, cause: context.cause, in: context) else {
        return .refused(.overflow)
    }

    // From here on the command succeeds.
    operations.append(operation)
    operations += state.advance(to: context.now, under: context.book)
    return .accepted(
        Acceptance(
            state: state, operations: operations,
            outcome: .happened(Earned(operation: operation.id, evaluation, of: context.ruleSet.program)),
            failures: evaluation.failures))
}

private func decide(
    _ change: TraitsChange, by identifier: Identifier, on member: consuming MemberState?, in context: DecisionContext
) -> Decision {
    guard var state = member else { return .refused(.memberUnknown(identifier.kind)) }
    for new in change.attributes {
        if let problem = context.ruleSet.program.problem(with: new) {
            return .refused(.badAttribute(name: new.name, reason: problem))
        }
    }

    var traits = state.traits
    traits.apply(change)
    for (name, words) in [("tags", traits.tags), ("segments", traits.segments)] where words.count > Traits.mostWords {
        return .refused(.badAttribute(name: name, reason: "a member has at most \(Traits.mostWords) of them"))
    }

    // From here on the command succeeds.
    var operations = state.advance(to: context.now, under: context.book)
    operations.append(state.append(.traits, cause: context.cause, occurredAt: context.now, in: context))
    state.traits = traits
    return .accepted(
        Acceptance(
            state: state, operations: operations, outcome: .traitsChanged(operations[operations.count - 1].id),
            traits: traits))
}

extension DecisionContext {
    /// Why the time at which something happened is not accepted.
    fileprivate func refusal(ofTime occurredAt: Instant) -> Refusal? {
        let program = ruleSet.program
        if occurredAt.milliseconds > now.milliseconds + clockToleranceMs { return .occurredInFuture(now: now) }
        if program.zone.adding(program.lateLimit, to: occurredAt) < now { return .tooLate(limit: program.lateLimit) }
        return nil
    }
}

extension Program {
    /// Why a member cannot have an attribute; `nil` where it can, and always for taking one away.
    fileprivate func problem(with new: TraitsChange.NewValue) -> String? {
        guard let value = new.value else { return nil }
        guard let attribute = profile.first(where: { $0.name == new.name }) else {
            return "the profile of this program has no such attribute"
        }
        return attribute.problem(with: value)
    }
}
