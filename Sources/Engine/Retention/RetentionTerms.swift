/// For how long an operator keeps what is personal; what is left out is kept for ever.
public struct RetentionTerms: Hashable, Sendable {
    /// For how many days answers are kept for calls that are repeated. That a call was made is known for ever.
    public var answerDays: Int?
    /// After how many days in which nothing was recorded of a member all that is personal of it is erased.
    public var silentMemberDays: Int?

    public init(answerDays: Int? = nil, silentMemberDays: Int? = nil) {
        self.answerDays = answerDays
        self.silentMemberDays = silentMemberDays
    }

    /// Everything is kept.
    public static let forEver = RetentionTerms()
}

/// What was let go of.
public struct RetentionTally: Hashable, Sendable {
    /// Batches whose answers are forgotten.
    public var batches = 0
    /// Members who are erased.
    public var members = 0

    public init(batches: Int = 0, members: Int = 0) {
        self.batches = batches
        self.members = members
    }
}
