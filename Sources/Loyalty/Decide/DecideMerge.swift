import Ledger
import Rules
public import Time

// Two members turn out to be one person. One of them takes everything over: lots with their expiry, what is reserved
// and owed, uses, counts, the level, vouchers, and names. The other one stays as an alias, and whoever names it, or one
// of its operations, reaches the first. Both sides are in one transaction, and each is an operation of its own history.

/// Decides to merge a member into another one.
func decide(
    merge other: Identifier, into identifier: Identifier, on member: consuming MemberState?, in context: DecisionContext
) throws(Refusal) -> Acceptance {
    // Nobody knows whether who was erased is the same person.
    guard var state = member, state.erasedAt == nil else { throw .memberUnknown(identifier.kind) }
    guard !context.isCounterpartSelf else { throw .mergeWithSelf }
    guard var loser = context.counterpart, loser.erasedAt == nil else { throw .memberUnknown(other.kind) }
    try state.checkOpen()
    // Points of who left lapse; as somebody else's they would not.
    if !context.isAlone { try loser.checkOpen() }
    guard loser.bonds.pool == nil else { throw .mergeOfPooled }

    var operations = state.advance(to: context.now, under: context.book)
    var others = loser.advance(to: context.now, under: context.book)
    guard loser.version < OperationID.greatestForeign else { throw .overflow }
    let id = OperationID(member: state.number, sequence: state.version + 1)
    let (estate, surrender) = loser.surrender(to: id, at: context.now, under: context.book)
    others.append(surrender)
    let operation = try state.take(over: estate, in: context)

    // From here on the command succeeds.
    operations.append(operation)
    operations += state.advance(to: context.now, under: context.book)
    return Acceptance(
        state: state, operations: operations, outcome: .merged(operation.id, from: loser.id), traits: state.traits,
        counterpart: Counterpart(state: loser, operations: others, traits: loser.traits), merged: loser.number)
}

/// Everything that a member hands over.
private struct Estate {
    let member: MemberState
    let ledger: LedgerEstate
    /// The operation by which it was let go.
    let operation: OperationID
}

extension MemberState {
    /// Lets everything go to a member who is the same person; what had fallen due must be applied.
    fileprivate mutating func surrender(
        to successor: OperationID, at now: Instant, under book: RuleBook
    ) -> (Estate, Operation) {
        let before = self
        var movements = Movements()
        let estate = ledger.surrender(into: &movements)
        let given = usages.map { Usage($0.key, -$0.amount) }
        usages = []
        holds = []
        vouchers = []
        counters = PurchaseCounters()
        traits = Traits()
        tier = nil
        bonds = Bonds()
        version += 1
        status = .merged(into: successor)
        renamedAt = version
        var detail = Detail()
        detail.add("winner", successor.member.value)
        detail.add("operation", successor.sequence)
        let operation = Operation(
            id: OperationID(member: number, sequence: version), kind: .surrender, cause: nil, occurredAt: now,
            postedAt: now, ruleSetVersion: book.inForce(at: now).version, movements: movements, detail: detail,
            usages: given)
        return (Estate(member: before, ledger: estate, operation: operation.id), operation)
    }

    /// The operations by which a member lets everything go, oldest first, with what had fallen due.
    public mutating func surrenderAll(to successor: OperationID, at now: Instant, under book: RuleBook) -> [Operation] {
        var operations = advance(to: now, under: book)
        operations.append(surrender(to: successor, at: now, under: book).1)
        return operations
    }

    /// Takes over what another member let go.
    fileprivate mutating func take(over estate: Estate, in context: DecisionContext) throws(Refusal) -> Operation {
        let (other, own) = (estate.member, number)
        func reference(_ number: Int64) -> Int64 {
            OperationID(reference: number, in: other.number).reference(in: own)
        }
        var movements = Movements()
        let offset: Int64
        do throws(LedgerRefusal) {
            offset = try ledger.take(over: estate.ledger, origin: { reference($0.origin) }, into: &movements)
        } catch {
            throw .overflow
        }
        holds += other.holds.map { hold in
            Hold(
                operation: reference(hold.operation), currency: hold.currency,
                shares: hold.shares.map { LotShare(lot: $0.lot + offset, points: $0.points) }, until: hold.until,
                validUntil: hold.validUntil)
        }
        vouchers += other.vouchers.map { voucher in
            Voucher(
                code: voucher.code, reward: voucher.reward, operation: reference(voucher.operation),
                usableFrom: voucher.usableFrom, expiresAt: voucher.expiresAt,
                used: voucher.used.map { Voucher.Use(operation: reference($0.operation), at: $0.at) })
        }
        use(other.usages, in: context)
        counters.add(other.counters)
        celebratedUntil = max(celebratedUntil, other.celebratedUntil)
        if other.status == .suspended { status = .suspended }
        traits.take(over: other.traits)
        bonds.take(over: other.bonds, of: other.number, by: own, reference)
        try takeTier(of: other, in: context)
        var detail = Detail()
        detail.add("loser", other.number.value)
        detail.add("operation", estate.operation.sequence)
        detail.add("lots", offset)
        return append(
            .merge, cause: context.cause, occurredAt: context.now, in: context, movements, detail: detail,
            usages: other.usages, seen: Seen(traits: traits))
    }

    /// What both counted toward levels adds up, and the higher one of their levels stays.
    private mutating func takeTier(of other: MemberState, in context: DecisionContext) throws(Refusal) {
        guard let theirs = other.tier else { return }
        guard let terms = TierTerms(context.ruleSet.program, joined: enrolledAt) else {
            tier = tier ?? theirs
            return
        }
        var standing = tier ?? TierStanding(lowestOf: terms.policy, since: enrolledAt)
        guard standing.take(over: theirs, under: terms, at: context.now, operation: version + 1) else {
            throw .overflow
        }
        tier = standing
    }
}

extension Bonds {
    /// Takes over who brought the other one, where nobody brought this one, the code by which the other one brought
    /// others, and whoever the other one had been before. Nobody was brought by themselves.
    fileprivate mutating func take(
        over other: Bonds, of loser: MemberNumber, by winner: MemberNumber, _ reference: (Int64) -> Int64
    ) {
        code = code ?? other.code
        former += other.former + [loser]
        func here(_ referral: Referral) -> Referral {
            Referral(by: referral.by, purchase: referral.purchase.map(reference), reward: referral.reward)
        }
        ended += other.ended.map(here)
        if let own = referral, own.by == loser {
            if own.purchase != nil { ended.append(own) }
            referral = nil
        }
        guard let theirs = other.referral.map(here) else { return }
        if referral == nil, theirs.by != winner {
            referral = theirs
        } else if theirs.purchase != nil {
            ended.append(theirs)
        }
    }
}

extension PurchaseCounters {
    fileprivate mutating func add(_ other: PurchaseCounters) {
        purchases += other.purchases
        firstPurchaseAt = [firstPurchaseAt, other.firstPurchaseAt].compactMap { $0 }.min()
        lastPurchaseAt = [lastPurchaseAt, other.lastPurchaseAt].compactMap { $0 }.max()
    }
}

extension Traits {
    /// Takes over what is not known of this person yet, as far as there is room.
    fileprivate mutating func take(over other: Traits) {
        let new = other.attributes.filter { theirs in
            !attributes.contains { $0.name.utf8.elementsEqual(theirs.name.utf8) }
        }
        func words(_ mine: [String], _ theirs: [String]) -> TraitsChange.Words {
            let known = theirs.filter { word in !mine.contains { $0.utf8.elementsEqual(word.utf8) } }
            return TraitsChange.Words(added: Array(known.prefix(max(0, Self.mostWords - mine.count))))
        }
        apply(
            TraitsChange(
                attributes: new.map { TraitsChange.NewValue($0.name, $0.value) }, tags: words(tags, other.tags),
                segments: words(segments, other.segments)))
    }
}
