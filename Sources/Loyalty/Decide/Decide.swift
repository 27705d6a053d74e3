import Ledger
import Rules
import Time

// Deciding is one pure function of the member, the command, the rule sets and the time. It reads no clock, draws no
// number and does no I/O: the same function serves, verifies by replay, and later quotes and simulates.
//
// Each command reads as a list of refusals in order of precedence, and then only changes.

/// Decides a command on the member it names; `nil` where there is no such member.
public func decide(_ command: Command, on member: MemberState?, in context: DecisionContext) -> Decision {
    var member = member
    return decide(command, on: &member, in: context)
}

/// Decides a command on a member whom nobody else looks at meanwhile, so that what changes need not be copied.
///
/// - Parameter member: as it was, where the command is refused. Where it is accepted, the acceptance tells.
public func decide(_ command: Command, on member: inout MemberState?, in context: DecisionContext) -> Decision {
    do throws(Refusal) {
        try context.checkStore(of: command)
        if let keeping = try keep(command, in: context) { return .kept(keeping) }
        if case .claim = command {
            let claim = try context.checkClaim()
            return decide(command.claiming(context.kept), on: &member, in: claim)
        }
        // Nearly nobody is in a pool, and only there a second reference to the state costs nothing.
        if !context.isAlone, member?.bonds.pool != nil, let state = member {
            return .accepted(try accept(command, sharing: state, in: context))
        }
        return .accepted(try accept(command, on: &member, in: context))
    } catch {
        return .refused(error)
    }
}

/// Decides a command on the member alone, who is as before where it is refused.
func accept(
    _ command: Command, on member: inout MemberState?, in context: DecisionContext
) throws(Refusal) -> Acceptance {
    switch command {
    case .consent(let identifier, let consent): try decide(consent, by: identifier, on: member, in: context)
    case .erase(let identifier, let last):
        try decide(erase: identifier, behind: last, on: member, in: context)
    case .enroll(let enrollment): try decide(enrollment, in: context)
    case .link(let linking): try decide(linking, on: member, in: context)
    case .purchase(let identifier, let purchase): try decide(purchase, by: identifier, on: &member, in: context)
    case .keep, .claim: preconditionFailure("a sale without a member is decided before anything about a member is")
    case .event(let identifier, let happening): try decide(happening, by: identifier, on: member, in: context)
    case .traits(let identifier, let change): try decide(change, by: identifier, on: member, in: context)
    case .return(let reference, let request): try decide(request, about: reference, on: member, in: context)
    case .confirm(let reference, let instant):
        try decide(confirm: reference, at: instant, on: member, in: context)
    case .hold(let identifier, let request): try decide(request, by: identifier, on: member, in: context)
    case .capture(let hold, let points): try decide(capture: hold, points, on: member, in: context)
    case .draw(let identifier, let request): try decide(request, by: identifier, on: member, in: context)
    case .settle(let allowance, let settlement):
        try decide(settle: allowance, settlement, on: member, in: context)
    case .release(let hold): try decide(release: hold, on: member, in: context)
    case .redeem(let identifier, let request): try decide(request, by: identifier, on: member, in: context)
    case .cancel(let redemption): try decide(cancel: redemption, on: member, in: context)
    case .voucher(let code, let use): try decide(use, of: code, on: member, in: context)
    case .adjust(let identifier, let adjustment):
        try decide(adjustment, by: identifier, on: member, in: context)
    case .give(let identifier, let receiver, let gift):
        try decide(gift, by: identifier, to: receiver, on: member, in: context)
    case .setTier(let identifier, let setting): try decide(setting, by: identifier, on: member, in: context)
    case .unsetTier(let identifier, let reason):
        try decide(unsetTierOf: identifier, reason, on: member, in: context)
    case .merge(let identifier, let other): try decide(merge: other, into: identifier, on: member, in: context)
    case .unlink(let identifier): try decide(unlink: identifier, on: member, in: context)
    case .status(let identifier, let change): try decide(change, of: identifier, on: member, in: context)
    case .topUp(let identifier, let topUp): try decide(topUp, by: identifier, on: member, in: context)
    case .refund(let topUp, let amount): try decide(refund: topUp, amount, on: member, in: context)
    case .referralCode(let identifier): try decide(codeFor: identifier, on: member, in: context)
    case .claimReferral(let identifier, _): try decide(claimBy: identifier, on: member, in: context)
    case .pool(let identifier, let request): try decide(request, by: identifier, on: member, in: context)
    }
}

private func decide(_ enrollment: Enrollment, in context: DecisionContext) throws(Refusal) -> Acceptance {
    if let kind = context.takenClaim { throw .identifierTaken(kind) }

    var state = MemberState(new: enrollment.id, in: context)
    let (operation, welcome) = try state.welcome(cause: context.cause, in: context)

    // From here on the command succeeds.
    return Acceptance(
        state: state, operations: [operation],
        outcome: .enrolled(Earned(operation: operation.id, welcome, of: context.ruleSet.program)),
        claims: [Identifier(.member, state.id)] + enrollment.identifiers + welcome.claims,
        name: enrollment.name,
        failures: welcome.evaluation.failures, draws: welcome.evaluation.draws)
}

private func decide(_ linking: Linking, on member: consuming MemberState?, in context: DecisionContext) throws(Refusal)
    -> Acceptance
{
    guard var state = member, state.erasedAt == nil else { throw .memberUnknown(linking.member.kind) }
    try state.checkOpen()
    if let kind = context.takenClaim { throw .identifierTaken(kind) }

    // From here on the command succeeds.
    var operations = state.advance(to: context.now, under: context.book)
    operations.append(state.append(.link, cause: context.cause, occurredAt: context.now, in: context))
    return Acceptance(
        state: state, operations: operations,
        outcome: .linked(operations[operations.count - 1].id, linking.identifier),
        claims: [linking.identifier])
}

private func decide(
    _ purchase: Purchase, by identifier: Identifier, on member: inout MemberState?, in context: DecisionContext
) throws(Refusal) -> Acceptance {
    let program = context.ruleSet.program
    // Whoever joins by this purchase joins now, however late it comes in.
    let mayEnroll = member == nil && identifier.kind == .card && context.present.ruleSet.enrollsUnknownCards
    guard member != nil || mayEnroll else { throw .memberUnknown(identifier.kind) }
    try context.checkReceipt()
    try member?.checkEarning()
    guard purchase.currency == program.money.currency.code else {
        throw .currencyMismatch(expected: program.money.currency.code)
    }
    try context.checkTime(purchase.occurredAt)

    guard purchase.amount != nil else { throw .overflow }
    guard var state = member.take() else { return try join(by: purchase, on: identifier, in: context) }
    let isDue = state.isDue(at: context.now, under: context.book)
    // What can be refused when something has changed already needs the member as it was.
    let before = isDue || purchase.payment != nil || purchase.value != nil ? state : nil
    do throws(Refusal) {
        let operations = isDue ? state.advance(to: context.now, under: context.book) : []
        return try state.buy(purchase, after: operations, in: context)
    } catch {
        member = before ?? state
        throw error
    }
}

/// Makes a member by a purchase.
private func join(
    by purchase: Purchase, on card: Identifier, in context: DecisionContext
) throws(Refusal) -> Acceptance {
    let present = context.present
    var state = MemberState(new: nil, in: present)
    let (operation, welcome) = try state.welcome(cause: nil, in: present)
    var acceptance = try state.buy(purchase, after: [operation], in: context.after(operation))
    acceptance.joining = Earned(operation: operation.id, welcome, of: present.ruleSet.program)
    acceptance.claims = [Identifier(.member, acceptance.state.id), card] + welcome.claims + acceptance.claims
    acceptance.failures = welcome.evaluation.failures + acceptance.failures
    acceptance.draws = welcome.evaluation.draws + acceptance.draws
    return acceptance
}

extension MemberState {
    /// Carries out a purchase behind what had fallen due; nothing has changed where it is refused and nothing paid it
    /// but money.
    fileprivate mutating func buy(
        _ purchase: Purchase, after earlier: [Operation], in context: DecisionContext
    ) throws(Refusal) -> Acceptance {
        let program = context.ruleSet.program
        let facts = Facts(
            occurredAt: purchase.occurredAt, order: Facts.Order(purchase, under: program),
            member: facts(at: purchase.occurredAt, in: context))
        let (operation, rewarded) = try reward(.purchase, facts, cause: context.cause, in: context, purchase)

        // From here on the command succeeds.
        counters.count(purchaseAt: purchase.occurredAt)
        var operations = earlier
        operations.append(operation)
        // A purchase that comes in very late may have earned points that have lapsed meanwhile.
        operations += advance(to: context.now, under: context.book)
        var acceptance = Acceptance(
            state: self, operations: operations,
            outcome: .purchased(Earned(operation: operation.id, rewarded, of: program)),
            claims: rewarded.claims, failures: rewarded.evaluation.failures,
            draws: rewarded.evaluation.draws)
        acceptance.completeReferral(
            by: operation, eligible: rewarded.evaluation.eligibleAmount, in: context)
        return acceptance
    }
}

private func decide(
    _ happening: Happening, by identifier: Identifier, on member: consuming MemberState?, in context: DecisionContext
) throws(Refusal) -> Acceptance {
    guard var state = member else { throw .memberUnknown(identifier.kind) }
    try state.checkEarning()
    try context.checkTime(happening.occurredAt)

    var operations = state.advance(to: context.now, under: context.book)
    let facts = Facts(
        occurredAt: happening.occurredAt, event: happening.name, attributes: happening.attributes,
        member: state.facts(at: happening.occurredAt, in: context))
    let (operation, rewarded) = try state.reward(.event, facts, cause: context.cause, in: context)

    // From here on the command succeeds.
    operations.append(operation)
    operations += state.advance(to: context.now, under: context.book)
    return Acceptance(
        state: state, operations: operations,
        outcome: .happened(Earned(operation: operation.id, rewarded, of: context.ruleSet.program)),
        claims: rewarded.claims, failures: rewarded.evaluation.failures,
        draws: rewarded.evaluation.draws)
}

private func decide(
    _ change: TraitsChange, by identifier: Identifier, on member: consuming MemberState?, in context: DecisionContext
) throws(Refusal) -> Acceptance {
    guard var state = member, state.erasedAt == nil else { throw .memberUnknown(identifier.kind) }
    try state.checkOpen()
    for new in change.attributes {
        if let problem = context.ruleSet.program.problem(with: new) {
            throw .badAttribute(name: new.name, reason: problem)
        }
    }

    var traits = state.traits
    traits.apply(change)
    for (name, words) in [("tags", traits.tags), ("segments", traits.segments)] where words.count > Traits.mostWords {
        throw .badAttribute(name: name, reason: "a member has at most \(Traits.mostWords) of them")
    }

    // From here on the command succeeds.
    var operations = state.advance(to: context.now, under: context.book)
    operations.append(
        state.append(
            .traits, cause: context.cause, occurredAt: context.now, in: context, seen: Seen(traits: traits)))
    state.traits = traits
    return Acceptance(
        state: state, operations: operations, outcome: .traitsChanged(operations[operations.count - 1].id),
        traits: traits)
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
