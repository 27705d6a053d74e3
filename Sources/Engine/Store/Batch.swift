public import Ledger
public import Loyalty
public import Rules
public import Time

/// Everything that one transaction writes: the operations of up to 128 commands and what fell
/// due, the members as they are afterwards,
/// and one block that seals them.
public struct Batch: Sendable {
    public var block: Block
    /// In the order in which they were decided, which is the order of the block's leaves.
    public var operations: [SealedOperation]
    public var members: [MemberWrite]
    /// Members by whom something was decided and who do not change.
    public var reads: [MemberRead]
    public var identifiers: [NewIdentifier]
    public var profiles: [NewProfile]
    /// Identifiers that are taken away, before any are given.
    public var freed: [Identifier]
    /// Whose names become another's, after all have been given; in order.
    public var merges: [NamesMove]
    /// Members' traits as they are afterwards, where they changed.
    public var traits: [TraitsWrite]
    /// What members agreed to, or no longer do; of one member and purpose the last counts.
    public var consents: [ConsentWrite]
    /// Members of whom everything personal goes before the rest is written: the name, traits, identifiers but vouchers,
    /// consents, answers, and what rules saw of the person. Their new id is among the identifiers.
    public var erasures: [MemberNumber]
    /// What the batch used of what members share.
    public var shared: [SharedUse]
    /// What the batch moved on each of the program's accounts.
    public var totals: [ProgramTotal]
    /// What the audit trail says of the batch's operations, in their order. Whoever writes the batch gives the entries
    /// their numbers, in the same transaction.
    public var notes: [AuditNote]
    /// When members are next due, where that comes sooner than before or was reached.
    public var due: [DueTime]
    /// Refusals that are given again to the same calls.
    public var refusals: RefusalNotes
    /// What becomes of sales without a member.
    public var kept: KeptChanges

    public init(
        block: Block, operations: [SealedOperation], members: [MemberWrite], identifiers: [NewIdentifier],
        profiles: [NewProfile], traits: [TraitsWrite] = [], consents: [ConsentWrite] = [],
        erasures: [MemberNumber] = [], shared: [SharedUse] = [], totals: [ProgramTotal], due: [DueTime] = [],
        notes: [AuditNote] = [], refusals: RefusalNotes = RefusalNotes(), freed: [Identifier] = [],
        merges: [NamesMove] = [], kept: KeptChanges = KeptChanges(), reads: [MemberRead] = []
    ) {
        self.reads = reads
        self.notes = notes
        self.block = block
        self.operations = operations
        self.members = members
        self.identifiers = identifiers
        self.profiles = profiles
        self.traits = traits
        self.consents = consents
        self.erasures = erasures
        self.shared = shared
        self.totals = totals
        self.due = due
        self.refusals = refusals
        self.freed = freed
        self.merges = merges
        self.kept = kept
    }
}

/// The seal of one batch: a Merkle root over its operations, chained to the writer's block before it.
public struct Block: Hashable, Sendable {
    public let writer: WriterID
    /// 1, 2, 3 … per writer without holes.
    public let number: Int64
    /// The digest of the writer's previous block.
    public let previous: Digest
    /// The Merkle root over the operations' digests.
    public let root: Digest
    /// How many operations there are.
    public let count: Int64
    public let recordedAt: Instant
    /// The newest rule set that was known when it was decided; 0 for blocks from before it was kept.
    public let newestRuleSet: Int64

    public init(
        writer: WriterID, number: Int64, previous: Digest, root: Digest, count: Int64, recordedAt: Instant,
        newestRuleSet: Int64
    ) {
        self.writer = writer
        self.number = number
        self.previous = previous
        self.root = root
        self.count = count
        self.recordedAt = recordedAt
        self.newestRuleSet = newestRuleSet
    }
}

/// An operation with its digest and what was answered.
public struct SealedOperation: Hashable, Sendable {
    public let operation: Operation
    public let digest: Digest
    /// The result object less its `replayed` member; empty for what the engine did of itself.
    public let result: [UInt8]
    /// What its fingerprint was mixed with; goes with the result.
    public let salt: Salt?

    public init(operation: Operation, digest: Digest, result: [UInt8], salt: Salt? = nil) {
        self.operation = operation
        self.digest = digest
        self.result = result
        self.salt = salt
    }
}

/// A member after the batch, and the version it must have had before it.
public struct MemberWrite: Sendable {
    public let state: MemberState
    /// 0 for a member that is new.
    public let expectedVersion: Int64

    public init(state: MemberState, expectedVersion: Int64) {
        self.state = state
        self.expectedVersion = expectedVersion
    }
}

/// A member that does not change, and the version it must still have.
public struct MemberRead: Hashable, Sendable {
    public let member: MemberNumber
    public let version: Int64

    public init(member: MemberNumber, version: Int64) {
        self.member = member
        self.version = version
    }
}

/// An identifier that a member gets. It must be free.
public struct NewIdentifier: Hashable, Sendable {
    public let identifier: Identifier
    public let member: MemberNumber

    public init(identifier: Identifier, member: MemberNumber) {
        self.identifier = identifier
        self.member = member
    }
}

/// A member all of whose names become another's: the identifiers, and the name to greet with where the other has none.
public struct NamesMove: Hashable, Sendable {
    public let from: MemberNumber
    public let to: MemberNumber

    public init(from: MemberNumber, to: MemberNumber) {
        self.from = from
        self.to = to
    }
}

/// The personal data of a new member, kept apart from the ledger.
public struct NewProfile: Hashable, Sendable {
    public let member: MemberNumber
    public let name: String

    public init(member: MemberNumber, name: String) {
        self.member = member
        self.name = name
    }
}

/// What rules may know of a member after the batch.
public struct TraitsWrite: Hashable, Sendable {
    public let member: MemberNumber
    public let traits: Traits

    public init(member: MemberNumber, traits: Traits) {
        self.member = member
        self.traits = traits
    }
}

/// What a member agreed to, or no longer does.
public struct ConsentWrite: Hashable, Sendable {
    public let member: MemberNumber
    public let consent: Consent

    public init(member: MemberNumber, consent: Consent) {
        self.member = member
        self.consent = consent
    }
}

/// What a batch used of something that members share, and within which bounds that is right.
///
/// It was decided on an earlier sum. As long as all of it fits, nobody could tell; but where something was cut because
/// no more was left, the batch may be written only while that much is used.
public struct SharedUse: Hashable, Sendable {
    public let key: UsageKey
    public var change: Int64
    /// The most that may be used in all behind the batch; the greatest number for one that only gives back, which is
    /// right even where a limit was lowered below what is used.
    public let limit: Int64
    /// The least that must have been used before the batch.
    public let least: Int64

    public init(key: UsageKey, change: Int64, limit: Int64, least: Int64 = 0) {
        self.key = key
        self.change = change
        self.limit = limit
        self.least = least
    }

    /// All that was ever used, where nothing is known of it yet.
    public init(_ usage: Usage) {
        self.init(key: usage.key, change: usage.amount, limit: .max)
    }

    /// Whether the batch is right on top of what is used in the store.
    public func fits(on used: Int64) -> Bool {
        let after = used + change
        return used >= least && after >= 0 && after <= limit
    }
}

/// What one batch moved into (positive) or out of (negative) an account of the program.
public struct ProgramTotal: Hashable, Sendable {
    public let currency: CurrencyID
    public let account: Account
    public let change: Points

    public init(currency: CurrencyID, account: Account, change: Points) {
        self.currency = currency
        self.account = account
        self.change = change
    }
}
