import Foundation
import PostgresSupport
import Testing

/// The command line on PostgreSQL.
@Suite(
    "Commands on PostgreSQL",
    .enabled(if: PostgresCluster.isInstalled, "there is no PostgreSQL server here"))
struct PostgresCommandTests {
    @Test("take the password from the environment and never show it")
    func passwords() throws {
        let cluster = PostgresCluster.shared
        let url = cluster.url(of: try cluster.makeDatabase())
        let password = ["PGPASSWORD": PostgresCluster.password]
        let migrated = try KizunaProcess.run(["migrate", "--database", url], environment: password)
        #expect(migrated.status == 0 && migrated.output.contains("applied 0001-ledger"), "\(migrated)")
        #expect(migrated.output.contains("\(url) is up to date"))
        let again = try KizunaProcess.run(["migrate", "--database", url], environment: password)
        #expect(again.output == "\(url) is up to date\n")
        let created = try KizunaProcess.run(
            ["client", "create", "--database", url, "--role", "pos", "till"], environment: password)
        #expect(created.status == 0, "\(created)")
        let listed = try KizunaProcess.run(["client", "list", "--database", url], environment: password)
        #expect(listed.output.contains("till"))
        let verified = try KizunaProcess.run(
            ["client", "list", "--database", url], environment: ["PGPASSWORD": "wr0ng"])
        #expect(verified.status == 69 && verified.errors.contains("password authentication failed"), "\(verified)")
        #expect(!(verified.errors + verified.output).contains("wr0ng"))
    }

    @Test("keep the password of a server out of the list of processes and the log")
    func keepsSecrets() throws {
        let cluster = PostgresCluster.shared
        let folder = try WorkFolder()
        let program = folder.path("p.yaml")
        try """
        schema: kizuna.program/v1
        id: p
        money: { currency: JPY, base: tax_included }
        timezone: UTC
        points: { points: { expiry: never } }
        rules: [{ id: base, event: purchase, earn: { points: 1, per: 100, of: order.amount } }]
        """.write(toFile: program, atomically: true, encoding: .utf8)
        let log = folder.url.appending(path: "log")
        try Data().write(to: log)
        let passwords = folder.path("pgpass")
        try "*:*:*:*:\(PostgresCluster.password)\n".write(toFile: passwords, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: passwords)
        for environment in [["PGPASSWORD": PostgresCluster.password], ["PGPASSFILE": passwords]] {
            let name = try cluster.makeDatabase()
            let server = try ServerProcess(
                database: cluster.url(of: name), program: program, environment: environment,
                errors: log)
            #expect(server.commandLine.contains(name))
            #expect(!server.commandLine.contains(PostgresCluster.password))
            // Something to complain about.
            try cluster.query("ALTER DATABASE \(name) ALLOW_CONNECTIONS false", in: "postgres")
            try cluster.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)'", in: "postgres")
            Thread.sleep(forTimeInterval: 1.5)
            #expect(server.terminate() == 0)
        }
        let text = try String(contentsOf: log, encoding: .utf8)
        #expect(!text.isEmpty && !text.contains(PostgresCluster.password))
    }

    @Test("refuse a password on the command line", arguments: ["serve", "verify", "migrate"])
    func refusesSecrets(command: String) throws {
        let outcome = try KizunaProcess.run([command, "--database", "postgres://u:s3cr3t@127.0.0.1/n"])
        #expect(outcome.status == 64 && outcome.errors.contains("PGPASSWORD"), "\(outcome)")
        #expect(!(outcome.errors + outcome.output).contains("s3cr3t"))
    }

    @Test("say in a sentence what is wrong with a database")
    func refusals() throws {
        let nowhere = try KizunaProcess.run(["verify", "--database", "postgres://u@127.0.0.1:1/n?connect_timeout=2"])
        #expect(nowhere.status == 69 && nowhere.errors.contains("cannot be reached"), "\(nowhere)")
        let cluster = PostgresCluster.shared
        let empty = try KizunaProcess.run(["verify", "--database", cluster.address(of: try cluster.makeDatabase())])
        #expect(empty.status == 66 && empty.errors.contains("kizuna migrate"), "\(empty)")
    }
}
