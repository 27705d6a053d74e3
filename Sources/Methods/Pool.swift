import Engine
import Ledger
import Loyalty
import Rules
import Time

/// The pool of a member, with everybody in it as they are at an instant.
struct Pool {
    let kind: PoolPolicy.Kind
    /// The owner first; `nil` stands for its role.
    let members: [(state: MemberState, role: PoolRole?)]

    /// The pool of a member; `nil` for one that is in none.
    init?(of member: MemberState, in reader: any StoreReader, at now: Instant, _ book: RuleBook) throws {
        guard let place = member.bonds.pool else { return nil }
        func state(of number: MemberNumber) throws -> MemberState? {
            number == member.number ? member : try reader.state(of: number)?.advanced(to: now, under: book)
        }
        let owner: MemberState?
        switch place {
        case .owner: owner = member
        case .member(let number, _): owner = try state(of: number)
        }
        guard let owner, case .owner(let kind, let others) = owner.bonds.pool else { return nil }
        self.kind = kind
        var members: [(state: MemberState, role: PoolRole?)] = [(owner, nil)]
        for other in others {
            if let state = try state(of: other.number) { members.append((state, other.role)) }
        }
        self.members = members
    }

    var owner: MemberState { members[0].state }

    /// What all of them can spend together of a currency: who owes lends nothing.
    func available(_ currency: CurrencyID) -> Int64 {
        members.reduce(0) { sum, member in
            let balance = member.state.ledger.balance(of: currency)
            return balance.debt > .zero ? sum : sum + balance.available.count
        }
    }

    /// What a member can spend of a currency: its own, and that of the others where it may.
    func available(_ currency: CurrencyID, to member: MemberState) -> Int64 {
        if case .member(_, .earn) = member.bonds.pool { return 0 }
        let debt = member.ledger.balance(of: currency).debt.count
        // A loan pays first what the member owes.
        return max(0, available(currency) - debt)
    }
}
