import ArgumentParser
import Engine
import Foundation
import Rules
import Time

/// `kizuna rules check`
struct RulesCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a program document and run its own tests.",
        discussion: """
            Prints every problem with its line, column and a hint, and then what came of each test in the document. \
            Exits with 1 when the document has errors or a test fails; warnings alone are no failure.

            EXAMPLES
              kizuna rules check rules/coffee.yaml
              kizuna rules check rules/coffee.yaml --json
            """)

    @Argument(help: "The program document.", completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        guard let bytes = FileManager.default.contents(atPath: file) else {
            throw CommandFailure(.noInput, "cannot read \(file); name a program document")
        }
        let report = RulesCheckReport([UInt8](bytes), file: file, zones: SystemZones.zone)
        print(json ? report.json : report.text(Style.standardOutput()), terminator: "")
        guard report.isClean else { throw ExitCode(CommandFailure.Code.refused.rawValue) }
    }
}
