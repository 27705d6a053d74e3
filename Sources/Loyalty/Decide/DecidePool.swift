import Ledger
import Rules
import Time

// Members who share their points. Points stay with who earned them, so that they vest, lapse and are taken back there;
// who spends more than they have uses what the others have, which travels lot by lot in the same transaction. Levels,
// counters and limits are each member's own.

/// What an operation of the kind `pool` changes.
enum PoolChange: Hashable {
    case created(PoolPolicy.Kind)
    case joined(owner: MemberNumber, PoolRole)
    case left
    /// What joining and leaving is for the owner.
    case gained(PoolMember)
    case lost(MemberNumber)

    init?(_ detail: Detail) {
        let member = detail.integer("member").map(MemberNumber.init)
        let role = detail.text("role").flatMap(PoolRole.init)
        switch (detail.text("change"), member, role) {
        case ("created", _, _):
            guard let kind = detail.text("kind").flatMap(PoolPolicy.Kind.init) else { return nil }
            self = .created(kind)
        case ("joined", let member?, let role?): self = .joined(owner: member, role)
        case ("left", _, _): self = .left
        case ("gained", let member?, let role?): self = .gained(PoolMember(number: member, role: role))
        case ("lost", let member?, _): self = .lost(member)
        default: return nil
        }
    }

    fileprivate var detail: Detail {
        var detail = Detail()
        switch self {
        case .created(let kind):
            detail.add("change", "created")
            detail.add("kind", kind.rawValue)
        case .joined(let owner, let role):
            detail.add("change", "joined")
            detail.add("member", owner.value)
            detail.add("role", role.rawValue)
        case .left: detail.add("change", "left")
        case .gained(let member):
            detail.add("change", "gained")
            detail.add("member", member.number.value)
            detail.add("role", member.role.rawValue)
        case .lost(let member):
            detail.add("change", "lost")
            detail.add("member", member.value)
        }
        return detail
    }
}

extension PoolRequest {
    /// Reads itself back from an operation. A card stands in for the owner.
    public init?(_ operation: Operation) {
        switch operation.detail.flatMap(PoolChange.init) {
        case .created(let kind): self = .create(kind)
        case .joined(let owner, let role): self = .join(owner: Identifier(.card, ExactText("\(owner.value)")), role)
        case .left: self = .leave
        case .gained, .lost, nil: return nil
        }
    }
}

/// Decides to make a pool, to join one, or to leave it.
func decide(
    _ request: PoolRequest, by identifier: Identifier, on member: consuming MemberState?, in context: DecisionContext
) throws(Refusal) -> Acceptance {
    guard var state = member else { throw .memberUnknown(identifier.kind) }
    var owner: MemberState?
    let change: PoolChange
    let mine: PoolPlace?
    switch request {
    case .create(let kind):
        guard let policy = context.ruleSet.program.pools, policy.kinds.contains(kind) else {
            throw .poolRefused(.notOffered)
        }
        guard state.bonds.pool == nil else { throw .poolRefused(.inPool) }
        try state.checkOpen()
        (change, mine) = (.created(kind), .owner(kind, []))
    case .join(let name, let role):
        guard let policy = context.ruleSet.program.pools else { throw .poolRefused(.notOffered) }
        guard state.bonds.pool == nil else { throw .poolRefused(.inPool) }
        try state.checkOpen()
        guard !context.isCounterpartSelf else { throw .poolRefused(.noPool) }
        guard let found = context.counterpart else { throw .memberUnknown(name.kind) }
        try found.checkOpen()
        guard case .owner(_, let members) = found.bonds.pool else { throw .poolRefused(.noPool) }
        guard Int64(members.count) + 2 <= policy.mostMembers else {
            throw .poolRefused(.full(most: policy.mostMembers))
        }
        owner = found
        (change, mine) = (.joined(owner: found.number, role), .member(owner: found.number, role))
    case .leave:
        switch state.bonds.pool {
        case nil: throw .poolRefused(.notInPool)
        case .owner(_, let members):
            if !members.isEmpty { throw .poolRefused(.othersLeft(members.count)) }
        case .member(let number, _): owner = context.companions.states[number]
        }
        (change, mine) = (.left, nil)
    }

    // From here on the command succeeds.
    var operations = state.advance(to: context.now, under: context.book)
    state.bonds.pool = mine
    let operation = state.append(
        .pool, cause: context.cause, occurredAt: context.now, in: context, detail: change.detail)
    operations.append(operation)
    var acceptance = Acceptance(state: state, operations: operations, outcome: .pooled(operation.id, request))
    if var owner {
        let other: PoolChange =
            if case .joined(_, let role) = change {
                .gained(PoolMember(number: state.number, role: role))
            } else {
                .lost(state.number)
            }
        let noted = owner.note(other, in: context) ?? []
        acceptance.add(Counterpart(state: owner, operations: noted))
    }
    return acceptance
}

extension MemberState {
    /// Writes down who came into the member's pool, or went.
    mutating func note(_ change: PoolChange, in context: DecisionContext) -> [Operation]? {
        guard case .owner(let kind, var members) = bonds.pool else { return nil }
        switch change {
        case .gained(let member): members.append(member)
        case .lost(let number): members.removeAll { $0.number == number }
        case .created, .joined, .left: return nil
        }
        var operations = advance(to: context.now, under: context.book)
        bonds.pool = .owner(kind, members)
        operations.append(append(.pool, cause: nil, occurredAt: context.now, in: context, detail: change.detail))
        return operations
    }
}
