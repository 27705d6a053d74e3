import Ledger
import Loyalty
import Rules

/// Decides a member's whole history again and compares it with what was recorded.
struct Replay {
    private let bookmarks: Bookmarks
    private let recorded: MemberState
    private var state: MemberState?
    private var findings: [String] = []
    private var history: [Operation] = []

    /// - Parameter member: the member as stored.
    init(bookmarks: Bookmarks, member: MemberState) {
        self.bookmarks = bookmarks
        self.recorded = member
    }

    /// Replays operations in their order; returns what differs, empty when nothing does.
    mutating func run(_ operations: [StoredOperation]) -> [String] {
        var rest = operations[...]
        history = operations.map(\.sealed.operation)
        while !rest.isEmpty {
            guard let decided = decideNext(rest), !decided.isEmpty else { return findings }
            for operation in decided {
                guard let sealed = rest.popFirst()?.sealed else {
                    findings.append("replaying gives operation \(operation.id), which is not recorded")
                    return findings
                }
                let digest = operation.digest(after: state?.head ?? .zero)
                if digest != sealed.digest {
                    findings.append("replaying operation \(sealed.operation.id) gives another one")
                    return findings
                }
                state?.head = digest
            }
        }
        // Traits are personal data, which may have been erased.
        state?.traits = recorded.traits
        if state != recorded { findings.append("replaying all operations does not give the state that is stored") }
        return findings
    }

    /// Carries out the next command, or what fell due where no command is left.
    private mutating func decideNext(_ rest: ArraySlice<StoredOperation>) -> [Operation]? {
        // A command's operations are what had fallen due, perhaps the joining of a member, and its own; only its own
        // has a cause. What fell due without a command was recorded at another time than the next command.
        let command = rest.first { $0.sealed.operation.cause != nil }?.sealed.operation
        guard let next = rest.first, let book = bookmarks.book(of: next) else {
            findings.append("an operation names a rule set that is not there")
            return nil
        }
        let first = next.sealed.operation
        if let next = rest.lazy.map(\.sealed.operation).first(where: { !$0.isDue }), next.consequence != nil,
            first.id == next.id || first.postedAt == next.postedAt
        {
            let (record, codes) = (record(of: next), missingCodes(book))
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
            traits: command.seen.traits, record: record(of: command),
            codes: rest.lazy.map(\.sealed.operation).prefix { $0.id != command.id }.flatMap(\.seen.codes)
                + command.seen.codes + missingCodes(book), counterpart: counterpart(of: command),
            isAlone: true)
        let head = state?.head ?? .zero
        guard case .accepted(let acceptance) = decide(repeated, on: state, in: context) else {
            findings.append("replaying operation \(command.id) is refused")
            return nil
        }
        state = acceptance.state
        state?.head = head
        // What changed of a person is not in the command that was recorded, but what it led to is.
        if command.kind == .traits { state?.traits = command.seen.traits }
        return acceptance.operations
    }

    /// What stands in for codes that were erased or lost: deciding needs some, and the state will tell the difference.
    private func missingCodes(_ book: RuleBook) -> [ExactText] {
        [ExactText](repeating: "", count: book.all.reduce(1) { max($0, $1.mostVouchers) } * 2)
    }

    /// Someone who stands in for the other member of a command: what happens to that one is found in another history.
    private func counterpart(of command: Operation) -> MemberState? {
        guard let number = command.counterpart else { return nil }
        return MemberState(
            number: number, id: "", enrolledAt: command.postedAt, version: 0, head: .zero, ledger: MemberLedger(),
            tier: nil, counters: PurchaseCounters(), bonds: Bonds(pool: .owner(.household, [])))
    }

    /// What a command is about, and what had become of it before the command.
    private func record(of command: Operation) -> OperationRecord? {
        guard let about = command.about, (1..<command.id.sequence).contains(about) else { return nil }
        let behind = history.drop { $0.id.sequence < about }
        guard let operation = behind.first, operation.id.sequence == about else { return nil }
        return OperationRecord(
            operation, later: Array(behind.dropFirst().prefix { $0.id.sequence < command.id.sequence }))
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
    fileprivate var isDue: Bool { kind == .due || kind == .celebrate }
}
