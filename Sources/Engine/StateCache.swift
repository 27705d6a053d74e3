import Ledger
import Loyalty

/// Members and identifiers that were used lately, so that a busy member costs no reading.
///
/// Two generations: what is used moves to the young one; when that is full, the old one is forgotten and the young
/// one becomes the old. A member is taken out while a batch works on it, so its arrays are changed in place, and put
/// back once the batch is durable. A stale member does no harm, because the commit checks versions.
struct StateCache {
    private struct Generation {
        var states: [MemberNumber: MemberState] = [:]
        var owners: [Identifier: MemberNumber] = [:]
    }

    private let capacity: Int
    private var young = Generation()
    private var old = Generation()

    /// A cache of at most so many members, and as many identifiers.
    init(capacity: Int) {
        self.capacity = max(2, capacity)
    }

    /// Takes a member out.
    mutating func take(_ member: MemberNumber) -> MemberState? {
        young.states.removeValue(forKey: member) ?? old.states.removeValue(forKey: member)
    }

    /// Puts a member in.
    mutating func put(_ state: MemberState) {
        makeRoom()
        young.states[state.number] = state
    }

    /// Whose an identifier is, if it is known.
    mutating func owner(of identifier: Identifier) -> MemberNumber? {
        if let owner = young.owners[identifier] { return owner }
        guard let owner = old.owners[identifier] else { return nil }
        put(owner, for: identifier)
        return owner
    }

    /// Remembers whose an identifier is.
    mutating func put(_ owner: MemberNumber, for identifier: Identifier) {
        makeRoom()
        young.owners[identifier] = owner
    }

    private mutating func makeRoom() {
        guard young.states.count >= capacity / 2 || young.owners.count >= capacity / 2 else { return }
        old = young
        young = Generation()
    }
}
