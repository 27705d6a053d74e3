package import Rules
package import Time

/// A published program document with its number and the instant from which it holds.
package struct RuleSet: Sendable {
    /// 1, 2, 3 … in the order of publishing.
    package let version: Int64
    /// The first instant at which it is in force; it is until the next one is.
    package let effectiveFrom: Instant
    package let program: Program
    /// What campaigns may pay to all members together.
    package let budgets: [UsageKey: Int64]
    /// How many vouchers a command may give at most.
    package let mostVouchers: Int

    package init(version: Int64, effectiveFrom: Instant, program: Program) {
        self.version = version
        self.effectiveFrom = effectiveFrom
        self.program = program
        self.budgets = program.budgets
        self.mostVouchers = program.mostVouchers
    }

    /// Whether a purchase on a card that nobody has makes a member.
    package var enrollsUnknownCards: Bool { program.unknownCard == .enroll }
}
