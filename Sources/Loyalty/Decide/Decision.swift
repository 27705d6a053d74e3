public import Ledger
public import Rules

/// What a command comes to.
public enum Decision: Sendable {
    case accepted(Acceptance)
    /// Nobody's ledger changes.
    case kept(Keeping)
    case refused(Refusal)
}

/// What an accepted command changes.
public struct Acceptance: Sendable {
    public var state: MemberState
    /// Oldest first: what had fallen due, then what the command did.
    public var operations: [Operation]
    public var outcome: Outcome
    /// What joining gave to a member whom a purchase made.
    public var joining: Earned?
    /// Identifiers that are the member's from now on.
    public var claims: [Identifier] = []
    /// The name of a new member.
    public var name: String?
    /// How the member's traits are afterwards, where they changed.
    public var traits: Traits?
    /// What the member agreed to, or no longer does.
    public var consent: Consent?
    /// Whether everything personal goes, of the member and of the companions: identifiers, the name, traits, what was
    /// answered, what rules saw.
    public var isErasure = false
    /// The other member to whom something happened as well.
    public var counterpart: Counterpart?
    /// The other member, where everything that was theirs is this one's now, names included.
    public var merged: MemberNumber?
    /// Identifiers that nobody has from now on.
    public var freed: [Identifier] = []
    /// Members whom it concerned through the member's bonds, each once.
    public var companions: [Counterpart] = []
    /// Members whom it concerned through the member's bonds and by whom it was decided, whether or not they changed.
    public var consulted: [MemberNumber] = []
    /// Expressions of rules that had no value; their rules paid nothing.
    public var failures: [ConditionFailure] = []
    /// What was asked of budgets, evaluation by evaluation.
    public var draws: [BudgetDraw] = []
}

/// Another member that a command changed.
public struct Counterpart: Sendable {
    public let state: MemberState
    /// Oldest first.
    public let operations: [Operation]
    /// How the member's traits are afterwards, where they changed.
    public var traits: Traits?
    /// Identifiers that are this member's from now on.
    public var claims: [Identifier] = []
}

extension Acceptance {
    /// All other members that changed.
    public var others: [Counterpart] { counterpart.map { companions + [$0] } ?? companions }

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
