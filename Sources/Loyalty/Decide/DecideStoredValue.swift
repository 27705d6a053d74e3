import Ledger
import Rules
import Time

// Stored value is money in another form: it is paid in against a receipt, pays like money, and what was not spent of it
// can be paid out again. No rule awards it, and nobody can owe any.

/// Decides that money is paid in.
func decide(
    _ topUp: TopUp, by identifier: Identifier, on member: consuming MemberState?, in context: DecisionContext
) throws(Refusal) -> Acceptance {
    let program = context.ruleSet.program
    guard var state = member else { throw .memberUnknown(identifier.kind) }
    try state.checkEarning()
    try context.checkReceipt()
    guard topUp.sale.currency == program.money.currency.code else {
        throw .currencyMismatch(expected: program.money.currency.code)
    }
    try context.checkTime(topUp.sale.occurredAt)
    guard let currency = program.storedValue(topUp.currency) else { throw .currencyUnknown(topUp.currency) }

    var operations = state.advance(to: context.now, under: context.book)
    let paidAt = topUp.sale.occurredAt
    var movements = Movements()
    do throws(LedgerRefusal) {
        try state.ledger.receive(
            topUp.amount, of: topUp.currency, from: .paid, origin: state.version + 1,
            ruleSetVersion: context.ruleSet.version, earnedAt: paidAt,
            expiresAt: currency.expiry.expiry(from: paidAt, in: program.zone), into: &movements)
    } catch {
        throw .overflow
    }

    // From here on the command succeeds.
    state.ledger.keepAlive(topUp.currency, at: paidAt, in: context, into: &movements)
    let operation = state.append(
        .topUp, cause: context.cause, occurredAt: paidAt, in: context, movements, purchase: topUp.sale,
        detail: topUp.detail)
    operations.append(operation)
    // What comes in very late may have lapsed meanwhile.
    operations += state.advance(to: context.now, under: context.book)
    return Acceptance(
        state: state, operations: operations, outcome: .toppedUp(operation.id, topUp.currency, topUp.amount))
}

/// Decides to pay out what was not spent of a top-up: so much of it, or all that is left.
func decide(
    refund topUp: OperationID, _ amount: Points?, on member: consuming MemberState?, in context: DecisionContext
) throws(Refusal) -> Acceptance {
    guard var state = member, let record = context.record, let original = TopUp(record.operation) else {
        throw .recordUnknown(.topUp)
    }
    var operations = state.advance(to: context.now, under: context.book)
    let lots = record.operation.movements.opened.map(\.number)
    let left = Points(lots.reduce(0) { $0 + (state.ledger.lot($1)?.free.count ?? 0) })
    let amount = amount ?? left
    guard left > .zero, amount <= left else { throw .topUpSpent(left: left) }

    // From here on the command succeeds.
    var movements = Movements()
    _ = state.ledger.reclaim(
        amount, of: original.currency, preferring: lots, to: .paid, mostDebt: .zero, into: &movements)
    var detail = Detail()
    detail.add("amount", amount.count)
    let operation = state.append(
        .refund, cause: context.cause, occurredAt: context.now, in: context, movements,
        about: topUp.reference(in: state.number),
        detail: detail)
    operations.append(operation)
    return Acceptance(
        state: state, operations: operations,
        outcome: .refunded(operation.id, topUp: topUp, original.currency, amount))
}

extension MemberState {
    /// Pays a part of a purchase with stored value.
    ///
    /// - Parameter amount: what is left to pay, in minor units.
    mutating func pay(
        value payment: Payment, of amount: Int64, in context: DecisionContext, into movements: inout Movements
    ) throws(Refusal) {
        guard context.ruleSet.program.storedValue(payment.currency) != nil else { throw .paymentNotOffered }
        guard payment.points.count <= amount else {
            throw .paymentOutOfBounds(least: 1, most: max(0, amount), step: 1)
        }
        try take(payment, in: context, into: &movements)
    }
}

extension Program {
    /// Whether a currency is stored value.
    func isStoredValue(_ id: CurrencyID) -> Bool { storedValue(id) != nil }

    /// A currency of stored value by its name.
    fileprivate func storedValue(_ id: CurrencyID) -> PointCurrency? {
        guard let index = currency(id.text), currencies[index].kind == .storedValue else { return nil }
        return currencies[index]
    }
}
