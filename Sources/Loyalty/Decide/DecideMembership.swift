import Ledger
import Time

// Who takes part, and under which names.

/// Decides to take an identifier away from the member who has it.
func decide(
    unlink identifier: Identifier, on member: consuming MemberState?, in context: DecisionContext
) throws(Refusal) -> Acceptance {
    guard var state = member else { throw .memberUnknown(identifier.kind) }

    // From here on the command succeeds.
    var operations = state.advance(to: context.now, under: context.book)
    let operation = state.append(.unlink, cause: context.cause, occurredAt: context.now, in: context)
    operations.append(operation)
    state.renamedAt = state.version
    return Acceptance(
        state: state, operations: operations, outcome: .unlinked(operation.id, identifier), freed: [identifier])
}

/// Decides to suspend, close or reinstate a member.
func decide(
    _ change: StatusChange, of identifier: Identifier, on member: consuming MemberState?, in context: DecisionContext
) throws(Refusal) -> Acceptance {
    guard var state = member else { throw .memberUnknown(identifier.kind) }
    if change != .reinstate { try state.checkOpen() }

    // From here on the command succeeds.
    var operations = state.advance(to: context.now, under: context.book)
    let status: MemberStatus =
        switch change {
        case .suspend: .suspended
        case .close(let graceMs): .closed(pointsUntil: context.now + graceMs)
        case .reinstate: .active
        }
    let operation = state.append(
        .status, cause: context.cause, occurredAt: context.now, in: context, detail: change.detail)
    operations.append(operation)
    state.status = status
    // Without a grace, the points lapse at once.
    operations += state.advance(to: context.now, under: context.book)
    return Acceptance(state: state, operations: operations, outcome: .statusChanged(operation.id, status))
}

extension StatusChange {
    /// What an operation keeps of it.
    var detail: Detail {
        var detail = Detail()
        switch self {
        case .suspend: detail.add("status", "suspended")
        case .close(let graceMs):
            detail.add("status", "closed")
            detail.add("grace", graceMs)
        case .reinstate: detail.add("status", "active")
        }
        return detail
    }

    /// Reads itself back from an operation.
    public init(_ detail: Detail) {
        switch detail.text("status") {
        case "suspended": self = .suspend
        case "closed": self = .close(graceMs: detail.integer("grace") ?? 0)
        default: self = .reinstate
        }
    }
}
