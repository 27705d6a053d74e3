package import Engine
import Foundation
import Synchronization

// What a replica tells of itself is not enough: one that was promoted, that follows something else by now, or that is
// another database altogether takes itself for up to date. So it is held against the database it is a copy of: whose it
// is, whether its newest batch is there, and when that database had a batch that the replica lacks.

/// A standby of a database, where queries may read.
package final class PostgresReplica: Replica {
    private let standby: PostgresStore
    private let primary: PostgresStore
    /// The places of the primary's newest batches, and when each was seen: the newest that the replica has, and those
    /// it lacks.
    private let seen = Mutex<[(place: Int64, at: ContinuousClock.Instant)]>([])

    private static let mostSeen = 600
    /// Looks that come one behind the other are less than this apart.
    private static let span = Duration.seconds(2)

    /// - Parameter address: the standby's; it may be away for now.
    /// - Throws: `StoreError` for a text that is no address.
    package init(_ address: String, of primary: PostgresStore) throws {
        var options = PostgresStore.Options()
        options.isReadOnly = true
        options.checksSchema = false
        options.reconnectPatience = .zero
        standby = try PostgresStore(address, options: options)
        self.primary = primary
    }

    package func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        try standby.read(body)
    }

    /// How far the standby is behind at most.
    ///
    /// - Throws: `StoreError` where nobody can tell, and for a server that is no replica of the database.
    package func staleness() throws -> Duration {
        let (here, there) = (try standby.identity(), try primary.identity())
        guard here.cluster == there.cluster, here.database == there.database else {
            throw StoreError(.unavailable, "it is a copy of another database")
        }
        guard here.isStandby else {
            guard here == there else {
                throw StoreError(.unavailable, "it follows no other server: it was promoted, or taken out of a backup")
            }
            // The database itself under another address.
            return .zero
        }
        let lag = try standby.lag()
        // In this order, so that what the replica has the primary has, too.
        let newest = try standby.newestBatch()
        guard let place = try primary.newestPlace(having: newest) else {
            throw StoreError(.unavailable, "it has a batch that the database does not have, and so is no copy of it")
        }
        return max(lag, missing(since: try caughtUp(with: place, from: newest?.place ?? 0), of: place))
    }

    /// The place of the replica's newest batch. Where nobody has looked for a while, what it lacks may be as old as the
    /// last look, and most likely is on its way: it gets some milliseconds.
    private func caughtUp(with newest: Int64, from place: Int64) throws -> Int64 {
        guard seen.withLock({ $0.last.map { .now - $0.at > Self.span } ?? true }) else { return place }
        var place = place
        for _ in 0..<10 where place < newest {
            Thread.sleep(forTimeInterval: 0.005)
            place = try standby.newestBatch()?.place ?? 0
        }
        return place
    }

    /// For how long the replica lacks what the primary has.
    private func missing(since place: Int64, of newest: Int64) -> Duration {
        let now = ContinuousClock.now
        return seen.withLock { seen in
            seen.append((newest, now))
            // What came between two looks may be as old as the first of them.
            let reached = seen.lastIndex { $0.place <= place }
            if let reached { seen.removeFirst(reached) }
            guard place < newest else { return .zero }
            // With fewer of them it only seems further behind once it comes nearer.
            if seen.count > Self.mostSeen { seen.remove(at: 1) }
            return now - seen[0].at
        }
    }
}

/// Which server it is, and which database there.
struct ServerIdentity: Equatable {
    /// What a cluster and its standbys have in common.
    let cluster: Int64
    let database: String
    let isStandby: Bool
    /// In microseconds since 1970.
    let startedAt: Int64
}

/// A batch in the order of all writers.
struct BatchPlace {
    let place: Int64
    let writer: Int64
    let number: Int64
    let root: [UInt8]
}
