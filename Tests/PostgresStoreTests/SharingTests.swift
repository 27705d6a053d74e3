import Engine
import Foundation
import Ledger
import Loyalty
import PostgresStore
import PostgresSupport
import Synchronization
import TestSupport
import Testing
import Time

@Suite("Several writers on one database", .needsPostgres)
struct SharingTests {
    @Test("take the same members in opposite order without a deadlock")
    func oppositeOrder() throws {
        let database = try TestDatabase()
        let store = try database.open()
        var first = try Bookkeeper(store, seed: 1)
        let members = try (1...30).map { try first.enroll(ExactText("m-\($0)")) }
        #expect(try first.commit() == .committed)
        let outcomes = Mutex<[CommitOutcome]>([])
        let failures = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 3) { index in
            do {
                let own = try database.open()
                defer { own.close() }
                var books = try Bookkeeper(own, seed: UInt64(10 + index))
                let order = index % 2 == 0 ? members : members.reversed()
                for round in 0..<40 {
                    for member in order {
                        try books.learn(member)
                        let name = "\(index)/\(round)/\(member.value)"
                        try books.purchase(
                            by: member, key: ExactText(name), receipt: receipt(name), earning: [("beans", 1, nil)])
                    }
                    let outcome = try books.commit()
                    outcomes.withLock { $0.append(outcome) }
                }
            } catch {
                failures.withLock { $0.append("\(error)") }
            }
        }
        #expect(failures.withLock { $0 } == [])
        let committed = outcomes.withLock { $0.count { $0 == .committed } }
        #expect(committed > 0 && outcomes.withLock { $0.count } == 120)
        store.close()
        #expect(
            try database.settledNumber("SELECT deadlocks FROM pg_stat_database WHERE datname = '\(database.name)'") == 0
        )
        #expect(try database.number("SELECT sum(version) FROM member") == Int64(30 + 30 * committed))
    }

    @Test("find the members concerned, whatever they collide in, under load")
    func conflictsNameMembers() throws {
        let database = try TestDatabase()
        var first = try Bookkeeper(database.open(), seed: 1)
        let members = try (1...100).map { try first.enroll(ExactText("m-\($0)")) }
        #expect(try first.commit() == .committed)
        var second = try Bookkeeper(database.open(), seed: 2)
        for member in members { try second.learn(member) }
        for (index, member) in members.enumerated() {
            try second.purchase(
                by: member, key: ExactText("s\(index)"), receipt: receipt("s\(index)"), earning: [("beans", 1, nil)])
        }
        for (index, member) in members.enumerated() where index % 7 == 0 {
            try first.purchase(
                by: member, key: ExactText("f\(index)"), receipt: receipt("f\(index)"), earning: [("beans", 1, nil)])
        }
        #expect(try first.commit() == .committed)
        let expected = members.enumerated().filter { $0.offset % 7 == 0 }.map(\.element)
        #expect(try second.commit() == .conflict(members: expected))
    }
}
