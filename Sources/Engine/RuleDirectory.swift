package import Loyalty
import Synchronization

/// The rule sets that are known here, so that deciding and answering cost no reading.
///
/// Whoever works asks for the book once and keeps to it until the work is done.
package final class RuleDirectory: Sendable {
    private let present: Mutex<RuleBook>

    package init(_ book: RuleBook) {
        present = Mutex(book)
    }

    /// Every rule set that is known.
    package var book: RuleBook { present.withLock { $0 } }

    /// Takes a book in, unless a newer one is known.
    package func refresh(_ book: RuleBook) {
        present.withLock { present in
            if book.newestVersion > present.newestVersion { present = book }
        }
    }
}
