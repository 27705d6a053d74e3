import Foundation
import Testing

@testable import SQLiteStore

@Suite("Migrations")
struct MigrationsTests {
    @Test("in the program are the files of the repository, in order")
    func complete() throws {
        let folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "migrations/sqlite")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(files == Migrations.all.map { $0.name + ".sql" })
        for (file, migration) in zip(files, Migrations.all) {
            #expect(try Array(Data(contentsOf: folder.appending(path: file))) == migration.sql, "\(file)")
        }
        let numbers = files.map { Int($0.prefix(4)) ?? 0 }
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 } && numbers.first == 1, "\(files)")
    }
}
