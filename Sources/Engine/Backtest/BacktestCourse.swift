import Ledger
import Loyalty
import Rules
import Time

// One course of history: every member as the commands so far made it under some documents, what members used of
// budgets together, and the sums of the period. It is a value, so that the course under the draft begins as a copy of
// the one under the present documents, at the first command of the period.

/// Somebody whose history is decided again.
struct BacktestMember {
    let number: MemberNumber
    let id: ExactText
    /// As they are now.
    let traits: Traits

    /// Whether what rules saw of the person is gone.
    var isErased: Bool { id == MemberState.pseudonym(of: number) }
}

/// A recorded operation with a cause, about to be decided again.
struct BacktestStep {
    let operation: Operation
    let slot: Int
    let member: BacktestMember
    /// The slot of the other member whom the command named.
    let counterpart: Int?
    /// The slots of all members.
    let slots: [MemberNumber: Int]
    /// The codes of the vouchers that were given when it was recorded.
    let codes: [ExactText]
    /// Whether a later operation is about it.
    let isReferredTo: Bool
    /// Where the operation counts; `nil` outside of the period.
    let place: BacktestRows.Place?
    /// Where the joining of a member by it counts, which happens when it is recorded.
    let joiningPlace: BacktestRows.Place?
}

/// What was recorded of a member who was erased since. What rules saw of the person is gone, so that deciding again may come
/// to something else.
struct BacktestErased {
    let recorded: [Operation]
    /// What the other course made of it, nothing where it refused it; `nil` for the course of what happened.
    var decided: [Operation]?

    /// Whether what was recorded stands in place of what a course decides: it happened, or the rules of the draft come to the
    /// same as those that it happened under, as far as that can be told.
    func stands(for operations: [Operation]) -> Bool {
        guard let decided else { return true }
        return decided.map(Self.figures) == operations.map(Self.figures)
    }

    private static func figures(of operation: Operation) -> [Transfer] {
        operation.movements.transfers.map {
            Transfer(
                number: 0, currency: $0.currency, from: $0.from, to: $0.to, amount: $0.amount, lot: 0,
                availableAfter: .zero)
        }
    }
}

/// What a command came to in a course.
enum BacktestOutcome {
    /// The member's operations, oldest first, and what became of others.
    case accepted([Operation], others: [Counterpart])
    case refused(Refusal)
}

/// One course of history.
struct BacktestCourse {
    private let question: BacktestQuestion
    private let terms: BacktestTerms
    /// By slot; `nil` for whom this course has no member.
    private(set) var states: [MemberState?] = []
    /// By slot, for those who have operations that later ones are about.
    private var trails: [Int: BacktestTrail] = [:]
    /// What all members together used.
    private var shared: [Usage] = []
    /// How many codes were made up for vouchers that were never given.
    private var codes: Int64 = 0
    private(set) var tally: BacktestTally

    init(_ question: BacktestQuestion, _ terms: BacktestTerms) {
        self.question = question
        self.terms = terms
        tally = BacktestTally(terms)
    }

    /// Makes room for one more member.
    mutating func addSlot() {
        states.append(nil)
        tally.addSlot()
    }

    /// Decides a command, keeps what comes of it and counts it.
    ///
    /// - Parameter answers: those of the other course, as far as it decides about the same.
    /// - Parameter erased: what was recorded, where the member was erased since.
    mutating func carryOut(
        _ step: BacktestStep, traits: Traits, under book: RuleBook, sharing answers: SharedAnswers,
        erased: BacktestErased?, _ rows: inout BacktestRows
    ) -> BacktestOutcome {
        let trail = trails.isEmpty ? nil : trails[step.slot]
        let operation = (trail ?? BacktestTrail()).own(step.operation)
        let command = Command(
            recorded: operation, of: step.member.id, vouchers: states[step.slot]?.vouchers ?? [])
        let tied = states[step.slot].map { companions(of: $0, for: command, step.slots) } ?? Companions()
        let context = DecisionContext(
            of: command, book: book, now: operation.postedAt,
            cause: operation.cause ?? Cause(client: 0, idempotencyKey: "", fingerprint: .zero),
            newMember: states[step.slot] == nil ? NewMember(number: step.member.number, id: step.member.id) : nil,
            shared: shared, traits: traits, record: trail?.record(of: operation),
            codes: codes(for: step, under: book), counterpart: step.counterpart.flatMap { states[$0] },
            companions: tied, isForgotten: !step.isReferredTo,
            // What points and stored value paid is left out of a sale, and that hangs on the document.
            sharing: operation.purchase.map { $0.payment == nil && $0.value == nil } ?? true ? answers : nil)
        // Taken out, so that nobody else looks at it.
        var member = states[step.slot].take()
        let ledger = erased.map { _ in member?.ledger ?? MemberLedger() }
        switch decide(command, on: &member, in: context) {
        case .accepted(let acceptance):
            states[step.slot] = acceptance.state
            // What changed of a person is not in the command that was recorded, but what it led to is.
            if operation.kind == .traits || operation.kind == .merge {
                states[step.slot]?.traits = operation.seen.traits
            }
            var operations = acceptance.operations
            if let erased, let ledger, erased.stands(for: operations) {
                take(erased.recorded, in: ledger, insteadOf: operations, step)
                operations = erased.recorded
            }
            count(operations, step, under: book, &rows)
            count(acceptance, step)
            keep(acceptance, of: step)
            let others = acceptance.others
            for other in others {
                guard let slot = step.slots[other.state.number] else { continue }
                let id = states[slot]?.id
                arrive(other, slot, step, under: book, &rows)
                if acceptance.merged == other.state.number, let id {
                    mergeTrail(of: slot, id, into: step.slot, by: acceptance)
                }
            }
            return .accepted(acceptance.operations, others: others)
        case .kept: preconditionFailure("what is recorded is a member's")
        case .refused(let refusal):
            states[step.slot] = member
            if let erased, let ledger, erased.stands(for: []) {
                // What its rules saw is gone, and it happened all the same.
                take(erased.recorded, in: ledger, insteadOf: [], step)
                count(erased.recorded, step, under: book, &rows)
            } else if step.place != nil {
                tally.count(refusal)
            }
            return .refused(refusal)
        }
    }

    /// Applies what fell due for a member up to an instant, and counts it.
    ///
    /// - Returns: the operations, oldest first.
    mutating func advance(
        _ slot: Int, to instant: Instant, under book: RuleBook, _ rows: inout BacktestRows
    ) -> [Operation] {
        guard states[slot]?.isDue(at: instant, under: book) ?? false, var state = states[slot].take() else { return [] }
        let operations = state.advance(to: instant, under: book)
        states[slot] = state
        for operation in operations { count(operation, slot, under: book, &rows) }
        countMoves(operations, under: book)
        trails[slot]?.take(operations)
        return operations
    }

    /// The members whom a command concerns through its own member's bonds.
    private func companions(
        of state: MemberState, for command: Command, _ slots: [MemberNumber: Int]
    ) -> Companions {
        guard !state.bonds.isEmpty else { return Companions() }
        func known(_ number: MemberNumber) -> MemberState? { slots[number].flatMap { states[$0] } }
        func holder(behind number: MemberNumber) -> MemberNumber {
            var holder = number
            while case .merged(let operation)? = known(holder)?.status { holder = operation.member }
            return holder
        }
        var companions = Companions()
        for number in state.companions(for: command, known: known) {
            let holder = command.erases ? number : holder(behind: number)
            companions.add(number, now: known(holder), besides: state.number)
        }
        for id in state.companionRecords(for: command) {
            let holder = holder(behind: id.member)
            companions.records[id] = slots[holder].flatMap { trails[$0]?.record(at: id.reference(in: holder)) }
        }
        return companions
    }

    /// Takes in what a command made of another member.
    private mutating func arrive(
        _ counterpart: Counterpart, _ slot: Int, _ step: BacktestStep, under book: RuleBook, _ rows: inout BacktestRows
    ) {
        states[slot] = counterpart.state
        for operation in counterpart.operations {
            for usage in operation.usages where usage.key.isShared { shared.add(usage) }
            count(operation, slot, under: book, &rows)
            if step.place != nil { tally.count(usesOf: operation) }
        }
        countMoves(counterpart.operations, under: book)
        trails[slot]?.take(counterpart.operations)
        for (index, operation) in counterpart.operations.enumerated() where operation.kind == .referral {
            // A return may take it back.
            trails[slot, default: BacktestTrail()].keep(operation, later: Array(counterpart.operations[(index + 1)...]))
        }
    }

    /// What commands may be about of a member who was merged, they may be about of the one who took over.
    private mutating func mergeTrail(of loser: Int, _ id: ExactText, into winner: Int, by acceptance: Acceptance) {
        guard let trail = trails.removeValue(forKey: loser), let number = acceptance.merged,
            let merge = acceptance.operations.first(where: { $0.kind == .merge }),
            let surrender = acceptance.counterpart?.operations.last
        else { return }
        var own = trails[winner] ?? BacktestTrail()
        own.take(over: trail, of: number, id, surrender, merge)
        trails[winner] = own
    }

    /// Remembers what later commands may be about.
    private mutating func keep(_ acceptance: Acceptance, of step: BacktestStep) {
        if !trails.isEmpty { trails[step.slot]?.take(acceptance.operations) }
        guard step.isReferredTo, let index = acceptance.operations.firstIndex(where: { $0.cause != nil }) else {
            return
        }
        var trail = trails[step.slot] ?? BacktestTrail()
        trail.note(step.operation.id.sequence, became: acceptance.operations[index])
        trail.take(Array(acceptance.operations[(index + 1)...]))
        trails[step.slot] = trail
    }

    /// Codes for vouchers: those that were given, and as many more as the course may give.
    private mutating func codes(for step: BacktestStep, under book: RuleBook) -> [ExactText] {
        let operation = step.operation
        if operation.kind == .refer, step.codes.isEmpty {
            // The member was erased, and the code with them; or there was one already.
            defer { codes += 1 }
            return [ExactText("made up \(codes)")]
        }
        guard book.givesVouchers else { return step.codes }
        let most = max(
            book.inForce(at: operation.occurredAt).mostVouchers, book.inForce(at: operation.postedAt).mostVouchers)
        guard most > 0 else { return step.codes }
        // Joining may give some as well.
        let missing = max(0, 2 * most - step.codes.count)
        defer { codes += Int64(missing) }
        return step.codes + (0..<Int64(missing)).map { ExactText("made up \(codes + $0)") }
    }

    // MARK: Counting

    /// Takes in what was recorded, and counts what was earned otherwise than is decided.
    ///
    /// - Parameter ledger: the member's before any of it.
    private mutating func take(
        _ recorded: [Operation], in ledger: MemberLedger, insteadOf decided: [Operation], _ step: BacktestStep
    ) {
        var ledger = ledger
        for operation in recorded { ledger.replay(operation.movements) }
        states[step.slot]?.ledger = ledger
        guard let place = step.place, step.operation.purchase != nil || step.operation.kind == .event else { return }
        for (operations, sign) in [(recorded, Int128(1)), (decided, -1)] {
            for transfer in operations.lazy.flatMap(\.movements.transfers) where transfer.from == .issued {
                tally.correct(
                    sign * Int128(transfer.amount.count), of: transfer.currency, slot: step.slot, place, terms)
            }
        }
    }

    /// Counts the operations that came of a command.
    private mutating func count(
        _ operations: [Operation], _ step: BacktestStep, under book: RuleBook, _ rows: inout BacktestRows
    ) {
        for operation in operations {
            for usage in operation.usages where usage.key.isShared { shared.add(usage) }
            count(operation, step.slot, under: book, &rows)
            let isOwn = operation.cause != nil || operation.consequence != nil
            let place = isOwn ? step.place : step.joiningPlace
            if place != nil { tally.count(usesOf: operation) }
        }
        countMoves(operations, under: book)
    }

    /// Counts what rules paid.
    private mutating func count(_ acceptance: Acceptance, _ step: BacktestStep) {
        if let place = step.joiningPlace, let joining = acceptance.joining {
            tally.count(joining, slot: step.slot, place, terms)
        }
        if let place = step.place { tally.count(acceptance, slot: step.slot, place, terms) }
    }

    /// Counts what became of points, and what a day brought by itself.
    private mutating func count(_ operation: Operation, _ slot: Int, under book: RuleBook, _ rows: inout BacktestRows) {
        guard question.contains(operation.occurredAt) else { return }
        tally.count(movementsOf: operation, terms)
        guard operation.kind == .celebrate || operation.kind == .referral, let ruleSet = book[operation.ruleSetVersion],
            let id = states[slot]?.id,
            let evaluation = try? ruleSet.explain(operation, member: id)
        else { return }
        tally.count(
            Earned(operation: operation.id, evaluation, of: ruleSet.program), slot: slot,
            rows.place(of: operation.occurredAt), terms)
        tally.count(evaluation.failures)
    }

    /// Counts how operations changed levels. A level that a command brought about was reached when what it tells of
    /// happened, however late it was recorded.
    private mutating func countMoves(_ operations: [Operation], under book: RuleBook) {
        for operation in operations {
            for change in operation.tierChanges {
                let instant = change.since == operation.postedAt ? operation.occurredAt : change.since
                guard question.contains(instant) else { continue }
                tally.countMove(from: change.from, to: change.to, in: book.inForce(at: instant).program.tiers)
            }
        }
    }
}
