package import Ledger
package import Rules

/// What a command comes to.
package enum Decision: Sendable {
    /// Apart, because it is handed on several times.
    indirect case accepted(Acceptance)
    /// Nobody's ledger changes.
    case kept(Keeping)
    case refused(Refusal)
}

/// What an accepted command changes.
package struct Acceptance: Sendable {
    package var state: MemberState
    /// Oldest first: what had fallen due, then what the command did.
    package var operations: [Operation]
    package var outcome: Outcome
    /// What joining gave to a member whom a purchase made.
    package var joining: Earned?
    /// Identifiers that are the member's from now on.
    package var claims: [Identifier] = []
    /// The name of a new member.
    package var name: String?
    /// How the member's traits are afterwards, where they changed.
    package var traits: Traits?
    /// What the member agreed to, or no longer does.
    package var consent: Consent?
    /// Whether everything personal goes, of the member and of the companions: identifiers, the name, traits, what was
    /// answered, what rules saw.
    package var isErasure = false
    /// The other member to whom something happened as well.
    package var counterpart: Counterpart?
    /// The other member, where everything that was theirs is this one's now, names included.
    package var merged: MemberNumber?
    /// Identifiers that nobody has from now on.
    package var freed: [Identifier] = []
    /// Members whom it concerned through the member's bonds, each once.
    package var companions: [Counterpart] = []
    /// Members whom it concerned through the member's bonds and by whom it was decided, whether or not they changed.
    package var consulted: [MemberNumber] = []
    /// Expressions of rules that had no value; their rules paid nothing.
    package var failures: [ConditionFailure] = []
    /// What was asked of budgets, evaluation by evaluation.
    package var draws: [BudgetDraw] = []
}

/// Another member that a command changed.
package struct Counterpart: Sendable {
    package let state: MemberState
    /// Oldest first.
    package let operations: [Operation]
    /// How the member's traits are afterwards, where they changed.
    package var traits: Traits?
    /// Identifiers that are this member's from now on.
    package var claims: [Identifier] = []
}

extension Acceptance {
    /// All other members that changed.
    package var others: [Counterpart] { counterpart.map { companions + [$0] } ?? companions }

    /// Adds what became of another member behind what is known of it.
    mutating func add(_ other: Counterpart) {
        guard let index = companions.firstIndex(where: { $0.state.number == other.state.number }) else {
            companions.append(other)
            return
        }
        companions[index] = Counterpart(
            state: other.state, operations: companions[index].operations + other.operations,
            traits: other.traits ?? companions[index].traits, claims: companions[index].claims + other.claims)
    }
}
