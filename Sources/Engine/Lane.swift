import Foundation
import Ledger
import Logging
import Loyalty
import Time

/// One thread that carries commands out: it takes what has gathered, loads what deciding needs, decides each command,
/// commits all of them in one transaction and answers.
///
/// Commands that arrive while a batch commits form the next one, so a busy lane batches by itself and an idle one
/// answers at once.
final class Lane: Sendable {
    /// More commands in a batch make every one of them wait longer and gain little.
    static let batchLimit = 128
    /// How many commands may wait.
    static let queueLimit = 4096

    private let mailbox = Mailbox<Submission>(capacity: Lane.queueLimit)
    private let finished = DispatchSemaphore(value: 0)

    /// Starts the thread.
    init(worker: consuming sending LaneWorker) {
        let mailbox = mailbox
        let finished = finished
        let box = Unshared(worker)
        let thread = Thread {
            var worker = box.take()
            while let submissions = mailbox.take(atMost: Lane.batchLimit) { worker.carryOut(submissions) }
            finished.signal()
        }
        thread.name = "kizuna.lane"
        thread.stackSize = 4 << 20
        thread.start()
    }

    /// Queues a command, or tells why not. Never waits.
    func submit(_ submission: Submission) -> Unavailability? {
        switch mailbox.post(submission) {
        case .posted: nil
        case .full: .overloaded
        case .closed: .shuttingDown
        }
    }

    /// Takes nothing more in, and returns once everything inside is answered.
    func drain() {
        mailbox.close()
        finished.wait()
        finished.signal()
    }
}

/// Hands a value over to the one thread that will own it.
///
/// `@unchecked Sendable` because the value is written before the thread starts and taken once, by that thread.
private final class Unshared<Value: ~Copyable>: @unchecked Sendable {
    private var value: Value?

    init(_ value: consuming Value) {
        self.value = consume value
    }

    func take() -> Value {
        guard let value = value.take() else { preconditionFailure("the value is taken once") }
        return value
    }
}

/// What the lane's thread owns: the cache, the writer's chain and the numbers set aside for new members.
///
/// Not copyable, because a copy that nobody notices would copy the whole cache with the next change.
struct LaneWorker: ~Copyable {
    private let store: any Store
    private let clock: Clock
    private let drawID: IDSource
    private let ruleSet: RuleSet
    private let describe: ResultWriter
    private let logger: Logger
    private let writer: WriterID
    private var lastBlock: Int64 = 0
    private var lastDigest = Digest.zero
    private var lastInstant = Instant(milliseconds: 0)
    private var freeNumbers: Range<Int64> = 0..<0
    private var cache: StateCache

    /// How many member numbers are set aside at a time.
    private static let numbersPerLease = 1024
    /// After so many conflicts in a row the commands are given back; something else changes these members all the time.
    private static let attemptLimit = 32

    init(
        store: any Store, clock: @escaping Clock, drawID: @escaping IDSource, ruleSet: RuleSet,
        describe: @escaping ResultWriter, logger: Logger, cacheCapacity: Int
    ) throws {
        self.store = store
        self.clock = clock
        self.drawID = drawID
        self.ruleSet = ruleSet
        self.describe = describe
        self.logger = logger
        self.writer = try store.registerWriter(at: clock())
        self.cache = StateCache(capacity: cacheCapacity)
    }

    /// Decides, commits and answers.
    mutating func carryOut(_ submissions: [Submission]) {
        do {
            Self.answer(submissions, try decideAndCommit(submissions))
        } catch  where submissions.count > 1 {
            // Each command stands alone: one that the store cannot take must not hurt the others.
            logger.warning("a batch failed and is carried out one by one", metadata: ["error": "\(error)"])
            for submission in submissions { carryOut([submission]) }
        } catch {
            logger.error("a command could not be recorded", metadata: ["error": "\(error)"])
            Self.answer(submissions, submissions.map { _ in .unavailable(.storeFailed) })
        }
    }

    private mutating func decideAndCommit(_ submissions: [Submission]) throws -> [Reply] {
        for attempt in 0..<Self.attemptLimit {
            let known = try load(for: submissions, withReceipts: attempt > 0)
            lastInstant = max(lastInstant, clock())
            var draft = BatchDraft(ruleSet: ruleSet, now: lastInstant, known: known, describe: describe)
            var replies: [Reply] = []
            replies.reserveCapacity(submissions.count)
            for submission in submissions {
                replies.append(try draft.decide(submission.cause, submission.command, newMember: { try drawMember() }))
            }
            if try draft.isEmpty || commit(draft) {
                remember(draft.settled())
                return replies
            }
            // The batch's members were taken out of the cache, so they are loaded afresh.
        }
        throw StoreError(.unavailable, "other engines changed the same members \(Self.attemptLimit) times in a row")
    }

    /// Gathers what the cache does not hold from the store.
    ///
    /// Receipts are looked up only behind a conflict. A sale that comes twice comes with its key, which is looked up
    /// always; the same receipt under another key is rare, and then the commit itself refuses the batch.
    private mutating func load(for submissions: [Submission], withReceipts: Bool) throws -> Loaded {
        var keys = LoadKeys()
        var cached = Loaded()
        keys.causes.reserveCapacity(submissions.count)
        for submission in submissions {
            keys.causes.append(
                IdempotencyKey(client: submission.cause.client, key: submission.cause.idempotencyKey))
            keys.identifiers.append(contentsOf: submission.command.claims)
            if withReceipts, let receipt = submission.command.receipt { keys.receipts.append(receipt) }
            guard let identifier = submission.command.member, cached.owners[identifier] == nil else { continue }
            guard let owner = cache.owner(of: identifier) else {
                keys.identifiers.append(identifier)
                continue
            }
            cached.owners[identifier] = owner
            guard cached.states[owner] == nil else { continue }
            if let state = cache.take(owner) {
                cached.states[owner] = state
            } else {
                keys.members.append(owner)
            }
        }
        var known = try store.load(keys)
        known.owners.merge(cached.owners) { stored, _ in stored }
        known.states.merge(cached.states) { stored, _ in stored }
        return known
    }

    /// Writes the batch. `false` when another engine was there first, and all must be decided again.
    private mutating func commit(_ draft: BatchDraft) throws -> Bool {
        let batch = draft.batch(writer: writer, number: lastBlock + 1, previous: lastDigest)
        switch try store.commit(batch) {
        case .committed: break
        case .conflict: return false
        case .unknown: guard becameDurable(batch.block) else { return false }
        }
        lastBlock = batch.block.number
        lastDigest = batch.block.digest
        return true
    }

    /// Asks until the store can tell whether a batch is there: an outcome is never guessed.
    private func becameDurable(_ block: Block) -> Bool {
        var pause = 0.05
        while true {
            do {
                return try store.hasBatch(writer: block.writer, number: block.number)
            } catch {
                logger.error(
                    "the outcome of a commit is unknown until the store answers", metadata: ["error": "\(error)"])
                Thread.sleep(forTimeInterval: pause)
                pause = min(pause * 2, 2)
            }
        }
    }

    private mutating func remember(_ known: Loaded) {
        for (identifier, owner) in known.owners { cache.put(owner, for: identifier) }
        for state in known.states.values { cache.put(state) }
    }

    private mutating func drawMember() throws -> NewMember {
        if freeNumbers.isEmpty { freeNumbers = try store.leaseMemberNumbers(Self.numbersPerLease) }
        return NewMember(number: MemberNumber(freeNumbers.removeFirst()), id: drawID())
    }

    private static func answer(_ submissions: [Submission], _ replies: [Reply]) {
        var deliveries: [ObjectIdentifier: (sink: any ReplySink, replies: [(token: Int, reply: Reply)])] = [:]
        for (submission, reply) in zip(submissions, replies) {
            deliveries[ObjectIdentifier(submission.sink), default: (submission.sink, [])].replies
                .append((submission.token, reply))
        }
        for delivery in deliveries.values { delivery.sink.deliver(delivery.replies) }
    }
}
