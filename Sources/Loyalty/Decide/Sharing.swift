import Ledger
import Rules
import Time

// How a member of a pool uses what the others have: a command is decided on what the member has, and where that is too
// little, decided again behind a loan of what is missing. So everything that spends or takes back knows one ledger.

/// Decides a command of a member who is in a pool.
func accept(_ command: Command, sharing state: MemberState, in context: DecisionContext) throws(Refusal) -> Acceptance {
    if command.spends, case .member(_, .earn) = state.bonds.pool { throw .poolRefused(.earnOnly) }
    var alone = Optional(state)
    guard command.usesPool else { return try accept(command, on: &alone, in: context) }
    // Stored value is its owner's money, and status is nobody's to lend.
    func isShared(_ points: CurrencyPoints) -> Bool { context.present.ruleSet.program.isSpendable(points.currency) }
    // Who has left spends what is left of the own points, and nobody else's.
    guard state.status == .active || !command.spends else { return try accept(command, on: &alone, in: context) }
    var context = context
    var lent = Lent(state: state, others: context.companions)
    // What is taken back may be missing in one currency after the other.
    var asked: [CurrencyID] = []
    while true {
        let missing: [CurrencyPoints]
        do throws(Refusal) {
            var borrower = Optional(lent.borrower)
            let acceptance = try accept(command, on: &borrower, in: context)
            missing = acceptance.outcome.missing.filter { isShared($0) && !asked.contains($0.currency) }
            if missing.isEmpty {
                return asked.isEmpty ? acceptance : lent.followed(by: acceptance, of: state, in: context)
            }
        } catch {
            guard let points = error.missing, isShared(points), !asked.contains(points.currency) else { throw error }
            missing = [points]
        }
        for points in missing { try lent.lend(points, for: command, in: context.present) }
        asked += missing.map(\.currency)
        context = context.knowing(lent.others, behind: lent.operations)
    }
}

/// What the others of a pool lend.
private struct Lent {
    private(set) var borrower: MemberState
    private(set) var others: Companions
    /// The borrower's, oldest first.
    private(set) var operations: [Operation] = []
    private(set) var lenders: [Counterpart] = []

    init(state: MemberState, others: Companions) {
        borrower = state
        self.others = others
    }

    /// The loan and then the command that it was for: what they lent comes before what else the command made of them.
    func followed(by acceptance: Acceptance, of state: MemberState, in context: DecisionContext) -> Acceptance {
        var whole = acceptance
        whole.consulted += state.poolMates { context.companions.states[$0] }
        whole.operations = operations + acceptance.operations
        whole.companions = []
        for other in lenders + acceptance.companions { whole.add(other) }
        return whole
    }

    /// Lends what is missing of a currency, or as much as there is for what is taken back.
    mutating func lend(_ missing: CurrencyPoints, for command: Command, in context: DecisionContext) throws(Refusal) {
        let currency = missing.currency
        operations += borrower.advance(to: context.now, under: context.book)
        // A loan pays first what the borrower owes.
        let wanted = missing.points.count.addingReportingOverflow(borrower.ledger.balance(of: currency).debt.count)
        guard !wanted.overflow else { throw .overflow }
        let mates = borrower.poolMates { others.states[$0] }
        let loan = loan(of: wanted.partialValue, currency, from: mates, at: context)
        let there = loan.parts.reduce(0) { $0 + $1.points.count }
        let limit = context.ruleSet.program.pools?.limit
        var isLimited = false
        if case .return = command {
            guard there > 0 else { return }
        } else {
            guard there == wanted.partialValue else {
                let own = borrower.ledger.balance(of: currency)
                throw .insufficientPoints(
                    currency, needed: Points(own.available.count + missing.points.count),
                    available: Points(own.available.count + there), debt: own.debt)
            }
            if case .member = borrower.bonds.pool, let limit {
                isLimited = true
                try borrower.checkLoan(there, limit, in: context)
            }
        }
        operations += try borrower.borrow(loan, limited: isLimited, in: context)
        for number in mates {
            let points = loan.parts.reduce(0) { $1.lender == number ? $0 + $1.points.count : $0 }
            guard points > 0, var lender = others.states[number],
                let result = lender.lend(Points(points), of: currency, to: borrower.number, in: context)
            else { continue }
            others.states[number] = lender
            lenders.append(Counterpart(state: lender, operations: result.operations))
        }
    }

    /// The points of others that lapse soonest.
    private func loan(
        of wanted: Int64, _ currency: CurrencyID, from mates: [MemberNumber], at context: DecisionContext
    ) -> Loan {
        var lots: [(lender: MemberNumber, lot: Lot)] = []
        for number in mates {
            // Each tells itself whether it is in the pool: the owner may know an earlier list.
            guard let mate = others.states[number]?.advanced(to: context.now, under: context.book),
                mate.status == .active, mate.poolOwner == borrower.poolOwner,
                mate.ledger.balance(of: currency).debt == .zero
            else { continue }
            lots += mate.ledger.lots.filter { $0.currency == currency && !$0.isPending && $0.free > .zero }
                .map { (number, $0) }
        }
        let order = lots.enumerated().sorted { left, right in
            let (one, other) = (left.element.lot, right.element.lot)
            let (soon, late) = (one.expiresAt ?? .distantFuture, other.expiresAt ?? .distantFuture)
            return (soon, one.earnedAt, left.offset) < (late, other.earnedAt, right.offset)
        }
        var parts: [Loan.Part] = []
        var left = wanted
        for (lender, lot) in order.map(\.element) where left > 0 {
            let points = min(left, lot.free.count)
            left -= points
            parts.append(
                Loan.Part(lender: lender, points: Points(points), earnedAt: lot.earnedAt, expiresAt: lot.expiresAt))
        }
        return Loan(currency: currency, parts: parts)
    }
}

extension MemberState {
    /// Who owns the member's pool; `nil` for one that is in none.
    fileprivate var poolOwner: MemberNumber? {
        switch bonds.pool {
        case nil: nil
        case .owner: number
        case .member(let owner, _): owner
        }
    }

    /// Gives points to another member of the pool.
    ///
    /// - Returns: the operations, oldest first; `nil` where there are too few points.
    mutating func lend(
        _ points: Points, of currency: CurrencyID, to borrower: MemberNumber, in context: DecisionContext
    ) -> (operations: [Operation], shares: [LotShare])? {
        var operations = advance(to: context.now, under: context.book)
        var movements = Movements()
        guard let shares = try? ledger.spend(points, of: currency, to: .transferred, into: &movements) else {
            return nil
        }
        var detail = Detail()
        detail.add("borrower", borrower.value)
        detail.add("currency", currency.text)
        detail.add("points", points.count)
        operations.append(
            append(.lend, cause: nil, occurredAt: context.now, in: context, movements, detail: detail))
        return (operations, shares)
    }

    /// Takes in points of others in the pool.
    ///
    /// - Parameter limited: whether they count as used of what the member may use.
    mutating func borrow(_ loan: Loan, limited: Bool, in context: DecisionContext) throws(Refusal) -> [Operation] {
        var operations = advance(to: context.now, under: context.book)
        var movements = Movements()
        do throws(LedgerRefusal) {
            for part in loan.parts {
                try ledger.receive(
                    part.points, of: loan.currency, from: .transferred, origin: version + 1,
                    ruleSetVersion: context.ruleSet.version, earnedAt: part.earnedAt, expiresAt: part.expiresAt,
                    into: &movements)
            }
        } catch {
            throw .overflow
        }
        var usages: [Usage] = []
        if limited, let window = context.ruleSet.program.pools?.limit?.window {
            let start = window.start(containing: context.now, in: context.ruleSet.program.zone)
            let points = loan.parts.reduce(0) { $0 + $1.points.count }
            usages.append(Usage(UsageKey(kind: .borrowed, id: Self.poolID, window: start), points))
        }
        use(usages, in: context)
        operations.append(
            append(
                .borrow, cause: nil, occurredAt: context.now, in: context, movements, detail: loan.detail,
                usages: usages))
        return operations
    }

    /// Refuses a loan that is beyond what the member may use of the others.
    fileprivate func checkLoan(_ points: Int64, _ limit: UsageLimit, in context: DecisionContext) throws(Refusal) {
        guard case .points(let most) = limit.measure else { return }
        let used = used(.borrowed, Self.poolID, limit.window, at: context.now, in: context.ruleSet.program.zone)
        guard points <= most - used else { throw .poolRefused(.limit(left: max(0, most - used))) }
    }

    private static let poolID = "pools"
}

extension Outcome {
    /// What had to be taken back and was not there.
    fileprivate var missing: [CurrencyPoints] {
        guard case .returned(let returned) = self else { return [] }
        return returned.claims.compactMap { claim in
            let missing = claim.claim.owed.count + claim.claim.waived.count
            return missing > 0 ? CurrencyPoints(currency: claim.currency, points: Points(missing)) : nil
        }
    }
}

extension Refusal {
    /// What was not there; `nil` where it was refused for something else.
    fileprivate var missing: CurrencyPoints? {
        guard case .insufficientPoints(let currency, let needed, let available, _) = self else { return nil }
        return CurrencyPoints(currency: currency, points: Points(max(0, needed.count - available.count)))
    }
}
