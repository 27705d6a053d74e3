import Synchronization

/// What requests and answers under way keep in memory, all together.
final class HeldBytes: Sendable {
    private let limit: Int
    private let free: Int
    private let sum = Atomic<Int>(0)

    /// - Parameters:
    ///   - limit: how much all may keep.
    ///   - free: how much each may keep in any case.
    init(limit: Int, free: Int) {
        self.limit = limit
        self.free = free
    }

    /// What one request and its answer keep, until nobody holds this any more.
    final class Share: Sendable {
        private let all: HeldBytes
        private let count = Atomic<Int>(0)

        init(_ all: HeldBytes) {
            self.all = all
        }

        deinit {
            all.sum.subtract(count.load(ordering: .relaxed), ordering: .relaxed)
        }

        /// Keeps so many bytes more, unless that is too much.
        func grow(by bytes: Int) -> Bool {
            let mine = count.add(bytes, ordering: .relaxed).newValue
            let sum = all.sum.add(bytes, ordering: .relaxed).newValue
            return sum <= all.limit || mine <= all.free
        }
    }
}
