import Foundation
import Synchronization

/// A copy of a store that follows it at some distance.
public protocol Replica: Store {
    /// How far it is behind at most; throws where nobody can tell.
    func staleness() throws -> Duration
}

/// Where queries read: in the store itself, or in a replica for as long as it keeps up.
///
/// Whoever reads in the store sees every write that was answered before. In a replica a write may be missing for as
/// long as the replica is behind; one that is further behind than allowed, or does not answer, is left alone for a
/// second, and the store is read instead.
public final class QueryReads: Sendable {
    private struct Standing {
        var checkedAt: ContinuousClock.Instant?
        var isUsable = false
    }

    private let store: any Store
    private let replica: (any Replica)?
    private let limit: Duration
    private let standing = Mutex(Standing())

    /// - Parameter limit: how far behind a replica may be.
    public init(_ store: any Store, replica: (any Replica)? = nil, limit: Duration = .seconds(10)) {
        self.store = store
        self.replica = replica
        self.limit = limit
    }

    /// Reads one view.
    ///
    /// - Parameter body: May be called a second time where the first view broke.
    public func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        guard let replica, isUsable(replica) else { return try store.read(body) }
        do {
            return try replica.read(body)
        } catch {
            standing.withLock { $0 = Standing(checkedAt: .now, isUsable: false) }
            return try store.read(body)
        }
    }

    private func isUsable(_ replica: any Replica) -> Bool {
        let known = standing.withLock { standing -> Bool? in
            if let checkedAt = standing.checkedAt, .now - checkedAt < .seconds(1) { return standing.isUsable }
            // The others go by what was known while one asks.
            standing.checkedAt = .now
            return nil
        }
        if let known { return known }
        let isUsable = (try? replica.staleness()).map { $0 <= limit } ?? false
        standing.withLock { $0.isUsable = isUsable }
        return isUsable
    }
}
