public import Ledger
public import Loyalty
public import Rules
public import Time

/// Where members, operations and transfers are kept.
///
/// The contract is in words of the domain; no SQL crosses it. Calls block, so they are made from dedicated threads
/// only. Any number of engines may share one store: a commit succeeds as a whole or not at all, and only while every
/// member it touches still has the version that was loaded, so that lanes, caches and nodes are an optimisation and
/// never a matter of correctness.
public protocol Store: Sendable {
    /// Registers an engine that is about to commit batches and gives it a number of its own.
    func registerWriter(at instant: Instant) throws -> WriterID

    /// Sets member numbers aside that nobody else will get. Numbers that are never used leave a hole.
    func leaseMemberNumbers(_ count: Int) throws -> Range<Int64>

    /// Finds what deciding a batch needs, in one round trip.
    func load(_ keys: LoadKeys) throws -> Loaded

    /// Writes all of a batch in one durable transaction, or nothing. A batch that was decided without knowing the
    /// newest rule set is a conflict, with no members.
    ///
    /// - Throws: `StoreError` where nothing was written for certain.
    func commit(_ batch: Batch) throws -> CommitOutcome

    /// Writes down refusals of commands beside which no other was accepted, durably and all or none. Doing it twice
    /// changes nothing.
    func note(_ refusals: RefusalNotes) throws

    /// Writes changes of sales that nobody claimed yet, and refusals, beside which no command of a member was accepted:
    /// all of it durably, or nothing.
    ///
    /// - Returns: whether it was written; otherwise others changed these sales, or took a receipt or a key. That is also
    ///   said of what was written before and is written again.
    func keep(_ kept: KeptChanges, _ refusals: RefusalNotes) throws -> Bool

    /// Whether a batch is there, for good: what decides after an unknown outcome.
    func hasBatch(writer: WriterID, number: Int64) throws -> Bool

    /// Reads without ever waiting for a writer; all reads in `body` see the same moment.
    func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result

    /// Adds a rule set behind the ones that are there, with an entry of the audit trail; its version is the next
    /// number. From then on no batch commits that was decided without knowing it.
    ///
    /// - Parameter clock: read inside the transaction, in which nothing else is written.
    func addRuleSet(_ ruleSet: NewRuleSet, clock: Clock) throws -> AddingOutcome

    /// Changes who may connect, with an entry of the audit trail where anything changed.
    func changeClients(_ change: ClientChange) throws -> ClientOutcome

    /// Adds an entry to the audit trail about what was done to the store itself.
    func record(_ note: AuditNote) throws

    /// Forgets what was answered to commands in the next batches that were recorded before an instant; who asked for
    /// what stays known. Batches come in their order and each once.
    ///
    /// - Returns: how many batches those were, at most so many; 0 where none is left.
    func forgetAnswers(recordedBefore instant: Instant, batches: Int) throws -> Int

    /// Adds a key that signs, unless its number is there already.
    func addSigningKey(_ key: SigningKey) throws

    /// Adds a key that signs behind those that are there, and ends those where that is asked for, with an entry of the
    /// audit trail.
    ///
    /// - Returns: the key.
    func rotateSigningKey(_ rotation: SigningKeyRotation) throws -> SigningKey

    /// Sets the writing of what is due aside for one engine until an instant, unless another one has it still.
    ///
    /// - Returns: whether the engine has it. Should clocks differ so much that two have it, versions keep them apart.
    func leaseDueWork(to writer: WriterID, at now: Instant, until: Instant) throws -> Bool

    /// Puts down when members are next due, each while it has the version that was looked at, and how far the survey
    /// has come.
    func schedule(_ corrections: [DueCorrection], survey: DueSurvey?) throws

    /// Takes in everything that another store holds as of one moment, in one transaction: all of it or nothing. Who has
    /// the work of what is due is not part of it. An entry of the audit trail comes behind those that are taken over.
    ///
    /// - Throws: `NotEmpty` where there is anything but the schema and what the audit trail says of that, whose place the
    ///   other store's trail takes.
    func fill(from source: any StoreReader, noting note: AuditNote, progress: CopyProgress) throws
}

/// The number of an engine that commits batches to a store.
public struct WriterID: Hashable, Sendable {
    public let value: Int64

    public init(_ value: Int64) {
        self.value = value
    }
}

/// What deciding a batch needs to know and the engine does not know yet.
public struct LoadKeys: Sendable {
    /// Idempotency keys, to find what was answered before.
    public var causes: [IdempotencyKey] = []
    /// Identifiers, to find whose they are and that member's state.
    public var identifiers: [Identifier] = []
    /// Members that are known by number.
    public var members: [MemberNumber] = []
    /// Receipts, to find whether they were posted.
    public var receipts: [ReceiptNumber] = []
    /// Receipts, to find the sales without a member that are kept under them.
    public var kept: [ReceiptNumber] = []
    /// Earlier operations, to find what became of them and how their members stand.
    public var records: [Reference] = []
    /// What members share, to find how much of it is used.
    public var shared: [UsageKey] = []

    public init() {}

    public var isEmpty: Bool {
        causes.isEmpty && identifiers.isEmpty && members.isEmpty && receipts.isEmpty && records.isEmpty
            && shared.isEmpty && kept.isEmpty
    }
}

/// An idempotency key in its scope.
public struct IdempotencyKey: Hashable, Sendable {
    public let client: Int64
    public let key: ExactText

    public init(client: Int64, key: ExactText) {
        self.client = client
        self.key = key
    }

    public init(_ cause: Cause) {
        self.init(client: cause.client, key: cause.idempotencyKey)
    }
}

/// The answers to `LoadKeys`; what does not exist is absent.
public struct Loaded: Sendable {
    public var answers: [IdempotencyKey: StoredAnswer] = [:]
    /// Refusals that were given lately, also those that hold no longer; found by the same keys as answers.
    public var refusals: [IdempotencyKey: RefusalNote] = [:]
    public var owners: [Identifier: MemberNumber] = [:]
    public var states: [MemberNumber: MemberState] = [:]
    public var receipts: [ReceiptNumber: OperationID] = [:]
    /// Sales without a member, claimed ones and those that can no longer be claimed included while they are there.
    public var kept: [ReceiptNumber: KeptSale] = [:]
    /// Identifiers that were taken away and belong to nobody yet; a store never tells any.
    public var freed: Set<Identifier> = []
    /// Each with every later operation of its member.
    public var records: [Reference: OperationRecord] = [:]
    /// What is used of what members share; what nobody used is absent.
    public var shared: [Usage] = []

    public init() {}
}

/// What was answered to an accepted command.
public struct StoredAnswer: Hashable, Sendable {
    /// `nil` for what was done to a sale that nobody claimed yet.
    public let operation: OperationID?
    public let fingerprint: Digest
    /// What the fingerprint was mixed with; `nil` where it is of the call alone, and once the answer is erased.
    public let salt: Salt?
    /// The result object, as the wire shows it, less its `replayed` member; empty once it is erased.
    public let result: [UInt8]

    public init(operation: OperationID?, fingerprint: Digest, salt: Salt? = nil, result: [UInt8]) {
        self.operation = operation
        self.fingerprint = fingerprint
        self.salt = salt
        self.result = result
    }

    /// Whether it was the answer to this call, where the fingerprint was kept.
    func isAnswer(to cause: Cause) -> Bool { cause.mixed(with: salt).fingerprint == fingerprint }
}

/// How a commit ended.
public enum CommitOutcome: Hashable, Sendable {
    /// Everything is durable.
    case committed
    /// Nothing was written: someone else changed these members, took a key, an identifier or a receipt, used what
    /// members share, or published a rule set; or a command was refused under a key of the batch.
    /// Load afresh and decide again.
    case conflict(members: [MemberNumber])
    /// The connection was lost while committing; `hasBatch` tells once there is one again.
    case unknown
}

/// A store that cannot do what was asked.
public struct StoreError: Error, CustomStringConvertible, Sendable {
    public enum Code: Sendable {
        /// The store was written by a newer version of this program.
        case tooNew
        /// The folder, the file or the database cannot be used.
        case unavailable
        /// The server that keeps the database cannot be reached, or does not let this program in.
        case unreachable
        /// What is stored does not make sense.
        case corrupt
    }

    public let code: Code
    /// A sentence for the operator, without personal data.
    public let description: String

    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
