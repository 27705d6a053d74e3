import Ledger
import Rules
import Time

// Levels that people give by hand, and take away.

/// Decides that a member gets a level by hand, in place of one that was given before.
func decide(
    _ setting: TierSetting, by identifier: Identifier, on member: consuming MemberState?, in context: DecisionContext
) throws(Refusal) -> Acceptance {
    guard var state = member else { throw .memberUnknown(identifier.kind) }
    guard let policy = context.ruleSet.program.tiers else { throw .tiersNotOffered }
    guard policy.level(setting.level) != nil else { throw .levelUnknown }
    if let until = setting.until, until <= context.now { throw .endPassed(now: context.now) }

    // From here on the command succeeds.
    var operations = state.advance(to: context.now, under: context.book)
    var standing = state.tier ?? TierStanding(lowestOf: policy, since: state.enrolledAt)
    standing.give(
        TierStanding.Floor(level: setting.level, since: context.now, until: setting.until), under: policy,
        operation: state.version + 1)
    state.tier = standing
    var detail = Detail()
    detail.add("level", setting.level)
    detail.add("until", setting.until?.milliseconds)
    detail.add("reason", setting.reason)
    let operation = state.append(
        .grant, cause: context.cause, occurredAt: context.now, in: context, detail: detail)
    operations.append(operation)
    return Acceptance(state: state, operations: operations, outcome: .tierSet(operation.id))
}

/// Decides that a level is taken away which was given by hand.
func decide(
    unsetTierOf identifier: Identifier, _ reason: String, on member: consuming MemberState?,
    in context: DecisionContext
) throws(Refusal) -> Acceptance {
    guard var state = member else { throw .memberUnknown(identifier.kind) }
    guard let policy = context.ruleSet.program.tiers else { throw .tiersNotOffered }
    var operations = state.advance(to: context.now, under: context.book)
    guard state.tier?.floor != nil else { throw .noTierGiven }

    // From here on the command succeeds.
    let number = state.version + 1
    state.tier?.takeFloor(at: context.now, under: policy, operation: number)
    var detail = Detail()
    detail.add("reason", reason)
    let operation = state.append(
        .revoke, cause: context.cause, occurredAt: context.now, in: context, detail: detail)
    operations.append(operation)
    return Acceptance(state: state, operations: operations, outcome: .tierUnset(operation.id))
}
