import ArgumentParser
import Client
import JSON

/// `kizuna statement`
struct StatementCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "statement",
        abstract: "List what happened to a member's points, newest first.",
        discussion: """
            A row is one movement of points: what it did to the points that can be spent, and how many there were \
            afterwards. Operations that moved no points have a row without numbers.

            EXAMPLES
              kizuna statement --card "9001 2345"
              kizuna statement --card "9001 2345" --currency beans --from 2026-05-01T00:00:00+09:00
              kizuna statement --card "9001 2345" --kind purchase --kind return --all --json
            """)

    @OptionGroup var member: MemberOptions
    @OptionGroup var server: ServerOptions

    @Option(help: ArgumentHelp("How many operations at most.", valueName: "count"))
    var limit = 20

    @Option(help: ArgumentHelp("Only operations that moved this point currency.", valueName: "id"))
    var currency: String?

    @Option(help: ArgumentHelp("Only what happened at this time or later.", valueName: "time"))
    var from: String?

    @Option(help: ArgumentHelp("Only what happened before this time.", valueName: "time"))
    var until: String?

    @Option(help: ArgumentHelp("Only operations of this kind; may be given several times.", valueName: "kind"))
    var kind: [String] = []

    @Flag(help: "List every operation there is.")
    var all = false

    @Flag(help: "Print one JSON object, as statement.list gives it.")
    var json = false

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit takes a number from 1 on") }
    }

    func run() async throws {
        let client = try await server.connect()
        var statement = Statement()
        var wanted = all ? Int.max : limit
        repeat {
            let page = try await client.call("statement.list") { json in
                json.beginObject()
                member.write(to: &json)
                json.member("limit", Int64(min(wanted, Self.longestPage)))
                for (name, value) in [("currency", currency), ("from", from), ("until", until)] {
                    if let value { json.member(name, value) }
                }
                if !kind.isEmpty {
                    json.key("kinds")
                    json.beginArray()
                    for kind in kind { json.string(kind) }
                    json.endArray()
                }
                if let cursor = statement.nextCursor { json.member("cursor", cursor) }
                json.endObject()
            }
            wanted -= page["operations"]?.count ?? 0
            statement.append(page)
        } while wanted > 0 && statement.nextCursor != nil
        let figures = json ? nil : try await client.pointFigures()
        await client.close()
        print(figures.map { statement.text($0, Style.standardOutput()) } ?? statement.json, terminator: "")
    }

    /// What the server gives at a time.
    private static let longestPage = 200
}
