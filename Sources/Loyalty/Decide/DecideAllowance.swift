import Ledger
import Rules
import Time

// Points that a till lets a member spend while it cannot ask. They are reserved in advance, like a hold, for one till; so
// whatever the till lets the member spend is there, and nobody else can spend it. The till may use them up to one instant
// and tell what it used up to a later one, at which they are free again. A plain hold is ended by whoever asks; an
// allowance ends only by being settled, or by time: the till may have used it already.

/// Decides to reserve points for a till that will not be able to ask.
func decide(
    _ request: AllowanceRequest, by identifier: Identifier, on member: consuming MemberState?,
    in context: DecisionContext
) throws(Refusal) -> Acceptance {
    guard var state = member else { throw .memberUnknown(identifier.kind) }
    // Who is leaving may spend, but would have left before the till comes back.
    try state.checkEarning()
    let program = context.ruleSet.program
    guard let policy = program.redemption.allowances else { throw .allowanceRefused(.notOffered) }
    guard program.isReservable(request.currency) else { throw .currencyUnknown(request.currency) }
    if let most = policy.most, request.points.count > most { throw .allowanceRefused(.tooMany(most: most)) }
    let longest = program.zone.adding(policy.longest, to: context.now)
    let validUntil =
        request.validMs.map { context.now + $0 } ?? program.zone.adding(policy.valid, to: context.now)
    guard validUntil <= longest else {
        throw .allowanceRefused(.tooLong(mostMs: longest.milliseconds - context.now.milliseconds))
    }
    let until = program.zone.adding(policy.settleWithin, to: validUntil)

    var operations = state.advance(to: context.now, under: context.book)
    var detail = Detail()
    detail.add("valid_until", validUntil.milliseconds)
    detail.add("store", request.till.store.text)
    detail.add("terminal", request.till.terminal.text)
    let operation = try state.reserve(
        request.points, of: request.currency, as: .allowance, until: until, validUntil: validUntil, detail, in: context)

    // From here on the command succeeds.
    operations.append(operation)
    return Acceptance(
        state: state, operations: operations,
        outcome: .drawn(
            Allowance(
                operation: operation.id, currency: request.currency, points: request.points, till: request.till,
                drawnAt: context.now, validUntil: validUntil, until: until)))
}

/// Decides to spend what a till used of an allowance; the rest is free again. What was used in time was spent in the
/// shop, whatever became of the member since.
func decide(
    settle allowance: OperationID, _ settlement: Settlement, on member: consuming MemberState?,
    in context: DecisionContext
) throws(Refusal) -> Acceptance {
    guard var state = member, let record = context.record, record.operation.kind == .allowance else {
        throw .recordUnknown(.allowance)
    }
    try context.checkFuture(settlement.usedAt)
    var operations = state.advance(to: context.now, under: context.book)
    let number = allowance.reference(in: state.number)
    guard let open = state.holds.first(where: { $0.operation == number }), let validUntil = open.validUntil else {
        throw .holdNotOpen(record.end)
    }
    let drawn = open.shares.total
    guard settlement.used <= drawn else { throw .captureExceeds(held: drawn) }
    guard settlement.used == .zero || settlement.usedAt < validUntil else {
        throw .allowanceRefused(.usedTooLate(validUntil: validUntil))
    }

    // From here on the command succeeds.
    var movements = Movements()
    state.settle(open, capturing: settlement.used, at: context.now, into: &movements)
    if settlement.used > .zero {
        state.ledger.keepAlive(open.currency, at: settlement.usedAt, in: context, into: &movements)
    }
    var detail = Detail()
    detail.add("points", settlement.used.count)
    let operation = state.append(
        .settle, cause: context.cause, occurredAt: settlement.usedAt, in: context, movements, about: number,
        detail: detail)
    operations.append(operation)
    return Acceptance(
        state: state, operations: operations,
        outcome: .settled(
            operation.id, allowance: allowance, open.currency, used: settlement.used,
            released: Points(drawn.count - settlement.used.count)))
}
