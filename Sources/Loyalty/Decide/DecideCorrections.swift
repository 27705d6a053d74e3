import Ledger
import Rules
import Time

// What people set right by hand, and what a shop confirms.

/// Decides that the points of a purchase are confirmed and can be spent from now on.
func decide(
    confirm reference: Reference, at occurredAt: Instant, on member: consuming MemberState?,
    in context: DecisionContext
) throws(Refusal) -> Acceptance {
    guard var state = member, let record = context.record, record.operation.kind == .purchase,
        let program = context.book[record.operation.ruleSetVersion]?.program
    else { throw .recordUnknown(.purchase) }
    try context.checkReport(occurredAt)
    var operations = state.advance(to: context.now, under: context.book)
    let lots = record.operation.movements.opened.map(\.number)
    let waiting = lots.compactMap { state.ledger.lot($0) }.filter { $0.vesting == .onConfirmation }
    guard !waiting.isEmpty else { throw .nothingToConfirm }

    // From here on the command succeeds.
    var movements = Movements()
    state.ledger.confirm(
        lots: lots,
        expiry: { lot in
            // Whatever a till's clock says, nothing was confirmed before it was bought.
            program.currency(lot.currency.text).flatMap {
                program.currencies[$0].expiry(
                    earnedAt: lot.earnedAt, vestsAt: max(occurredAt, lot.earnedAt), in: program.zone)
            }
        }, into: &movements)
    let operation = state.append(
        .confirm, cause: context.cause, occurredAt: occurredAt, in: context, movements,
        about: record.operation.id.reference(in: state.number))
    operations.append(operation)
    operations += state.advance(to: context.now, under: context.book)
    return Acceptance(
        state: state, operations: operations,
        outcome: .confirmed(
            operation.id, purchase: record.operation.id,
            waiting.map { CurrencyPoints(currency: $0.currency, points: $0.remaining) }))
}

/// Decides a correction by hand.
func decide(
    _ adjustment: Adjustment, by identifier: Identifier, on member: consuming MemberState?,
    in context: DecisionContext
) throws(Refusal) -> Acceptance {
    guard var state = member else { throw .memberUnknown(identifier.kind) }
    let program = context.ruleSet.program
    guard let index = program.currency(adjustment.currency.text) else {
        throw .currencyUnknown(adjustment.currency)
    }
    var operations = state.advance(to: context.now, under: context.book)
    var movements = Movements()
    do throws(LedgerRefusal) {
        if adjustment.points > 0 {
            try state.ledger.receive(
                Points(adjustment.points), of: adjustment.currency, from: .adjusted, origin: state.version + 1,
                ruleSetVersion: context.ruleSet.version, earnedAt: context.now,
                expiresAt: program.currencies[index].expiry.expiry(from: context.now, in: program.zone),
                into: &movements)
        } else {
            guard adjustment.points > .min else { throw .overflow(adjustment.currency) }
            _ = try state.ledger.spend(
                Points(-adjustment.points), of: adjustment.currency, to: .adjusted, into: &movements)
        }
    } catch {
        guard case .insufficient = error else { throw .overflow }
        throw state.shortage(of: Points(-adjustment.points), adjustment.currency)
    }
    guard state.correctTier(adjustment, in: context) else { throw .overflow }

    // From here on the command succeeds.
    var detail = Detail()
    detail.add("currency", adjustment.currency.text)
    detail.add("points", adjustment.points)
    detail.add("reason", adjustment.reason)
    let operation = state.append(
        .adjust, cause: context.cause, occurredAt: context.now, in: context, movements, detail: detail)
    operations.append(operation)
    return Acceptance(state: state, operations: operations, outcome: .adjusted(operation.id, adjustment))
}
