public import Ledger

/// The name of one operation: its member and its place among the member's operations.
///
/// People see `1042-7`; it stays valid for ever and is unique in the database.
public struct OperationID: Hashable, Sendable {
    public let member: MemberNumber
    /// 1, 2, 3 … per member without holes.
    public let sequence: Int64

    public init(member: MemberNumber, sequence: Int64) {
        self.member = member
        self.sequence = sequence
    }

    /// Reads `1042-7`.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let member = Int64(parts[0]), let sequence = Int64(parts[1]), member > 0, sequence > 0
        else { return nil }
        self.init(member: MemberNumber(member), sequence: sequence)
    }
}

extension OperationID: CustomStringConvertible {
    public var description: String { "\(member.value)-\(sequence)" }
}
