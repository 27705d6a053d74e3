import ArgumentParser
import Engine
import Foundation
import Loyalty
import Methods
import Rules
import Time

/// What commands that publish have in common.
struct PublishingOptions: ParsableArguments {
    @Option(help: "Why, for whoever reads the list of rule sets later.")
    var note: String

    @Option(help: ArgumentHelp("From when it is in force, such as 2026-06-01T00:00:00+09:00.", valueName: "time"))
    var effectiveFrom: String?

    @Option(
        help: ArgumentHelp(
            "A version still to come that shall never be in force; repeat for each that would begin later.",
            valueName: "version"))
    var supersede: [Int64] = []

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard note.contains(where: { !$0.isWhitespace }), note.utf8.count <= 1000 else {
            throw ValidationError("--note says why, in 1 to 1000 bytes")
        }
        _ = try start()
    }

    /// From when it shall be in force.
    func start() throws -> NewRuleSet.Start {
        guard let effectiveFrom else { return .after(NewRuleSet.usualLead) }
        guard let instant = try? Instant(rfc3339: effectiveFrom.utf8.span) else {
            throw ValidationError("--effective-from takes a time such as 2026-06-01T00:00:00+09:00")
        }
        return .at(instant)
    }

    /// Publishes and tells what came of it.
    func publish(
        into database: DatabaseOption, file: String,
        _ body: (Publisher) throws -> Publication
    ) throws {
        let store = try database.open(isReadOnly: false)
        defer { try? store.close() }
        do {
            let publisher = Publisher(store: store, clock: Startup.clock, file: file)
            let publication = try body(publisher)
            let zone = try Startup.zone(of: store)
            if json {
                print(JSONText.line(RulesResults(zone: zone).publication(publication)), terminator: "")
            } else {
                print(RulesPictures(zone: zone).publication(publication, Style.standardOutput()), terminator: "")
            }
        } catch let refusal as PublishingRefusal {
            throw CommandFailure(refusal, file: file, zone: try Startup.zone(of: store))
        }
    }
}

/// A program document in a file.
enum DocumentFile {
    /// Its text.
    static func text(of path: String) throws -> String {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(.noInput, "cannot read \(path); name a program document")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure("\(path) is not UTF-8")
        }
        return text
    }
}

extension CommandFailure {
    /// Why nothing was published, in words for the command line.
    init(_ refusal: PublishingRefusal, file: String, zone: Zone = .utc) {
        switch refusal {
        case .keyReused(let version): self.init("rule set \(version) was published with this key")
        case .unknownVersion: self.init("there is no such rule set; see `kizuna rules list`")
        case .badDocument(let review):
            let complaints = review.complaints.map { "\(file): \(SafeText.text($0))" }.joined(separator: "\n")
            self.init("\(complaints)\n\(file) cannot be used; see `kizuna rules check`")
        case .otherProgram(let expected):
            self.init("this database belongs to the program \(expected), and \(file) is another one")
        case .tooEarly(let earliest):
            self.init(
                "it is \(earliest.rfc3339(in: zone)) now, and a rule set is never in force before it is published")
        case .inTheWay(let ruleSets):
            let lines = ruleSets.map { "rule set \($0.version) is in force from \($0.effectiveFrom.rfc3339(in: zone))" }
            let options = ruleSets.map { "--supersede \($0.version)" }.joined(separator: " ")
            self.init(
                lines.joined(separator: "\n")
                    + "\npublish it for a later --effective-from, or with \(options), and what is to come never will be in force: "
                    + "see `kizuna rules publish --help`")
        case .notToCome(let version):
            self.init(
                "rule set \(version) is not one that would begin later than this one; see `kizuna rules list`")
        }
    }
}
