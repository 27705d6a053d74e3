package import Loyalty
import Rules
package import Time

/// Every level that a member had, by time.
package struct TierHistory: Hashable, Sendable {
    /// A level, from one instant to another.
    package struct Standing: Hashable, Sendable {
        /// The level's id.
        package let level: String
        package let since: Instant
        /// The first instant at which it no longer holds; `nil` where nothing has ended it and nothing will by itself.
        package let until: Instant?
        package let reason: TierChange.Reason
        /// What brought it; `nil` for the level that a member joins with.
        package let operation: OperationID?
        /// What somebody gave as the reason.
        package let words: String?
    }

    /// Oldest first; empty where there are no levels.
    package let standings: [Standing]

    /// - Parameters:
    ///   - member: the member after what fell due.
    ///   - changes: everything that changed the level up to then, oldest first.
    package init(of member: MemberState, in ruleSet: RuleSet, changes: [StoredTierChange]) {
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
    package func standing(at instant: Instant) -> Standing? {
        standings.last { $0.since <= instant }
    }
}
