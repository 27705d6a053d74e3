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
    private var owners: [RecentEntries<Identifier, OwnerEntry>]
    private let mask: Int
    private var use = CacheUse()

    /// A cache of at most so many members, and as many identifiers. Who has many lots counts as several members, so that
    /// memory is bounded however much they buy.
    init(capacity: Int) {
        let shelves = capacity >= 4096 ? 64 : 1
        states = (0..<shelves).map { _ in RecentEntries(capacity: capacity / shelves) { $0.weight } }
        owners = (0..<shelves).map { _ in RecentEntries(capacity: capacity / shelves) }
        mask = shelves - 1
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
    mutating func owner(of identifier: Identifier) -> OwnerEntry? {
        owners[identifier.hashValue & mask].use(identifier)
    }

    /// Remembers whose an identifier is.
    mutating func put(_ owner: OwnerEntry, for identifier: Identifier) {
        owners[identifier.hashValue & mask].put(owner, for: identifier)
    }

    /// Forgets whose an identifier is.
    mutating func forget(_ identifier: Identifier) {
        _ = owners[identifier.hashValue & mask].take(identifier)
    }
}

extension MemberState {
    /// As how many members it counts: a member with a few lots takes about a kilobyte, and so do eight lots.
    fileprivate var weight: Int {
        1 + (ledger.lots.count + usages.count + holds.count + vouchers.count) / 8
    }
}

/// Whose an identifier is, as long as its owner has not lost a name since.
struct OwnerEntry {
    let member: MemberNumber
    /// The owner's `renamedAt` when the identifier was looked up.
    let renamedAt: Int64

    /// Whether the owner, as it is known now, surely still has the identifier. Another engine may have taken it away.
    func holds(for state: MemberState) -> Bool { state.renamedAt == renamedAt }
}
