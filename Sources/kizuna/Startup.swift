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

    /// Every rule set of a store, with the document at a path published unless it ever was. A server that starts again with
    /// its first document must not take back what was published since.
    ///
    /// - Parameter notice: hears where another rule set is in force than the one with that document.
    static func rules(
        in store: any Store, file path: String?, notice: (String) -> Void = { _ in }
    ) throws -> RuleDirectory {
        if let path { try publish(path, in: store, notice) }
        guard let rules = try RuleDirectory(of: store) else {
            throw CommandFailure("this database has no program yet; name one with --program FILE")
        }
        return rules
    }

    /// The zone of the program that is in force.
    static func zone(of store: any Store) throws -> Zone {
        try RuleDirectory(of: store)?.book.inForce(at: clock()).program.zone ?? .utc
    }

    private static func publish(_ path: String, in store: any Store, _ notice: (String) -> Void) throws {
        let source = try DocumentFile.text(of: path)
        let digest = Digest(hashing: Array(source.utf8))
        if let known = try store.read({ try $0.ruleSets() }).last(where: { $0.digest == digest }) {
            let inForce = try RuleDirectory(of: store)?.book.inForce(at: clock()).version
            if let inForce, inForce != known.version {
                notice(
                    "\(path) was published before, as rule set \(known.version), and rule set \(inForce) is in force; "
                        + "`kizuna rules rollback \(known.version)` puts it in force again")
            }
            return
        }
        do {
            _ = try Publisher(store: store, clock: clock, file: path).publish(
                source, start: .after(0), note: "put in force by `kizuna serve --program`", by: .operatingUser)
        } catch let refusal as PublishingRefusal {
            throw CommandFailure(refusal, file: path, zone: try zone(of: store))
        }
    }
}
