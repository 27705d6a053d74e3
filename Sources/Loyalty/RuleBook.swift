import Ledger
public import Rules
public import Time

/// Every rule set that was published, of which one is in force at any instant.
///
/// What happened is judged by the rules of its own time: a purchase that comes in late by those that held when it was
/// sold, a lapse by those that held when it fell due. So deciding asks the book for an instant, and never for "the"
/// rules. A copy costs one reference.
public struct RuleBook: Sendable {
    /// Those that are in force at some time, in the order in which they are.
    public let course: [RuleSet]
    /// Those that were superseded before they began.
    private let superseded: [RuleSet]
    /// The highest version in the book.
    public let newestVersion: Int64
    /// Whether any of them answers to birthdays or anniversaries.
    public let celebrates: Bool
    /// Whether any of them gives vouchers.
    public let givesVouchers: Bool

    /// - Parameter ruleSets: at least one, in any order, each version once.
    public init(_ ruleSets: [RuleSet]) {
        let (course, superseded) = ruleSets.inCourse()
        self.init(course: course, superseded: superseded)
    }

    /// - Parameter course: at least one, in the order in which they come into force, whatever their versions are.
    public init(course: [RuleSet]) {
        self.init(course: course, superseded: [])
    }

    private init(course: [RuleSet], superseded: [RuleSet]) {
        precondition(!course.isEmpty, "a book has a rule set")
        self.course = course
        self.superseded = superseded
        let all = course + superseded
        newestVersion = all.reduce(0) { max($0, $1.version) }
        celebrates = all.contains { $0.program.answers(to: .birthday) || $0.program.answers(to: .anniversary) }
        givesVouchers = all.contains { $0.mostVouchers > 0 }
    }

    /// The rule set in force at an instant: the newest whose time has come, and the first one before any has.
    public func inForce(at instant: Instant) -> RuleSet {
        var index = course.count - 1
        while index > 0, course[index].effectiveFrom > instant { index -= 1 }
        return course[index]
    }

    /// The rule set with a version.
    public subscript(version: Int64) -> RuleSet? {
        course.first { $0.version == version } ?? superseded.first { $0.version == version }
    }

    /// Every rule set, also those that were superseded before they began.
    public var all: [RuleSet] { course + superseded }

    /// The book as it was before anything behind a version was published; `nil` where it had nothing then.
    public func upTo(version: Int64) -> RuleBook? {
        if version >= newestVersion { return self }
        let earlier = all.filter { $0.version <= version }
        return earlier.isEmpty ? nil : RuleBook(earlier)
    }

    /// From when on which birthdays and anniversaries are celebrated: whatever two books have in common here, members are
    /// next due at the same time under both.
    public var celebrations: [CelebrationTerms] {
        course.reduce(into: []) { terms, ruleSet in
            let next = CelebrationTerms(of: ruleSet)
            if terms.last?.isLike(next) != true { terms.append(next) }
        }
    }

    /// The rule sets that may still decide something: those in force at the time of an event that is not too late, and
    /// those to come.
    public func stillDeciding(at now: Instant) -> ArraySlice<RuleSet> {
        var first = course.count - 1
        while first > 0 {
            let earlier = course[first - 1].program
            guard earlier.zone.adding(earlier.lateLimit, to: course[first].effectiveFrom) > now else { break }
            first -= 1
        }
        return course[first...]
    }

    /// The budgets of all rule sets that may still decide something, each with the least of its limits.
    public func budgets(at now: Instant) -> [UsageKey: Int64] {
        stillDeciding(at: now).reduce(into: [:]) { budgets, ruleSet in
            budgets.merge(ruleSet.budgets) { min($0, $1) }
        }
    }
}

/// What of a rule set tells when members' days are celebrated.
public struct CelebrationTerms: Hashable, Sendable {
    public let effectiveFrom: Instant
    public let zone: Zone
    public let celebratesBirthdays: Bool
    public let celebratesAnniversaries: Bool

    fileprivate init(of ruleSet: RuleSet) {
        effectiveFrom = ruleSet.effectiveFrom
        zone = ruleSet.program.zone
        celebratesBirthdays = ruleSet.program.answers(to: .birthday)
        celebratesAnniversaries = ruleSet.program.answers(to: .anniversary)
    }

    /// Whether both say the same, whenever they begin to.
    fileprivate func isLike(_ other: CelebrationTerms) -> Bool {
        celebratesBirthdays == other.celebratesBirthdays && celebratesAnniversaries == other.celebratesAnniversaries
            && (zone == other.zone || !celebratesBirthdays && !celebratesAnniversaries)
    }
}
