package import Rules

/// A program document in force, with its number.
package struct RuleSet: Sendable {
    package let version: Int64
    package let program: Program
    /// What campaigns may pay to all members together.
    package let budgets: [UsageKey: Int64]

    package init(version: Int64, program: Program) {
        self.version = version
        self.program = program
        self.budgets = program.budgets
    }

    /// Whether a purchase on a card that nobody has makes a member.
    package var enrollsUnknownCards: Bool { program.unknownCard == .enroll }
}
