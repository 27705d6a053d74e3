public import Ledger
public import Loyalty

/// What a verification read, and what it found wrong.
public struct VerificationReport: Sendable {
    /// Something that is not as it must be.
    public struct Finding: Hashable, Sendable {
        public let subject: Subject
        public let problem: String
    }

    /// What a finding is about.
    public enum Subject: Hashable, Sendable {
        case member(MemberNumber)
        case operation(OperationID)
        case block(Block)
        /// An entry of the audit trail, by number.
        case audit(Int64)
        case program
    }

    /// Members who were erased; not all of their commands can be decided again.
    public var erased: Int64 = 0
    public var members: Int64 = 0
    public var operations: Int64 = 0
    public var transfers: Int64 = 0
    public var blocks: Int64 = 0
    public var auditEntries: Int64 = 0
    /// The first thousand findings.
    public private(set) var findings: [Finding] = []
    /// How many findings there are.
    public private(set) var findingCount: Int64 = 0

    private static let findingLimit = 1000

    public var isClean: Bool { findingCount == 0 }

    mutating func add(_ subject: Subject, _ problem: String) {
        findingCount += 1
        if findings.count < Self.findingLimit { findings.append(Finding(subject: subject, problem: problem)) }
    }
}

extension VerificationReport.Subject: CustomStringConvertible {
    public var description: String {
        switch self {
        case .member(let number): "member \(number.value)"
        case .operation(let id): "operation \(id)"
        case .block(let block): "block \(block.writer.value)/\(block.number)"
        case .audit(let number): "audit entry \(number)"
        case .program: "program"
        }
    }
}
