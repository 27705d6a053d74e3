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
    /// When the newest command was decided.
    private var now = Instant(milliseconds: 0)
    private var known = Loaded()
    /// The version each touched member had before the draft; 0 for new ones.
    private var expectedVersions: [MemberNumber: Int64] = [:]
    private var touched: [MemberNumber] = []
    private var operations: [SealedOperation] = []
    private var identifiers: [NewIdentifier] = []
    private var profiles: [NewProfile] = []
    private var traits: [MemberNumber: Traits] = [:]
    private var consents: [ConsentWrite] = []
    private(set) var erasures: [MemberNumber] = []
    private var sharedUses: [SharedUseSum] = []
    private var totals: [ProgramAccount: Int64] = [:]
    /// Expressions of rules that had no value.
    private(set) var failures: [ConditionFailure] = []

    private struct ProgramAccount: Hashable {
        let currency: CurrencyID
        let account: Account
    }

    /// - Parameter book: the rule sets under which all of it is decided.
    init(book: RuleBook, describe: @escaping ResultWriter) {
        self.book = book
        self.describe = describe
    }

    /// How many commands are in it.
    var count: Int { submissions.count }

    /// Whether there is anything to write.
    var writesNothing: Bool { operations.isEmpty }

    // MARK: Knowing

    /// Brings in what memory holds of what some commands need, and gives what only the store can tell.
    ///
    /// States are moved here, so that their arrays stay unshared. What `pending` holds comes before the cache and the
    /// store, which are older.
    mutating func gather(
        for submissions: some Collection<Submission>, _ extent: LookUpExtent, from pending: inout Loaded,
        _ cache: inout StateCache
    ) -> LoadKeys {
        var keys = LoadKeys()
        for submission in submissions {
            let key = IdempotencyKey(submission.cause)
            if let answer = pending.answers[key] {
                known.answers[key] = answer
            } else if extent.keys, known.answers[key] == nil {
                keys.causes.append(key)
            }
            if let receipt = submission.command.receipt {
                if let operation = pending.receipts[receipt] {
                    known.receipts[receipt] = operation
                } else if extent.receipts, known.receipts[receipt] == nil {
                    keys.receipts.append(receipt)
                }
            }
            for claim in submission.command.claims where known.owners[claim] == nil {
                if let owner = pending.owners[claim] {
                    known.owners[claim] = owner
                } else {
                    keys.identifiers.append(claim)
                }
            }
            if let other = submission.command.counterpart { gather(other, from: &pending, &cache, missing: &keys) }
            switch submission.command.subject {
            case .new: continue
            case .identifier(let identifier): gather(identifier, from: &pending, &cache, missing: &keys)
            case .reference(let reference):
                // Always afresh: what came after it may have become durable meanwhile.
                keys.records.append(reference)
                if let owner = member(of: reference, pending) { gather(owner, from: &pending, &cache, missing: &keys) }
            }
        }
        return keys
    }

    private mutating func gather(
        _ identifier: Identifier, from pending: inout Loaded, _ cache: inout StateCache, missing keys: inout LoadKeys
    ) {
        guard let owner = known.owners[identifier] ?? pending.owners[identifier] ?? cache.owner(of: identifier) else {
            keys.identifiers.append(identifier)
            return
        }
        known.owners[identifier] = owner
        gather(owner, from: &pending, &cache, missing: &keys)
    }

    private mutating func gather(
        _ owner: MemberNumber, from pending: inout Loaded, _ cache: inout StateCache, missing keys: inout LoadKeys
    ) {
        guard known.states[owner] == nil else { return }
        if let state = pending.states.removeValue(forKey: owner) ?? cache.take(owner) {
            known.states[owner] = state
        } else {
            keys.members.append(owner)
        }
    }

    /// Whose an operation is, as far as memory tells.
    private func member(of reference: Reference, _ pending: Loaded) -> MemberNumber? {
        switch reference {
        case .operation(let operation): operation.member
        case .receipt(let receipt): (known.receipts[receipt] ?? pending.receipts[receipt])?.member
        }
    }

    /// Adds what the store told.
    mutating func learn(_ loaded: Loaded, pending: inout Loaded) {
        known.answers.merge(loaded.answers) { here, _ in here }
        known.receipts.merge(loaded.receipts) { here, _ in here }
        known.owners.merge(loaded.owners) { here, _ in here }
        known.records.merge(loaded.records) { _, new in new }
        for (member, state) in loaded.states where known.states[member] == nil {
            known.states[member] = pending.states.removeValue(forKey: member) ?? state
        }
    }

    // MARK: Deciding

    /// Takes a command in with the reply it will get.
    mutating func settle(_ submission: Submission, _ reply: Reply) {
        submissions.append(submission)
        replies.append(reply)
    }

    /// Decides one command, which may make a member; `shared` is what members used together, and goes on with it.
    ///
    /// - Parameters:
    ///   - underWay: the operations of the batch that is not durable yet.
    ///   - codes: for vouchers that the command may give.
    mutating func decide(
        _ cause: Cause, _ command: Command, at now: Instant, behind underWay: [SealedOperation], codes: [ExactText],
        shared: inout [Usage], newMembers: inout NewMembers
    ) throws -> Reply {
        self.now = now
        let key = IdempotencyKey(cause)
        if let answer = known.answers[key] {
            guard answer.fingerprint == cause.fingerprint else {
                return .refused(.keyReused(original: answer.operation))
            }
            guard !answer.result.isEmpty else { return .refused(.answerErased(answer.operation)) }
            return .accepted(result: answer.result, replayed: true)
        }
        let about = command.about.flatMap { record(of: $0, behind: underWay) }
        let number = about?.operation.id.member ?? command.member.flatMap { owner(of: $0) }
        // Taking the state out keeps its arrays unshared while it is changed.
        let before = number.flatMap { known.states.removeValue(forKey: $0) }
        let otherNumber = command.counterpart.flatMap { owner(of: $0) }
        let other = otherNumber.flatMap { known.states[$0] }
        let context = DecisionContext(
            of: command, book: book, now: now, cause: cause,
            takenClaim: command.claims.first { known.owners[$0] != nil }?.kind,
            postedReceipt: command.receipt.flatMap { known.receipts[$0] },
            newMember: before == nil && mayEnroll(by: command) ? try newMembers.draw() : nil, shared: shared,
            record: about, codes: codes, counterpart: other,
            isCounterpartSelf: otherNumber != nil && otherNumber == number)
        switch Loyalty.decide(command, on: before, in: context) {
        case .refused(let refusal):
            if let before { known.states[before.number] = before }
            return .refused(refusal)
        case .accepted(let acceptance):
            for operation in acceptance.operations {
                for usage in operation.usages where usage.key.isShared {
                    shared.add(usage)
                    use(usage, under: operation.ruleSetVersion)
                }
            }
            return record(acceptance, expectedVersion: before?.version ?? 0, key: key, cause: cause, command)
        }
    }

    /// Whose an identifier is, unless it is one of a member who was erased since memory learned it.
    private func owner(of identifier: Identifier) -> MemberNumber? {
        known.owners[identifier].flatMap { known.states[$0]?.answers(to: identifier) ?? true ? $0 : nil }
    }

    /// What a command is about, with everything that came after it, durable or not.
    private func record(of reference: Reference, behind underWay: [SealedOperation]) -> OperationRecord? {
        let recent = (underWay + operations).map(\.operation)
        if var record = known.records[reference] {
            record.append(recent)
            return record
        }
        let index = recent.firstIndex { operation in
            switch reference {
            case .operation(let id): operation.id == id
            case .receipt(let receipt): operation.purchase?.receipt == receipt
            }
        }
        guard let index else { return nil }
        var record = OperationRecord(recent[index], later: [])
        record.append(Array(recent[(index + 1)...]))
        return record
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
        _ acceptance: Acceptance, expectedVersion: Int64, key: IdempotencyKey, cause: Cause, _ command: Command
    ) -> Reply {
        let state = acceptance.state
        let result = describe(acceptance.outcome, state, book.inForce(at: now))
        failures += acceptance.failures
        if acceptance.isErasure { forget(state.number) }
        for operation in acceptance.operations where operation.cause != nil {
            known.answers[key] = StoredAnswer(operation: operation.id, fingerprint: cause.fingerprint, result: result)
            if let purchase = operation.purchase { known.receipts[purchase.receipt] = operation.id }
        }
        seal(acceptance.operations, leadingTo: state, expectedVersion: expectedVersion, result: result)
        if let other = acceptance.counterpart {
            seal(
                other.operations, leadingTo: other.state,
                expectedVersion: other.state.version - Int64(other.operations.count), result: result)
        }
        if let consent = acceptance.consent {
            consents.append(ConsentWrite(member: state.number, consent: consent))
        }
        for identifier in acceptance.claims {
            known.owners[identifier] = state.number
            identifiers.append(NewIdentifier(identifier: identifier, member: state.number))
        }
        if let traits = acceptance.traits { self.traits[state.number] = traits }
        if let name = acceptance.name { profiles.append(NewProfile(member: state.number, name: name)) }
        return .accepted(result: result, replayed: false)
    }

    /// Chains a member's operations to the ones before, and remembers where they led.
    private mutating func seal(
        _ new: [Operation], leadingTo state: consuming MemberState, expectedVersion: Int64, result: [UInt8]
    ) {
        for operation in new {
            let digest = operation.digest(after: state.head)
            state.head = digest
            operations.append(
                SealedOperation(operation: operation, digest: digest, result: operation.cause == nil ? [] : result))
            for transfer in operation.movements.transfers { count(transfer) }
        }
        if expectedVersions[state.number] == nil {
            expectedVersions[state.number] = expectedVersion
            touched.append(state.number)
        }
        known.states[state.number] = state
    }

    /// Drops what was personal of a member, in what is known and in what will be written.
    private mutating func forget(_ member: MemberNumber) {
        erasures.append(member)
        for (identifier, owner) in known.owners where owner == member && identifier.kind.isErased {
            known.owners[identifier] = nil
        }
        for (key, answer) in known.answers where answer.operation.member == member {
            known.answers[key] = StoredAnswer(operation: answer.operation, fingerprint: answer.fingerprint, result: [])
        }
        identifiers.removeAll { $0.member == member && $0.identifier.kind.isErased }
        profiles.removeAll { $0.member == member }
        consents.removeAll { $0.member == member }
        traits[member] = nil
        operations = operations.map { $0.operation.id.member == member ? $0.withoutPerson : $0 }
    }

    private mutating func use(_ usage: Usage, under version: Int64) {
        // A budget that a rule set does not have was given back to, which any limit allows.
        let limit = book[version]?.budgets[usage.key] ?? .max
        if let index = sharedUses.firstIndex(where: { $0.key == usage.key }) {
            sharedUses[index].add(usage.amount, limit: limit)
        } else {
            sharedUses.append(SharedUseSum(usage, limit: limit))
        }
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
            shared: sharedUses.map(\.use),
            totals: totals.map {
                ProgramTotal(currency: $0.key.currency, account: $0.key.account, change: Points($0.value))
            })
    }

    /// What is known on top of the batch.
    consuming func settled() -> Loaded { known }
}

/// Which look-ups are made beside those that deciding cannot do without.
struct LookUpExtent {
    /// Whether earlier answers are looked up.
    let keys: Bool
    /// Whether earlier postings of receipts are looked up.
    let receipts: Bool

    static let everything = LookUpExtent(keys: true, receipts: true)
}

extension IdempotencyKey {
    fileprivate init(_ cause: Cause) {
        self.init(client: cause.client, key: cause.idempotencyKey)
    }
}
