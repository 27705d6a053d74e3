import Ledger
import Rules
import Time

// Sales without a member: they are kept, goods of them come back, and somebody claims them.

/// What becomes of a kept sale by a command that is about no member.
public struct Keeping: Hashable, Sendable {
    public let sale: KeptSale
    public let outcome: Outcome
}

/// Decides a command that is about no member; `nil` for one that is about some member.
func keep(_ command: Command, in context: DecisionContext) throws(Refusal) -> Keeping? {
    switch command {
    case .keep(let purchase): try keep(purchase, in: context)
    case .return(.receipt, let request) where context.record == nil: try giveBack(request, in: context)
    default: nil
    }
}

private func keep(_ purchase: Purchase, in context: DecisionContext) throws(Refusal) -> Keeping {
    let program = context.ruleSet.program
    try context.checkReceipt()
    guard let policy = program.unclaimed else { throw .memberNeeded }
    guard purchase.currency == program.money.currency.code else {
        throw .currencyMismatch(expected: program.money.currency.code)
    }
    try context.checkTime(purchase.occurredAt)
    let until = program.zone.adding(policy.keep, to: purchase.occurredAt)
    guard context.now < until else { throw .tooLate(limit: policy.keep) }
    guard purchase.amount != nil else { throw .overflow }

    // From here on the command succeeds.
    let sale = KeptSale(purchase: purchase, until: until, version: (context.kept?.version ?? 0) + 1)
    return Keeping(sale: sale, outcome: .kept(sale))
}

/// Takes goods off a sale that nobody claimed yet. No points move; whoever claims it gets what is left.
private func giveBack(_ request: Return, in context: DecisionContext) throws(Refusal) -> Keeping? {
    guard let kept = context.kept, kept.isOpen(at: context.now) else { return nil }
    try context.checkTime(request.occurredAt)
    let before = kept.sale
    var after = before
    try after.take(request)

    // From here on the command succeeds.
    let sale = kept.taking(request)
    return Keeping(sale: sale, outcome: .takenOff(sale, refund: before.amount - after.amount))
}

extension DecisionContext {
    /// Refuses the receipt of a sale that is recorded already, or waits for somebody to claim it.
    func checkReceipt() throws(Refusal) {
        if let original = postedReceipt { throw .receiptPosted(original) }
        if let kept, kept.isOpen(at: now) { throw .receiptKept(until: kept.until) }
    }

    /// Refuses to claim a sale that cannot be claimed.
    ///
    /// - Returns: the same context for the purchase that the claim comes to.
    func checkClaim() throws(Refusal) -> DecisionContext {
        if let original = postedReceipt { throw .receiptPosted(original) }
        guard let kept else { throw .recordUnknown(.keptSale) }
        guard now < kept.until else { throw .claimTooLate(until: kept.until) }
        guard !kept.sale.isEmpty else { throw .nothingLeft }
        return withoutKept
    }
}
