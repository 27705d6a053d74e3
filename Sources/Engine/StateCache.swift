import Ledger
import Loyalty

/// Members and identifiers that were used lately, so that a busy member costs no reading.
///
/// It holds durable states only. A member is taken out while a batch works on it, so its arrays are changed in place,
/// and put back once the batch is durable. A stale member does no harm, because the commit checks versions.
///
/// It is kept on many small shelves: one large table would stop the lane for as long as it takes to double it, or to
/// forget half of it.
struct StateCache {
    private var states: [RecentEntries<MemberNumber, MemberState>]
    private var owners: [RecentEntries<Identifier, MemberNumber>]
    private let mask: Int
    private let ownersPerShelf: Int
    private var use = CacheUse()

    /// A cache of at most so many members, and as many identifiers.
    init(capacity: Int) {
        let shelves = capacity >= 4096 ? 64 : 1
        states = (0..<shelves).map { _ in RecentEntries(capacity: capacity / shelves) }
        owners = (0..<shelves).map { _ in RecentEntries(capacity: capacity / shelves) }
        mask = shelves - 1
        ownersPerShelf = capacity / shelves
    }

    /// Takes a member out.
    mutating func take(_ member: MemberNumber) -> MemberState? {
        let state = states[Int(member.value) & mask].take(member)
        if state == nil { use.misses += 1 } else { use.hits += 1 }
        return state
    }

    /// How often members were asked for since this was last asked.
    mutating func takeUse() -> CacheUse {
        defer { use = CacheUse() }
        return use
    }

    /// Puts a member in.
    mutating func put(_ state: MemberState) {
        states[Int(state.number.value) & mask].put(state, for: state.number)
    }

    /// Whose an identifier is, if it is known.
    mutating func owner(of identifier: Identifier) -> MemberNumber? {
        owners[identifier.hashValue & mask].use(identifier)
    }

    /// Forgets whose all identifiers are. Members are erased so rarely that reading the rest anew costs nothing.
    mutating func forgetOwners() {
        owners = owners.map { _ in RecentEntries(capacity: ownersPerShelf) }
    }

    /// Remembers whose an identifier is.
    mutating func put(_ owner: MemberNumber, for identifier: Identifier) {
        owners[identifier.hashValue & mask].put(owner, for: identifier)
    }
}
