import Ledger
import Rules
import Time

// Members bring others. The new member names a code once; its first purchase that qualifies pays who brought it, and a
// return of that purchase takes all of it back. Both members change in one transaction, each by operations of its own.

/// What an operation of the kind `refer` tells.
public enum ReferralNote: String {
    /// The member has a code to give away.
    case code
    /// The member named the code of another one.
    case claimed
    /// The member's code was named by another one.
    case named
    /// A purchase of the member qualified.
    case qualified

    public init?(_ operation: Operation) {
        self.init(rawValue: operation.detail?.text("note") ?? "")
    }
}

/// Decides which code a member gives away: always the same.
func decide(codeFor identifier: Identifier, on member: consuming MemberState?, in context: DecisionContext)
    throws(Refusal) -> Acceptance
{
    guard var state = member else { throw .memberUnknown(identifier.kind) }
    guard context.ruleSet.program.referral != nil else { throw .referralRefused(.notOffered) }
    try state.checkOpen()
    var operations = state.advance(to: context.now, under: context.book)
    let known = state.bonds.code
    guard let code = known ?? context.codes.first else {
        preconditionFailure("the engine draws a code for a member that may have none")
    }

    // From here on the command succeeds.
    state.bonds.code = code
    operations.append(
        state.append(
            .refer, cause: context.cause, occurredAt: context.now, in: context, detail: ReferralNote.code.detail(),
            seen: Seen(codes: known == nil ? [code] : [])))
    return Acceptance(
        state: state, operations: operations, outcome: .referralCode(operations[operations.count - 1].id, code),
        claims: known == nil ? [Identifier(.referral, code)] : [])
}

/// Decides that a new member was brought by the owner of a code.
func decide(claimBy identifier: Identifier, on member: consuming MemberState?, in context: DecisionContext)
    throws(Refusal) -> Acceptance
{
    let program = context.ruleSet.program
    guard var state = member else { throw .memberUnknown(identifier.kind) }
    guard let policy = program.referral else { throw .referralRefused(.notOffered) }
    try state.checkEarning()
    guard !context.isCounterpartSelf else { throw .referralRefused(.oneself) }
    guard var referrer = context.counterpart else { throw .referralRefused(.codeUnknown) }
    guard state.bonds.referral == nil else { throw .referralRefused(.claimedBefore) }
    guard referrer.bonds.referral?.by != state.number else { throw .referralRefused(.mutual) }
    guard state.counters.purchases == 0 else { throw .referralRefused(.notNew) }
    guard program.zone.adding(policy.within, to: state.enrolledAt) > context.now else {
        throw .referralRefused(.tooLate(policy.within))
    }

    // From here on the command succeeds.
    var operations = state.advance(to: context.now, under: context.book)
    state.bonds.referral = Referral(by: referrer.number)
    let claim = state.append(
        .refer, cause: context.cause, occurredAt: context.now, in: context,
        detail: ReferralNote.claimed.detail(of: referrer.number))
    operations.append(claim)
    var context = context.beside
    var others = referrer.note(
        .named, of: state.number, at: context.now, about: nil, reward: nil, in: context)
    var claims: [Identifier] = []
    var otherClaims: [Identifier] = []
    var draws: [BudgetDraw] = []
    var welcome: Earned?
    if !context.isAlone {
        if policy.referrer == .claim,
            let bonus = referrer.earn(.referral, with: state.number, at: context.now, about: nil, in: context)
        {
            others += bonus.operations
            otherClaims = bonus.rewarded.claims
            draws += bonus.rewarded.evaluation.draws
            for operation in bonus.operations { context = context.after(operation) }
        }
        if policy.referred == .claim,
            let bonus = state.earn(
                .referred, with: referrer.number, at: context.now, about: claim.id.sequence, in: context)
        {
            operations += bonus.operations
            claims = bonus.rewarded.claims
            draws += bonus.rewarded.evaluation.draws
            welcome = bonus.operations.last { $0.kind == .referral }.map {
                Earned(operation: $0.id, bonus.rewarded, of: program)
            }
        }
    }
    return Acceptance(
        state: state, operations: operations, outcome: .referralClaimed(claim.id, welcome), claims: claims,
        counterpart: Counterpart(state: referrer, operations: others, claims: otherClaims), draws: draws)
}

extension ReferralNote {
    func detail(of other: MemberNumber? = nil, reward: Int64? = nil) -> Detail {
        var detail = Detail()
        detail.add("note", rawValue)
        detail.add("member", other?.value)
        detail.add("reward", reward)
        return detail
    }
}

extension Acceptance {
    /// Lets a purchase pay for having brought the member, where it is the first one that qualifies.
    mutating func completeReferral(
        by purchase: Operation, eligible amount: Int64, in context: DecisionContext
    ) {
        guard let policy = context.ruleSet.program.referral, policy.waitsForPurchase, amount >= policy.minimum,
            let referral = state.bonds.referral, referral.purchase == nil,
            var referrer = context.companions.state(of: referral.by)
        else { return }
        consulted.append(referrer.number)
        var context = context.after(purchase).beside
        var reward: Int64?
        if policy.referrer == .firstPurchase,
            let bonus = referrer.earn(
                .referral, with: state.number, at: purchase.occurredAt, about: nil, in: context)
        {
            reward = bonus.operations.last { $0.kind == .referral }?.id.reference(in: referral.by)
            add(Counterpart(state: referrer, operations: bonus.operations, claims: bonus.rewarded.claims))
            draws += bonus.rewarded.evaluation.draws
            for operation in bonus.operations { context = context.after(operation) }
        }
        operations += state.note(
            .qualified, of: referral.by, at: purchase.occurredAt, about: purchase.id.sequence, reward: reward,
            in: context)
        if policy.referred == .firstPurchase,
            let bonus = state.earn(
                .referred, with: referral.by, at: purchase.occurredAt, about: purchase.id.sequence, in: context)
        {
            operations += bonus.operations
            claims += bonus.rewarded.claims
            draws += bonus.rewarded.evaluation.draws
        }
    }

    /// Takes back what a purchase paid for having brought the member, where too little of it is left to qualify.
    mutating func undoReferral(
        of record: OperationRecord, left amount: Int64, under ruleSet: RuleSet, in context: DecisionContext
    ) {
        guard let policy = ruleSet.program.referral, amount < policy.minimum,
            let referral = state.bonds.endReferral(of: record.operation.id.reference(in: state.number)),
            !context.isAlone
        else { return }
        if let reward = referral.reward,
            var paid = context.companions.records[OperationID(reference: reward, in: referral.by)]
        {
            if var referrer = context.companions.state(of: referral.by) {
                if let taken = referrer.takeBack(paid, with: state.number, in: context) {
                    add(Counterpart(state: referrer, operations: taken))
                }
            } else {
                // Who brought the member is the member by now.
                paid.append(operations)
                operations += state.takeBack(paid, with: referral.by, in: context) ?? []
            }
        }
        let own = record.later.first { $0.kind == .referral && $0.subject == record.operation.id }
        if let own {
            let later = Array(record.later.drop { $0.id != own.id }.dropFirst())
            operations += state.takeBack(OperationRecord(own, later: later), with: referral.by, in: context) ?? []
        }
    }
}

extension MemberState {
    /// Writes down what happened to a referral.
    mutating func note(
        _ note: ReferralNote, of other: MemberNumber, at instant: Instant, about: Int64?, reward: Int64?,
        in context: DecisionContext
    ) -> [Operation] {
        var operations = advance(to: context.now, under: context.book)
        if note == .qualified { bonds.referral = Referral(by: other, purchase: about, reward: reward) }
        operations.append(
            append(
                .refer, cause: nil, occurredAt: instant, in: context, about: about,
                detail: note.detail(of: other, reward: reward)))
        return operations
    }

    /// Lets an event pay that one member's doing brings about with another one.
    ///
    /// - Returns: the operations, oldest first; `nil` for a member who takes no part, and where a sum would not fit 64
    ///   bits, for which nobody else's purchase is refused.
    mutating func earn(
        _ event: EventName, with other: MemberNumber, at instant: Instant, about: Int64?, in context: DecisionContext
    ) -> (operations: [Operation], rewarded: Rewarded)? {
        guard status == .active else { return nil }
        var state = self
        var operations = state.advance(to: context.now, under: context.book)
        let facts = Facts(
            occurredAt: instant, event: event,
            member: state.facts(at: instant, in: context))
        var detail = Detail()
        detail.add("member", other.value)
        guard
            let (operation, rewarded) = try? state.reward(
                .referral, facts, cause: nil, in: context, about: about, detail: detail)
        else { return nil }
        operations.append(operation)
        operations += state.advance(to: context.now, under: context.book)
        self = state
        return (operations, rewarded)
    }

    /// Takes back what an event paid, as far as it did not lapse.
    mutating func takeBack(
        _ record: OperationRecord, with other: MemberNumber, in context: DecisionContext
    ) -> [Operation]? {
        guard let ruleSet = context.book[record.operation.ruleSetVersion],
            record.followers(.referralBack).isEmpty
        else { return nil }
        var record = record
        var operations = advance(to: context.now, under: context.book)
        record.append(operations)
        var movements = Movements()
        for currency in ruleSet.program.currencies {
            let id = CurrencyID(currency.id)
            let back = record.operation.movements.issued(of: id) - record.lapsed(of: id)
            guard back > 0 else { continue }
            // Nobody else's goods are kept because this member has spent the points: what is not there is let go.
            _ = ledger.reclaim(
                Points(back), of: id,
                preferring: record.operation.movements.opened.filter { $0.currency == id }.map(\.number),
                mostDebt: Points(currency.debt.greatestDebt), into: &movements)
        }
        let usages = record.operation.usages.map { Usage($0.key, -$0.amount) }
        use(usages, in: context)
        if let policy = ruleSet.program.tiers, case .earned(let currency) = policy.metric {
            let id = CurrencyID(ruleSet.program.currencies[currency].id)
            uncountTier(
                record.operation.movements.issued(of: id), at: record.operation.occurredAt, of: ruleSet.program,
                in: context)
        }
        let number = record.operation.id.reference(in: self.number)
        vouchers.removeAll { $0.operation == number && $0.used == nil }
        var detail = Detail()
        detail.add("member", other.value)
        operations.append(
            append(
                .referralBack, cause: nil, occurredAt: context.now, in: context, movements,
                event: record.operation.event, about: number, detail: detail, usages: usages))
        operations += advance(to: context.now, under: context.book)
        return operations
    }
}
