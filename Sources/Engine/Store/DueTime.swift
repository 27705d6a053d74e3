public import Ledger
public import Loyalty
public import Time

// When members are next due is kept beside them, in order, so that what fell due is found without looking at everyone.
//
// What is kept is never later than what is true, and may be sooner. So a next due time that moves on, as the expiry of
// points does with every purchase where inactivity ends them, costs nothing: whoever comes at the old time finds
// nothing to do and puts the true one down. Only what comes sooner is written at once, with the operation behind it.

/// When time alone next brings something about for a member.
public struct DueTime: Hashable, Sendable {
    public let member: MemberNumber
    /// `nil` where it never does.
    public let at: Instant?

    public init(member: MemberNumber, at: Instant?) {
        self.member = member
        self.at = at
    }
}

/// What is to be put down for a member as long as it has the version that was looked at.
public struct DueCorrection: Hashable, Sendable {
    public let time: DueTime
    public let version: Int64

    public init(_ time: DueTime, version: Int64) {
        self.time = time
        self.version = version
    }
}

/// A member as last recorded, and what is kept of when it is next due.
public struct ScheduledMember: Hashable, Sendable {
    public let state: MemberState
    public let dueAt: Instant?

    public init(state: MemberState, dueAt: Instant?) {
        self.state = state
        self.dueAt = dueAt
    }
}

/// A place in the order in which members are due; those at one instant follow each other by number.
public struct DuePlace: Hashable, Sendable {
    public let at: Instant
    public let member: MemberNumber

    public init(at: Instant, member: MemberNumber) {
        self.at = at
        self.member = member
    }

    /// Before everyone.
    public static let start = DuePlace(at: .distantPast, member: MemberNumber(0))
}

/// How far the members have been looked through to see when they are next due under the rule sets there are.
///
/// A rule set may add days that are celebrated, which members from before it do not know of; and a store from before
/// due times were kept has none at all.
public struct DueSurvey: Hashable, Sendable {
    /// The newest rule set that was known; 0 where nobody looked yet.
    public let ruleSet: Int64
    /// The last member that was looked at.
    public let upTo: MemberNumber

    public init(ruleSet: Int64, upTo: MemberNumber) {
        self.ruleSet = ruleSet
        self.upTo = upTo
    }

    /// Behind every member.
    public static let end = MemberNumber(.max)
}
