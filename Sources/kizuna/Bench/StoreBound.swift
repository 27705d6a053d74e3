import Engine
import Foundation
import Ledger
import Loyalty
import PostgresStore
import Synchronization
import Time

/// The fastest a store can be: batches that were decided beforehand, written by a bare loop.
///
/// The batches come from an engine that runs on a copy of the database; they are then written to another copy, whose
/// members have the versions the batches expect.
///
/// On PostgreSQL the store itself is measured beside a bound: the same rows in the same batches by a bare loop.
final class StoreBound {
    private let store: any ClosableStore
    private let batches: [Batch]
    private let bare: BareLoop?

    init(_ world: BenchWorld, purchases: Int) throws {
        let copies: [ScratchDatabases.Part] =
            world.databases.areServed ? [.decided, .written, .bare] : [.decided, .written]
        for copy in copies { try world.databases.copy(.served, to: copy) }

        let recorder = BatchRecorder(try world.databases.open(.decided))
        let feeder = try EngineFeeder(store: recorder, rules: world.rules)
        var generator = SystemRandomNumberGenerator()
        let now = Startup.clock()
        feeder.feed(
            (0..<purchases).map { number in
                .purchase(
                    member: BenchWorld.card(Int.random(in: 0..<world.members, using: &generator)),
                    BenchWorld.purchase(number, at: now))
            })
        feeder.finish()
        batches = try recorder.close()
        bare = try world.databases.bareLoop(from: .decided, to: .bare)

        store = try world.databases.open(.written)
        _ = try store.registerWriter(at: now)
    }

    /// Purchases per second over one part of the batches.
    func measure(part: Int, of parts: Int) throws -> Double {
        let batches = batches[batches.count * part / parts..<batches.count * (part + 1) / parts]
        let started = ContinuousClock.now
        for batch in batches {
            guard case .committed = try store.commit(batch) else {
                throw CommandFailure("a batch of the bench was not accepted")
            }
        }
        let seconds = (ContinuousClock.now - started) / .seconds(1)
        return Double(batches.reduce(0) { $0 + $1.operations.count }) / seconds
    }

    /// The same over the same part of the batches by the bare loop; `nil` where there is none.
    func measureBare(part: Int, of parts: Int) throws -> Double? { try bare?.measure(part: part, of: parts) }
}

/// A store that keeps what it commits.
private final class BatchRecorder: Store {
    private let store: any ClosableStore
    private let batches = Mutex<[Batch]>([])

    init(_ store: any ClosableStore) {
        self.store = store
    }

    /// Closes the store and hands the batches over.
    func close() throws -> [Batch] {
        try store.close()
        return batches.withLock { $0 }
    }

    func commit(_ batch: Batch) throws -> CommitOutcome {
        let outcome = try store.commit(batch)
        batches.withLock { $0.append(batch) }
        return outcome
    }

    func registerWriter(at instant: Instant) throws -> WriterID { try store.registerWriter(at: instant) }
    func leaseMemberNumbers(_ count: Int) throws -> Range<Int64> { try store.leaseMemberNumbers(count) }
    func load(_ keys: LoadKeys) throws -> Loaded { try store.load(keys) }
    func note(_ refusals: RefusalNotes) throws { try store.note(refusals) }
    func keep(_ kept: KeptChanges, _ refusals: RefusalNotes) throws -> Bool { try store.keep(kept, refusals) }
    func addSigningKey(_ key: SigningKey) throws { try store.addSigningKey(key) }
    func rotateSigningKey(_ rotation: SigningKeyRotation) throws -> SigningKey {
        try store.rotateSigningKey(rotation)
    }
    func hasBatch(writer: WriterID, number: Int64) throws -> Bool { try store.hasBatch(writer: writer, number: number) }
    func addRuleSet(_ ruleSet: NewRuleSet, clock: Clock) throws -> AddingOutcome {
        try store.addRuleSet(ruleSet, clock: clock)
    }
    func changeClients(_ change: ClientChange) throws -> ClientOutcome { try store.changeClients(change) }
    func record(_ note: AuditNote) throws { try store.record(note) }
    func forgetAnswers(recordedBefore instant: Instant, batches: Int) throws -> Int {
        try store.forgetAnswers(recordedBefore: instant, batches: batches)
    }
    func leaseDueWork(to writer: WriterID, at now: Instant, until: Instant) throws -> Bool {
        try store.leaseDueWork(to: writer, at: now, until: until)
    }
    func schedule(_ corrections: [DueCorrection], survey: DueSurvey?) throws {
        try store.schedule(corrections, survey: survey)
    }
    func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result { try store.read(body) }
    func fill(from source: any StoreReader, noting note: AuditNote, progress: CopyProgress) throws {
        try store.fill(from: source, noting: note, progress: progress)
    }
}
