import Ledger
import Loyalty

/// Which rule sets were known when each block was decided.
///
/// A writer's book only ever grows, so a few steps tell it for any number of blocks.
struct Bookmarks {
    private let book: RuleBook
    private var steps: [WriterID: [BookStep]] = [:]
    private var books: [Int64: RuleBook] = [:]

    /// - Parameter book: every rule set of the store.
    init(book: RuleBook, steps: [BookStep]) {
        self.book = book
        for step in steps {
            self.steps[step.writer, default: []].append(step)
            books[step.newestRuleSet] = book.upTo(version: step.newestRuleSet)
        }
    }

    /// The book under which an operation was decided; `nil` where its rule set or its block is not there.
    func book(of stored: StoredOperation) -> RuleBook? {
        let version = stored.sealed.operation.ruleSetVersion
        guard let step = steps[stored.writer]?.last(where: { $0.firstBlock <= stored.batch }),
            let ruleSet = book[version]
        else { return nil }
        // Before blocks told it, a batch was decided under one rule set whatever the time.
        if step.newestRuleSet == 0 { return RuleBook([ruleSet]) }
        return version <= step.newestRuleSet ? books[step.newestRuleSet] : nil
    }
}
