public import Loyalty
import Rules
public import Time

/// Every level that a member had, by time.
public struct TierHistory: Hashable, Sendable {
    /// A level, from one instant to another.
    public struct Standing: Hashable, Sendable {
        /// The level's id.
        public let level: String
        public let since: Instant
        /// The first instant at which it no longer holds; `nil` where nothing has ended it and nothing will by itself.
        public let until: Instant?
        public let reason: TierChange.Reason
        /// What brought it; `nil` for the level that a member joins with.
        public let operation: OperationID?
        /// What somebody gave as the reason.
        public let words: String?
    }

    /// Oldest first; empty where there are no levels.
    public let standings: [Standing]

    /// - Parameters:
    ///   - member: the member after what fell due.
    ///   - changes: everything that changed the level up to then, oldest first.
    public init(of member: MemberState, in ruleSet: RuleSet, changes: [StoredTierChange]) {
        guard let present = member.standing(in: ruleSet.program) else {
            standings = []
            return
        }
        let last = ruleSet.program.tiers.map(present.presentUntil) ?? present.until
        // Whoever joined before there were tiers has the lowest one since.
        let joined = Standing(
            level: changes.first?.change.from ?? present.current.level, since: member.enrolledAt,
            until: changes.first?.change.since ?? last, reason: .joined, operation: nil, words: nil)
        standings =
            [joined]
            + changes.enumerated().map { index, stored in
                let next = index + 1 < changes.count ? changes[index + 1].change.since : last
                return Standing(
                    level: stored.change.to, since: stored.change.since, until: next, reason: stored.change.reason,
                    operation: stored.operation, words: stored.words)
            }
    }

    /// The level at an instant; `nil` before the member joined.
    public func standing(at instant: Instant) -> Standing? {
        standings.last { $0.since <= instant }
    }
}
