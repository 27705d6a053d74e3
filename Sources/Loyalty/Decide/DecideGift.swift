import Ledger
import Rules
public import Time

// Points go from one member to another, both sides in one transaction. They travel lot by lot with their expiry, and
// nobody has earned them: no level, limit or budget counts them.

/// Decides a gift.
func decide(
    _ gift: Gift, by identifier: Identifier, to receiver: Identifier, on member: consuming MemberState?,
    in context: DecisionContext
) throws(Refusal) -> Acceptance {
    guard var state = member else { throw .memberUnknown(identifier.kind) }
    // Who leaves can spend what is left for a while; as somebody else's it would not lapse.
    try state.checkEarning()
    let program = context.ruleSet.program
    guard program.transfers.isAllowed else { throw .givingNotOffered }
    guard program.isSpendable(gift.currency) else { throw .currencyUnknown(gift.currency) }
    guard !context.isCounterpartSelf else { throw .sameMember }
    guard var other = context.counterpart else { throw .memberUnknown(receiver.kind) }
    try other.checkEarning()

    var operations = state.advance(to: context.now, under: context.book)
    let usages = try state.allowance(for: gift, in: context)
    var movements = Movements()
    let lots = state.ledger.lots
    guard let shares = try? state.ledger.spend(gift.points, of: gift.currency, to: .transferred, into: &movements)
    else { throw state.shortage(of: gift.points, gift.currency) }
    let parcel = Parcel(
        currency: gift.currency, origin: OperationID(member: state.number, sequence: state.version + 1),
        parts: shares.compactMap { share in
            lots.first { $0.number == share.lot }.map {
                Parcel.Part(points: share.points, earnedAt: $0.earnedAt, expiresAt: $0.expiresAt)
            }
        })
    let received = try other.receive(parcel, at: context.now, under: context.book)

    // From here on the command succeeds.
    state.use(usages, in: context)
    var detail = Detail()
    detail.add("receiver", other.number.value)
    detail.add("currency", gift.currency.text)
    detail.add("points", gift.points.count)
    let operation = state.append(
        .give, cause: context.cause, occurredAt: context.now, in: context, movements, detail: detail, usages: usages)
    operations.append(operation)
    return Acceptance(
        state: state, operations: operations, outcome: .given(operation.id, gift),
        counterpart: Counterpart(state: other, operations: received))
}

extension MemberState {
    /// Takes in what another member gave.
    ///
    /// - Returns: the operations, oldest first: what had fallen due, and the arrival.
    public mutating func receive(
        _ parcel: Parcel, at now: Instant, under book: RuleBook
    ) throws(Refusal) -> [Operation] {
        var operations = advance(to: now, under: book)
        let ruleSet = book.inForce(at: now)
        var movements = Movements()
        do throws(LedgerRefusal) {
            for part in parcel.parts {
                try ledger.receive(
                    part.points, of: parcel.currency, from: .transferred, origin: version + 1,
                    ruleSetVersion: ruleSet.version, earnedAt: part.earnedAt, expiresAt: part.expiresAt,
                    into: &movements)
            }
        } catch {
            throw .overflow
        }
        version += 1
        operations.append(
            Operation(
                id: OperationID(member: number, sequence: version), kind: .receive, cause: nil, occurredAt: now,
                postedAt: now, ruleSetVersion: ruleSet.version, movements: movements, detail: parcel.detail))
        return operations
    }

    /// What a gift uses of what the member may give away.
    fileprivate func allowance(for gift: Gift, in context: DecisionContext) throws(Refusal) -> [Usage] {
        let program = context.ruleSet.program
        guard let limit = program.transfers.limit else { return [] }
        let used = used(.given, Self.givenID, limit.window, at: context.now, in: program.zone)
        let (amount, most) =
            switch limit.measure {
            case .count(let most): (Int64(1), most)
            case .points(let most): (gift.points.count, most)
            }
        guard amount <= most - used else { throw .givingLimit(left: max(0, most - used)) }
        let start = limit.window.start(containing: context.now, in: program.zone)
        return [Usage(UsageKey(kind: .given, id: Self.givenID, window: start), amount)]
    }

    private static let givenID = "transfers"
}
