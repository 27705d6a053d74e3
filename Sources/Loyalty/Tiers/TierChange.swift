import Ledger
public import Time

/// A member went from one level to another.
public struct TierChange: Hashable, Sendable {
    /// Why a level began. The raw value is stored and hashed, so it never changes its meaning.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// The member joined, or the program got tiers.
        case joined
        /// The metric reached it.
        case reached
        /// The level before ended, and its window had not reached it again.
        case review
        /// Goods came back, and the program lets levels fall at once.
        case returned = "return"
        /// Status points were corrected by hand.
        case correction
        /// Somebody gave it by hand.
        case given
        /// A level that was given by hand ended or was taken away.
        case givenEnded = "given_ended"
        /// Two members became one.
        case merged
    }

    /// The ids of the levels.
    public let from: String
    public let to: String
    public let since: Instant
    public let reason: Reason

    public init(from: String, to: String, since: Instant, reason: Reason) {
        self.from = from
        self.to = to
        self.since = since
        self.reason = reason
    }

    /// Appends the hashed form.
    func encode(into bytes: inout [UInt8]) {
        bytes.append(lengthPrefixed: from)
        bytes.append(lengthPrefixed: to)
        bytes.append(bigEndian: since.milliseconds)
        bytes.append(lengthPrefixed: reason.rawValue)
    }
}

extension TierStanding {
    /// What an operation changed, in order; a level that began without an operation is none of its changes.
    func changes(by operation: Int64) -> [TierChange] {
        // Only the latest ones can be its own.
        guard current.operation == operation else { return [] }
        let first = periods.firstIndex { $0.operation == operation } ?? periods.count
        return periods.indices.dropFirst(max(first, 1)).map {
            TierChange(
                from: periods[$0 - 1].level, to: periods[$0].level, since: periods[$0].since,
                reason: periods[$0].reason)
        }
    }
}
