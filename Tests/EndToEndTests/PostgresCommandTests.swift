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
        #expect(verified.status == 66 && verified.errors.contains("password authentication failed"), "\(verified)")
        #expect(!(verified.errors + verified.output).contains("wr0ng"))
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
        #expect(nowhere.status == 66 && nowhere.errors.contains("cannot be reached"), "\(nowhere)")
        let cluster = PostgresCluster.shared
        let empty = try KizunaProcess.run(["verify", "--database", cluster.address(of: try cluster.makeDatabase())])
        #expect(empty.status == 66 && empty.errors.contains("kizuna migrate"), "\(empty)")
    }
}
