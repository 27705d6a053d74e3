import Ledger
import Rules
import Time

// Goods come back. What the purchase earned is worked out again on what is left of it, under the rule set, the standing
// and the uses of then; the difference is taken back, and so is everything else it counted for. What points had paid
// comes back into the lots it came from.

/// Decides a return.
func decide(
    _ request: Return, about reference: Reference, on member: consuming MemberState?, in context: DecisionContext
) throws(Refusal) -> Acceptance {
    guard var state = member, var record = context.record, record.operation.kind == .purchase else {
        throw .recordUnknown(.purchase)
    }
    try context.checkReport(request.occurredAt)

    var operations = state.advance(to: context.now, under: context.book)
    // What lapsed just now concerns it as well.
    record.append(operations)
    var reversal = try Reversal(
        of: record, member: record.member ?? state.id, isErased: state.erasedAt != nil, in: context)
    let change = try reversal.take(request)
    let (operation, outcome) = try state.reverse(record, by: change, request, in: context)
    operations.append(operation)
    operations += state.advance(to: context.now, under: context.book)
    var acceptance = Acceptance(state: state, operations: operations, outcome: .returned(outcome))
    acceptance.undoReferral(
        of: record, left: change.after.eligibleAmount, under: change.ruleSet, in: context.beside)
    return acceptance
}

/// What is left of a purchase's effects, return by return.
private struct Reversal {
    /// What a purchase counts for.
    struct Effects {
        /// By the index of the currency.
        var points: [Int64]
        var usages: [Usage]
        var eligibleAmount: Int64
        var isVisit: Bool
        var rewards: [RewardAward]
    }

    /// What one return changes.
    struct Change {
        let before: Effects
        let after: Effects
        let saleBefore: Sale
        let sale: Sale
        let ruleSet: RuleSet
        /// The money to give back, in minor units.
        let refund: Int64

        /// By how much less it counts toward levels.
        var tierAmount: Int64? {
            ruleSet.program.tiers.map { policy in
                switch policy.metric {
                case .spend: before.eligibleAmount - after.eligibleAmount
                case .earned(let currency): before.points[currency] - after.points[currency]
                case .visits: before.isVisit && !after.isVisit ? 1 : 0
                }
            }
        }
    }

    private let record: OperationRecord
    private let member: ExactText
    private let ruleSet: RuleSet
    private let original: Effects
    private let total: Int64
    /// Whether everything falls with the money.
    private let isProportional: Bool
    private(set) var sale: Sale
    private(set) var effects: Effects
    /// The money that went back so far.
    private var refunded: Int64 = 0

    /// - Parameter isErased: whether what rules saw of the member is gone. Where they would come to something else
    ///   without it, what was recorded is taken back in proportion.
    init(
        of record: OperationRecord, member: ExactText, isErased: Bool, in context: DecisionContext
    ) throws(Refusal) {
        guard let purchase = record.operation.purchase, let ruleSet = context.book[record.operation.ruleSetVersion]
        else { throw .recordUnknown(.purchase) }
        self.record = record
        self.member = member
        self.ruleSet = ruleSet
        sale = Sale(purchase)
        total = sale.amount
        let program = ruleSet.program
        let evaluation = try Self.evaluation(of: sale, record, member, ruleSet)
        original = Effects(
            points: program.currencies.map { record.operation.movements.issued(of: CurrencyID($0.id)) },
            usages: record.operation.usages, eligibleAmount: evaluation.eligibleAmount,
            isVisit: evaluation.hasEligibleLines, rewards: evaluation.rewards)
        let points = program.currencies.indices.map { evaluation.points(into: $0) }
        let isForgotten = isErased && (points != original.points || evaluation.usages != original.usages)
        isProportional = isForgotten || program.returns.clawback == .proportional
        effects = original
        for operation in record.followers(.return) { _ = try take(Return(operation)) }
        if isForgotten { recall(record.followers(.return)) }
    }

    /// Lets what returns took back be what they were recorded with, and no longer what they would take.
    private mutating func recall(_ returns: [Operation]) {
        for (index, currency) in ruleSet.program.currencies.enumerated() {
            let taken = returns.reduce(0) { $0 + $1.movements.takenBack(of: CurrencyID(currency.id)) }
            let left = original.points[index] - taken - record.forgiven(index)
            effects.points[index] = max(0, min(effects.points[index], left))
        }
        effects.usages = original.usages
        for usage in returns.flatMap(\.usages) { effects.usages.add(usage) }
    }

    /// Takes a return out of what is left.
    mutating func take(_ request: Return) throws(Refusal) -> Change {
        let (saleBefore, before) = (sale, effects)
        try sale.take(request)
        let kept = isProportional ? proportional() : try recomputed()
        // Never more than was awarded, whatever rules make of a smaller basket.
        effects.points = zip(kept.points, before.points).map { min($0, $1) }
        effects.usages = kept.usages.map { usage in
            switch usage.key.kind {
            case .limitCount, .limitPoints, .cap, .budget, .stock, .rewards:
                Usage(usage.key, min(usage.amount, before.usages.first { $0.key == usage.key }?.amount ?? 0))
            case .carry, .stamps, .given, .borrowed: usage
            }
        }
        effects.eligibleAmount = kept.eligibleAmount
        effects.isVisit = kept.isVisit
        effects.rewards = kept.rewards
        let refundedBefore = refunded
        refunded = max(
            refunded, min(total - sale.amount - money(restoredAfter: sale), total - money(Sale(sale.purchase))))
        return Change(
            before: before, after: effects, saleBefore: saleBefore, sale: sale, ruleSet: ruleSet,
            refund: refunded - refundedBefore)
    }

    /// What the points and the stored value are worth that paid for what is left of a sale.
    private func money(_ sale: Sale) -> Int64 { worth(sale.paidPoints) + sale.paid(of: sale.purchase.value) }

    /// What the points and the stored value are worth that came back so far.
    private func money(restoredAfter sale: Sale) -> Int64 {
        let points = sale.purchase.payment.map { worth($0.points.count - sale.paidPoints) } ?? 0
        let value = sale.purchase.value.map { $0.points.count - sale.paid(of: $0) } ?? 0
        return points + value
    }

    private func worth(_ points: Int64) -> Int64 { ruleSet.program.redemption.pay?.money(for: points) ?? 0 }

    private func recomputed() throws(Refusal) -> Effects {
        let evaluation = try Self.evaluation(of: sale, record, member, ruleSet)
        return Effects(
            points: ruleSet.program.currencies.indices.map { evaluation.points(into: $0) }, usages: evaluation.usages,
            eligibleAmount: evaluation.eligibleAmount, isVisit: evaluation.hasEligibleLines,
            rewards: evaluation.rewards)
    }

    /// What is left when everything falls with the money; what is counted by events goes with the last of it.
    private func proportional() -> Effects {
        if !sale.isEmpty, total == 0 { return original }
        guard !sale.isEmpty else {
            return Effects(
                points: original.points.map { _ in 0 }, usages: [], eligibleAmount: 0, isVisit: false, rewards: [])
        }
        let returned = total - sale.amount
        func left(_ whole: Int64) -> Int64 { whole - Int64(Int128(whole) * Int128(returned) / Int128(total)) }
        let usages = original.usages.map { usage in
            switch usage.key.kind {
            case .limitPoints, .cap, .budget: Usage(usage.key, left(usage.amount))
            case .limitCount, .carry, .stamps, .stock, .rewards, .given, .borrowed: usage
            }
        }
        return Effects(
            points: original.points.map(left), usages: usages, eligibleAmount: left(original.eligibleAmount),
            isVisit: original.isVisit, rewards: original.rewards)
    }

    private static func evaluation(
        of sale: Sale, _ record: OperationRecord, _ member: ExactText, _ ruleSet: RuleSet
    ) throws(Refusal) -> Evaluation {
        guard let order = sale.order(under: ruleSet.program) else { return .nothing }
        let seen = record.operation.seen
        let facts = ruleSet.facts(of: record.operation, order: order, member: member)
        guard
            let evaluation = try? ruleSet.program.evaluate(
                facts, used: seen.used, shared: seen.shared, explaining: false)
        else { throw .overflow }
        return evaluation
    }
}

extension MemberState {
    /// Carries out what a return changes.
    fileprivate mutating func reverse(
        _ record: OperationRecord, by change: Reversal.Change, _ request: Return, in context: DecisionContext
    ) throws(Refusal) -> (Operation, Returned) {
        let program = change.ruleSet.program
        var movements = Movements()
        // First what comes back, so that nobody owes what they are about to get.
        let purchase = change.sale.purchase
        let restored = try restore(purchase.payment, record, by: change, in: context, into: &movements)
        let valueRestored = try restore(purchase.value, record, by: change, in: context, into: &movements)
        var claims: [CurrencyClaim] = []
        var forgiven: [Int64] = []
        for (index, currency) in program.currencies.enumerated() {
            let id = CurrencyID(currency.id)
            let back = change.before.points[index] - change.after.points[index]
            // Points that lapsed unused are gone already.
            let lapsed = max(0, record.lapsed(of: id) - record.forgiven(index))
            forgiven.append(min(back, lapsed))
            guard back > lapsed else { continue }
            let points = Points(back - lapsed)
            let own = record.operation.movements.opened.filter { $0.currency == id }.map(\.number)
            if currency.debt == .refuse {
                let there = ledger.reclaimable(points, of: id, preferring: own)
                guard there == points else {
                    throw .insufficientPoints(
                        id, needed: points, available: there, debt: ledger.balance(of: id).debt)
                }
            }
            let claim = ledger.reclaim(
                points, of: id, preferring: own, mostDebt: Points(currency.debt.greatestDebt), into: &movements)
            claims.append(CurrencyClaim(currency: id, claim: claim))
        }
        let usages = Self.difference(change.before.usages, change.after.usages)
        use(usages, in: context)
        if let amount = change.tierAmount {
            uncountTier(amount, at: record.operation.occurredAt, of: program, in: context)
        }
        if change.sale.isEmpty { counters.uncount() }
        let withdrawn = withdrawVouchers(change, of: record.operation)
        let operation = append(
            .return, cause: context.cause, occurredAt: request.occurredAt, in: context, movements,
            about: record.operation.id.reference(in: number), detail: request.detail(lapsed: forgiven), usages: usages)
        return (
            operation,
            Returned(
                operation: operation.id, purchase: record.operation.id, claims: claims, restored: restored,
                valueRestored: valueRestored, refund: change.refund, vouchersWithdrawn: withdrawn,
                isComplete: change.sale.isEmpty)
        )
    }

    /// Gives back what had paid for what came back: that first which lapses last.
    private mutating func restore(
        _ payment: Payment?, _ record: OperationRecord, by change: Reversal.Change, in context: DecisionContext,
        into movements: inout Movements
    ) throws(Refusal) -> Restored? {
        guard let payment else { return nil }
        let left = change.saleBefore.paid(of: payment)
        let points = left - change.sale.paid(of: payment)
        guard points > 0 else {
            return Restored(currency: payment.currency, usable: .zero, lapsed: .zero)
        }
        let spent = record.operation.movements.transfers.filter {
            $0.to == .redeemed && $0.currency == payment.currency
        }
        let shares = Array(spent.reversed().map { LotShare(lot: $0.lot, points: $0.amount) })
        let already = payment.points.count - left
        let wanted = shares.split(at: Points(already)).rest.split(at: Points(points)).first
        return try give(back: wanted, of: record, payment.currency, in: context, into: &movements)
    }

    /// Takes back vouchers that the kept goods would not have brought, as far as they are not used.
    private mutating func withdrawVouchers(_ change: Reversal.Change, of operation: Operation) -> Int {
        let program = change.ruleSet.program
        let given = operation.id.reference(in: number)
        var withdrawn = 0
        for before in change.before.rewards {
            let after = change.after.rewards.first { $0.rule == before.rule }?.count ?? 0
            let reward = program.redemption.rewards[before.reward].id
            for _ in 0..<max(0, before.count - after) {
                let open = vouchers.lastIndex {
                    $0.operation == given && $0.reward == reward && $0.used == nil
                }
                guard let open else { break }
                vouchers.remove(at: open)
                withdrawn += 1
            }
        }
        return withdrawn
    }

    /// What has to change from one list of uses to another.
    private static func difference(_ before: [Usage], _ after: [Usage]) -> [Usage] {
        var difference: [Usage] = []
        for usage in before { difference.add(Usage(usage.key, -usage.amount)) }
        for usage in after { difference.add(usage) }
        return difference.filter { $0.amount != 0 }
    }
}

extension OperationRecord {
    /// What earlier returns let go in a currency because it had lapsed.
    fileprivate func forgiven(_ currency: Int) -> Int64 {
        followers(.return).reduce(0) { sum, operation in
            let lapsed = operation.detail?.integers("lapsed") ?? []
            return lapsed.indices.contains(currency) ? sum + lapsed[currency] : sum
        }
    }
}

extension Movements {
    /// What was awarded in a currency, also where it paid a debt at once.
    func issued(of currency: CurrencyID) -> Int64 {
        transfers.reduce(0) { $1.from == .issued && $1.currency == currency ? $0 + $1.amount.count : $0 }
    }

    /// What was taken back of awards in a currency, also where it became a debt.
    fileprivate func takenBack(of currency: CurrencyID) -> Int64 {
        transfers.reduce(0) { $1.to == .issued && $1.currency == currency ? $0 + $1.amount.count : $0 }
    }
}
