import ArgumentParser
import Engine
import Foundation
import JSON
import Ledger
import Loyalty
import Rules
import SQLiteStore
import Time

/// What commands that open a store have in common.
enum Startup {
    /// The time, in milliseconds.
    static let clock: Clock = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Draws ids from the system's generator.
    static let drawID: IDSource = {
        var generator = SystemRandomNumberGenerator()
        return RandomID.draw(using: &generator)
    }

    /// Every rule set of a store; `nil` while there is none.
    static func ruleBook(in store: some Store) throws -> RuleBook? {
        let ruleSets = try store.read { try $0.ruleSets() }.map { stored in
            let file = "rule set \(stored.version)"
            guard let program = Loader.load(stored.document.source, file: file, zones: SystemZones.zone).program else {
                throw CommandFailure("rule set \(stored.version) of this database cannot be read by this version")
            }
            return RuleSet(version: stored.version, effectiveFrom: stored.document.addedAt, program: program)
        }
        return ruleSets.isEmpty ? nil : RuleBook(ruleSets)
    }

    /// Every rule set of a store, with the document at a path added unless it is the newest already.
    static func ruleBook(in store: some Store, file path: String?, at now: Instant) throws -> RuleBook {
        let book = try ruleBook(in: store)
        guard let path else {
            guard let book else {
                throw CommandFailure("this database has no program yet; name one with --program FILE")
            }
            return book
        }
        let program = try load(path)
        let document = RuleSetDocument(
            source: program.source, digest: Digest(hashing: Array(program.source.utf8)), addedAt: now)
        guard let book, let newest = book[book.newestVersion]?.program else {
            return RuleBook([
                RuleSet(version: try store.addRuleSet(document), effectiveFrom: now, program: program)
            ])
        }
        if newest.source == program.source { return book }
        guard newest.id == program.id else {
            throw CommandFailure("this database belongs to the program \(newest.id), and \(path) is \(program.id)")
        }
        let added = RuleSet(version: try store.addRuleSet(document), effectiveFrom: now, program: program)
        return RuleBook(book.all + [added])
    }

    /// A program document without errors whose own tests pass.
    private static func load(_ path: String) throws -> Program {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("cannot read \(path); name a program document with --program FILE")
        }
        let outcome = Loader.load([UInt8](bytes), file: path, zones: SystemZones.zone)
        guard let program = outcome.program else {
            let problems = outcome.diagnostics.map(\.description).joined(separator: "\n")
            throw CommandFailure("\(problems)\n\(path) cannot be used; see `kizuna rules check \(path)`")
        }
        let failed = ProgramTests.run(program).filter { !$0.passed }
        guard failed.isEmpty else {
            throw CommandFailure(
                "\(failed.count) of the tests in \(path) fail; see `kizuna rules check \(path)`")
        }
        return program
    }
}

extension SQLiteStore.Options {
    /// For a store that is only read, beside a server perhaps.
    static var reading: SQLiteStore.Options {
        var options = SQLiteStore.Options()
        options.isReadOnly = true
        return options
    }
}
