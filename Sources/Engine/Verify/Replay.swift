import Ledger
import Loyalty
import Rules

/// Decides a member's whole history again and compares it with what was recorded.
struct Replay {
    private let bookmarks: Bookmarks
    private let recorded: MemberState
    /// Everything of another member, as stored.
    private let others: OtherHistory
    private var state: MemberState?
    private var findings: [String] = []
    private var history: [Operation] = []

    /// A member's state and operations.
    typealias OtherHistory = (MemberNumber) throws -> (state: MemberState, operations: [StoredOperation])?

    /// - Parameters:
    ///   - member: the member as stored.
    ///   - others: finds members who were merged into this one.
    init(bookmarks: Bookmarks, member: MemberState, others: @escaping OtherHistory) {
        self.bookmarks = bookmarks
        self.others = others
        self.recorded = member
    }

    /// Replays operations in their order; returns what differs, empty when nothing does.
    mutating func run(_ operations: [StoredOperation]) throws -> [String] {
        try replay(operations)
        guard findings.isEmpty else { return findings }
        // Traits are personal data, which may have been erased.
        state?.traits = recorded.traits
        if state != recorded { findings.append("replaying all operations does not give the state that is stored") }
        return findings
    }

    private mutating func replay(_ operations: [StoredOperation]) throws {
        var rest = operations[...]
        history = operations.map(\.sealed.operation)
        while !rest.isEmpty {
            guard let decided = try decideNext(rest), !decided.isEmpty else { return }
            for operation in decided {
                guard let sealed = rest.popFirst()?.sealed else {
                    findings.append("replaying gives operation \(operation.id), which is not recorded")
                    return
                }
                let digest = operation.digest(after: state?.head ?? .zero)
                if digest != sealed.digest {
                    findings.append("replaying operation \(sealed.operation.id) gives another one")
                    return
                }
                state?.head = digest
            }
        }
    }

    /// Carries out the next command, or what fell due where no command is left.
    private mutating func decideNext(_ rest: ArraySlice<StoredOperation>) throws -> [Operation]? {
        // A command's operations are what had fallen due, perhaps the joining of a member, and its own; only its own
        // has a cause. What fell due without a command was recorded at another time than the next command.
        let command = rest.first { $0.sealed.operation.cause != nil }?.sealed.operation
        guard let next = rest.first, let book = bookmarks.book(of: next) else {
            findings.append("an operation names a rule set that is not there")
            return nil
        }
        let first = next.sealed.operation
        if let end = rest.lazy.map(\.sealed.operation).first(where: { !$0.isDue }), let successor = end.successor,
            first.id == end.id || first.postedAt == end.postedAt
        {
            return state?.surrenderAll(to: successor, at: end.postedAt, under: book)
        }
        if let next = rest.lazy.map(\.sealed.operation).first(where: { !$0.isDue }), next.consequence != nil,
            first.id == next.id || first.postedAt == next.postedAt
        {
            let (record, codes) = (try record(of: next), missingCodes(book))
            let decided = state?.carryOut(consequence: next, about: record, under: book, codes: codes)
            if decided == nil { findings.append("operation \(next.id) cannot be carried out again") }
            return decided
        }
        guard let command, let cause = command.cause, !first.isDue || first.postedAt == command.postedAt else {
            let due = state?.advance(to: first.postedAt, under: book)
            if due?.isEmpty ?? true { findings.append("operation \(first.id) was not due") }
            return due
        }
        let repeated = Command(recorded: command, of: recorded.id, vouchers: state?.vouchers ?? [])
        let context = DecisionContext(
            of: repeated, book: book, now: command.postedAt, cause: cause,
            newMember: NewMember(number: recorded.number, id: recorded.id), shared: shared(before: command, rest),
            traits: command.seen.traits, record: try record(of: command),
            codes: rest.lazy.map(\.sealed.operation).prefix { $0.id != command.id }.flatMap(\.seen.codes)
                + command.seen.codes + missingCodes(book), counterpart: try counterpart(of: command), isAlone: true)
        let head = state?.head ?? .zero
        guard case .accepted(let acceptance) = decide(repeated, on: state, in: context) else {
            findings.append("replaying operation \(command.id) is refused")
            return nil
        }
        state = acceptance.state
        state?.head = head
        // What changed of a person is not in the command that was recorded, but what it led to is.
        if command.kind == .traits || command.kind == .merge { state?.traits = command.seen.traits }
        return acceptance.operations
    }

    /// What stands in for codes that were erased or lost: deciding needs some, and the state will tell the difference.
    private func missingCodes(_ book: RuleBook) -> [ExactText] {
        [ExactText](repeating: "", count: book.all.reduce(1) { max($0, $1.mostVouchers) } * 2)
    }

    /// Someone who stands in for the other member of a command: what happens to that one is found in another history.
    private func counterpart(of command: Operation) throws -> MemberState? {
        if command.kind == .merge { return try loser(of: command) }
        guard let number = command.counterpart else { return nil }
        return MemberState(
            number: number, id: "", enrolledAt: command.postedAt, version: 0, head: .zero, ledger: MemberLedger(),
            tier: nil, counters: PurchaseCounters(), bonds: Bonds(pool: .owner(.household, [])))
    }

    /// What a command is about, and what had become of it before the command.
    private func record(of command: Operation) throws -> OperationRecord? {
        if let subject = command.subject, subject.member != command.id.member {
            return try foreignRecord(subject, before: command)
        }
        guard let about = command.about, (1..<command.id.sequence).contains(about) else { return nil }
        let behind = history.drop { $0.id.sequence < about }
        guard let operation = behind.first, operation.id.sequence == about else { return nil }
        return OperationRecord(
            operation, later: Array(behind.dropFirst().prefix { $0.id.sequence < command.id.sequence }))
    }

    /// What became of an operation of a member who was merged into this one, before a command.
    private func foreignRecord(_ id: OperationID, before command: Operation) throws -> OperationRecord? {
        guard let found = try others(id.member) else { return nil }
        let behind = found.operations.map(\.sealed.operation).drop { $0.id.sequence < id.sequence }
        guard let operation = behind.first, operation.id == id else { return nil }
        var record = OperationRecord(operation, later: Array(behind.dropFirst()))
        var member = found.state.id
        while let next = record.successor {
            let isOwn = next.member == command.id.member
            let found = isOwn ? nil : try others(next.member)
            let operations = found?.operations.map(\.sealed.operation) ?? history
            let behind = operations.drop { $0.id.sequence < next.sequence }
                .prefix { !isOwn || $0.id.sequence < command.id.sequence }
            guard let first = behind.first else { return nil }
            record.goOn(with: OperationRecord(first, later: Array(behind.dropFirst())), from: member)
            if let found { member = found.state.id }
        }
        return record
    }

    /// The member who was merged by a command, as it was right before.
    private func loser(of command: Operation) throws -> MemberState? {
        guard let number = command.detail?.integer("loser"), let sequence = command.detail?.integer("operation"),
            let found = try others(MemberNumber(number))
        else { return nil }
        var replay = Replay(bookmarks: bookmarks, member: found.state, others: others)
        try replay.replay(found.operations.filter { $0.sealed.operation.id.sequence < sequence })
        return replay.findings.isEmpty ? replay.state : nil
    }

    /// What members had used together before a command: a purchase that made its member comes behind the joining, which
    /// may have used some of it.
    private func shared(before command: Operation, _ rest: ArraySlice<StoredOperation>) -> [Usage] {
        guard let joining = rest.lazy.map(\.sealed.operation).first(where: { !$0.isDue }),
            joining.id != command.id
        else { return command.seen.shared }
        let others = command.seen.shared.filter { usage in
            !joining.seen.shared.contains { $0.key == usage.key } && !joining.usages.contains { $0.key == usage.key }
        }
        return joining.seen.shared + others
    }
}

extension Operation {
    /// Whether time alone brought it about.
    fileprivate var isDue: Bool { kind.comesWithTime }
}
