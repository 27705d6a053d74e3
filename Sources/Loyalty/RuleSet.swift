public import Rules
public import Time

/// A published program document with its number and the instant from which it holds.
public struct RuleSet: Sendable {
    /// 1, 2, 3 … in the order of publishing.
    public let version: Int64
    /// The first instant at which it is in force; it is until the next one is.
    public let effectiveFrom: Instant
    public let program: Program
    /// What campaigns may pay to all members together.
    public let budgets: [UsageKey: Int64]
    /// How many vouchers a command may give at most.
    public let mostVouchers: Int

    public init(version: Int64, effectiveFrom: Instant, program: Program) {
        self.version = version
        self.effectiveFrom = effectiveFrom
        self.program = program
        self.budgets = program.budgets
        self.mostVouchers = program.mostVouchers
    }

    /// Whether a purchase on a card that nobody has makes a member.
    public var enrollsUnknownCards: Bool { program.unknownCard == .enroll }
}
