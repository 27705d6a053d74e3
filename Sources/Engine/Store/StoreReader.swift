public import Ledger
public import Loyalty
public import Rules
public import Time

/// One consistent view of a store.
public protocol StoreReader {
    /// Whose an identifier is.
    func owner(of identifier: Identifier) throws -> MemberNumber?

    /// A member as last recorded; what fell due since is not applied yet.
    func state(of member: MemberNumber) throws -> MemberState?

    /// A member's name and identifiers.
    func profile(of member: MemberNumber) throws -> Profile

    /// What a member agreed to, or no longer does, by purpose.
    func consents(of member: MemberNumber) throws -> [Consent]

    /// A member's operations by sequence, those behind `sequence`, oldest first.
    func operations(of member: MemberNumber, after sequence: Int64, limit: Int) throws -> [StoredOperation]

    /// A member's operations by sequence, those before `sequence`, newest first.
    func operations(of member: MemberNumber, before sequence: Int64, limit: Int) throws -> [StoredOperation]

    /// How a member's level changed, oldest first.
    func tierChanges(of member: MemberNumber) throws -> [StoredTierChange]

    /// The operation that posted a receipt.
    func operation(of receipt: ReceiptNumber) throws -> OperationID?

    /// Operations of all members in the order in which they were recorded, those behind a position, oldest first; what
    /// one command brought about comes in a row. What rules saw is told as far as no history tells it.
    func history(after position: HistoryPosition, limit: Int, _ detail: HistoryDetail) throws -> [HistoryEntry]

    /// Those of some operations to which their idempotency key or their receipt does not lead, so that they could be
    /// done again.
    func lostClaims(of operations: [SealedOperation]) throws -> [OperationID]

    /// Those of some members to whom their own id does not lead.
    func lostIDs(of members: [MemberState]) throws -> [MemberNumber]

    /// The operations that later ones are about.
    func operationsReferredTo() throws -> Set<OperationID>

    /// All lots of a member, closed ones included, by number.
    func lots(of member: MemberNumber) throws -> [Lot]

    /// Member numbers behind one, ascending.
    func members(after member: MemberNumber, limit: Int) throws -> [MemberNumber]

    /// Members that are due up to an instant as far as is kept, those behind a place, soonest first.
    func due(upTo instant: Instant, after place: DuePlace, limit: Int) throws -> [ScheduledMember]

    /// Members behind one, ascending, each with what is kept of when it is next due.
    func scheduled(after member: MemberNumber, limit: Int) throws -> [ScheduledMember]

    /// How far the members have been looked through for when they are next due.
    func dueSurvey() throws -> DueSurvey

    /// Writers, ascending.
    func writers() throws -> [WriterID]

    /// A writer's blocks behind a number, ascending.
    func blocks(of writer: WriterID, after number: Int64, limit: Int) throws -> [Block]

    /// The digests of a batch's operations, in order.
    func digests(writer: WriterID, number: Int64) throws -> [Digest]

    /// The sums of all batches' changes of the program's accounts.
    func totals() throws -> [ProgramTotal]

    /// What is used of what members share, by key.
    func sharedUsages() throws -> [Usage]

    /// How much there is of everything.
    func counts() throws -> StoreCounts

    /// Rule sets behind a version, ascending.
    func ruleSets(after version: Int64) throws -> [StoredRuleSet]

    /// Where each writer's blocks begin to know more rule sets, by writer and then by block.
    func bookSteps() throws -> [BookStep]

    /// Entries of the audit trail behind a number, ascending.
    func audit(after number: Int64, limit: Int) throws -> [AuditEntry]

    /// Entries of the audit trail before a number, newest first.
    func audit(before number: Int64, limit: Int) throws -> [AuditEntry]

    /// All clients by number, with the revoked ones.
    func clients() throws -> [Client]

    /// The keys that sign what tills check while they cannot ask, by number.
    func signingKeys() throws -> [SigningKey]

    // What only whoever copies the whole asks for.

    /// Writers with all that is known of them, ascending; those that never wrote, too.
    func registeredWriters() throws -> [RegisteredWriter]

    /// The next number that a new member gets.
    func nextMemberNumber() throws -> Int64

    /// Batches of all writers in the order in which they were recorded, those behind a position, oldest first.
    func batches(after position: HistoryPosition, limit: Int) throws -> [PlacedBatch]

    /// Refusals in the order in which they were written down, those behind a place.
    func refusals(after place: Int64, limit: Int) throws -> [PlacedRefusal]

    /// The receipts of sales without a member, in an order of the store's own, those behind one.
    func keptReceipts(after receipt: ReceiptNumber?, limit: Int) throws -> [ReceiptNumber]

    /// A sale without a member, and the calls about it.
    func keptRecord(of receipt: ReceiptNumber) throws -> KeptRecord?
}

extension StoreReader {
    /// None, where operations are found by their own rows.
    public func lostClaims(of operations: [SealedOperation]) throws -> [OperationID] { [] }

    public func lostIDs(of members: [MemberState]) throws -> [MemberNumber] {
        try members.filter { try owner(of: Identifier(.member, $0.id)) != $0.number }.map(\.number)
    }

    /// The client that has or had a key with a digest.
    public func client(keyDigest: Digest) throws -> Client? {
        try clients().first { $0.keys.contains { $0.digest == keyDigest } }
    }

    /// All rule sets by version.
    public func ruleSets() throws -> [StoredRuleSet] { try ruleSets(after: 0) }

    /// The rule set with a version.
    public func ruleSet(_ version: Int64) throws -> StoredRuleSet? {
        // Versions are numbered without holes.
        try ruleSets(after: version - 1).first.flatMap { $0.version == version ? $0 : nil }
    }
}

/// The first of a writer's blocks that was decided under a book with a certain newest version.
public struct BookStep: Hashable, Sendable {
    public let writer: WriterID
    public let firstBlock: Int64
    /// 0 for blocks from before it was kept.
    public let newestRuleSet: Int64

    public init(writer: WriterID, firstBlock: Int64, newestRuleSet: Int64) {
        self.writer = writer
        self.firstBlock = firstBlock
        self.newestRuleSet = newestRuleSet
    }
}

/// A member's personal data.
public struct Profile: Hashable, Sendable {
    public var name: String?
    /// In the order in which they were added.
    public var identifiers: [Identifier]

    public init(name: String?, identifiers: [Identifier]) {
        self.name = name
        self.identifiers = identifiers
    }
}

/// An operation as it was recorded.
public struct StoredOperation: Hashable, Sendable {
    public let sealed: SealedOperation
    public let writer: WriterID
    public let batch: Int64

    public init(sealed: SealedOperation, writer: WriterID, batch: Int64) {
        self.sealed = sealed
        self.writer = writer
        self.batch = batch
    }
}

/// A change of a member's level, and the operation that brought it.
public struct StoredTierChange: Hashable, Sendable {
    public let operation: OperationID
    public let change: TierChange
    /// What somebody gave as the reason, who gave or took a level by hand or corrected points.
    public let words: String?

    public init(operation: OperationID, change: TierChange, words: String?) {
        self.operation = operation
        self.change = change
        self.words = words
    }
}

extension Operation {
    /// How it changed the member's level, as a store tells it.
    public var storedTierChanges: [StoredTierChange] {
        tierChanges.map { StoredTierChange(operation: id, change: $0, words: detail?.text("reason")) }
    }
}

/// How much a store holds.
public struct StoreCounts: Hashable, Sendable {
    public var members: Int64
    public var operations: Int64
    public var transfers: Int64
    public var blocks: Int64

    public init(members: Int64, operations: Int64, transfers: Int64, blocks: Int64) {
        self.members = members
        self.operations = operations
        self.transfers = transfers
        self.blocks = blocks
    }
}

extension StoreReader {
    /// An operation and everything that happened to its member since, and to whoever took over from them; `nil` where
    /// there is none.
    public func record(of reference: Reference) throws -> OperationRecord? {
        guard var record = try ownRecord(of: reference) else { return nil }
        while let next = record.successor, let member = try state(of: record.holder)?.id,
            let behind = try ownRecord(of: .operation(next))
        {
            record.goOn(with: behind, from: member)
        }
        return record
    }

    /// An operation and everything that happened to its own member since; `nil` where there is none.
    public func ownRecord(of reference: Reference) throws -> OperationRecord? {
        let id: OperationID?
        switch reference {
        case .operation(let operation): id = operation
        case .receipt(let receipt): id = try operation(of: receipt)
        }
        guard let id, id.sequence > 0 else { return nil }
        let operations = try operations(of: id.member, after: id.sequence - 1, limit: .max).map(\.sealed.operation)
        guard let first = operations.first, first.id == id else { return nil }
        return OperationRecord(first, later: Array(operations.dropFirst()))
    }
}
