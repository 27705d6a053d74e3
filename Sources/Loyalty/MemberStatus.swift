public import Time

/// Whether a member takes part in the program.
public enum MemberStatus: Hashable, Sendable {
    case active
    /// For the time being nothing is earned and nothing is spent.
    case suspended
    /// Nothing is earned any more. What is left of the points can be spent up to an instant, at which it lapses.
    case closed(pointsUntil: Instant)
    /// Another member by now: the operation took over everything that was this one's.
    case merged(into: OperationID)

    /// The word for people.
    public var name: String {
        switch self {
        case .active: "active"
        case .suspended: "suspended"
        case .closed: "closed"
        case .merged: "merged"
        }
    }

    /// When what is left of the points lapses.
    var pointsUntil: Instant? {
        if case .closed(let instant) = self { instant } else { nil }
    }
}

/// What shall become of a member's status.
public enum StatusChange: Hashable, Sendable {
    case suspend
    /// Points can be spent for so long, in milliseconds; 0 for no longer.
    case close(graceMs: Int64)
    /// Lifts a suspension, or opens a closed membership again; points that lapsed stay lapsed.
    case reinstate
}

extension MemberState {
    /// Refuses a member who cannot earn now.
    func checkEarning() throws(Refusal) {
        switch status {
        case .active: return
        case .suspended: throw .memberSuspended
        case .closed, .merged: throw .memberClosed
        }
    }

    /// Refuses a member who cannot spend now.
    func checkSpending(at now: Instant) throws(Refusal) {
        if let until = status.pointsUntil, now < until { return }
        try checkEarning()
    }

    /// Refuses a member who has left.
    func checkOpen() throws(Refusal) {
        switch status {
        case .active, .suspended: return
        case .closed, .merged: throw .memberClosed
        }
    }
}
