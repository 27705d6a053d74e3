import Engine
import Foundation
import Ledger
import Logging
import Loyalty
import Rules
import Synchronization
import Time

/// The clock of a world.
final class WorldClock: Sendable {
    private let instant: Mutex<Int>

    init(_ instant: Int) { self.instant = Mutex(instant) }

    var now: Int {
        get { instant.withLock { $0 } }
        set { instant.withLock { $0 = newValue } }
    }
}

/// One engine: a lane without threads, its own copy of the rules, and the way its replies take.
final class Node {
    private var lane: SteppedLane
    private let sink: DiarySink
    private let clock: WorldClock
    let rules: RuleDirectory
    /// The instants at which it may have decided lately.
    var decided: [Int] { [asked, finished, instants.latest, instants.earliest] }
    /// The earliest and the latest instant at which it may have decided last: behind a failed commit it decides again.
    private var instants = (earliest: 0, latest: 0)
    /// What its clock showed when it was last asked to decide. It is behind the earliest one where that came to nothing.
    private(set) var asked = 0
    /// What its clock showed when a commit last ended. Behind a clock that was put back it may have decided again then, which
    /// neither the earliest nor the latest instant tells.
    private var finished = 0

    init(_ number: Int, store: any Store, _ book: RuleBook, _ clock: WorldClock, _ diary: Diary, seed: UInt64) throws {
        self.clock = clock
        rules = RuleDirectory(book, zones: WorldZones.zone)
        sink = DiarySink(number, diary)
        let ids = Mutex(Dice(seed: seed))
        let draw: IDSource = { ids.withLock { RandomID.draw(using: &$0) } }
        lane = try SteppedLane(
            store: store, clock: { Instant(clock.now) }, drawID: draw,
            drawCode: { ids.withLock { VoucherCode.draw(using: &$0) } }, rules: rules,
            describe: { outcome, _, _ in Array(outcome.told.utf8) },
            logger: Logger(label: "simulator") { _ in SwiftLogNoOpLogHandler() }, cacheCapacity: 6)
    }

    var room: Int { lane.room }
    var isBusy: Bool { lane.isBusy }

    func decide(_ messages: [Message]) {
        asked = clock.now
        instants = (max(instants.earliest, clock.now), max(instants.latest, clock.now))
        lane.decide(
            messages.map { message in
                Submission(
                    cause: Cause(
                        client: 1, idempotencyKey: ExactText(message.key),
                        fingerprint: Digest(words: (UInt64(truncatingIfNeeded: message.act.hashValue), 0, 0, 0))),
                    command: message.act.command, sink: sink, token: message.number)
            })
    }

    func finishCommit() {
        finished = clock.now
        instants.latest = max(instants.latest, clock.now)
        lane.finishCommit()
    }

    /// Lets nothing out any more.
    func silence() { sink.silence() }
}

/// A command on its way.
struct Message {
    let number: Int
    let key: String
    let act: Act
    /// The step that sent it.
    let step: Int
    let node: Int
    /// The step at which it arrives.
    let arrival: Int
    let losesReply: Bool
}

/// Writes replies into the diary.
private final class DiarySink: ReplySink {
    private let node: Int
    private let diary: Diary
    private let isSilent = Mutex(false)

    init(_ node: Int, _ diary: Diary) {
        self.node = node
        self.diary = diary
    }

    func silence() { isSilent.withLock { $0 = true } }

    func deliver(_ replies: [(token: Int, reply: Reply)]) {
        if !isSilent.withLock({ $0 }) { diary.note(.replies(node: node, replies)) }
    }
}

/// The zones of the system that worlds use, read once.
enum WorldZones {
    private static let zones = Dictionary(
        uniqueKeysWithValues: WallClock.allCases.map { ($0.rawValue, SystemZones.zone(named: $0.rawValue)) })

    static let zone: ZoneProvider = { zones[$0] ?? nil }
}
