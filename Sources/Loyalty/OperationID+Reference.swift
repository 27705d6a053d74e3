public import Ledger

// A member's history names earlier operations by a number: its own ones by their sequence. A member into whom another
// one was merged has that one's operations as well. They keep their names for ever, so here they get numbers below
// zero, which tell whose they are.

extension OperationID {
    /// Sequences up to this one can be named in the history of another member.
    public static let greatestForeign: Int64 = 1 << 24 - 1

    /// The number by which a member's history names the operation.
    public func reference(in member: MemberNumber) -> Int64 {
        self.member == member ? sequence : -(self.member.value << 24 | sequence)
    }

    /// The operation that a member's history names by a number.
    public init(reference: Int64, in member: MemberNumber) {
        if reference >= 0 {
            self.init(member: member, sequence: reference)
        } else {
            let number = UInt64(bitPattern: reference) == 1 << 63 ? Int64.max : -reference
            self.init(member: MemberNumber(number >> 24), sequence: number & Self.greatestForeign)
        }
    }
}

extension Operation {
    /// The earlier operation that it is about.
    public var subject: OperationID? { about.map { OperationID(reference: $0, in: id.member) } }
}
