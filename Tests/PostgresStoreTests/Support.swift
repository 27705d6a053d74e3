import Engine
import Foundation
import Ledger
import Loyalty
import PostgresStore
import PostgresSupport
import TestSupport
import Testing
import Time

/// A database of its own in the tests' cluster.
struct TestDatabase {
    let cluster: PostgresCluster
    let name: String

    init(_ cluster: PostgresCluster = .shared) throws {
        self.cluster = cluster
        name = try cluster.makeDatabase()
    }

    var address: String { cluster.address(of: name) }

    func open(_ change: (inout PostgresStore.Options) -> Void = { _ in }) throws -> PostgresStore {
        var options = PostgresStore.Options()
        change(&options)
        return try PostgresStore(address, options: options)
    }

    @discardableResult
    func query(_ sql: String) throws -> String { try cluster.query(sql, in: name) }

    func number(_ sql: String) throws -> Int64 { try cluster.number(sql, in: name) }

    /// A statistic of the server, once its backends have told it all.
    func settledNumber(_ sql: String) throws -> Int64 {
        // Backends tell what they counted as they end. Whoever asks has closed their stores.
        let isSettled = try waitUntil {
            try number("SELECT count(*) FROM pg_stat_activity WHERE datname = '\(name)'") == 1
        }
        #expect(isSettled, "somebody is still connected")
        return try number(sql)
    }
}

/// Waits up to ten seconds for something to become true.
func waitUntil(_ isTrue: () throws -> Bool) throws -> Bool {
    let end = ContinuousClock.now + .seconds(10)
    while .now < end {
        if try isTrue() { return true }
        Thread.sleep(forTimeInterval: 0.02)
    }
    return try isTrue()
}

/// What the tests of this room need.
extension Trait where Self == ConditionTrait {
    static var needsPostgres: ConditionTrait {
        .enabled(if: PostgresCluster.isInstalled, "there is no PostgreSQL server here")
    }
}
