import ArgumentParser
import Engine
import Foundation
import JSON
import Ledger
import Loyalty
import Rules
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

    /// Every rule set of a store, with the document at a path published unless it is the newest already.
    static func rules(in store: any Store, file path: String?) throws -> RuleDirectory {
        if let path { try publish(path, in: store) }
        guard let rules = try RuleDirectory(of: store) else {
            throw CommandFailure("this database has no program yet; name one with --program FILE")
        }
        return rules
    }

    /// The zone of the program that is in force.
    static func zone(of store: any Store) throws -> Zone {
        try RuleDirectory(of: store)?.book.inForce(at: clock()).program.zone ?? .utc
    }

    private static func publish(_ path: String, in store: any Store) throws {
        let source = try DocumentFile.text(of: path)
        if try store.read({ try $0.ruleSets() }).last?.digest == Digest(hashing: Array(source.utf8)) { return }
        do {
            _ = try Publisher(store: store, clock: clock, file: path).publish(
                source, start: .after(0), note: "put in force by `kizuna serve --program`", by: .operatingUser)
        } catch let refusal as PublishingRefusal {
            throw CommandFailure(refusal, file: path, zone: try zone(of: store))
        }
    }
}
