import Engine
import Foundation
import GRDB
import Ledger
import Loyalty
import Rules
import TestSupport
import Testing
import Time

@testable import SQLiteStore

@Suite("Erasing in a file", .temporaryFolder)
struct ErasingFileTests {
    private var path: String { TemporaryFolder.current.appending(path: "kizuna.sqlite").path }

    /// Words such as `secret-name-7-` that are somewhere in the database's files, or in one of them.
    private func secrets(in endings: [String] = ["", "-wal", "-shm"]) throws -> Set<String> {
        let mark = Array("secret-".utf8)
        var found: Set<String> = []
        for ending in endings {
            try Data(contentsOf: URL(filePath: path + ending)).withUnsafeBytes { file in
                var place = 0
                while place + mark.count <= file.count {
                    guard file[place] == mark[0], file[place..<(place + mark.count)].elementsEqual(mark) else {
                        place += 1
                        continue
                    }
                    let word = file[place...].prefix { $0 == 0x2D || 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 }
                    found.insert(String(decoding: word, as: UTF8.self))
                    place += word.count
                }
            }
        }
        return found
    }

    @Test(
        "leaves nothing of a person in the log and in free pages, and once the file is rewritten nowhere",
        arguments: [1, 40])
    func nothingIsLeft(erased: Int) throws {
        let store = try SQLiteStore(path: path)
        defer { try? store.close() }
        var books = try Bookkeeper(store)
        let long = String(repeating: "an attribute ", count: 800)
        var members: [MemberNumber] = []
        // Among many others, so that pages split, and with values that need pages of their own.
        for number in 0..<120 {
            let id = "secret-id-\(number)-"
            let member = try books.enroll(
                ExactText(id), name: "secret-name-\(number)-",
                identifiers: [
                    .card("secret-card-\(number)-"), Identifier(.email, ExactText("secret-mail-\(number)-")),
                ],
                key: ExactText("e\(number)"))
            try books.purchase(
                by: member, key: ExactText("k\(number)"), receipt: receipt("\(number)"), earning: [("beans", 1, nil)],
                result: Array(#"{"member":"\#(id)"}"#.utf8))
            members.append(member)
            if number % 20 == 19 { #expect(try books.commit() == .committed) }
        }
        for round in 0..<3 {
            try books.purchase(
                by: members[0], key: ExactText("r\(round)"), receipt: receipt("r\(round)"),
                earning: [("beans", 1, nil)])
            var batch = books.batch()
            batch.traits = members.map {
                TraitsWrite(
                    member: $0,
                    traits: Traits(attributes: [Attribute("a", .text("\(long) secret-trait-\($0.value)-"))]))
            }
            #expect(try store.commit(batch) == .committed)
            books.settle(batch)
        }
        let chosen = (0..<erased).map { $0 * 120 / erased }
        for index in chosen { books.erase(members[index], key: ExactText("x\(index)")) }
        var erasing = books.batch()
        erasing.erasures = chosen.map { members[$0] }
        #expect(try store.commit(erasing) == .committed)

        let log = URL(filePath: path + "-wal")
        let deadline = ContinuousClock.now + .seconds(20)
        while try Data(contentsOf: log).count > 0, ContinuousClock.now < deadline {
            Thread.sleep(forTimeInterval: 0.02)
        }
        // The log is empty, and values that had pages of their own are gone.
        #expect(try secrets(in: ["-wal"]).isEmpty)
        let wiped = try secrets()
        for index in chosen {
            #expect(!wiped.contains { $0.hasPrefix("secret-trait-\(members[index].value)-") }, "\(index)")
        }
        // Pages that were split may keep words in the part that they do not use.
        try store.pool.vacuum()
        try store.close()
        let left = try secrets(in: [""])
        for index in chosen {
            for word in [
                "name-\(index)", "card-\(index)", "mail-\(index)", "id-\(index)", "trait-\(members[index].value)",
            ] {
                #expect(!left.contains { $0.hasPrefix("secret-\(word)-") }, "\(word)")
            }
        }
        // Everybody else is still there.
        #expect(left.contains("secret-name-119-") && left.contains("secret-trait-\(members[119].value)-"))
    }

    @Test("may empty answers, and no other column of history can be changed")
    func onlyAnswers() throws {
        let store = try SQLiteStore(path: path)
        var books = try Bookkeeper(store)
        try books.enroll("m")
        #expect(try books.commit() == .committed)
        try store.close()
        let connection = try DatabaseQueue(path: path)
        try connection.write { database in
            let columns = try String.fetchAll(database, sql: "SELECT name FROM pragma_table_info('operation')")
            #expect(columns.contains("digest"))
            for column in columns where column != "result" {
                #expect(throws: DatabaseError.self, "\(column)") {
                    try database.execute(sql: "UPDATE operation SET \(column) = \(column)")
                }
            }
            #expect(throws: DatabaseError.self) { try database.execute(sql: "UPDATE operation SET result = 'other'") }
            try database.execute(sql: "UPDATE operation SET result = ''")
        }
        try connection.close()
    }
}
