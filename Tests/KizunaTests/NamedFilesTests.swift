import ArgumentParser
import Engine
import Foundation
import Loyalty
import Server
import ServerSupport
import TestSupport
import Testing
import Time

@testable import kizuna

/// Files that a configuration names are looked at before a server needs them.
@Suite(.temporaryFolder) struct NamedFilesTests {
    private static func path(_ name: String) -> String { TemporaryFolder.current.appending(path: name).path }

    private static func make(_ name: String, _ text: String = "words", mode: Int = 0o600) throws -> String {
        let path = path(name)
        try Data("\(text)\n".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    private static func problems(_ flags: [String: String], _ environment: [String: String] = [:]) throws -> [String] {
        let (configuration, problems) = try Configuration.resolve(flags: flags, environment: [:], file: nil)
        #expect(problems == [])
        return NamedFiles(configuration, environment: environment).problems().map {
            $0.description.replacing(TemporaryFolder.current.path + "/", with: "")
        }
    }

    @Test("a configuration that names nothing, or what is there, is well")
    func well() throws {
        #expect(try Self.problems([:]) == [])
        #expect(try Self.problems(["database": Self.path("new.sqlite"), "program": Self.make("p.yaml")]) == [])
        let passwords = try Self.make("passwords")
        #expect(
            try Self.problems(
                ["database": "postgres://k@db.example/k?sslrootcert=system"], ["PGPASSFILE": passwords]) == [])
    }

    @Test(
        "a file that is missing is told with what names it",
        arguments: [
            (["program": "p.yaml"], "--program: program: there is no file p.yaml"),
            (
                ["database": "none/kizuna.sqlite"],
                "--database: database: there is no folder none to make none/kizuna.sqlite in"
            ),
            (
                ["database": "postgres://k@db.example/k?sslmode=verify-full&sslrootcert=FOLDER/ca.pem"],
                "--database: database: sslrootcert: there is no file ca.pem"
            ),
            (
                ["database": "postgres://k@db.example/k?passfile=FOLDER/passwords"],
                "--database: database: passfile: there is no file passwords"
            ),
        ])
    func missing(settings: [String: String], problem: String) throws {
        let folder = TemporaryFolder.current.path
        let flags = settings.mapValues { value in
            value.hasPrefix("postgres:") ? value.replacing("FOLDER", with: folder) : Self.path(value)
        }
        #expect(try Self.problems(flags) == [problem])
    }

    @Test("every file of TLS that is missing is told at once")
    func missingIdentity() throws {
        let flags = ["certificate": "c.pem", "key": "k.pem", "client_authority": "ca.pem"]
        #expect(
            try Self.problems(
                Dictionary(uniqueKeysWithValues: flags.map { ("tls.\($0.key)", Self.path($0.value)) })) == [
                    "--tls-certificate: tls.certificate: there is no file c.pem",
                    "--tls-key: tls.key: there is no file k.pem",
                    "--tls-client-ca: tls.client_authority: there is no file ca.pem",
                ])
    }

    @Test("a folder, and a password file that others may read")
    func unusable() throws {
        #expect(
            try Self.problems(["program": TemporaryFolder.current.path + "/"]).first?.hasSuffix(" is a folder") == true)
        let passwords = try Self.make("passwords", mode: 0o644)
        #expect(
            try Self.problems(["database": "postgres://k@db.example/k"], ["PGPASSFILE": passwords]) == [
                "PGPASSFILE: others may read passwords, so it is not used; chmod 600"
            ])
        #expect(try Self.problems(["database": Self.path("k.sqlite")], ["PGPASSFILE": passwords]) == [])
    }

    @Test("a password in a configuration file that everybody may read")
    func exposedPassword() throws {
        for (mode, count) in [(0o644, 1), (0o640, 0), (0o600, 0)] {
            let file = try Self.make("kizuna.yaml", "database: postgres://k:s3cret@db.example/k", mode: mode)
            let configuration = try Configuration.resolve(flags: [:], environment: [:], file: file).configuration
            let problems = NamedFiles(configuration, environment: [:]).problems()
            #expect(problems.count == count && !"\(problems)".contains("s3cret"), "\(problems)")
        }
    }

    @Test("a file that this user may not read", .enabled(if: getuid() != 0, "root may read everything"))
    func unreadable() throws {
        let program = try Self.make("p.yaml", mode: 0)
        #expect(try Self.problems(["program": program]) == ["--program: program: p.yaml cannot be read by this user"])
    }

    @Test(
        "certificate and key must be usable, and belong together",
        .enabled(if: Certificates.canBeMade, "there is no openssl here"))
    func identities() throws {
        let certificates = try Certificates()
        for name in ["one", "two"] { try certificates.make(name, for: "IP:127.0.0.1") }
        func problems(_ certificate: String, _ key: String) throws -> [String] {
            try Self.problems(["tls.certificate": certificate, "tls.key": key])
        }
        #expect(try problems(certificates.path("one.pem"), certificates.path("one.key")) == [])
        let mixed = try problems(certificates.path("one.pem"), certificates.path("two.key"))
        #expect(mixed.count == 1 && mixed[0].contains("do not belong together"))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: certificates.path("one.key"))
        #expect(
            try problems(certificates.path("one.pem"), certificates.path("one.key")).first?.hasSuffix(
                "one.key; chmod 640, or 600") == true)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: certificates.path("one.key"))
        let till = try NewKeyOptions.parse(["--certificate", certificates.path("two.pem")])
        let now = Startup.clock()
        let end = try till.make(for: .pos, at: now).key.expiresAt
        #expect(end.map { $0 > now } == true, "the key ends with the certificate")
        #expect(throws: CommandFailure.self) { _ = try till.make(for: .pos, at: end ?? now) }
        let brief = try NewKeyOptions.parse(["--certificate", certificates.path("two.pem"), "--expires-in", "1"])
        #expect(try brief.make(for: .pos, at: now).key.expiresAt == min(now + 86_400_000, end ?? now))
        let identity = try TLSIdentity(
            TLSIdentity.Files(certificate: certificates.path("one.pem"), key: certificates.path("one.key")))
        let files = NamedFiles(
            try Configuration.resolve(flags: ["tls.certificate": "c.pem"], environment: [:], file: nil).configuration)
        #expect(files.cautions(of: identity, at: now).isEmpty)
        #expect(files.cautions(of: identity, at: identity.endsAt).count == 1)
        let words = try problems(Self.make("words.pem"), certificates.path("one.key"))
        #expect(words.count == 1 && words[0].contains("--tls-certificate: "))
    }
}
