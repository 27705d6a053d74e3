import Foundation
import Synchronization

/// Holds a thread up while it is closed, such as the one that commits.
final class Gate: Sendable {
    private let isClosed = Atomic<Bool>(false)

    func close() { isClosed.store(true, ordering: .sequentiallyConsistent) }
    func open() { isClosed.store(false, ordering: .sequentiallyConsistent) }
    func pass() { while isClosed.load(ordering: .sequentiallyConsistent) { usleep(1000) } }
}
