import Ledger
import Loyalty
import Time

/// A batch while it is being decided: what was loaded, what the commands so far made of it, and what will be written.
///
/// Deciding works on one command after the other; each sees what those before it did, so the same key twice, several
/// commands of one member, or a member enrolled and used in one batch need no special case. A refusal leaves no trace.
struct BatchDraft {
    private let ruleSet: RuleSet
    private let now: Instant
    private let describe: ResultWriter

    private var known: Loaded
    /// The version each touched member had in the store; 0 for new ones.
    private var expectedVersions: [MemberNumber: Int64] = [:]
    private var touched: [MemberNumber] = []
    private var operations: [SealedOperation] = []
    private var identifiers: [NewIdentifier] = []
    private var profiles: [NewProfile] = []
    private var totals: [ProgramAccount: Int64] = [:]

    private struct ProgramAccount: Hashable {
        let currency: CurrencyID
        let account: Account
    }

    init(ruleSet: RuleSet, now: Instant, known: Loaded, describe: @escaping ResultWriter) {
        self.ruleSet = ruleSet
        self.now = now
        self.known = known
        self.describe = describe
    }

    /// Decides one command; `newMember` draws a member that it may make.
    mutating func decide(
        _ cause: Cause, _ command: Command, newMember: () throws -> NewMember
    ) rethrows -> Reply {
        let key = IdempotencyKey(client: cause.client, key: cause.idempotencyKey)
        if let answer = known.answers[key] {
            guard answer.fingerprint == cause.fingerprint else {
                return .refused(.keyReused(original: answer.operation))
            }
            return .accepted(result: answer.result, replayed: true)
        }
        let number = command.member.flatMap { known.owners[$0] }
        // Taking the state out keeps its arrays unshared while it is changed.
        let before = number.flatMap { known.states.removeValue(forKey: $0) }
        let context = DecisionContext(
            ruleSet: ruleSet, now: now, cause: cause,
            takenClaim: command.claims.first { known.owners[$0] != nil }?.kind,
            postedReceipt: command.receipt.flatMap { known.receipts[$0] },
            newMember: before == nil && ruleSet.mayEnroll(by: command) ? try newMember() : nil)
        switch Loyalty.decide(command, on: before, in: context) {
        case .refused(let refusal):
            if let before { known.states[before.number] = before }
            return .refused(refusal)
        case .accepted(let acceptance):
            return record(acceptance, expectedVersion: before?.version ?? 0, key: key, cause: cause, command)
        }
    }

    private mutating func record(
        _ acceptance: Acceptance, expectedVersion: Int64, key: IdempotencyKey, cause: Cause, _ command: Command
    ) -> Reply {
        var state = acceptance.state
        let result = describe(acceptance.outcome, state)
        for operation in acceptance.operations {
            let digest = operation.digest(after: state.head)
            state.head = digest
            let isAnswer = operation.cause != nil
            operations.append(
                SealedOperation(operation: operation, digest: digest, result: isAnswer ? result : []))
            if isAnswer {
                known.answers[key] = StoredAnswer(
                    operation: operation.id, fingerprint: cause.fingerprint, result: result)
                if let purchase = operation.purchase { known.receipts[purchase.receipt] = operation.id }
            }
            for transfer in operation.movements.transfers { count(transfer) }
        }
        if expectedVersions[state.number] == nil {
            expectedVersions[state.number] = expectedVersion
            touched.append(state.number)
        }
        for identifier in acceptance.claims {
            known.owners[identifier] = state.number
            identifiers.append(NewIdentifier(identifier: identifier, member: state.number))
        }
        if let name = acceptance.name { profiles.append(NewProfile(member: state.number, name: name)) }
        known.states[state.number] = state
        return .accepted(result: result, replayed: false)
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

    /// Whether there is anything to write.
    var isEmpty: Bool { operations.isEmpty }

    /// The batch behind the writer's previous block.
    func batch(writer: WriterID, number: Int64, previous: Digest) -> Batch {
        Batch(
            block: Block(
                writer: writer, number: number, previous: previous,
                root: Digest(merkleRootOf: operations.map(\.digest)), count: Int64(operations.count),
                recordedAt: now),
            operations: operations,
            members: touched.compactMap { member in
                guard let state = known.states[member] else { return nil }
                return MemberWrite(state: state, expectedVersion: expectedVersions[member] ?? 0)
            },
            identifiers: identifiers, profiles: profiles,
            totals: totals.map {
                ProgramTotal(currency: $0.key.currency, account: $0.key.account, change: Points($0.value))
            })
    }

    /// What is known after the batch is durable.
    consuming func settled() -> Loaded { known }
}

extension RuleSet {
    /// Whether a command makes a member where none is found.
    fileprivate func mayEnroll(by command: Command) -> Bool {
        switch command {
        case .enroll: true
        case .link: false
        case .purchase(let member, _): enrollsUnknownCards && member.kind == .card
        }
    }
}
