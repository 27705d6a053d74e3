import Foundation
import Ledger
import Logging
import Loyalty
import Time

// Lets go of what is older than the operator wants it kept. There is nothing to keep about how far a pass has come, but
// for answers, where the store knows; whoever was erased is not found again. Several engines may do it at once: what one
// has done the other leaves alone.

/// Forgets old answers and erases members who have been silent for long.
struct RetentionWorker: Sendable {
    private let store: any Store
    private let lane: Lane
    private let clock: Clock
    private let terms: RetentionTerms
    private let logger: Logger

    /// Members that are looked at together, and batches that are forgotten together.
    private static let pageSize = 256
    private static let batchesAtOnce = 32
    /// How often in a pass the oldest of what goes by itself are looked at.
    private static let tidyingRounds = 20
    private static let dayMs: Int64 = 86_400_000
    /// Who erases, in the audit trail.
    private static let author = Author(client: nil, name: "retention")

    init(store: any Store, lane: Lane, clock: @escaping Clock, terms: RetentionTerms, logger: Logger) {
        self.store = store
        self.lane = lane
        self.clock = clock
        self.terms = terms
        self.logger = logger
    }

    /// Lets go of all that is too old by now, unless it is told to stop.
    func pass(until isStopped: () -> Bool) throws -> RetentionTally {
        var tally = RetentionTally()
        try tidy(until: isStopped)
        if let limit = limit(terms.answerDays) {
            while !isStopped() {
                let forgotten = try store.forgetAnswers(recordedBefore: limit, batches: Self.batchesAtOnce)
                tally.batches += forgotten
                if forgotten == 0 { break }
            }
        }
        if let limit = limit(terms.silentMemberDays) {
            tally.members = try eraseMembers(silentSince: limit, until: isStopped)
        }
        if tally != RetentionTally() {
            logger.notice(
                "what was too old was let go of",
                metadata: ["batches_of_answers": "\(tally.batches)", "members": "\(tally.members)"])
        }
        return tally
    }

    /// Forgets refusals and unclaimed sales whose time is over, which go by themselves only where others come.
    private func tidy(until isStopped: () -> Bool) throws {
        for _ in 0..<Self.tidyingRounds where !isStopped() {
            try store.note(RefusalNotes(tidiesAt: clock()))
            _ = try store.keep(KeptChanges(tidyingAt: clock()), RefusalNotes())
        }
    }

    private func limit(_ days: Int?) -> Instant? {
        days.map { clock() + -Int64($0) * Self.dayMs }
    }

    private func eraseMembers(silentSince limit: Instant, until isStopped: () -> Bool) throws -> Int {
        var erased = 0
        var last = MemberNumber(0)
        while !isStopped() {
            let (newest, silent) = try store.read { reader in
                let page = try reader.scheduled(after: last, limit: Self.pageSize).map(\.state)
                return (page.last?.number, try page.filter { try isSilent($0, since: limit, in: reader) })
            }
            guard let newest else { break }
            erased += erase(silent)
            last = newest
        }
        return erased
    }

    private func isSilent(_ member: MemberState, since limit: Instant, in reader: any StoreReader) throws -> Bool {
        // What was one member and is another one by now goes with that one.
        if case .merged = member.status { return false }
        guard member.erasedAt == nil, member.counters.lastPurchaseAt ?? member.enrolledAt < limit else { return false }
        let newest = try reader.operations(of: member.number, after: member.version - 1, limit: 1).first
        return newest.map { $0.sealed.operation.postedAt < limit } ?? false
    }

    /// - Returns: how many were erased; whoever did something meanwhile is not.
    private func erase(_ members: [MemberState]) -> Int {
        let sink = ReplyCount()
        var submitted = 0
        for member in members {
            // A member is erased once, so that the number makes a key.
            let cause = Cause(
                client: 0, idempotencyKey: ExactText("retention/\(member.number.value)"),
                fingerprint: Digest(hashing: Array("retention".utf8)))
            let command = Command.erase(
                member: Identifier(.member, member.id),
                behind: OperationID(member: member.number, sequence: member.version))
            let submission = Submission(
                cause: cause, command: command, sink: sink, token: submitted, author: Self.author)
            // What finds no room comes again with the next pass.
            if lane.submit(submission) == nil { submitted += 1 }
        }
        return sink.wait(for: submitted)
    }
}

/// Counts replies until all are in.
private final class ReplyCount: ReplySink, @unchecked Sendable {
    // The condition guards both counts.
    private let condition = NSCondition()
    private var all = 0
    private var accepted = 0

    func deliver(_ replies: [(token: Int, reply: Reply)]) {
        condition.lock()
        defer { condition.unlock() }
        for (_, reply) in replies {
            all += 1
            if case .accepted = reply { accepted += 1 }
        }
        condition.signal()
    }

    /// - Returns: how many were accepted.
    func wait(for count: Int) -> Int {
        condition.lock()
        defer { condition.unlock() }
        while all < count { condition.wait() }
        return accepted
    }
}
