package import Engine
import Ledger
import Loyalty
import Synchronization
package import Time

// The store contract in its plainest form: dictionaries behind one lock.
//
// It is what the other stores are compared with, and what the simulator runs engines on: a hook may let a commit
// fail, or end unknown, written or not.

/// A store in memory; several engines may share one.
package final class MemoryStore: Store {
    /// What the fault hook does to a commit.
    package enum Fault: Hashable, Sendable {
        /// Nothing is written, and the commit throws.
        case failure
        /// Nothing is written, and the commit says it met others, though it did not.
        case conflict
        /// Everything is written, and the commit does not know.
        case unknownWritten
        /// Nothing is written, and the commit does not know.
        case unknownNotWritten
    }

    /// Asked before each commit; `nil` lets the commit go on.
    package typealias FaultHook = @Sendable (Batch) -> Fault?

    private let contents = Mutex(Contents())
    private let faultHook: FaultHook
    private let readsFail = Atomic<Bool>(false)

    package init(faultHook: @escaping FaultHook = { _ in nil }) {
        self.faultHook = faultHook
    }

    // MARK: Writing

    package func registerWriter(at instant: Instant) -> WriterID {
        contents.withLock { $0.addWriter(at: instant) }
    }

    package func leaseMemberNumbers(_ count: Int) -> Range<Int64> {
        precondition(count >= 0, "a lease is a number of numbers")
        return contents.withLock { contents in
            let start = contents.nextMemberNumber
            contents.nextMemberNumber += Int64(count)
            return start..<contents.nextMemberNumber
        }
    }

    package func commit(_ batch: Batch) throws -> CommitOutcome {
        switch faultHook(batch) {
        case .failure: throw StoreError(.unavailable, "the store fails as it was told to")
        case .conflict: return .conflict(members: batch.members.map(\.state.number).sorted())
        case .unknownNotWritten: return .unknown
        case .unknownWritten:
            let outcome = try write(batch)
            return outcome == .committed ? .unknown : outcome
        case nil: return try write(batch)
        }
    }

    private func write(_ batch: Batch) throws -> CommitOutcome {
        try contents.withLock { contents in
            guard contents.knowsRules(batch) else { return .conflict(members: []) }
            let conflicts = contents.conflicts(with: batch)
            guard conflicts.isEmpty, contents.fits(batch.shared), contents.fits(batch.kept, batch.refusals) else {
                return .conflict(members: conflicts.sorted())
            }
            try contents.apply(batch)
            return .committed
        }
    }

    package func note(_ refusals: RefusalNotes) {
        contents.withLock { $0.note(refusals) }
    }

    package func keep(_ kept: KeptChanges, _ refusals: RefusalNotes) -> Bool {
        contents.withLock { contents in
            guard contents.fits(kept, refusals) else { return false }
            contents.apply(kept, refusals)
            return true
        }
    }

    package func addRuleSet(_ ruleSet: NewRuleSet, clock: Clock) -> AddingOutcome {
        contents.withLock { $0.add(ruleSet, at: clock()) }
    }

    package func changeClients(_ change: ClientChange) -> ClientOutcome {
        contents.withLock { $0.change(change) }
    }

    package func record(_ note: AuditNote) {
        contents.withLock { $0.record(note) }
    }

    package func forgetAnswers(recordedBefore instant: Instant, batches: Int) -> Int {
        contents.withLock { $0.forgetAnswers(recordedBefore: instant, batches: batches) }
    }

    package func addSigningKey(_ key: SigningKey) {
        contents.withLock { $0.add(key) }
    }

    package func rotateSigningKey(_ rotation: SigningKeyRotation) -> SigningKey {
        contents.withLock { $0.rotateSigningKey(rotation) }
    }

    package func leaseDueWork(to writer: WriterID, at now: Instant, until: Instant) -> Bool {
        contents.withLock { $0.leaseDueWork(to: writer, at: now, until: until) }
    }

    package func schedule(_ corrections: [DueCorrection], survey: DueSurvey?) {
        contents.withLock { $0.schedule(corrections, survey: survey) }
    }

    package func fill(from source: any StoreReader, noting note: AuditNote, progress: CopyProgress) throws {
        if let what = contents.withLock({ $0.whatIsThere }) { throw NotEmpty(what) }
        var filled = Contents()
        try source.tell(progress) { filled.add($0) }
        filled.record(note)
        try contents.withLock { contents in
            if let what = contents.whatIsThere { throw NotEmpty(what) }
            contents = filled
        }
    }

    // MARK: Reading

    /// From now on views of the store cannot be had, or can be again.
    package func failReads(_ fails: Bool) {
        readsFail.store(fails, ordering: .relaxed)
    }

    package func load(_ keys: LoadKeys) -> Loaded {
        contents.withLock { $0.load(keys) }
    }

    package func hasBatch(writer: WriterID, number: Int64) -> Bool {
        contents.withLock { $0.hasBatch(writer: writer, number: number) }
    }

    package func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        guard !readsFail.load(ordering: .relaxed) else {
            throw StoreError(.unavailable, "the store fails as it was told to")
        }
        // A value copied out: later commits change another copy.
        let moment = contents.withLock { $0 }
        return try body(MemoryReader(contents: moment))
    }
}
