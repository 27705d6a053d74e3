import ArgumentParser

/// `kizuna rules`
struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Work on program documents.",
        subcommands: [
            RulesCheckCommand.self, RulesPublishCommand.self, RulesListCommand.self, RulesGetCommand.self,
            RulesDiffCommand.self, RulesRollbackCommand.self, RulesSimulateCommand.self, RulesBacktestCommand.self,
            RulesSchemaCommand.self,
        ])
}
