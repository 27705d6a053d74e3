import Foundation
import Synchronization

/// A copy of a store that follows it at some distance.
public protocol Replica: Sendable {
    /// How far it is behind at most; throws where nobody can tell, and where it is no copy.
    func staleness() throws -> Duration

    /// Reads; all reads in `body` see the same moment.
    func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result
}

/// Where queries read: in the store itself, or in a replica for as long as it keeps up.
///
/// Whoever reads in the store sees every write that was answered before. In a replica a write may be missing for as
/// long as the replica is behind; one that is further behind than allowed, is no copy or does not answer is left alone
/// for a second, and the store is read instead.
public final class QueryReads: Sendable {
    private struct Standing {
        var checkedAt: ContinuousClock.Instant?
        var isUsable = false
        /// Whether it was told that the replica is left alone.
        var isTold = false
    }

    private let store: any Store
    private let replica: (any Replica)?
    private let limit: Duration
    private let notice: @Sendable (String) -> Void
    private let standing = Mutex(Standing())

    /// - Parameters:
    ///   - limit: how far behind a replica may be.
    ///   - notice: takes a sentence for the operator when a replica is left alone, and when it is read again.
    public init(
        _ store: any Store, replica: (any Replica)? = nil, limit: Duration = .seconds(10),
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.store = store
        self.replica = replica
        self.limit = limit
        self.notice = notice
    }

    /// Reads one view.
    ///
    /// - Parameter body: May be called a second time where the first view broke.
    public func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        guard let replica, isUsable(replica) else { return try store.read(body) }
        do {
            return try replica.read(body)
        } catch {
            settle(because: "\(error)")
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
        do {
            let staleness = try replica.staleness()
            let seconds = staleness.formatted(.units(allowed: [.seconds], width: .wide))
            settle(because: staleness <= limit ? nil : "it is \(seconds) behind")
            return staleness <= limit
        } catch {
            settle(because: "\(error)")
            return false
        }
    }

    /// Keeps whether the replica is read; `reason` tells why not.
    private func settle(because reason: String?) {
        let isNew = standing.withLock { standing in
            let isNew = standing.isTold == (reason == nil)
            standing = Standing(checkedAt: .now, isUsable: reason == nil, isTold: reason != nil)
            return isNew
        }
        guard isNew else { return }
        notice(
            reason.map { "queries read the database itself, not its replica: \($0)" }
                ?? "queries read the replica again")
    }
}
