import ArgumentParser

/// `kizuna member`
struct MemberCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "member",
        abstract: "Look at members.",
        subcommands: [MemberShowCommand.self])
}
