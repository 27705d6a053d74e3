public import Ledger
import Rules
import Time

// Erasing takes away who somebody is and leaves what their points did: the operations, the transfers and the digests over
// them hold nothing personal. The member goes on under a pseudonym, so that goods can still be returned and points lapse.

func decide(
    _ consent: Consent, by identifier: Identifier, on member: consuming MemberState?, in context: DecisionContext
) throws(Refusal) -> Acceptance {
    guard var state = member, state.erasedAt == nil else { throw .memberUnknown(identifier.kind) }
    try context.checkFuture(consent.saidAt)

    // From here on the command succeeds.
    var operations = state.advance(to: context.now, under: context.book)
    operations.append(
        state.append(
            .consent, cause: context.cause, occurredAt: consent.saidAt, in: context, detail: consent.detail))
    return Acceptance(
        state: state, operations: operations, outcome: .consented(operations[operations.count - 1].id, consent),
        consent: consent)
}

/// Decides to erase a member, and whoever was merged into it: they are one person.
func decide(
    erase identifier: Identifier, behind last: OperationID?, on member: consuming MemberState?,
    in context: DecisionContext
) throws(Refusal) -> Acceptance {
    // Where something happened since, also where the identifier leads to another member by now, it is nobody's.
    guard var state = member, state.erasedAt == nil, last ?? state.lastOperation == state.lastOperation else {
        throw .memberUnknown(identifier.kind)
    }

    // From here on the command succeeds.
    var operations = state.advance(to: context.now, under: context.book)
    operations.append(state.append(.erase, cause: context.cause, occurredAt: context.now, in: context))
    state.erase(at: context.now)
    let outcome = Outcome.erased(operations[operations.count - 1].id)
    let former = state.bonds.former.compactMap { context.companions.states[$0] }
    return Acceptance(
        state: state, operations: operations, outcome: outcome, claims: [Identifier(.member, state.id)],
        isErasure: true, companions: former.map { $0.erased(in: context) })
}

extension MemberState {
    /// What an erased member is called from then on.
    public static func pseudonym(of number: MemberNumber) -> ExactText {
        ExactText("\(pseudonymPrefix)\(number.value)")
    }

    /// What no other member's id may begin with.
    public static let pseudonymPrefix = "erased-"

    /// Whether an identifier that was the member's still is: memory may know names of a member who was erased since.
    public func answers(to identifier: Identifier) -> Bool {
        erasedAt == nil || identifier.kind == .voucher || identifier == Identifier(.member, id)
    }

    /// The last operation of the member's history.
    fileprivate var lastOperation: OperationID { OperationID(member: number, sequence: version) }

    /// The member erased with the one who took it over. Nobody calls it by any name.
    fileprivate func erased(in context: DecisionContext) -> Counterpart {
        var state = self
        let operation = state.append(.erase, cause: nil, occurredAt: context.now, in: context)
        state.erase(at: context.now)
        return Counterpart(state: state, operations: [operation])
    }

    fileprivate mutating func erase(at instant: Instant) {
        id = Self.pseudonym(of: number)
        traits = Traits()
        erasedAt = instant
        // Whoever remembers a name asks again whose it is.
        renamedAt = version
    }
}
