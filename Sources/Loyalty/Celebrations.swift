import Ledger
import Rules
import Time

// Birthdays, and the days on which members joined: events that happen by themselves, at the start of a local day.
//
// A member's `celebratedUntil` is how far they have been applied. It only moves on, so that no day is celebrated
// twice, and a birthday that becomes known after its day waits for the next year.

/// A day of a member that rules answer to.
struct Celebration {
    /// The start of the day.
    let at: Instant
    /// `birthday`, `anniversary`, or both.
    let events: [EventName]
}

extension MemberState {
    /// The next day that some rule in force then answers to, however far ahead; `nil` where there is none.
    func nextCelebration(under book: RuleBook) -> Celebration? {
        guard book.celebrates else { return nil }
        // From the newest rules on every year is like the next.
        let settled = book.course.reduce(celebratedUntil) { max($0, $1.effectiveFrom) }
        return nextCelebration(upTo: settled + 2 * 366 * 86_400_000, under: book)
    }

    /// The next day up to an instant that some rule in force then answers to.
    func nextCelebration(upTo now: Instant, under book: RuleBook) -> Celebration? {
        // Nobody celebrates who earns nothing.
        guard book.celebrates, celebratedUntil < now, status == .active else { return nil }
        var next: Celebration?
        for (event, day) in [(EventName.birthday, birthday), (.anniversary, joiningDay(under: book))] {
            guard let day, let at = first(day, of: event, upTo: now, under: book) else { continue }
            if let known = next, known.at < at { continue }
            next = Celebration(at: at, events: (next.map { $0.at == at ? $0.events : [] } ?? []) + [event])
        }
        return next
    }

    /// Awards what a day brings, each event as an operation of its own.
    mutating func celebrate(_ celebration: Celebration, postedAt now: Instant, under book: RuleBook) -> [Operation] {
        let context = DecisionContext(of: celebration, book: book, postedAt: now)
        celebratedUntil = celebration.at
        var operations: [Operation] = []
        for event in celebration.events where context.ruleSet.program.answers(to: event) {
            let facts = Facts(occurredAt: celebration.at, event: event, member: facts(at: celebration.at, in: context))
            // A sum that does not fit 64 bits is not awarded; nobody is there to be told.
            var state = self
            guard let (operation, _) = try? state.reward(.celebrate, facts, cause: nil, in: context) else { continue }
            self = state
            operations.append(operation)
        }
        return operations
    }

    private var birthday: YearDay? {
        guard let attribute = traits.attributes.first(where: { $0.name == "birthday" }),
            case .date(let date) = attribute.value
        else { return nil }
        return YearDay(month: date.month, day: date.day)
    }

    private func joiningDay(under book: RuleBook) -> YearDay? {
        let date = book.inForce(at: enrolledAt).program.zone.date(at: enrolledAt)
        return YearDay(month: date.month, day: date.day)
    }

    /// The first start of a day of the year that is not celebrated yet and that rules answer to.
    private func first(_ day: YearDay, of event: EventName, upTo now: Instant, under book: RuleBook) -> Instant? {
        // A day of more than a year ago, or of next year, may be this year's somewhere.
        let years = Zone.utc.date(at: celebratedUntil).year - 1...Zone.utc.date(at: now).year + 1
        for date in years.lazy.map(day.date) {
            // In the zone of the rules of that day, so that it does not matter when somebody looks.
            let at = book.inForce(at: Zone.utc.startOfDay(date)).program.zone.startOfDay(date)
            if at > celebratedUntil, at <= now, book.inForce(at: at).program.answers(to: event) { return at }
        }
        return nil
    }
}
