/// The two sides of every movement. The raw value is stored and hashed, so it never changes its meaning.
public enum Account: UInt8, Sendable, CaseIterable {
    /// A member's points that can be spent.
    case available = 1
    /// A member's points that have not vested yet.
    case pending = 2
    /// A member's points that a hold has reserved.
    case held = 3
    /// What a member owes, as an account below zero: points that had to be taken back and were not there.
    case debt = 4

    /// The program's counterpart of all points ever awarded.
    case issued = 16
    /// The program's counterpart of all points ever spent.
    case redeemed = 17
    /// The program's counterpart of all points that lapsed.
    case expired = 18
    /// The program's counterpart of corrections by hand.
    case adjusted = 19
    /// The program's counterpart of points that moved between members.
    case transferred = 20
    /// The program's counterpart of money that was paid in and not paid out again.
    case paid = 21

    /// Whether the account belongs to a member and not to the program.
    public var isMembers: Bool { rawValue < 16 }

    /// Whether its points are in lots: all that a member has, but not what a member owes.
    public var isInLots: Bool { isMembers && self != .debt }

    /// The word for people.
    public var name: String { "\(self)" }
}
