package import Ledger
import Rules
package import Time

// Deciding is one pure function of the member, the command, the rule set and the time. It reads no clock, draws no
// number and does no I/O: the same function serves, verifies by replay, and later quotes and simulates.
//
// Each command reads as a list of refusals in order of precedence, and then only changes.

/// What surrounds a command: everything that is not the member's own state.
package struct DecisionContext: Sendable {
    package let ruleSet: RuleSet
    /// When the command is recorded.
    package let now: Instant
    package let cause: Cause
    /// The kind of the first claimed identifier that already belongs to someone.
    package let takenClaim: Identifier.Kind?
    /// The operation that posted the command's receipt before.
    package let postedReceipt: OperationID?
    /// The member that the command may make.
    package let newMember: NewMember?

    package init(
        ruleSet: RuleSet, now: Instant, cause: Cause, takenClaim: Identifier.Kind? = nil,
        postedReceipt: OperationID? = nil, newMember: NewMember? = nil
    ) {
        self.ruleSet = ruleSet
        self.now = now
        self.cause = cause
        self.takenClaim = takenClaim
        self.postedReceipt = postedReceipt
        self.newMember = newMember
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
}

/// How far ahead of ours a till's clock may be, in milliseconds.
package let clockToleranceMs: Int64 = 5 * 60 * 1000

/// Decides a command on the member it names; `nil` where there is no such member.
package func decide(_ command: Command, on member: consuming MemberState?, in context: DecisionContext) -> Decision {
    switch command {
    case .enroll(let enrollment): decide(enrollment, in: context)
    case .link(let linking): decide(linking, on: member, in: context)
    case .purchase(let identifier, let purchase): decide(purchase, by: identifier, on: member, in: context)
    }
}

private func decide(_ enrollment: Enrollment, in context: DecisionContext) -> Decision {
    if let kind = context.takenClaim { return .refused(.identifierTaken(kind)) }

    // From here on the command succeeds.
    var state = MemberState(new: enrollment.id, in: context)
    let operation = state.append(.enroll, cause: context.cause, occurredAt: context.now, in: context)
    return .accepted(
        Acceptance(
            state: state, operations: [operation], outcome: .enrolled(operation.id),
            claims: [Identifier(.member, state.id)] + enrollment.identifiers, name: enrollment.name))
}

private func decide(_ linking: Linking, on member: consuming MemberState?, in context: DecisionContext) -> Decision {
    guard var state = member else { return .refused(.memberUnknown(linking.member.kind)) }
    if let kind = context.takenClaim { return .refused(.identifierTaken(kind)) }

    // From here on the command succeeds.
    var operations = state.advance(to: context.now, under: context.ruleSet)
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
    let mayEnroll = member == nil && program.unknownCard == .enroll && identifier.kind == .card
    guard member != nil || mayEnroll else { return .refused(.memberUnknown(identifier.kind)) }
    if let original = context.postedReceipt { return .refused(.receiptPosted(original)) }
    guard purchase.currency == program.money.currency.code else {
        return .refused(.currencyMismatch(expected: program.money.currency.code))
    }
    guard purchase.occurredAt.milliseconds <= context.now.milliseconds + clockToleranceMs else {
        return .refused(.occurredInFuture(now: context.now))
    }
    guard program.zone.adding(program.lateLimit, to: purchase.occurredAt) >= context.now else {
        return .refused(.tooLate(limit: program.lateLimit))
    }

    var operations: [Operation] = []
    var claims: [Identifier] = []
    var state: MemberState
    if let member {
        state = member
        operations = state.advance(to: context.now, under: context.ruleSet)
    } else {
        state = MemberState(new: nil, in: context)
        operations.append(state.append(.enroll, cause: nil, occurredAt: context.now, in: context))
        claims = [Identifier(.member, state.id), identifier]
    }
    guard
        let evaluation = try? program.evaluate(
            Facts(purchase, by: state, in: program), explaining: false)
    else {
        return .refused(.overflow)
    }
    var movements = Movements()
    guard (try? state.credit(evaluation, for: purchase, in: context, into: &movements)) != nil,
        state.countTowardTier(purchase, evaluation, in: context)
    else { return .refused(.overflow) }

    // From here on the command succeeds.
    state.counters.count(purchaseAt: purchase.occurredAt)
    let operation = state.append(
        .purchase, cause: context.cause, occurredAt: purchase.occurredAt, in: context, movements, purchase)
    operations.append(operation)
    // A purchase that comes in very late may have earned points that have lapsed meanwhile.
    operations += state.advance(to: context.now, under: context.ruleSet)
    let outcome = PurchaseOutcome(operation: operation.id, evaluation, of: program)
    return .accepted(
        Acceptance(state: state, operations: operations, outcome: .purchased(outcome), claims: claims))
}
