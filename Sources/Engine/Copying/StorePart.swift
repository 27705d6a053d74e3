import Ledger
public import Loyalty
public import Rules
public import Time

// All that a store holds, told page by page in words of the domain, so that any store can be filled from any other one
// although their rows differ. What comes later builds on what came before: sales without a member come before the
// purchases that some of them became, members before their operations, refusals last.

/// A page of what a store holds.
public enum StorePart: Sendable {
    case writers([RegisteredWriter])
    case ruleSets([StoredRuleSet])
    case clients([Client])
    case signingKeys([SigningKey])
    case audit([AuditEntry])
    case members([RecordedMember])
    case kept([KeptRecord])
    case batches([RecordedBatch])
    case refusals([RefusalNote])
    case shared([Usage])
    /// The next number for a member, and how far members were looked through for when they are next due.
    case course(nextMember: Int64, survey: DueSurvey)
}

/// An engine that commits batches, or once did.
public struct RegisteredWriter: Hashable, Sendable {
    public let id: WriterID
    public let registeredAt: Instant
    /// The last of its batches whose answers are forgotten; 0 where none is.
    public let answersForgotten: Int64

    public init(id: WriterID, registeredAt: Instant, answersForgotten: Int64) {
        self.id = id
        self.registeredAt = registeredAt
        self.answersForgotten = answersForgotten
    }
}

/// A member as last recorded, with what lies beside the ledger.
public struct RecordedMember: Hashable, Sendable {
    public let scheduled: ScheduledMember
    public let profile: Profile
    /// By purpose.
    public let consents: [Consent]

    public init(scheduled: ScheduledMember, profile: Profile, consents: [Consent]) {
        self.scheduled = scheduled
        self.profile = profile
        // Not every store sorts texts alike.
        self.consents = consents.sorted { $0.purpose.utf8.lexicographicallyPrecedes($1.purpose.utf8) }
    }

    public var state: MemberState { scheduled.state }
}

/// A batch as it was recorded, with all that its operations say today.
public struct RecordedBatch: Hashable, Sendable {
    public let block: Block
    /// In the order of the block's leaves.
    public let operations: [SealedOperation]
    /// By currency and account.
    public let totals: [ProgramTotal]

    public init(block: Block, operations: [SealedOperation], totals: [ProgramTotal]) {
        self.block = block
        self.operations = operations
        self.totals = totals.sorted { ($0.currency, $0.account.rawValue) < ($1.currency, $1.account.rawValue) }
    }
}

/// A batch and the place behind it in the order of recording.
public struct PlacedBatch: Sendable {
    /// That of its last operation.
    public let position: HistoryPosition
    public let batch: RecordedBatch

    public init(position: HistoryPosition, batch: RecordedBatch) {
        self.position = position
        self.batch = batch
    }
}

/// A refusal and its place in the order of writing, which means something only to the view that gave it.
public struct PlacedRefusal: Sendable {
    public let place: Int64
    public let note: RefusalNote

    public init(place: Int64, note: RefusalNote) {
        self.place = place
        self.note = note
    }
}

/// A sale without a member, with the calls that made and changed it.
public struct KeptRecord: Hashable, Sendable {
    public let sale: KeptSale
    /// By client and key.
    public let calls: [KeptCall]

    public init(sale: KeptSale, calls: [KeptCall]) {
        self.sale = sale
        self.calls = calls.sorted {
            guard $0.key.client == $1.key.client else { return $0.key.client < $1.key.client }
            return $0.key.key.text.utf8.lexicographicallyPrecedes($1.key.key.text.utf8)
        }
    }

    /// What makes it where it is not yet.
    public var changes: KeptChanges {
        var changes = KeptChanges()
        changes.write(sale, behind: 0, at: .distantPast)
        changes.calls = calls
        return changes
    }
}
