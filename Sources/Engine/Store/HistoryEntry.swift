public import Ledger
public import Loyalty

/// A place in the order in which a store recorded operations. It means something only to the view that gave it.
public struct HistoryPosition: Hashable, Sendable {
    public let value: Int64

    public init(_ value: Int64) {
        self.value = value
    }

    /// In front of everything.
    public static let start = HistoryPosition(0)
}

/// One operation among those of all members.
public struct HistoryEntry: Hashable, Sendable {
    public let position: HistoryPosition
    /// As it was recorded; how much of it was read is the reader's choice.
    public let operation: Operation
    /// Who joined; only with a member's first operation.
    public let joined: JoinedMember?

    public init(position: HistoryPosition, operation: Operation, joined: JoinedMember?) {
        self.position = position
        self.operation = operation
        self.joined = joined
    }
}

/// What operations do not tell of their member.
public struct JoinedMember: Hashable, Sendable {
    public let id: ExactText
    /// As they are now, not as they were when the member joined.
    public let traits: Traits

    public init(id: ExactText, traits: Traits) {
        self.id = id
        self.traits = traits
    }
}

/// How much of each operation is read.
public enum HistoryDetail: Sendable {
    /// What was asked for, and what no history tells of what rules saw: enough to decide it again.
    case commands
    /// Also what came of it: movements, uses and levels.
    case consequences
}

extension Operation {
    /// The operation as far as a history of such detail has it.
    public func told(in detail: HistoryDetail) -> Operation {
        Operation(
            id: id, kind: kind, cause: cause, occurredAt: occurredAt, postedAt: postedAt,
            ruleSetVersion: ruleSetVersion, movements: detail == .consequences ? movements : Movements(),
            purchase: purchase, event: event, about: about, detail: self.detail,
            usages: detail == .consequences ? usages : [],
            tierChanges: detail == .consequences ? tierChanges : [],
            seen: Seen(traits: seen.traits, attributes: seen.attributes, codes: seen.codes))
    }
}
