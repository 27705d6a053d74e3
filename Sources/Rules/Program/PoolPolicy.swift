/// What a member may do in a pool.
public enum PoolRole: String, Hashable, Sendable, CaseIterable {
    /// Use what the others have, besides sharing what it has itself.
    case spend
    /// Only share: a member who earns for the others and spends nothing.
    case earn
}

/// What members may have together.
public struct PoolPolicy: Equatable, Sendable {
    /// What a pool is.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case household, company
    }

    /// What pools there may be.
    public let kinds: [Kind]
    /// How many members a pool has at most, its owner included.
    public let mostMembers: Int64
    /// The most points of the others that a member who is not the owner may use in a window.
    public let limit: UsageLimit?
}
