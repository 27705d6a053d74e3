import Ledger
import Loyalty
import Rules
import Time

/// A batch while it is being decided: what is known, what the commands so far made of it, and what will be written.
///
/// Deciding works on one command after the other; each sees what those before it did, so the same key twice, several
/// commands of one member, or a member enrolled and used in one batch need no special case. A refusal leaves no trace.
///
/// What a batch that is not durable yet made is `pending`: a draft decides on top of it, and is worth nothing should
/// that batch fail.
struct BatchDraft {
    private let book: RuleBook
    private let describe: ResultWriter

    private(set) var submissions: [Submission] = []
    private var replies: [Reply] = []
    private let drawSalt: SaltSource
    /// When the newest command was decided.
    private var now = Instant(milliseconds: 0)
    var known = Loaded()
    /// The version each touched member had before the draft; 0 for new ones.
    var expectedVersions: [MemberNumber: Int64] = [:]
    /// The versions that members had whom commands looked at beside their own.
    private var readVersions: [MemberNumber: Int64] = [:]
    private var touched: [MemberNumber] = []
    var operations: [SealedOperation] = []
    private var identifiers: [NewIdentifier] = []
    private var profiles: [NewProfile] = []
    private var traits: [MemberNumber: Traits] = [:]
    private var consents: [ConsentWrite] = []
    private(set) var erasures: [MemberNumber] = []
    private var sharedUses: [SharedUseSum] = []
    private var totals: [ProgramAccount: Int64] = [:]
    private var notes: [AuditNote] = []
    /// When members that were looked at were next due before the draft.
    private var dueBefore: [MemberNumber: Instant?] = [:]
    /// Members that were visited and are in nobody's use, so that the cache need not have them.
    private(set) var guests: Set<MemberNumber> = []
    /// How many members were visited for what fell due, and had something.
    private(set) var visits = 0
    private var refusals = RefusalNotes()
    private var freed: [Identifier] = []
    private var kept = KeptChanges()
    private var merges: [NamesMove] = []
    /// Whether any member that is known was merged into another one, so that names may lead on.
    var knowsMerged = false
    /// Whether a member that it changes was changed by another engine since, so that it is decided in vain.
    var isOutrun = false
    /// Whether histories were forgotten behind what commands were loaded with, because their member turned out to be newer.
    var hasLostHistories = false
    /// Expressions of rules that had no value.
    private(set) var failures: [ConditionFailure] = []

    private struct ProgramAccount: Hashable {
        let currency: CurrencyID
        let account: Account
    }

    /// - Parameter book: the rule sets under which all of it is decided.
    init(book: RuleBook, describe: @escaping ResultWriter, drawSalt: @escaping SaltSource) {
        self.drawSalt = drawSalt
        self.book = book
        self.describe = describe
    }

    /// How many commands are in it.
    var count: Int { submissions.count }

    /// Whether nothing has come in.
    var isEmpty: Bool { submissions.isEmpty && visits == 0 }

    /// Whether there is anything to write.
    var writesNothing: Bool { operations.isEmpty && refusals.isEmpty && kept.isEmpty }

    // MARK: Deciding

    /// What a command comes to as far as other members and codes are concerned: a claim is a purchase.
    func meaning(of command: Command) -> Command {
        command.claiming(command.keptReceipt.flatMap { known.kept[$0] })
    }

    /// Takes a command in with the reply it will get.
    mutating func settle(_ submission: Submission, _ reply: Reply) {
        submissions.append(submission)
        replies.append(reply)
        guard case .refused(let refusal) = reply, refusal.memory != nil else { return }
        let key = IdempotencyKey(submission.cause)
        let note = RefusalNote(key: key, fingerprint: submission.cause.fingerprint, refusal: refusal, at: now)
        known.refusals[key] = note
        refusals.new.append(note)
    }

    /// Decides one command, which may make a member; `shared` is what members used together, and goes on with it.
    ///
    /// - Parameters:
    ///   - underWay: the operations of the batch that is not durable yet.
    ///   - codes: for vouchers that the command may give.
    mutating func decide(
        _ submission: Submission, at now: Instant, behind underWay: [SealedOperation], codes: [ExactText],
        shared: inout [Usage], newMembers: inout NewMembers
    ) throws -> Reply {
        self.now = now
        let (cause, command) = (submission.cause, submission.command)
        let key = IdempotencyKey(cause)
        if let answer = known.answers[key] {
            if answer.result.isEmpty, let operation = answer.operation { return .refused(.answerErased(operation)) }
            let isRepeated = answer.fingerprint == .zero ? repeats(command, answer) : answer.isAnswer(to: cause)
            guard isRepeated else { return .refused(.keyReused(original: answer.operation)) }
            return .accepted(result: answer.result, replayed: true)
        }
        if let note = known.refusals[key] {
            if note.holds(at: now) {
                guard note.fingerprint == cause.fingerprint else { return .refused(.keyReused(original: nil)) }
                return .refusedBefore(note.refusal)
            }
            known.refusals[key] = nil
            if !refusals.outlived.contains(key) { refusals.outlived.append(key) }
        }
        let about = command.about.flatMap { record(of: $0, behind: underWay) }
        let number = about?.holder ?? command.member.flatMap { owner(of: $0) }.map { holder(behind: $0) }
        // Taking the state out keeps its arrays unshared while it is changed.
        var member = number.flatMap { known.states.removeValue(forKey: $0) }
        let expectedVersion = member?.version ?? 0
        let otherNumber = command.counterpart.flatMap { owner(of: $0) }.map { holder(behind: $0) }
        let other = otherNumber.flatMap { known.states[$0] }
        if let member { noteDue(member) }
        if let other { noteDue(other) }
        let meaning = meaning(of: command)
        let tied = member.map { companions(of: $0, for: meaning, behind: underWay) } ?? Companions()
        for companion in tied.states.values { noteDue(companion) }
        let (recorded, salt) = Self.recorded(cause, of: command, drawSalt())
        let context = DecisionContext(
            of: command, book: book, now: now, cause: recorded,
            takenClaim: command.claims.first { known.owners[$0] != nil }?.kind,
            postedReceipt: command.receipt.flatMap { known.receipts[$0] },
            kept: command.keptReceipt.flatMap { known.kept[$0] },
            newMember: member == nil && mayEnroll(by: meaning) ? try newMembers.draw() : nil, shared: shared,
            record: about, codes: codes, counterpart: other,
            isCounterpartSelf: otherNumber != nil && otherNumber == number, companions: tied,
            stores: submission.stores)
        let audited = command.auditAction
        let earlier = audited == nil ? nil : member
        switch Loyalty.decide(command, on: &member, in: context) {
        case .refused(let refusal):
            if let member { known.states[member.number] = member }
            return .refused(refusal)
        case .kept(let keeping):
            if let member { known.states[member.number] = member }
            return record(keeping, key: key, cause: cause)
        case .accepted(let acceptance):
            for (index, draw) in acceptance.draws.enumerated() {
                let earlier = acceptance.draws[..<index].reduce(0) { $1.key == draw.key ? $0 + $1.used : $0 }
                sharedUses[sumIndex(of: draw.key)].hang(
                    on: draw, used: shared.first { $0.key == draw.key }?.amount ?? 0, behind: earlier)
            }
            for member in acceptance.consulted where expectedVersions[member] == nil && readVersions[member] == nil {
                readVersions[member] = tied.states[member]?.version
            }
            use(of: acceptance.operations, &shared)
            for other in acceptance.others { use(of: other.operations, &shared) }
            if let audited {
                notes += acceptance.operations.filter { $0.cause != nil }.map {
                    AuditNote(
                        audited, $0, of: command, on: earlier, leadingTo: acceptance.state, by: submission.author)
                }
            }
            return record(
                acceptance, expectedVersion: expectedVersion, key: key, cause: recorded, salt: salt, command)
        }
    }

    /// A call as it is recorded, and what its fingerprint is mixed with. The call that erases somebody names them and
    /// stays when everything else goes, so nothing of its fingerprint does: it is known by its key alone.
    private static func recorded(
        _ cause: Cause, of command: Command, _ salt: Salt?
    ) -> (cause: Cause, salt: Salt?) {
        if case .erase = command, salt != nil {
            return (Cause(client: cause.client, idempotencyKey: cause.idempotencyKey, fingerprint: .zero), nil)
        }
        return (cause.mixed(with: salt), salt)
    }

    /// Whether a command erases whoever was erased under its key, of which the key alone is known: it names nobody any
    /// more, or the member who was erased.
    private func repeats(_ command: Command, _ answer: StoredAnswer) -> Bool {
        guard case .erase(let member, _) = command else { return false }
        return owner(of: member).map { $0 == answer.operation?.member } ?? true
    }

    /// Whether a command makes a member where none is found.
    private func mayEnroll(by command: Command) -> Bool {
        switch command {
        case .enroll: true
        case .purchase(let member, _): member.kind == .card && book.inForce(at: now).enrollsUnknownCards
        default: false
        }
    }

    private mutating func record(
        _ acceptance: Acceptance, expectedVersion: Int64, key: IdempotencyKey, cause: Cause, salt: Salt?,
        _ command: Command
    ) -> Reply {
        let state = acceptance.state
        let result = describe(acceptance.outcome, state, book.inForce(at: now))
        failures += acceptance.failures
        if acceptance.isErasure {
            forget(state.number)
            for other in acceptance.companions { forget(other.state.number) }
        }
        for operation in acceptance.operations where operation.cause != nil {
            known.answers[key] = StoredAnswer(
                operation: operation.id, fingerprint: cause.fingerprint, salt: salt, result: result)
            guard let receipt = operation.purchase?.receipt else { continue }
            known.receipts[receipt] = operation.id
            if let sale = known.kept[receipt], !sale.isClaimed { write(sale.claimed) }
        }
        seal(acceptance.operations, leadingTo: state, expectedVersion: expectedVersion, result: result, salt: salt)
        for other in acceptance.others {
            seal(
                other.operations, leadingTo: other.state,
                expectedVersion: other.state.version - Int64(other.operations.count), result: result, salt: salt)
            for identifier in other.claims { claim(identifier, for: other.state.number) }
        }
        rename(by: acceptance)
        for identifier in acceptance.claims { claim(identifier, for: state.number) }
        if let consent = acceptance.consent {
            consents.append(ConsentWrite(member: state.number, consent: consent))
        }
        if let traits = acceptance.traits { self.traits[state.number] = traits }
        if let other = acceptance.counterpart, let traits = other.traits { self.traits[other.state.number] = traits }
        if let name = acceptance.name { profiles.append(NewProfile(member: state.number, name: name)) }
        return .accepted(result: result, replayed: false)
    }

    private mutating func record(_ keeping: Keeping, key: IdempotencyKey, cause: Cause) -> Reply {
        let result = describe(keeping.outcome, nil, book.inForce(at: now))
        known.answers[key] = StoredAnswer(operation: nil, fingerprint: cause.fingerprint, result: result)
        kept.calls.append(
            KeptCall(
                key: key, fingerprint: cause.fingerprint, result: result, receipt: keeping.sale.purchase.receipt))
        write(keeping.sale)
        return .accepted(result: result, replayed: false)
    }

    private mutating func write(_ sale: KeptSale) {
        let before = known.kept.updateValue(sale, forKey: sale.purchase.receipt)
        kept.write(sale, behind: before?.version ?? 0, at: now)
    }

    /// Takes names away from members, or gives those of one to another.
    private mutating func rename(by acceptance: Acceptance) {
        for identifier in acceptance.freed {
            known.owners[identifier] = nil
            known.freed.insert(identifier)
            let count = identifiers.count
            identifiers.removeAll { $0.identifier == identifier }
            if identifiers.count == count { freed.append(identifier) }
        }
        guard let loser = acceptance.merged else { return }
        knowsMerged = true
        merges.append(NamesMove(from: loser, to: acceptance.state.number))
        for (identifier, owner) in known.owners where owner == loser {
            known.owners[identifier] = acceptance.state.number
        }
    }

    private mutating func claim(_ identifier: Identifier, for member: MemberNumber) {
        known.freed.remove(identifier)
        known.owners[identifier] = member
        identifiers.append(NewIdentifier(identifier: identifier, member: member))
    }

    /// Chains a member's operations to the ones before, and remembers where they led.
    private mutating func seal(
        _ new: [Operation], leadingTo state: consuming MemberState, expectedVersion: Int64, result: [UInt8],
        salt: Salt?
    ) {
        for operation in new {
            let isAsked = operation.cause != nil
            let digest = operation.digest(after: state.head)
            state.head = digest
            operations.append(
                SealedOperation(
                    operation: operation, digest: digest, result: isAsked ? result : [], salt: isAsked ? salt : nil))
            for transfer in operation.movements.transfers { count(transfer) }
        }
        if expectedVersions[state.number] == nil {
            expectedVersions[state.number] = expectedVersion
            touched.append(state.number)
        }
        known.states[state.number] = state
    }

    /// Takes note of what operations used of what members share.
    private mutating func use(of operations: [Operation], _ shared: inout [Usage]) {
        for operation in operations {
            let limits = book[operation.ruleSetVersion]?.budgets ?? [:]
            for usage in operation.usages where usage.key.isShared {
                shared.add(usage)
                // A budget that a rule set does not have was given back to, which any limit allows.
                sharedUses[sumIndex(of: usage.key)].add(usage.amount, limit: limits[usage.key] ?? .max)
            }
        }
    }

    private mutating func sumIndex(of key: UsageKey) -> Int {
        if let index = sharedUses.firstIndex(where: { $0.key == key }) { return index }
        sharedUses.append(SharedUseSum(key))
        return sharedUses.count - 1
    }

    /// Drops what was personal of a member, in what is known and in what will be written.
    private mutating func forget(_ member: MemberNumber) {
        erasures.append(member)
        for (identifier, owner) in known.owners where owner == member && identifier.kind.isErased {
            known.owners[identifier] = nil
            known.freed.insert(identifier)
        }
        for (key, answer) in known.answers where answer.operation?.member == member {
            known.answers[key] = answer.withoutResult
        }
        identifiers.removeAll { $0.member == member && $0.identifier.kind.isErased }
        profiles.removeAll { $0.member == member }
        consents.removeAll { $0.member == member }
        traits[member] = nil
        operations = operations.map { $0.operation.id.member == member ? $0.withoutPerson : $0 }
    }

    private mutating func count(_ transfer: Transfer) {
        if !transfer.from.isMembers {
            totals[ProgramAccount(currency: transfer.currency, account: transfer.from), default: 0] &-=
                transfer.amount.count
        }
        if !transfer.to.isMembers {
            totals[ProgramAccount(currency: transfer.currency, account: transfer.to), default: 0] &+=
                transfer.amount.count
        }
    }

    // MARK: What falls due

    /// Writes down what fell due for a member, which the store told; memory may know it better.
    ///
    /// - Returns: when it is next due, should it turn out that there is nothing to write.
    mutating func visit(
        _ found: MemberState, at now: Instant, from pending: inout Loaded, _ cache: inout StateCache,
        shared: inout [Usage]
    ) -> DueCorrection? {
        let number = found.number
        let isInUse =
            known.states.removeValue(forKey: number) ?? pending.states.removeValue(forKey: number) ?? cache.take(number)
        let before = isInUse ?? found
        noteDue(before)
        var state = before
        let due = state.advance(to: now, under: book)
        guard !due.isEmpty else {
            if isInUse != nil { known.states[number] = before }
            return DueCorrection(DueTime(member: number, at: state.nextDue(under: book)), version: before.version)
        }
        self.now = now
        visits += 1
        if isInUse == nil { guests.insert(number) }
        use(of: due, &shared)
        seal(due, leadingTo: state, expectedVersion: before.version, result: [], salt: nil)
        return nil
    }

    /// Notes when a member is due as the store has it. What this batch did before is not in the store, and whoever it
    /// made is not there at all.
    private mutating func noteDue(_ before: MemberState) {
        guard expectedVersions[before.number] == nil, dueBefore[before.number] == nil else { return }
        dueBefore.updateValue(before.nextDue(under: book), forKey: before.number)
    }

    /// What is to be put down of when members are next due: what comes sooner than before, or was reached.
    private func dueTimes() -> [DueTime] {
        touched.compactMap { member in
            let before = dueBefore[member] ?? nil
            let next = known.states[member]?.nextDue(under: book)
            let isReached = before.map { $0 <= now } ?? false
            let isSooner = next.map { next in before.map { next < $0 } ?? true } ?? false
            return isReached || isSooner ? DueTime(member: member, at: next) : nil
        }
    }

    // MARK: The end

    /// What is answered once the batch is durable.
    var deliveries: Deliveries { Deliveries(submissions, replies) }

    /// The batch behind the writer's previous block.
    func batch(writer: WriterID, number: Int64, previous: Digest) -> Batch {
        Batch(
            block: Block(
                writer: writer, number: number, previous: previous,
                root: Digest(merkleRootOf: operations.map(\.digest)), count: Int64(operations.count),
                recordedAt: now, newestRuleSet: book.newestVersion),
            operations: operations,
            members: touched.compactMap { member in
                guard let state = known.states[member] else { return nil }
                return MemberWrite(state: state, expectedVersion: expectedVersions[member] ?? 0)
            },
            identifiers: identifiers, profiles: profiles,
            traits: traits.map { TraitsWrite(member: $0.key, traits: $0.value) },
            consents: consents, erasures: erasures,
            shared: sharedUses.compactMap(\.use),
            totals: totals.map {
                ProgramTotal(currency: $0.key.currency, account: $0.key.account, change: Points($0.value))
            }, due: dueTimes(), notes: notes, refusals: refusals, freed: freed, merges: merges, kept: kept,
            reads: readVersions.filter { expectedVersions[$0.key] == nil }.map {
                MemberRead(member: $0.key, version: $0.value)
            })
    }

    /// What members share as the store tells it, with what the draft uses of it.
    func using(_ shared: [Usage]) -> [Usage] {
        var shared = shared
        for use in sharedUses.compactMap(\.use) where use.change != 0 { shared.add(Usage(use.key, use.change)) }
        return shared
    }

    /// What is known on top of the batch.
    consuming func settled() -> Loaded { known }
}
