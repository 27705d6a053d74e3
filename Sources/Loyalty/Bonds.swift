public import Ledger
public import Rules

/// What ties a member to other members.
public struct Bonds: Hashable, Sendable {
    /// The code by which others name the member as who brought them.
    public var code: ExactText?
    /// Who brought the member; `nil` where nobody did.
    public var referral: Referral?
    /// Referrals that have paid and that merging has ended: with their purchases what they paid is taken back.
    public var ended: [Referral]
    /// Where the member is in a pool; `nil` where it is in none.
    public var pool: PoolPlace?
    /// Whoever was merged into the member, each once.
    public var former: [MemberNumber]

    public init(
        code: ExactText? = nil, referral: Referral? = nil, ended: [Referral] = [], pool: PoolPlace? = nil,
        former: [MemberNumber] = []
    ) {
        self.code = code
        self.referral = referral
        self.ended = ended
        self.pool = pool
        self.former = former
    }

    public var isEmpty: Bool {
        code == nil && referral == nil && ended.isEmpty && pool == nil && former.isEmpty
    }

    /// What has paid for a purchase, by the number by which the member's history names it; it has not from then on.
    mutating func endReferral(of purchase: Int64) -> Referral? {
        if let current = referral, current.purchase == purchase {
            // The next purchase may be the first one.
            referral = Referral(by: current.by)
            return current
        }
        return ended.firstIndex { $0.purchase == purchase }.map { ended.remove(at: $0) }
    }
}

/// That a member was brought by another one.
public struct Referral: Hashable, Sendable {
    /// Who brought the member.
    public let by: MemberNumber
    /// The number by which the member's history names the purchase that was the first one to qualify; `nil` while there
    /// is none.
    public var purchase: Int64?
    /// The number by which the referrer's history names the operation that paid for it; `nil` where nothing was paid.
    public var reward: Int64?

    public init(by: MemberNumber, purchase: Int64? = nil, reward: Int64? = nil) {
        self.by = by
        self.purchase = purchase
        self.reward = reward
    }
}

/// Where a member is in a pool. The owner knows all of the others, and they know the owner.
public enum PoolPlace: Hashable, Sendable {
    case owner(PoolPolicy.Kind, [PoolMember])
    case member(owner: MemberNumber, PoolRole)
}

/// A member of a pool, besides the owner.
public struct PoolMember: Hashable, Sendable {
    public let number: MemberNumber
    public let role: PoolRole

    public init(number: MemberNumber, role: PoolRole) {
        self.number = number
        self.role = role
    }
}

/// What deciding a command needs to know of other members than those the command names.
public struct Companions: Hashable, Sendable {
    /// Each under its own number.
    public var states: [MemberNumber: MemberState]
    /// Who those are by now whom bonds name and who were merged.
    public var successors: [MemberNumber: MemberNumber] = [:]
    /// Earlier operations of them that the command concerns.
    public var records: [OperationID: OperationRecord]

    public init(states: [MemberNumber: MemberState] = [:], records: [OperationID: OperationRecord] = [:]) {
        self.states = states
        self.records = records
    }

    /// Adds a member whom a command of another one concerns.
    ///
    /// - Parameters:
    ///   - number: as the bonds name it.
    ///   - own: the member of the command. Whoever brought the member may have become the member since, and nobody brings
    ///     themselves.
    public mutating func add(_ number: MemberNumber, now holder: MemberState?, besides own: MemberNumber) {
        guard let holder, holder.number != own else { return }
        states[holder.number] = holder
        if holder.number != number { successors[number] = holder.number }
    }

    /// The member whom bonds name, or who that is by now.
    func state(of number: MemberNumber) -> MemberState? { states[successors[number] ?? number] }
}

extension MemberState {
    /// The other members whom a command of this one concerns through its bonds. Those whom only another one knows are
    /// among them once that one is known.
    public func companions(for command: Command, known: (MemberNumber) -> MemberState?) -> [MemberNumber] {
        guard !bonds.isEmpty else { return [] }
        var members: [MemberNumber] = []
        if let referral = bonds.referral {
            switch command {
            case .purchase where referral.purchase == nil: members.append(referral.by)
            case .return where referral.purchase != nil: members.append(referral.by)
            default: break
            }
        }
        if case .return = command { members += bonds.ended.map(\.by) }
        if command.usesPool || command.leavesPool { members += poolMates(known: known) }
        if command.erases { members += bonds.former }
        return members
    }

    /// The earlier operations of others, or of those whom it was before, that a command of this one may concern through
    /// its bonds.
    public func companionRecords(for command: Command) -> [OperationID] {
        guard case .return = command else { return [] }
        return (bonds.ended + [bonds.referral].compactMap { $0 }).compactMap { referral in
            referral.reward.map { OperationID(reference: $0, in: referral.by) }
        }
    }

    /// The others in the member's pool, the owner first; only the owner where that one is not known.
    public func poolMates(known: (MemberNumber) -> MemberState?) -> [MemberNumber] {
        switch bonds.pool {
        case nil: return []
        case .owner(_, let members): return members.map(\.number)
        case .member(let owner, _):
            guard case .owner(_, let members) = known(owner)?.bonds.pool else { return [owner] }
            return [owner] + members.map(\.number).filter { $0 != number }
        }
    }
}

extension Command {
    /// Whether it may use what others in the member's pool have.
    var usesPool: Bool {
        switch self {
        case .hold, .draw, .redeem, .return: true
        case .purchase(_, let purchase): purchase.payment != nil && purchase.payment?.hold == nil
        default: false
        }
    }

    /// Whether it is about the members that its member was before, and not about who they are by now.
    public var erases: Bool {
        if case .erase = self { true } else { false }
    }

    /// Whether it ends a place in a pool.
    var leavesPool: Bool {
        if case .pool(_, .leave) = self { true } else { false }
    }

    /// Whether it spends points.
    var spends: Bool {
        switch self {
        case .hold, .draw, .redeem, .capture: true
        case .purchase(_, let purchase): purchase.payment != nil
        default: false
        }
    }
}
