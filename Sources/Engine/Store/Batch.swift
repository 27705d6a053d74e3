package import Ledger
package import Loyalty
package import Rules
package import Time

/// Everything that one transaction writes: the operations of up to 128 commands and what fell
/// due, the members as they are afterwards,
/// and one block that seals them.
package struct Batch: Sendable {
    package var block: Block
    /// In the order in which they were decided, which is the order of the block's leaves.
    package var operations: [SealedOperation]
    package var members: [MemberWrite]
    /// Members by whom something was decided and who do not change.
    package var reads: [MemberRead]
    package var identifiers: [NewIdentifier]
    package var profiles: [NewProfile]
    /// Identifiers that are taken away, before any are given.
    package var freed: [Identifier]
    /// Whose names become another's, after all have been given; in order.
    package var merges: [NamesMove]
    /// Members' traits as they are afterwards, where they changed.
    package var traits: [TraitsWrite]
    /// What members agreed to, or no longer do; of one member and purpose the last counts.
    package var consents: [ConsentWrite]
    /// Members of whom everything personal goes before the rest is written: the name, traits, identifiers but vouchers,
    /// consents, answers, and what rules saw of the person. Their new id is among the identifiers.
    package var erasures: [MemberNumber]
    /// What the batch used of what members share.
    package var shared: [SharedUse]
    /// What the batch moved on each of the program's accounts.
    package var totals: [ProgramTotal]
    /// What the audit trail says of the batch's operations, in their order. Whoever writes the batch gives the entries
    /// their numbers, in the same transaction.
    package var notes: [AuditNote]
    /// When members are next due, where that comes sooner than before or was reached.
    package var due: [DueTime]
    /// Refusals that are given again to the same calls.
    package var refusals: RefusalNotes
    /// What becomes of sales without a member.
    package var kept: KeptChanges

    package init(
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
package struct Block: Hashable, Sendable {
    package let writer: WriterID
    /// 1, 2, 3 … per writer without holes.
    package let number: Int64
    /// The digest of the writer's previous block.
    package let previous: Digest
    /// The Merkle root over the operations' digests.
    package let root: Digest
    /// How many operations there are.
    package let count: Int64
    package let recordedAt: Instant
    /// The newest rule set that was known when it was decided; 0 for blocks from before it was kept.
    package let newestRuleSet: Int64

    package init(
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
package struct SealedOperation: Hashable, Sendable {
    package let operation: Operation
    package let digest: Digest
    /// The result object less its `replayed` member; empty for what the engine did of itself.
    package let result: [UInt8]
    /// What its fingerprint was mixed with; goes with the result.
    package let salt: Salt?

    package init(operation: Operation, digest: Digest, result: [UInt8], salt: Salt? = nil) {
        self.operation = operation
        self.digest = digest
        self.result = result
        self.salt = salt
    }
}

/// A member after the batch, and the version it must have had before it.
package struct MemberWrite: Sendable {
    package let state: MemberState
    /// 0 for a member that is new.
    package let expectedVersion: Int64

    package init(state: MemberState, expectedVersion: Int64) {
        self.state = state
        self.expectedVersion = expectedVersion
    }
}

/// A member that does not change, and the version it must still have.
package struct MemberRead: Hashable, Sendable {
    package let member: MemberNumber
    package let version: Int64

    package init(member: MemberNumber, version: Int64) {
        self.member = member
        self.version = version
    }
}

/// An identifier that a member gets. It must be free.
package struct NewIdentifier: Hashable, Sendable {
    package let identifier: Identifier
    package let member: MemberNumber

    package init(identifier: Identifier, member: MemberNumber) {
        self.identifier = identifier
        self.member = member
    }
}

/// A member all of whose names become another's: the identifiers, and the name to greet with where the other has none.
package struct NamesMove: Hashable, Sendable {
    package let from: MemberNumber
    package let to: MemberNumber

    package init(from: MemberNumber, to: MemberNumber) {
        self.from = from
        self.to = to
    }
}

/// The personal data of a new member, kept apart from the ledger.
package struct NewProfile: Hashable, Sendable {
    package let member: MemberNumber
    package let name: String

    package init(member: MemberNumber, name: String) {
        self.member = member
        self.name = name
    }
}

/// What rules may know of a member after the batch.
package struct TraitsWrite: Hashable, Sendable {
    package let member: MemberNumber
    package let traits: Traits

    package init(member: MemberNumber, traits: Traits) {
        self.member = member
        self.traits = traits
    }
}

/// What a member agreed to, or no longer does.
package struct ConsentWrite: Hashable, Sendable {
    package let member: MemberNumber
    package let consent: Consent

    package init(member: MemberNumber, consent: Consent) {
        self.member = member
        self.consent = consent
    }
}

/// What a batch used of something that members share, and within which bounds that is right.
///
/// It was decided on an earlier sum. As long as all of it fits, nobody could tell; but where something was cut because
/// no more was left, the batch may be written only while that much is used.
package struct SharedUse: Hashable, Sendable {
    package let key: UsageKey
    package var change: Int64
    /// The most that may be used in all behind the batch; the greatest number for one that only gives back, which is
    /// right even where a limit was lowered below what is used.
    package let limit: Int64
    /// The least that must have been used before the batch.
    package let least: Int64

    package init(key: UsageKey, change: Int64, limit: Int64, least: Int64 = 0) {
        self.key = key
        self.change = change
        self.limit = limit
        self.least = least
    }

    /// All that was ever used, where nothing is known of it yet.
    package init(_ usage: Usage) {
        self.init(key: usage.key, change: usage.amount, limit: .max)
    }

    /// Whether the batch is right on top of what is used in the store.
    package func fits(on used: Int64) -> Bool {
        let after = used + change
        return used >= least && after >= 0 && after <= limit
    }
}

/// What one batch moved into (positive) or out of (negative) an account of the program.
package struct ProgramTotal: Hashable, Sendable {
    package let currency: CurrencyID
    package let account: Account
    package let change: Points

    package init(currency: CurrencyID, account: Account, change: Points) {
        self.currency = currency
        self.account = account
        self.change = change
    }
}
