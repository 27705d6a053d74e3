import ArgumentParser
import Testing

@testable import kizuna

/// The help texts, as people see them.
@Suite struct HelpTests {
    @Test(
        arguments: [
            ("rules-check", RulesCheckCommand.self), ("rules-publish", RulesPublishCommand.self),
            ("rules-list", RulesListCommand.self), ("rules-get", RulesGetCommand.self),
            ("rules-diff", RulesDiffCommand.self), ("rules-rollback", RulesRollbackCommand.self),
            ("client-create", ClientCreateCommand.self),
            ("client-list", ClientListCommand.self), ("import-purchases", ImportPurchasesCommand.self),
            ("member-show", MemberShowCommand.self), ("statement", StatementCommand.self),
            ("explain", ExplainCommand.self),
            ("rules-simulate", RulesSimulateCommand.self), ("rules-backtest", RulesBacktestCommand.self),
            ("rules-schema", RulesSchemaCommand.self), ("cel", CELCommand.self), ("methods", MethodsCommand.self),
            ("copy", CopyCommand.self), ("signing-key-list", SigningKeyListCommand.self),
            ("signing-key-rotate", SigningKeyRotateCommand.self),
        ] as [(String, any ParsableCommand.Type)])
    func helpIsAsRecorded(name: String, command: any ParsableCommand.Type) throws {
        try Snapshot.check(Kizuna.helpMessage(for: command, columns: 100) + "\n", "help-\(name)")
    }

    @Test func theRootNamesEveryCommand() {
        let help = Kizuna.helpMessage(columns: 100)
        for name in [
            "serve", "rules", "client", "signing-key", "import", "member", "statement", "explain", "verify", "copy",
            "methods", "cel",
            "bench",
        ] {
            #expect(help.contains("\n  \(name) "), "\(name)")
        }
    }
}
