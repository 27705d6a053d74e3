import Engine
import Ledger
import Loyalty
import Synchronization
import Time

/// What can go wrong between an engine and a store.
package enum Fault: String, Hashable, Sendable, CaseIterable {
    /// Nothing is written, and the commit throws.
    case failedCommit
    /// Nothing is written, and the commit says it met others, though it did not.
    case conflict
    /// Everything is written, and the commit does not know.
    case unknownWritten
    /// Nothing is written, and the commit does not know.
    case unknownNotWritten
    /// What deciding needs cannot be read.
    case failedLoad
}

/// Something that happened, in order.
enum Occurrence: Sendable {
    /// A batch became durable.
    case durable(Batch)
    /// Sales without a member became durable without a batch.
    case kept(KeptChanges)
    /// Refusals became durable without a batch.
    case noted(RefusalNotes)
    case fault(Fault)
    case replies(node: Int, [(token: Int, reply: Reply)])
}

/// What happened since somebody asked.
final class Diary: Sendable {
    private let happenings = Mutex<[Occurrence]>([])

    func note(_ happening: Occurrence) { happenings.withLock { $0.append(happening) } }

    func take() -> [Occurrence] {
        happenings.withLock { happenings in
            defer { happenings = [] }
            return happenings
        }
    }
}

/// The faults that are to come, of all stores of a world.
final class Faults: Sendable {
    private let armed = Mutex<[Fault]>([])

    /// Lets the next call of its kind go wrong.
    func arm(_ fault: Fault) { armed.withLock { $0.append(fault) } }

    /// The first one of a kind, which is then over.
    func take(where strikes: (Fault) -> Bool) -> Fault? {
        armed.withLock { armed in armed.firstIndex(where: strikes).map { armed.remove(at: $0) } }
    }
}

/// Any store, watched, and with faults on demand.
final class WatchedStore: Store {
    private let base: any Store
    private let diary: Diary
    private let faults: Faults

    init(_ base: any Store, _ diary: Diary, _ faults: Faults) {
        self.base = base
        self.diary = diary
        self.faults = faults
    }

    private func strike(where strikes: (Fault) -> Bool) -> Fault? {
        let fault = faults.take(where: strikes)
        if let fault { diary.note(.fault(fault)) }
        return fault
    }

    func commit(_ batch: Batch) throws -> CommitOutcome {
        switch strike(where: { $0 != .failedLoad }) {
        case .failedCommit, .failedLoad: throw StoreError(.unavailable, "the store fails as it was told to")
        case .conflict: return .conflict(members: [])
        case .unknownNotWritten: return .unknown
        case .unknownWritten:
            let outcome = try write(batch)
            return outcome == .committed ? .unknown : outcome
        case nil: return try write(batch)
        }
    }

    private func write(_ batch: Batch) throws -> CommitOutcome {
        let outcome = try base.commit(batch)
        if outcome == .committed { diary.note(.durable(batch)) }
        return outcome
    }

    func note(_ refusals: RefusalNotes) throws {
        if strike(where: { $0 == .failedCommit }) != nil {
            throw StoreError(.unavailable, "the store fails as it was told to")
        }
        try base.note(refusals)
        diary.note(.noted(refusals))
    }

    func keep(_ kept: KeptChanges, _ refusals: RefusalNotes) throws -> Bool {
        switch strike(where: { $0 == .failedCommit || $0 == .conflict }) {
        case .failedCommit: throw StoreError(.unavailable, "the store fails as it was told to")
        case .some: return false
        case nil: break
        }
        guard try base.keep(kept, refusals) else { return false }
        diary.note(.kept(kept))
        diary.note(.noted(refusals))
        return true
    }

    func load(_ keys: LoadKeys) throws -> Loaded {
        if strike(where: { $0 == .failedLoad }) != nil {
            throw StoreError(.unavailable, "the store fails as it was told to")
        }
        return try base.load(keys)
    }

    func record(_ note: AuditNote) throws { try base.record(note) }
    func addSigningKey(_ key: SigningKey) throws { try base.addSigningKey(key) }
    func rotateSigningKey(_ rotation: SigningKeyRotation) throws -> SigningKey {
        try base.rotateSigningKey(rotation)
    }
    func registerWriter(at instant: Instant) throws -> WriterID { try base.registerWriter(at: instant) }
    func leaseMemberNumbers(_ count: Int) throws -> Range<Int64> { try base.leaseMemberNumbers(count) }
    func hasBatch(writer: WriterID, number: Int64) throws -> Bool { try base.hasBatch(writer: writer, number: number) }
    func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result { try base.read(body) }
    func addRuleSet(_ ruleSet: NewRuleSet, clock: Clock) throws -> AddingOutcome {
        try base.addRuleSet(ruleSet, clock: clock)
    }
    func forgetAnswers(recordedBefore instant: Instant, batches: Int) throws -> Int {
        try base.forgetAnswers(recordedBefore: instant, batches: batches)
    }
    func leaseDueWork(to writer: WriterID, at now: Instant, until: Instant) throws -> Bool {
        try base.leaseDueWork(to: writer, at: now, until: until)
    }
    func schedule(_ corrections: [DueCorrection], survey: DueSurvey?) throws {
        try base.schedule(corrections, survey: survey)
    }
    func changeClients(_ change: ClientChange) throws -> ClientOutcome { try base.changeClients(change) }
    func fill(from source: any StoreReader, noting note: AuditNote, progress: CopyProgress) throws {
        try base.fill(from: source, noting: note, progress: progress)
    }
}
