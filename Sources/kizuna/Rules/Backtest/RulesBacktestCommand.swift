import ArgumentParser
import Engine
import Loyalty
import Methods
import Rules
import SQLiteStore
import Time

/// `kizuna rules backtest`
struct RulesBacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Tell what a document would have cost: decide all of history again under it.",
        discussion: """
            Reads only, so the server may go on meanwhile. Everything that was recorded is decided twice in memory: as \
            it was, and with the draft in force from --from until --to. Purchases count by the time of the till. What \
            the present documents give is compared with what was recorded; when they differ, the command tells where \
            and exits with 1.

            EXAMPLES
              kizuna rules backtest draft.yaml --database kizuna.sqlite
              kizuna rules backtest draft.yaml --database kizuna.sqlite --from 2026-04-01 --to 2026-07-01 --by month
              kizuna rules backtest draft.yaml --database kizuna.sqlite --by week --csv report
            """)

    @Argument(help: "The draft, a program document.", completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String

    @OptionGroup var database: DatabaseOption

    @Option(help: ArgumentHelp("The first day or instant of the period; all of history without it.", valueName: "time"))
    var from: PeriodBound?

    @Option(help: ArgumentHelp("The first day or instant behind the period; none without it.", valueName: "time"))
    var to: PeriodBound?

    @Option(help: "How long the rows are for which sums are told.")
    var by: RowLength?

    @Option(help: "How many members are named who gain, and how many who lose.")
    var members = 10

    @Option(help: ArgumentHelp("A folder for the tables as CSV; it is made if need be.", valueName: "folder"))
    var csv: String?

    @Flag(help: "Do not compare the present documents with what was recorded; reading is faster then.")
    var noComparison = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (0...1000).contains(members) else { throw ValidationError("--members takes a number from 0 to 1000") }
    }

    func run() throws {
        let draft = try ProgramFile.load(file)
        let store = try database.open(isReadOnly: true)
        let now = Startup.clock()
        guard let book = try RuleDirectory(of: store)?.book else {
            throw CommandFailure("this database has no program yet, so there is nothing to compare with")
        }
        let report = try run(draft, book, store, at: now)
        try store.close()
        if let csv { try BacktestSheets(report, program: draft).write(to: csv) }
        if json {
            print(String(decoding: shapes(draft).backtest(report), as: UTF8.self))
        } else {
            print(BacktestText(report: report, draft: draft, file: file).text(.standardOutput()), terminator: "")
        }
        guard report.comparison?.differing ?? 0 == 0 else { throw ExitCode(CommandFailure.Code.refused.rawValue) }
    }

    private func run(_ draft: Program, _ book: RuleBook, _ store: any Store, at now: Instant) throws
        -> BacktestReport
    {
        let from = from?.instant(in: draft.zone) ?? .distantPast
        let until = to?.instant(in: draft.zone) ?? .distantFuture
        guard from < until else { throw CommandFailure("the period is empty: --to has to be behind --from") }
        let question = BacktestQuestion(
            draft: draft, from: from, until: until, rows: by?.period, mostMembers: members,
            comparesHistory: !noComparison)
        var meter = OperationMeter()
        defer { meter.finish() }
        do {
            let backtest = try Backtest(question, book: book)
            return try store.read { reader in
                try backtest.run(in: reader, at: now) { done, total in meter.update(done, of: total) }
            }
        } catch let error as BacktestError {
            throw CommandFailure("\(error)")
        }
    }

    private func shapes(_ draft: Program) -> ResultShapes {
        ResultShapes(RuleSet(version: 0, effectiveFrom: .distantPast, program: draft))
    }
}
