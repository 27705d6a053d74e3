import Loyalty
import Rules
import Time

// The books under which a command is decided again: the one that was known when it was recorded, which is as far as
// its operations name versions, and the same one with the draft in force during the period. What came into force in
// the period gives way to the draft; what was to be in force behind it is so from the end of the period on.

/// The books of a backtest, each made once.
struct BacktestBooks {
    /// A book as it was, and with the draft.
    struct Pair {
        let recorded: RuleBook
        let tried: RuleBook
    }

    /// All that was published.
    let all: RuleBook
    private let draft: RuleSet
    private let until: Instant
    /// By the newest version in the book as it was.
    private var pairs: [Int64: Pair] = [:]
    /// Where the next one is nearly always found.
    private var last: (version: Int64, pair: Pair)?

    init(_ all: RuleBook, _ question: BacktestQuestion) {
        self.all = all
        draft = RuleSet(version: all.newestVersion + 1, effectiveFrom: question.from, program: question.draft)
        until = question.until
    }

    /// The newest book of all and what the draft makes of it.
    var present: Pair { Pair(recorded: all, tried: tried(all)) }

    /// The books that were known while a version was the newest; `nil` where there is no such version.
    mutating func upTo(version: Int64) -> Pair? {
        if let last, last.version == version { return last.pair }
        guard all[version] != nil, let recorded = all.upTo(version: version) else { return nil }
        let pair = pairs[version] ?? Pair(recorded: recorded, tried: tried(recorded))
        pairs[version] = pair
        last = (version, pair)
        return pair
    }

    private func tried(_ book: RuleBook) -> RuleBook {
        var before = book.course.filter { $0.effectiveFrom < draft.effectiveFrom }
        if let first = book.course.first, draft.effectiveFrom > .distantPast, first.effectiveFrom >= draft.effectiveFrom
        {
            // What was before the first rule set is the first one's, and not the draft's.
            before.insert(
                RuleSet(version: first.version, effectiveFrom: .distantPast, program: first.program), at: 0)
        }
        let behind = book.inForce(at: until)
        return RuleBook(
            course: before + [draft, RuleSet(version: behind.version, effectiveFrom: until, program: behind.program)]
                + book.course.filter { $0.effectiveFrom > until })
    }
}
