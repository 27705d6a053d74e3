import Ledger
import Loyalty
import Rules
import Time

// Two courses of history, side by side: every command that was recorded is decided again, once under the book as it was
// known then, and once under the same book with the draft in force during the period. So the draft is tried as if it
// had been published: by the rule by which a late purchase goes under the document of its own time. Up to the
// beginning of the period both are the same, and only one is kept.
//
// What a command brings other members comes right behind it, and came about with it.
//
// A command's operations come in a row: what had fallen due, perhaps the joining of its member, its own, and what
// fell due by it; only its own has a cause. What fell due by itself was recorded at another time than the command
// behind it.

/// A backtest under way.
struct BacktestRun {
    let question: BacktestQuestion
    let terms: BacktestTerms
    private(set) var books: BacktestBooks
    private var slots: [MemberNumber: Int] = [:]
    private(set) var members: [BacktestMember] = []
    private(set) var current: BacktestCourse
    /// The course under the draft, once it is another one.
    private var forked: BacktestCourse?
    private(set) var rows: BacktestRows
    private let answers = SharedAnswers()
    private(set) var comparison = BacktestComparison()
    private(set) var operations: Int64 = 0
    /// The operations that later ones are about.
    var referredTo: Set<OperationID> = []
    /// What the latest command made of other members, in the course as it was.
    private var arrivals: [MemberNumber: [Operation]] = [:]
    /// What was recorded together and is still to be decided again.
    private var group: [Operation] = []
    private var groupHasCommand = false

    /// The course under the draft.
    var draft: BacktestCourse { forked ?? current }

    init(_ question: BacktestQuestion, book: RuleBook) throws(BacktestError) {
        let program = book[book.newestVersion]?.program ?? question.draft
        guard question.draft.id == program.id else { throw .otherProgram(expected: program.id) }
        guard question.draft.money.currency == program.money.currency else {
            throw .otherMoney(expected: program.money.currency.code)
        }
        self.question = question
        books = BacktestBooks(book, question)
        terms = BacktestTerms(draft: question.draft, others: book.all.map(\.program))
        current = BacktestCourse(question, terms)
        rows = BacktestRows(question.rows, zone: question.draft.zone)
    }

    // MARK: Recorded operations

    /// Takes the next recorded operation.
    mutating func take(_ entry: HistoryEntry) throws(BacktestError) {
        let operation = entry.operation
        operations += 1
        if let joined = entry.joined { add(joined, operation.id.member) }
        if let first = group.first, !belongs(operation, to: first) { try settleGroup() }
        group.append(operation)
        if operation.cause != nil { groupHasCommand = true }
    }

    /// Takes note that there are no more operations, and lets time pass to an instant for everybody.
    mutating func finish(at now: Instant) throws(BacktestError) {
        try settleGroup()
        let present = books.present
        if forked == nil { forked = current }
        for slot in members.indices {
            _ = current.advance(slot, to: now, under: present.recorded, &rows)
            _ = forked?.advance(slot, to: now, under: present.tried, &rows)
        }
    }

    private func belongs(_ operation: Operation, to first: Operation) -> Bool {
        operation.id.member == first.id.member && operation.postedAt == first.postedAt
            && (!groupHasCommand || operation.kind == .due || operation.consequence == .behind)
            && (group.last?.consequence != .elsewhere || operation.kind == .due)
    }

    private mutating func add(_ joined: JoinedMember, _ number: MemberNumber) {
        slots[number] = members.count
        members.append(BacktestMember(number: number, id: joined.id, traits: joined.traits))
        current.addSlot()
        forked?.addSlot()
    }

    // MARK: Deciding

    private mutating func settleGroup() throws(BacktestError) {
        guard let first = group.first else { return }
        defer {
            group.removeAll(keepingCapacity: true)
            groupHasCommand = false
        }
        let version = group.reduce(0) { max($0, $1.ruleSetVersion) }
        guard let books = books.upTo(version: version) else { throw .ruleSetMissing(first.id, version: version) }
        guard let slot = slots[first.id.member] else { throw .memberMissing(first.id) }
        let command = group.first { $0.cause != nil }
        if forked == nil, question.from <= max(first.postedAt, command?.occurredAt ?? first.postedAt) {
            forked = current
        }
        if let command {
            carryOut(command, slot, books)
        } else if group.contains(where: { $0.consequence == .elsewhere }) {
            // It came about with the command of another member, in both courses.
            let operations = arrivals[first.id.member] ?? []
            compareGroup(with: Array(operations.prefix(group.count)), of: slot)
            arrivals[first.id.member] = Array(operations.dropFirst(group.count))
        } else {
            compareGroup(with: current.advance(slot, to: first.postedAt, under: books.recorded, &rows), of: slot)
            _ = forked?.advance(slot, to: first.postedAt, under: books.tried, &rows)
        }
    }

    private mutating func carryOut(_ operation: Operation, _ slot: Int, _ books: BacktestBooks.Pair) {
        let isInside = question.contains(operation.occurredAt)
        let place = isInside ? rows.place(of: operation.occurredAt) : nil
        if let place, operation.kind == .purchase, let purchase = operation.purchase { rows.add(purchase, place) }
        let joins = operation.id.sequence > 1 && group[0].id.sequence == 1 && question.contains(operation.postedAt)
        let step = BacktestStep(
            operation: operation, slot: slot, member: members[slot],
            counterpart: operation.counterpart.flatMap { slots[$0] }, slots: slots,
            codes: group.reduce(into: []) { $0 += $1.seen.codes }, isReferredTo: isReferredTo(operation), place: place,
            joiningPlace: joins ? rows.place(of: operation.postedAt) : nil)
        answers.begin()
        var erased = members[slot].isErased ? BacktestErased(recorded: group) : nil
        let outcome = current.carryOut(
            step, traits: operation.seen.traits, under: books.recorded, sharing: answers, erased: erased, &rows)
        switch outcome {
        case .accepted(let operations, let others):
            erased?.decided = operations
            compareGroup(with: operations, of: slot)
            arrivals.removeAll(keepingCapacity: true)
            for other in others { arrivals[other.state.number, default: []] += other.operations }
        case .refused(let refusal):
            erased?.decided = []
            guard question.comparesHistory else { break }
            comparison.note(
                operation.id, "would be refused: \(refusal.reason)", isErased: members[slot].isErased)
        }
        guard forked != nil else { return }
        let traits = traits(for: step, books)
        _ = forked?.carryOut(
            step, traits: traits, under: books.tried, sharing: answers, erased: erased, &rows)
    }

    /// Whether later operations are about an operation. A purchase may name a hold as its payment.
    private func isReferredTo(_ operation: Operation) -> Bool {
        operation.kind == .hold || referredTo.contains(operation.id)
    }

    /// What the rules of the other course see of a person. History keeps the traits only where the recorded document
    /// looked at them; elsewhere the member as it is now stands in.
    private func traits(for step: BacktestStep, _ books: BacktestBooks.Pair) -> Traits {
        let operation = step.operation
        guard step.place != nil, question.draft.readsTraits,
            books.recorded[operation.ruleSetVersion]?.program.readsTraits == false
        else { return operation.seen.traits }
        return step.member.traits
    }

    /// Compares what was recorded together with what is decided now.
    private mutating func compareGroup(with decided: [Operation], of slot: Int) {
        guard question.comparesHistory else { return }
        let isErased = members[slot].isErased
        for (decided, recorded) in zip(decided, group) {
            comparison.compare(decided, with: recorded, isErased: isErased)
        }
        for recorded in group.dropFirst(decided.count) {
            comparison.note(recorded.id, "would not come about", isErased: isErased)
        }
        for missing in decided.dropFirst(group.count) {
            comparison.note(missing.id, "would come about, and was not recorded", isErased: isErased)
        }
    }
}
