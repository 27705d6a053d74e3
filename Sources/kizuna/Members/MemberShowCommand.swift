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
              kizuna member show --member m_7hq2 --server 127.0.0.1:7410 --key-file shop.key --json
            """)

    @OptionGroup var member: MemberOptions
    @OptionGroup var server: ServerOptions

    @Flag(help: "Print one JSON object with the results of member.get, lots.list, tier.get and tier.history.")
    var json = false

    func run() async throws {
        let client = try await server.connect()
        // Sent together; the answers are taken one after the other.
        let calls = [
            try await client.begin("member.get", params: params),
            try await client.begin("lots.list", params: params),
            try await client.begin("tier.get", params: params),
            try await client.begin("tier.history", params: params),
        ]
        let picture = MemberPicture(
            member: try await calls[0].answer(), lots: try await calls[1].answer(), tier: try await calls[2].answer(),
            history: try await calls[3].answer())
        await client.close()
        print(json ? picture.json : picture.text(Style.standardOutput()), terminator: "")
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
