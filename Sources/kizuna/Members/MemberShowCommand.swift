import ArgumentParser
import Client
import JSON

/// `kizuna member show`
struct MemberShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a member: who it is, balances, tier and open lots.",
        discussion: """
            EXAMPLES
              kizuna member show --card "9001 2345"
              kizuna member show --card "9001 2345" --at 2026-05-16T10:00:00+09:00
              kizuna member show --member m_7hq2 --server 127.0.0.1:7410 --key-file shop.key --json
            """)

    @OptionGroup var member: MemberOptions
    @OptionGroup var server: ServerOptions

    @Option(
        help: ArgumentHelp(
            "Show what the member had at a past instant, and what made it, instead of the present.",
            valueName: "time"))
    var at: String?

    @Flag(help: "Print one JSON object: member.get, lots.list, tier.get and tier.history, or balance.at.")
    var json = false

    func run() async throws {
        let client = try await server.connect()
        if let at {
            let past = try await client.call("balance.at") { json in
                json.beginObject()
                member.write(to: &json)
                json.member("at", at)
                json.endObject()
            }
            let figures = json ? nil : try await client.pointFigures()
            await client.close()
            let picture = PastPicture(points: past)
            print(figures.map { picture.text($0, Style.standardOutput()) } ?? picture.json, terminator: "")
            return
        }
        // Sent together; the answers are taken one after the other.
        let calls = [
            try await client.begin("member.get", params: params),
            try await client.begin("lots.list", params: params),
            try await client.begin("tier.get", params: params),
            try await client.begin("tier.history", params: params),
        ]
        var picture = MemberPicture(
            member: try await calls[0].answer(), lots: try await calls[1].answer(), tier: try await calls[2].answer(),
            history: try await calls[3].answer())
        while let cursor = picture.nextCursor {
            picture.append(
                try await client.call("lots.list") { json in
                    json.beginObject()
                    member.write(to: &json)
                    json.member("cursor", cursor)
                    json.endObject()
                })
        }
        let figures = json ? nil : try await client.pointFigures()
        await client.close()
        print(figures.map { picture.text($0, Style.standardOutput()) } ?? picture.json, terminator: "")
    }
}

extension MemberShowCommand {
    private var params: (inout JSONWriter) -> Void {
        { json in
            json.beginObject()
            member.write(to: &json)
            json.endObject()
        }
    }
}
