import ArgumentParser
import CEL
import Foundation
import JSON

/// `kizuna cel`
struct CELCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cel",
        abstract: "Try an expression: its type, its cost and its value.",
        discussion: """
            Checks the expression as a rule's condition is checked, and runs it on the data of a JSON file, whose \
            members are the variables. The costs are counted as cel-go counts them; a rule's expression may cost \
            100,000 by estimate and when it runs. docs/using/conditions.md has what rules can see.

            EXAMPLES
              kizuna cel 'order.amount >= 500 && "app" in order.tags' --with basket.json
              kizuna cel 'order.items.map(i, i.quantity).sum()' --with basket.json --json
              kizuna cel '"絆".size() == 1'
            """)

    @Argument(help: "The expression, in the Common Expression Language.")
    var expression: String

    @Option(name: .customLong("with"), help: "A JSON file with the data.", completion: .file(extensions: ["json"]))
    var file: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let data = try sample()
        do throws(Diagnostics) {
            let trial = try ExpressionTrial(expression, on: data)
            print(json ? trial.json : trial.text(Style.standardOutput()), terminator: "")
            if trial.hasValue { return }
        } catch {
            print(json ? Self.json(of: error) : error.rendered(name: "expression") + "\n", terminator: "")
        }
        throw ExitCode(CommandFailure.Code.refused.rawValue)
    }

    private static func json(of problems: Diagnostics) -> String {
        JSONText.line { json in
            json.beginObject()
            json.key("problems")
            json.beginArray()
            for problem in problems.all {
                json.beginObject()
                if let position = problem.position {
                    json.member("line", Int64(position.line))
                    json.member("column", Int64(position.column))
                }
                json.member("message", problem.message)
                if let hint = problem.hint { json.member("hint", hint) }
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }
    }

    private func sample() throws -> SampleData {
        guard let file else { return SampleData() }
        guard let bytes = FileManager.default.contents(atPath: file) else {
            throw CommandFailure(.noInput, "cannot read \(file); name a JSON file")
        }
        do {
            return try SampleData(try JSONDocument([UInt8](bytes)).root)
        } catch let error as JSONError {
            throw CommandFailure(.noInput, "\(file) is not JSON: \(error)")
        }
    }
}
