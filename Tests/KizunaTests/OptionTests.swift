import ArgumentParser
import Client
import Engine
import Foundation
import TestSupport
import Testing

@testable import kizuna

/// What stands on the command line.
@Suite(.temporaryFolder) struct OptionTests {
    @Test(arguments: [
        ("127.0.0.1:7410", "127.0.0.1", 7410), ("shop.example", "shop.example", 7410), ("[::1]:80", "::1", 80),
        ("[::1]", "::1", 7410), ("::1", "::1", 7410), ("localhost:1", "localhost", 1),
    ])
    func serversAreHostsWithOrWithoutAPort(text: String, host: String, port: Int) {
        #expect(ServerAddress(argument: text) == ServerAddress(host: host, port: port))
    }

    @Test(arguments: ["", ":7410", "host:", "host:0", "host:65536", "host:x", "http://host", "[::1]x"])
    func otherServersAreRefused(text: String) {
        #expect(ServerAddress(argument: text) == nil)
    }

    @Test func theKeyComesFromTheEnvironmentOrAFile() throws {
        let file = TemporaryFolder.current.appending(path: "key").path
        try Data("kz_pos_1\n".utf8).write(to: URL(filePath: file))
        let fromFile = try ServerOptions.parse(["--key-file", file])
        #expect(try fromFile.apiKey(["KIZUNA_API_KEY": "kz_pos_2"]) == "kz_pos_1")
        let fromEnvironment = try ServerOptions.parse([])
        #expect(try fromEnvironment.apiKey(["KIZUNA_API_KEY": "kz_pos_2"]) == "kz_pos_2")
    }

    @Test func aMissingKeySaysWhatToDo() throws {
        let none = try ServerOptions.parse([])
        let message = "no API key; set KIZUNA_API_KEY or name a file that holds it with --key-file"
        #expect(throws: CommandFailure(.notPermitted, message)) { try none.apiKey([:]) }
        let absent = try ServerOptions.parse(["--key-file", "/nowhere/key"])
        #expect(throws: CommandFailure(.noInput, "cannot read the key file /nowhere/key")) { try absent.apiKey([:]) }
        let file = TemporaryFolder.current.appending(path: "key").path
        try Data(" \n".utf8).write(to: URL(filePath: file))
        let empty = try ServerOptions.parse(["--key-file", file])
        #expect(throws: CommandFailure.self) { try empty.apiKey([:]) }
    }

    private static let map = "member=m,receipt=r,occurred_at=t,items=i,item.amount=a"

    @Test(
        arguments: [
            (["member", "show"], "name one member with"),
            (["member", "show", "--card", "1", "--phone", "2"], "name one member with"),
            (["member", "show", "--external", "17"], "--external takes the system"),
            (["statement", "--card", "1", "--limit", "0"], "--limit takes a number from 1 on"),
            (["client", "create", "--database", "x", "--role", "boss", "n"], "'boss' is invalid"),
            (["client", "create", "--database", "x", "--role", "pos", ""], "a name has 1 to 255 bytes"),
            (["import", "purchases", "f", "--currency", "USD"], "go with --map"),
            (["import", "purchases", "f", "--map", map, "--store", "s"], "say which currency"),
            (["import", "purchases", "f", "--map", map, "--currency", "USD"], "say which store"),
            (["import", "purchases", "f", "--map", "member"], "'member' is not of the form param=field"),
            (["import", "purchases", "f", "--rejects", "./f"], "must be another file"),
            (
                [
                    "import", "purchases", "f", "--map", map, "--currency", "USD", "--store", "s", "--member-as",
                    "phone",
                    "--card-prefix", "x",
                ],
                "--card-prefix is for members"
            ),
            (["member", "show", "--card", "1", "--server", "host:0"], "'host:0' is invalid"),
        ] as [([String], String)])
    func wrongCommandLinesSayWhatIsWrong(arguments: [String], words: String) throws {
        let error = try #require(#expect(throws: (any Error).self) { _ = try Kizuna.parseAsRoot(arguments) })
        #expect(Kizuna.fullMessage(for: error).contains(words))
        #expect(Kizuna.exitCode(for: error) == .validationFailure)
    }

    @Test func everyCommandHasItsPlace() throws {
        let lines = [
            ["rules", "check", "f"], ["client", "create", "--database", "d", "--role", "pos", "n"],
            ["client", "list", "--database", "d"], ["import", "purchases", "f"], ["member", "show", "--card", "1"],
            ["statement", "--card", "1"],
        ]
        let types = try lines.map { "\(type(of: try Kizuna.parseAsRoot($0)))" }
        #expect(
            types == [
                "RulesCheckCommand", "ClientCreateCommand", "ClientListCommand", "ImportPurchasesCommand",
                "MemberShowCommand", "StatementCommand",
            ])
    }

    @Test(
        arguments: [
            (RPCFailure(code: 1001, message: "Unknown member", type: "member-unknown"), 1, "the server refused"),
            (RPCFailure(code: -32001, message: "", type: ""), 77, "does not know this API key"),
            (RPCFailure(code: -32006, message: "", type: ""), 77, "does not allow that"),
            (RPCFailure(code: -32000, message: "Overloaded", type: ""), 69, "cannot do it now: Overloaded"),
            (RPCFailure(code: -32603, message: "Internal error", type: ""), 70, "its log says why"),
            (ConnectionFailure.unreachable(address: "h:1", reason: "nothing listens there"), 69, "kizuna serve"),
            (ConnectionFailure.lost(reason: "gone"), 69, "the connection broke: gone"),
            (ConnectionFailure.turnedAway(RPCFailure(code: -32005, message: "Too large", type: "")), 1, "Too large"),
            (StoreError(.corrupt, "a row is missing"), 70, "a row is missing"),
            (StoreError(.unavailable, "no file"), 66, "no file"),
            (StoreError(.unreachable, "nobody is there"), 69, "nobody is there"),
        ] as [(any Error, Int32, String)])
    func errorsBecomeASentenceAndAnExitCode(error: any Error, code: Int32, words: String) throws {
        let failure = try #require(CommandFailure(error))
        #expect(failure.code.rawValue == code)
        #expect(failure.message.contains(words))
        #expect(!failure.message.contains("\n"))
    }
}
