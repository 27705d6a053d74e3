import Ledger
public import Loyalty
import Rules

/// How what was recorded compares with what deciding it again gives.
public struct BacktestComparison: Hashable, Sendable {
    /// An operation that comes out differently.
    public struct Difference: Hashable, Sendable {
        public let operation: OperationID
        /// What is different, as the rest of a sentence about the operation.
        public let reason: String
    }

    /// How many differences are kept.
    static let mostKept = 20

    /// How many operations were compared.
    public private(set) var compared: Int64 = 0
    /// How many of them differ.
    public private(set) var differing: Int64 = 0
    /// How many others differ whose member was erased since: what their rules saw is no longer there.
    public private(set) var erased: Int64 = 0
    /// The first ones.
    public private(set) var differences: [Difference] = []

    /// Compares two accounts of the same operation, whose member may have been erased since.
    mutating func compare(_ decided: Operation, with recorded: Operation, isErased: Bool) {
        if let reason = Self.difference(of: decided, from: recorded) {
            note(recorded.id, reason, isErased: isErased)
        } else {
            compared += 1
        }
    }

    /// Takes down an operation that differs.
    mutating func note(_ operation: OperationID, _ reason: String, isErased: Bool) {
        guard !isErased else {
            erased += 1
            return
        }
        compared += 1
        differing += 1
        if differences.count < Self.mostKept {
            differences.append(Difference(operation: operation, reason: reason))
        }
    }

    private static func difference(of decided: Operation, from recorded: Operation) -> String? {
        guard decided.kind == recorded.kind, decided.id == recorded.id, decided.occurredAt == recorded.occurredAt else {
            return "would be \(decided.kind.name) \(decided.id), and is \(recorded.kind.name) \(recorded.id)"
        }
        if decided.ruleSetVersion != recorded.ruleSetVersion {
            return "would be decided under rule set \(decided.ruleSetVersion), and was under \(recorded.ruleSetVersion)"
        }
        if decided.movements.transfers != recorded.movements.transfers {
            return "would move \(words(decided.movements)), and moved \(words(recorded.movements))"
        }
        if decided.movements.opened != recorded.movements.opened {
            return "would open lots that lapse at other times"
        }
        if decided.movements.changed != recorded.movements.changed {
            return "would leave \(words(decided.movements.changed)), and left \(words(recorded.movements.changed))"
        }
        if decided.about != recorded.about || decided.detail != recorded.detail {
            return "would be about something else than it was"
        }
        if decided.usages != recorded.usages {
            return "would use \(words(decided.usages)), and used \(words(recorded.usages))"
        }
        if decided.tierChanges != recorded.tierChanges {
            return "would bring \(words(decided.tierChanges)), and brought \(words(recorded.tierChanges))"
        }
        return nil
    }

    private static func words(_ changes: [TierChange]) -> String {
        changes.isEmpty
            ? "no other level"
            : changes.map { "the level \($0.to) behind \($0.from) (\($0.reason.rawValue), \($0.since))" }
                .joined(separator: ", ")
    }

    private static func words(_ lots: [Lot]) -> String {
        lots.isEmpty
            ? "every lot as it was"
            : lots.map { lot in
                let expiry = lot.expiresAt.map { "until \($0)" } ?? "for ever"
                return "\(lot.remaining.count) of lot \(lot.number), \(lot.held.count) of them held, \(expiry)"
            }.joined(separator: ", ")
    }

    private static func words(_ movements: Movements) -> String {
        movements.transfers.isEmpty
            ? "nothing"
            : movements.transfers.map {
                "\($0.amount.count) \($0.currency.text) from \($0.from.name) to \($0.to.name), "
                    + "which leads to \($0.availableAfter.count)"
            }.joined(separator: "; ")
    }

    private static func words(_ usages: [Usage]) -> String {
        usages.isEmpty ? "nothing" : usages.map { "\($0.amount) of `\($0.key.id)`" }.joined(separator: ", ")
    }
}
