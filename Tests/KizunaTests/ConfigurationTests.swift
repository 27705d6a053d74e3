import ArgumentParser
import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import kizuna

/// What a server goes by, and where it says so.
@Suite(.temporaryFolder) struct ConfigurationTests {
    private static func resolve(
        file: String? = nil, environment: [String: String] = [:], flags: [String: String] = [:]
    ) throws -> (configuration: Configuration, problems: [String]) {
        var path: String?
        if let file {
            let url = TemporaryFolder.current.appending(path: "kizuna.yaml")
            try Data(file.utf8).write(to: url)
            path = url.path
        }
        let (configuration, problems) = try Configuration.resolve(flags: flags, environment: environment, file: path)
        let folder = TemporaryFolder.current.path + "/"
        return (configuration, problems.map { $0.description.replacing(folder, with: "") })
    }

    @Test("a flag comes before the environment, the environment before the file, the file before what is usual")
    func precedence() throws {
        let file = "listen:\n  port: 1\nhttp: { port: off }\ncache: { members: 5 }\n"
        let (all, problems) = try Self.resolve(
            file: file, environment: ["KIZUNA_LISTEN_PORT": "2", "KIZUNA_CACHE_MEMBERS": "6", "HOME": "/"],
            flags: ["listen.port": "3"])
        #expect(problems == [])
        #expect(all.text("listen.port") == "3" && all.origin("listen.port") == .flag("--port"))
        #expect(all.number("cache.members") == 6)
        #expect(all.origin("cache.members") == .environment("KIZUNA_CACHE_MEMBERS"))
        #expect(all.text("http.port") == "off")
        #expect(all.origin("http.port").map { "\($0)".hasSuffix("kizuna.yaml:3") } == true)
        #expect(all.text("log.level") == "info" && all.origin("log.level") == .standard)
        #expect(all.text("database") == nil && all.origin("database") == nil)
    }

    @Test(
        "what is wrong is told with its place and what was meant",
        arguments: [
            ("htpp: { port: 1 }", "kizuna.yaml:1:1: htpp is not known; did you mean http?"),
            ("http: { prot: 1 }", "kizuna.yaml:1:9: prot is not known; did you mean port?"),
            ("listen:\n  port: 99999", "kizuna.yaml:2: listen.port must be a whole number from 0 to 65535"),
            ("http: { port: perhaps }", "kizuna.yaml:1: http.port must be 0 to 65535, or off"),
            (
                "log: { level: loud }",
                "kizuna.yaml:1: log.level must be one of trace, debug, info, notice, warning, error, critical"
            ),
            ("listen: 7410", "kizuna.yaml:1:9: listen must have settings by name"),
            ("database: [a]", "kizuna.yaml:1:11: database must be one value"),
            ("listen: { port: 1 }\ncolour: red", "kizuna.yaml:2:1: colour is not known"),
            (
                "listen: { port: 1 }\n database: postgres://k:s3cret@db/k",
                "kizuna.yaml:2:2: is no YAML: did not find expected key"
            ),
            ("{database:postgres://k:s3cret@db/k}", "kizuna.yaml:1:2: this is no name of a setting"),
            ("http: { port: 1, port: 2 }", "kizuna.yaml: a name is there twice in one section"),
        ])
    func wrong(file: String, problem: String) throws {
        #expect(try Self.resolve(file: file).problems == [problem])
    }

    @Test("what Kubernetes and Docker say of a service called kizuna is no setting")
    func neighbours() throws {
        let (_, problems) = try Self.resolve(environment: [
            "KIZUNA_PORT": "tcp://10.0.0.1:7410", "KIZUNA_PORT_7410_TCP_ADDR": "10.0.0.1",
            "KIZUNA_SERVICE_HOST": "10.0.0.1", "KIZUNA_SERVICE_PORT_TILLS": "7410",
        ])
        #expect(problems == [])
    }

    @Test(
        "a connection string is one whatever it begins with, so that its password is not shown as a file's name",
        arguments: [
            "user=kizuna password=s3cret host=db dbname=k", "password=s3cret host=db", " port = 5432 password=s3cret",
            "sslmode=require password=s3cret", "postgres://k:s3cret@db/k",
        ])
    func connectionStrings(text: String) throws {
        let name = try DatabaseName(text)
        #expect(!name.shown.contains("s3cret"))
        #expect(throws: (any Error).self) { try name.refuseSecret() }
    }

    @Test("paths are no connection strings", arguments: ["kizuna.sqlite", "/var/lib/a=b.sqlite", "./k=1", "Data=1"])
    func paths(text: String) throws {
        guard case .file(text) = try DatabaseName(text) else {
            Issue.record("\(text) is a path")
            return
        }
    }

    @Test("everything that is wrong is told at once")
    func allAtOnce() throws {
        let (_, problems) = try Self.resolve(
            file: "htpp: 1\nlisten: { port: x }", environment: ["KIZUNA_LISTEN_PROT": "1", "KIZUNA_API_KEY": "secret"])
        #expect(problems.count == 3)
        #expect(problems.contains("environment: KIZUNA_LISTEN_PROT is not known; did you mean KIZUNA_LISTEN_PORT?"))
    }

    @Test(
        "a port beyond the loopback wants a certificate, or to be opened by name",
        arguments: [
            (["LISTEN_HOST": "0.0.0.0"], ["listen.host"]), (["HTTP_HOST": "0.0.0.0"], ["http.host"]),
            (["LISTEN_HOST": "0.0.0.0", "LISTEN_INSECURE": "true"], []), (["HTTP_HOST": "::1"], []),
            (["HTTP_HOST": "0.0.0.0", "TLS_CERTIFICATE": "c", "TLS_KEY": "k"], []),
            (["HTTP_HOST": "0.0.0.0", "TLS_CERTIFICATE": "c", "TLS_KEY": "k", "HTTP_TLS": "off"], ["http.host"]),
            (["TLS_CERTIFICATE": "c"], ["tls.certificate"]), (["TLS_CLIENT_AUTHORITY": "ca"], ["tls.client_authority"]),
        ] as [([String: String], [String])])
    func exposure(settings: [String: String], named: [String]) throws {
        let environment = Dictionary(uniqueKeysWithValues: settings.map { ("KIZUNA_\($0)", $1) })
        let problems = try ConfigurationOptions.parse([]).resolve(environment).problems
        #expect(problems.count == named.count)
        for name in named { #expect(problems.contains { $0.message.contains(name) }) }
    }

    @Test(
        "a replica is named with a PostgreSQL database whose replica it is",
        arguments: [
            (["DATABASE": "postgres://a/kizuna", "REPLICA_DATABASE": "postgres://b/kizuna"], []),
            (["DATABASE": "kizuna.sqlite", "REPLICA_DATABASE": "postgres://b/kizuna"], ["replica.database"]),
            (["REPLICA_DATABASE": "postgres://b/kizuna"], ["replica.database"]),
            (["DATABASE": "postgres://a/kizuna", "REPLICA_DATABASE": "b.sqlite"], ["replica.database"]),
            (["REPLICA_STALENESS_SECONDS": "-1"], ["must be a whole number from 0 to 86400"]),
        ] as [([String: String], [String])])
    func replica(settings: [String: String], named: [String]) throws {
        let environment = Dictionary(uniqueKeysWithValues: settings.map { ("KIZUNA_\($0)", $1) })
        let problems = try ConfigurationOptions.parse([]).resolve(environment).problems
        #expect(problems.count == named.count)
        for name in named { #expect(problems.contains { $0.message.contains(name) }, "\(problems)") }
        let flags = ["--read-from", "postgres://kizuna:geheim@b/kizuna"]
        #expect(throws: (any Error).self) { try ConfigurationOptions.parse(flags) }
    }

    @Test("a file that is no YAML, and one that is not there")
    func files() throws {
        #expect(try Self.resolve(file: "a: [").problems.count == 1)
        #expect(try Self.resolve(file: "").problems == [])
        #expect(throws: CommandFailure.self) {
            try Configuration.resolve(flags: [:], environment: [:], file: "/nowhere/kizuna.yaml")
        }
    }

    @Test("passwords are not shown")
    func secrets() throws {
        let (all, _) = try Self.resolve(
            file: """
                database: postgres://kizuna:geheim@db.example/kizuna
                replica: { database: postgres://kizuna:geheim@copy.example/kizuna }
                """)
        let text = ConfigCheckCommand.table(of: all).text(.plain)
        #expect(text.contains("db.example") && text.contains("copy.example") && !text.contains("geheim"))
    }

    @Test("the longest name that a label begins with decides its level")
    func levels() throws {
        let (all, _) = try Self.resolve(
            file: "log: { level: warning, levels: { kizuna.http: debug, kizuna: error, kizuna.http.body: trace } }")
        let levels = StandardErrorLog.Levels(all)
        #expect(levels.level(of: "kizuna.http") == .debug)
        #expect(levels.level(of: "kizuna.http.body.x") == .trace)
        #expect(levels.level(of: "kizuna.engine") == .error)
        #expect(levels.level(of: "kizunaish") == .warning)
    }

    @Test("the page about the configuration names every setting")
    func page() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/operating/configuration.md"), encoding: .utf8)
        for setting in Setting.all { #expect(text.contains("| `\(setting.key)` |"), "\(setting.key)") }
    }
}

/// Log lines as they are written.
@Suite struct LogLineTests {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    private static func line(_ format: StandardErrorLog.Format, _ body: (Logger) -> Void) -> String {
        let lines = Lines()
        let logger = Logger(label: "kizuna.test") { label in
            StandardErrorLog(label: label, format: format, levels: .init()) { line in
                lines.all.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
            }
        }
        body(logger)
        return lines.all.withLock { $0.joined() }
    }

    @Test("for people: time, level, label, message and what belongs to it, harmless for a terminal")
    func readable() {
        let line = Self.line(.readable) { $0.warning("a \u{1B}[31m word", metadata: ["b": "2", "a": "1"]) }
        #expect(line.contains(#/^\d{4}-\d\d-\d\dT[\d:.]+Z WARNING kizuna.test: a \\u\{1B\}\[31m word a=1 b=2\n$/#))
    }

    @Test("for machines: one object a line")
    func json() {
        let line = Self.line(.json) { $0.error("say \"no\"\n", metadata: ["request": "s/1"]) }
        #expect(line.hasSuffix("\n") && line.dropLast().allSatisfy { $0 != "\n" })
        #expect(line.contains(#""level":"error","label":"kizuna.test","message":"say \"no\"\n","request":"s/1"}"#))
    }

    @Test("what is below the level is not written")
    func level() {
        #expect(Self.line(.json) { $0.debug("x") } == "")
    }
}
