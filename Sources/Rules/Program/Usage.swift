public import Time

/// What is counted over several events of a member, or of a whole campaign.
public struct UsageKey: Hashable, Sendable {
    /// What is counted. The raw values are stored, so they never change their meaning.
    public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        /// Events at which a rule with a limit on them paid.
        case limitCount = 1
        /// Points that a rule with a limit on them paid.
        case limitPoints = 2
        /// Points that a cap counted.
        case cap = 3
        /// Money that the steps of a rule left over, in minor units.
        case carry = 4
        /// Stamps on a card.
        case stamps = 5
        /// Points that a campaign paid to all members together.
        case budget = 6
        /// How many of a reward all members together had.
        case stock = 7
        /// How many of a reward the member had.
        case rewards = 8
        /// What the member gave to others: points, or how often.
        case given = 9
        /// Points of the others in the pool that the member used.
        case borrowed = 10
    }

    public let kind: Kind
    /// The id of the rule, the cap, the card or the campaign.
    public let id: String
    /// The start of the window.
    public let window: Instant

    public init(kind: Kind, id: String, window: Instant = .distantPast) {
        self.kind = kind
        self.id = id
        self.window = window
    }

    /// Whether all members share it.
    public var isShared: Bool { kind == .budget || kind == .stock }
}

/// How much of something was used, or by how much that changes.
public struct Usage: Hashable, Sendable {
    public let key: UsageKey
    public var amount: Int64

    public init(_ key: UsageKey, _ amount: Int64) {
        self.key = key
        self.amount = amount
    }
}

extension [Usage] {
    /// Adds a use to the one of its key, or behind all of them.
    public mutating func add(_ usage: Usage) {
        if let index = firstIndex(where: { $0.key == usage.key }) {
            self[index].amount += usage.amount
        } else {
            append(usage)
        }
    }

    /// How much of one thing was used in windows that still count at an instant, and the key under which more of it is
    /// written down then; `nil` where nothing of it was ever used.
    func sum(
        of kind: UsageKey.Kind, _ id: String, _ window: UsageWindow, at instant: Instant, in zone: Zone
    ) -> (key: UsageKey, amount: Int64)? {
        guard let first = firstIndex(where: { $0.key.kind == kind && $0.key.id == id }) else { return nil }
        let (horizon, start) = window.bounds(at: instant, in: zone)
        var amount: Int64 = 0
        // By places, and the text last: it is what costs something to look at.
        for place in first..<count where self[place].key.kind == kind {
            guard horizon <= self[place].key.window, self[place].key.window <= start, self[place].key.id == id else {
                continue
            }
            amount += self[place].amount
        }
        return (UsageKey(kind: kind, id: id, window: start), amount)
    }
}
