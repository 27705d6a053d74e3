import Ledger
import Logging
import Loyalty
import Metrics
import Rules
import Time

// What the deciding thread does, and all it owns.
//
// There are three layers of knowledge. The cache holds what is durable. `pending` is what the batch under way makes of
// it, which nobody may hear of yet. The draft is decided on top of both, and is handed over once the batch under way
// is durable. Should that one fail instead, `pending` and the draft are dropped, which leaves the cache true, and the
// commands of both are decided afresh, in their order. A draft that takes nothing more is left with the committing
// thread, which goes on with it by itself.

/// The owner of the cache, the writer's chain and the numbers set aside for new members.
///
/// Not copyable, because a copy that nobody notices would copy the whole cache with the next change.
struct LaneWorker: ~Copyable {
    private let store: any Store
    private let committer: Committer
    private let clock: Clock
    private let rules: RuleDirectory
    private let drawCode: IDSource
    private let drawSalt: SaltSource
    private let describe: ResultWriter
    private let logger: Logger
    private let writer: WriterID
    private let due: DueTray

    /// The rule sets under which the draft and what is under way are decided.
    private var book: RuleBook
    /// The budgets of rule sets that may still decide something.
    private var budgets: [UsageKey: Int64]
    private var lastBlock: Int64 = 0
    private var lastDigest = Digest.zero
    private var lastInstant = Instant(milliseconds: 0)
    private var newMembers: NewMembers
    private var caution = Caution()
    private var cache: StateCache
    private var underWay: UnderWay?
    private var pending = Loaded()
    private var draft: BatchDraft
    /// What members used together, as the newest command left it; `nil` where only the store can tell, which is never
    /// the case while something is under way.
    private var shared: [Usage]?
    private var failureMeter: FailureMeter
    private var meter: LaneMeter

    /// A batch that is being committed.
    private struct UnderWay {
        let batch: Batch
        let submissions: [Submission]
        let failures: [ConditionFailure]
        /// How many members were visited for what fell due.
        let visits: Int
        let guests: Set<MemberNumber>

        /// The block that it adds to the writer's chain; `nil` where no operation is sealed.
        var sealed: Block? { batch.operations.isEmpty ? nil : batch.block }
    }

    /// A draft that was made into a batch.
    private struct Finished {
        let underWay: UnderWay
        let deliveries: Deliveries
        /// What the batch makes of what is durable.
        let made: Loaded
    }

    /// After so many conflicts in a row the commands are given back; something else changes these members all the time.
    private static let attemptLimit = 32
    /// While a batch is under way, deciding fewer commands at a time would only cost more changes of threads.
    private static let portion = 16
    /// How many members a batch visits for what fell due, where the tills leave room.
    private static let visitLimit = 256
    /// How many it visits however busy the tills are.
    private static let leastVisits = 8

    init(
        store: any Store, writer: WriterID, committer: Committer, due: DueTray, clock: @escaping Clock,
        drawID: @escaping IDSource, drawCode: @escaping IDSource, drawSalt: @escaping SaltSource,
        rules: RuleDirectory,
        describe: @escaping ResultWriter, logger: Logger,
        metrics: any MetricsFactory, cacheCapacity: Int
    ) {
        self.store = store
        self.writer = writer
        self.committer = committer
        self.due = due
        self.clock = clock
        self.rules = rules
        self.book = rules.book
        self.budgets = book.budgets(at: clock())
        self.drawCode = drawCode
        self.drawSalt = drawSalt
        self.describe = describe
        self.logger = logger
        var failureMeter = FailureMeter(factory: metrics, logger: logger)
        failureMeter.expect(book)
        self.failureMeter = failureMeter
        self.meter = LaneMeter(factory: metrics)
        self.newMembers = NewMembers(store: store, drawID: drawID)
        self.cache = StateCache(capacity: cacheCapacity)
        self.draft = BatchDraft(book: book, describe: describe, drawSalt: drawSalt)
    }

    /// Carries out everything that comes, until the mailbox is closed and empty.
    mutating func run(_ mailbox: Mailbox<Submission>) {
        while true {
            if underWay != nil {
                // A full draft can only wait for its turn.
                if room == 0 { passOn() } else { collect(waiting: false) }
            }
            let isBusy = underWay != nil
            let mayVisit = visitRoom > 0 && !due.isEmpty
            let taken = mailbox.take(
                atMost: room,
                atLeast: mayVisit ? 0 : isBusy ? min(room, Self.portion) : draft.isEmpty ? 1 : 0)
            guard let taken else { break }
            carryOn(with: taken, visiting: mayVisit ? (isBusy ? Self.portion : visitRoom) : 0)
        }
        due.close()
        while isBusy { finishCommit() }
    }

    /// Decides commands, which are no more than there is room for, visits so many members for what fell due at most, and
    /// hands it all over unless something is under way.
    mutating func carryOn(with submissions: [Submission], visiting visits: Int = 0) {
        if rules.book.newestVersion != book.newestVersion { turnPage() }
        decide(submissions, caution.extent)
        if visits > 0 { visit(atMost: visits) }
        if underWay == nil { handOver() }
    }

    /// Waits for the batch under way, if there is one, and hands over what was decided meanwhile.
    mutating func finishCommit() {
        if underWay != nil { passOn() }
        if underWay == nil { handOver() }
    }

    /// Whether anything is decided and not answered.
    var isBusy: Bool { underWay != nil || !draft.isEmpty }

    /// Goes on under the rule sets that are known by now. What was decided and is not under way is decided again.
    private mutating func turnPage() {
        if underWay != nil { collect(waiting: true) }
        let again = draft.submissions
        startOver()
        decide(again, caution.extent)
    }

    /// Begins an empty draft under the rule sets that are known by now, with nothing under way.
    private mutating func startOver() {
        precondition(underWay == nil, "what is under way was decided under the book before")
        due.end(dropped: draft.visits)
        if rules.book.newestVersion != book.newestVersion {
            book = rules.book
            failureMeter.expect(book)
            budgets = book.budgets(at: clock())
        }
        // What the draft before used is used no more.
        shared = nil
        draft = BatchDraft(book: book, describe: describe, drawSalt: drawSalt)
    }

    /// How many more commands the draft takes.
    var room: Int { Lane.batchLimit - draft.count }

    /// How many more members the draft visits for what fell due: what the tills leave, and always a few.
    private var visitRoom: Int { max(Self.visitLimit - draft.count, Self.leastVisits) - draft.visits }

    // MARK: Deciding

    /// Decides commands as the next ones of the draft.
    private mutating func decide(_ submissions: [Submission], _ extent: LookUpExtent) {
        do {
            try load(for: submissions[...], extent)
        } catch  where submissions.count > 1 {
            // Each command stands alone: one that the store cannot look up must not hurt the others.
            logger.warning("a load failed and is done one by one", metadata: ["error": "\(error)"])
            for submission in submissions { decide([submission], extent) }
            return
        } catch {
            for submission in submissions { giveBack(submission, error) }
            return
        }
        if draft.isOutrun {
            caution.noteConflict()
            turnPage()
            return decide(submissions, .everything)
        }
        lastInstant = max(lastInstant, clock())
        var isFresh = false
        for (index, submission) in submissions.enumerated() {
            do {
                var reply = try decide(submission, isFresh ? .afresh : extent)
                if reply.isRefusal {
                    var changed = Set(underWay?.batch.members.map(\.state.number) ?? [])
                    // What is left for all can be told only with nothing under way that may have used some of it.
                    let hangsOnUnderWay = draft.concerns(submission.command, changed) || reply.isSoldOut
                    if !isFresh || hangsOnUnderWay || draft.hasLostHistories {
                        // A commit checks what is accepted. A refusal must be right at once: a call that came before gets
                        // its first answer, a receipt that was posted is the better reason, and another engine may have
                        // changed members that are remembered here, or have gone by rules that are not known here yet.
                        try rules.catchUp(with: store)
                        if rules.book.newestVersion != book.newestVersion {
                            turnPage()
                            return decide(Array(submissions[index...]), extent)
                        }
                        if hangsOnUnderWay {
                            // What is under way may be durable, and another engine may have gone on from there.
                            collect(waiting: true)
                            changed = []
                        }
                        repeat {
                            draft.doubt(submissions[index...], but: changed, in: &cache)
                            try load(for: submissions[index...], .afresh)
                            reply = try decide(submission, .afresh)
                        } while draft.hasLostHistories && reply.isRefusal
                        isFresh = true
                    }
                }
                draft.settle(submission, reply)
            } catch {
                giveBack(submission, error)
            }
        }
    }

    private mutating func decide(_ submission: Submission, _ extent: LookUpExtent) throws -> Reply {
        let meaning = draft.meaning(of: submission.command)
        try loadCompanions(of: meaning, extent)
        guard var shared = shared ?? (budgets.isEmpty ? [] : nil) else {
            throw StoreError(.unavailable, "what members used together is not known")
        }
        defer { self.shared = shared }
        return try draft.decide(
            submission, at: lastInstant, behind: underWay?.batch.operations ?? [],
            codes: codes(for: meaning), shared: &shared, newMembers: &newMembers)
    }

    /// Writes down what fell due for members who wait for it.
    private mutating func visit(atMost limit: Int) {
        let members = due.take(atMost: limit)
        guard !members.isEmpty else { return }
        do {
            if shared == nil { try load(for: [], .everything) }
        } catch {
            logger.warning("a load failed, and what is due waits", metadata: ["error": "\(error)"])
        }
        guard var shared = shared ?? (budgets.isEmpty ? [] : nil) else { return due.end(dropped: members.count) }
        lastInstant = max(lastInstant, clock())
        for member in members {
            let correction = draft.visit(member, at: lastInstant, from: &pending, &cache, shared: &shared)
            if let correction { due.end(with: correction) }
        }
        self.shared = shared
    }

    /// As many codes as a command may need; none where the program gives no vouchers.
    private func codes(for command: Command) -> [ExactText] {
        guard command.about == nil else { return [] }
        if case .referralCode = command { return draw(1) }
        let present = book.inForce(at: lastInstant)
        var count = present.mostVouchers
        if let occurredAt = command.occurredAt {
            // Whoever joins by it joins under the present rules.
            let deciding = book.inForce(at: occurredAt)
            if deciding.version != present.version { count += deciding.mostVouchers }
        }
        return count > 0 ? draw(count) : []
    }

    private func draw(_ count: Int) -> [ExactText] {
        (0..<count).map { _ in drawCode() }
    }

    /// Whether a budget is spent as far as is known here. Another engine may have given something back.
    private var isShort: Bool {
        shared?.contains { $0.amount >= budgets[$0.key] ?? .max } ?? true
    }

    /// Gathers what deciding needs.
    ///
    /// Where memory is not believed, that is also what members share, unless something that nobody may hear of yet used
    /// some of it.
    private mutating func load(for submissions: ArraySlice<Submission>, _ extent: LookUpExtent) throws {
        var keys = draft.gather(for: submissions, extent, from: &pending, &cache)
        let asksForShared =
            !budgets.isEmpty && underWay == nil
            && (shared == nil || extent.members || (draft.count == 0 && isShort))
        if asksForShared { keys.shared = Array(budgets.keys) }
        guard !keys.isEmpty else { return try followMerged(for: submissions, extent) }
        let loaded = try store.load(keys)
        if asksForShared { shared = draft.using(loaded.shared) }
        caution.note(loaded)
        draft.learn(loaded, pending: &pending)
        try followMerged(for: submissions, extent)
    }

    /// Finds those who took over from members that are merged, one after the other.
    private mutating func followMerged(for submissions: ArraySlice<Submission>, _ extent: LookUpExtent) throws {
        while draft.knowsMerged {
            let keys = draft.gatherSuccessors(
                for: submissions, extent, behind: underWay?.batch.operations ?? [], from: &pending, &cache)
            guard !keys.isEmpty else { return }
            draft.learn(try store.load(keys), pending: &pending)
        }
    }

    /// Brings in the members whom a command concerns through its own member's bonds.
    private mutating func loadCompanions(of command: Command, _ extent: LookUpExtent) throws {
        while let keys = draft.gatherCompanions(of: command, extent, from: &pending, &cache) {
            guard !keys.isEmpty else { continue }
            let loaded = try store.load(keys)
            guard !loaded.states.isEmpty else {
                throw StoreError(.corrupt, "a member is tied to one that is not there")
            }
            draft.learn(loaded, pending: &pending)
        }
        for record in draft.companionRecords(of: command, pending) {
            var reference: Reference? = record
            while let wanted = reference {
                var keys = LoadKeys()
                // Always afresh: what came after it may have become durable meanwhile.
                keys.records.append(wanted)
                draft.learn(try store.load(keys), pending: &pending)
                reference = draft.unknownSuccessor(of: record, behind: underWay?.batch.operations ?? [])
            }
        }
    }

    private mutating func giveBack(_ submission: Submission, _ error: any Error) {
        logger.error("a command could not be recorded", metadata: ["error": "\(error)"])
        draft.settle(submission, .unavailable(Unavailability(error)))
    }

    // MARK: Committing

    /// Gives the draft to the committing thread, or answers at once where there is nothing to write.
    private mutating func handOver() {
        precondition(underWay == nil, "one batch is under way at a time")
        guard !draft.isEmpty else { return }
        guard !draft.writesNothing else {
            let finished = takeDraft()
            let deliveries = finished.deliveries
            remember(finished.settled())
            deliveries.send()
            return
        }
        let next = finishDraft()
        underWay = next.underWay
        pending = next.made
        committer.begin(next.underWay.batch, replies: next.deliveries)
    }

    /// Takes the draft out and begins an empty one.
    private mutating func takeDraft() -> BatchDraft {
        var finished = BatchDraft(book: book, describe: describe, drawSalt: drawSalt)
        swap(&draft, &finished)
        caution.passBatch()
        return finished
    }

    /// Makes the draft into the batch behind the writer's previous block, which may be under way.
    private mutating func finishDraft() -> Finished {
        var (number, digest) = (lastBlock, lastDigest)
        if let block = underWay?.sealed { (number, digest) = (block.number, block.digest) }
        let finished = takeDraft()
        let batch = finished.batch(writer: writer, number: number + 1, previous: digest)
        let underWay = UnderWay(
            batch: batch, submissions: finished.submissions, failures: finished.failures, visits: finished.visits,
            guests: finished.guests)
        return Finished(underWay: underWay, deliveries: finished.deliveries, made: finished.settled())
    }

    /// Waits for the batch under way. The draft is committed right behind it, where there is something to write and
    /// nothing that has to be asked with nothing under way: newer rules, or what members share while memory is not believed.
    private mutating func passOn() {
        guard !draft.writesNothing, rules.book.newestVersion == book.newestVersion,
            budgets.isEmpty || !caution.extent.members
        else { return collect(waiting: true) }
        let next = finishDraft()
        committer.follow(next.underWay.batch, replies: next.deliveries)
        guard let (submissions, outcome) = finish(waiting: true) else {
            preconditionFailure("what is waited for has an outcome")
        }
        if case .committed = outcome {
            underWay = next.underWay
            pending = next.made
        } else {
            due.end(dropped: next.underWay.visits)
            decideAgain(submissions, behind: outcome, next.underWay.submissions)
        }
    }

    /// Takes note of how the batch under way ended, if it has.
    private mutating func collect(waiting: Bool) {
        guard let (submissions, outcome) = finish(waiting: waiting) else { return }
        if case .committed = outcome { return }
        decideAgain(submissions, behind: outcome, draft.submissions)
    }

    /// Goes on behind a batch that was not written. What was decided on top of it is worth nothing.
    private mutating func decideAgain(
        _ submissions: [Submission], behind outcome: Committer.Outcome, _ onTop: [Submission]
    ) {
        let failure = failure(behind: outcome)
        startOver()
        if let failure {
            carryOutOneByOne(submissions, failure)
        } else {
            carryOut(submissions)
        }
        decide(onTop, caution.extent)
    }

    /// Why a batch that was not written cannot be decided again at once; `nil` where it can, as it can behind a conflict,
    /// which may mean that a rule set was published.
    private mutating func failure(behind outcome: Committer.Outcome) -> (any Error)? {
        switch outcome {
        case .committed: return nil
        case .failed(let error): return error
        case .conflict:
            do {
                try rules.catchUp(with: store)
                if rules.book.newestVersion == book.newestVersion { caution.noteConflict() }
                return nil
            } catch {
                return error
            }
        }
    }

    /// Collects the outcome of the batch under way, and moves what it made into the cache or forgets it.
    private mutating func finish(waiting: Bool) -> (submissions: [Submission], outcome: Committer.Outcome)? {
        guard let underWay, let outcome = committer.collect(waiting: waiting) else { return nil }
        self.underWay = nil
        meter.count(outcome, of: underWay.batch)
        meter.count(cache.takeUse())
        let made = pending
        pending = Loaded()
        if case .committed = outcome {
            if let block = underWay.sealed { (lastBlock, lastDigest) = (block.number, block.digest) }
            remember(made, except: underWay.guests)
            due.end(written: underWay.visits)
            failureMeter.count(underWay.failures)
        } else {
            shared = nil
            due.end(dropped: underWay.visits)
        }
        return (underWay.submissions, outcome)
    }

    private mutating func remember(_ known: Loaded, except guests: Set<MemberNumber> = []) {
        for identifier in known.freed { cache.forget(identifier) }
        // In an order of their own, so that what the cache forgets hangs on what happened alone, and can be repeated.
        let owners = known.owners.sorted { ($0.value, $0.key.value.text) < ($1.value, $1.key.value.text) }
        for (identifier, owner) in owners {
            guard let state = known.states[owner] else { continue }
            cache.put(OwnerEntry(member: owner, renamedAt: state.renamedAt), for: identifier)
        }
        for number in known.states.keys.sorted() where !guests.contains(number) {
            if let state = known.states[number] { cache.put(state) }
        }
    }

    // MARK: Starting over

    /// Decides and commits until it is done, with nothing else under way.
    private mutating func carryOut(_ submissions: [Submission]) {
        for _ in 0..<Self.attemptLimit {
            decide(submissions, .everything)
            handOver()
            guard let outcome = finish(waiting: true)?.outcome else { return }
            if case .committed = outcome { return }
            if let failure = failure(behind: outcome) { return carryOutOneByOne(submissions, failure) }
            startOver()
        }
        carryOutOneByOne(
            submissions,
            StoreError(.unavailable, "other engines changed the same members \(Self.attemptLimit) times in a row"))
    }

    /// Each command stands alone: one that the store cannot take must not hurt the others.
    private mutating func carryOutOneByOne(_ submissions: [Submission], _ error: any Error) {
        if submissions.count > 1 {
            logger.warning("a batch failed and is carried out one by one", metadata: ["error": "\(error)"])
            for submission in submissions { carryOut([submission]) }
        } else {
            for submission in submissions { giveBack(submission, error) }
            handOver()
        }
    }
}

extension Reply {
    fileprivate var isRefusal: Bool {
        if case .refused = self { true } else { false }
    }

    /// Whether there was too little of what members share.
    fileprivate var isSoldOut: Bool {
        if case .refused(.rewardUnavailable(.outOfStock)) = self { true } else { false }
    }
}
