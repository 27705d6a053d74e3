import ArgumentParser
import Engine
import Foundation
import JSON
import Loyalty
import Methods
import RPC
import Rules
import SQLiteStore
import Time

/// `kizuna rules simulate`
struct RulesSimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Tell what a sale would earn under a document, rule by rule.",
        discussion: """
            The order is a file with the params of rules.simulate, less the document: who buys, when, and what.

              {"made_up": {"tier": "gold", "purchase_count": 7}, "occurred_at": "2026-05-16T10:00:00+09:00",
               "order": {"channel": "app", "items": [{"sku": "latte", "quantity": 2, "amount": 1210, "tax": 110}]}}

            A member who is real is named like everywhere, such as {"card": "9001 2345"}, and read from --database.

            EXAMPLES
              kizuna rules simulate rules/coffee.yaml --order order.json
              kizuna rules simulate draft.yaml --order order.json --database kizuna.sqlite --json
            """)

    @Argument(help: "The program document.", completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String

    @Option(help: ArgumentHelp("The order; - for standard input.", valueName: "file"), completion: .file())
    var order: String

    @Option(help: ArgumentHelp("The database of a member who is real.", valueName: "path"))
    var database: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let program = try ProgramFile.load(file)
        let result = try simulate(RuleSet(version: 0, effectiveFrom: .distantPast, program: program))
        guard !json else {
            print(String(decoding: result, as: UTF8.self))
            return
        }
        print(
            SimulationPicture(result: try JSONDocument(result).root, program: program, file: file)
                .text(.standardOutput()), terminator: "")
    }

    private func simulate(_ ruleSet: RuleSet) throws -> [UInt8] {
        do {
            let call = try SimulationCall(try JSONDocument(try bytes()).root)
            guard let identifier = call.identifier else { return try call.result(under: ruleSet, at: Startup.clock()) }
            guard let database else {
                throw CommandFailure("a member who is real is in a database; name it with --database")
            }
            let store = try DatabaseOption.open(database, isReadOnly: true)
            defer { try? store.close() }
            let book = try RuleDirectory(of: store)?.book ?? RuleBook([ruleSet])
            let reply = try store.read { try call.reply(under: ruleSet, in: $0, book, at: Startup.clock()) }
            switch reply {
            case .answered(let result): return result
            case .refused(.memberUnknown): throw CommandFailure("no member has this \(identifier.kind.text)")
            default: throw CommandFailure("an amount would not fit 64 bits")
            }
        } catch let error as RPCError {
            let details = error.problems.map { "\($0.pointer): \($0.detail)" }
            throw CommandFailure("\(order): " + (details.isEmpty ? [error.message] : details).joined(separator: "\n"))
        } catch let error as JSONError {
            throw CommandFailure("\(order) is not JSON: \(error)")
        }
    }

    private func bytes() throws -> [UInt8] {
        if order == "-" { return [UInt8](FileHandle.standardInput.readDataToEndOfFile()) }
        guard let bytes = FileManager.default.contents(atPath: order) else {
            throw CommandFailure(.noInput, "cannot read \(order); name a file that holds an order")
        }
        return [UInt8](bytes)
    }
}

/// What `rules.simulate` told, for people.
struct SimulationPicture {
    let result: JSONValue
    let program: Program
    let file: String

    func text(_ style: Style) -> String {
        let time = Numbers.time(result["at"]?.string ?? "")
        let member = result["member"]?.string.map { "member \($0)" } ?? "somebody made up"
        let level = result["tier"]?.string.map { ", \($0)" } ?? ""
        let head = "\(file) (\(program.id)), \(time), \(SafeText.text(member + level))"
        return style.paint(head, .heading) + "\n"
            + TracePicture(result: result, money: program.money.currency.code, figures: PointFigures(program))
            .text(style) + nextTier
    }

    /// What is missing to the next level, in what counts toward levels.
    private var nextTier: String {
        guard let next = result["next_tier"], let missing = next["missing"]?.int64, let metric = program.tiers?.metric
        else { return "" }
        let more =
            switch metric {
            case .spend: "\(Numbers.money(missing, program.money.currency.code)) more"
            case .visits: missing == 1 ? "1 more visit" : "\(Numbers.grouped(missing)) more visits"
            case .earned(let currency):
                "\(PointFigures(program).text(missing, of: program.currencies[currency].id)) more \(program.currencies[currency].id)"
            }
        return "\(more) would reach the level \(SafeText.text(next.text("id"))).\n"
    }
}
