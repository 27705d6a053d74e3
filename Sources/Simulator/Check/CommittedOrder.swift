package import Engine
import Ledger
package import Loyalty
import Time

// Who holds all that a store recorded against the model, when it is over and only clients remember what they heard.
//
// The order of truth is the one in which the store placed its batches. Each operation is carried out by the model at its
// own instant, and must give the same rows and the same answer, in the store and to whoever heard it. Clients add what
// no store knows: who had an answer before somebody else asked comes first in that order, and a refusal must be what
// the model says at some place behind everything that was answered before it was asked for and before everything that
// was asked for after it was heard.

/// A replay of what was recorded, and what it has seen.
package struct CommittedOrder {
    /// What was found to be as it should be.
    package struct Sum: Sendable {
        /// Operations that commands brought about, by their kind.
        package var operations: [String: Int] = [:]
        /// What time alone brought about.
        package var dues = 0
        package var refusals = 0
        package var batches = 0
        package var writers: Set<WriterID> = []
    }

    private let book: CallBook
    private let read: (Act, [UInt8]) throws -> HeardAnswer
    private var oracle = Oracle()
    private var sum = Sum()
    private var recorded: Set<String> = []
    /// The latest moment at which something was asked for that is recorded by now.
    private var newestAsked = 0
    /// Keys with answers in the order in which those were heard; the first one is not recorded yet.
    private var unrecorded: ArraySlice<(heard: Int, key: String)>
    /// Refusals that were asked for too late to be looked at yet, the earliest first.
    private var later: ArraySlice<(key: String, refusal: CallBook.Refusal)>
    private var open: [Doubt] = []

    /// A refusal that the model has not foretold yet.
    private struct Doubt {
        let key: String
        let act: Act
        let refusal: CallBook.Refusal
        var foretold: Set<String> = []
    }

    /// - Parameters:
    ///   - terms: the one program, which is in force.
    ///   - version: its number.
    ///   - read: puts a recorded result in the words of the model.
    package init(
        _ book: CallBook, under terms: Terms, version: Int = 1, read: @escaping (Act, [UInt8]) throws -> HeardAnswer
    ) {
        self.book = book
        self.read = read
        oracle.publish(terms, number: version, from: 0)
        unrecorded =
            book.calls.filter { $0.value.answer != nil }.map { ($0.value.heard, $0.key) }
            .sorted { $0.heard < $1.heard }[...]
        later =
            book.calls.flatMap { call in call.value.refusals.map { (call.key, $0) } }
            .sorted { $0.refusal.asked < $1.refusal.asked }[...]
    }

    /// Replays all of a store that nobody writes to.
    ///
    /// - Parameters:
    ///   - now: the instant at which members are compared.
    ///   - rules: the rule sets that were published.
    /// - Throws: the first `Difference`.
    package func check(_ store: any Store, at now: Int, under rules: RuleBook) throws -> Sum {
        var order = self
        if let contradiction = order.book.contradictions.first { throw order.differ(contradiction) }
        try order.doubt(touching: nil)
        try store.read { reader in
            var position = HistoryPosition.start
            while true {
                let page = try reader.batches(after: position, limit: 100)
                guard let last = page.last else { return }
                for placed in page { try order.replay(placed.batch) }
                position = last.position
            }
        }
        try order.finish()
        var judge = Judge()
        judge.oracle = order.oracle
        try judge.look(at: store, now, rules, everything: true)
        return order.sum
    }

    private func differ(_ text: String) -> Difference { Difference(step: recorded.count, description: text) }

    // MARK: What is recorded

    private mutating func replay(_ batch: RecordedBatch) throws {
        sum.batches += 1
        sum.writers.insert(batch.block.writer)
        var foretold: ArraySlice<Row> = []
        for (index, sealed) in batch.operations.enumerated() {
            if foretold.isEmpty { foretold = try foretell(batch.operations[index...])[...] }
            let row = Row(sealed.operation)
            let next = foretold.popFirst()
            if next != row {
                throw differ("recorded:  \(row)\n  should be: \(next.map { "\($0)" } ?? "nothing")")
            }
        }
        if let missing = foretold.first { throw differ("not recorded: \(missing)") }
    }

    /// The rows with which what is left of a batch should begin.
    private mutating func foretell(_ rest: ArraySlice<SealedOperation>) throws -> [Row] {
        guard let first = rest.first?.operation else { return [] }
        if first.kind.comesWithTime, first.cause == nil {
            // Whether a command follows or not: what is due by then comes first.
            let rows = oracle.pass(Int(first.id.member.value), to: Int(first.postedAt.milliseconds))
            sum.dues += rows.count
            try doubt(touching: Int(first.id.member.value))
            return rows
        }
        guard let sealed = rest.first(where: { $0.operation.cause != nil }) else {
            throw differ("nobody brought about: \(Row(first))")
        }
        return try carryOut(sealed)
    }

    private mutating func carryOut(_ sealed: SealedOperation) throws -> [Row] {
        let operation = sealed.operation
        guard let key = operation.cause?.idempotencyKey.text, let call = book.calls[key] else {
            throw differ("nobody asked for \(Row(operation))")
        }
        let act = call.act
        if let refusal = call.refusals.first(where: \.lasts) {
            throw differ("\(act)\n  was refused: \(refusal.told)\n  and is recorded: \(Row(operation))")
        }
        if call.heard < newestAsked {
            throw differ("\(act)\n  was answered before something was asked for that is recorded in front of it")
        }
        let member = Int(operation.id.member.value)
        switch oracle.carryOut(
            act, key: key, at: Int(operation.postedAt.milliseconds), newMember: member,
            drawn: operation.seen.codes.map(\.text))
        {
        case .repeated: throw differ("\(key) is recorded twice: \(Row(operation))")
        case .refused(let reason):
            throw differ("\(act)\n  was accepted:    \(Row(operation))\n  should be refused: \(reason)")
        case .accepted(let rows, let answer):
            let stored = try read(act, sealed.result)
            let balances = oracle.members[member]?.picture.balances
            for (name, found) in [("recorded", stored), ("answered", call.answer ?? stored)] {
                guard found.told == answer, found.place == Act.Place(operation.id) else {
                    throw differ("\(act)\n  is \(name):   \(found.told)\n  should be: \(answer)")
                }
                if let seen = found.balances, seen != balances {
                    throw differ("\(act)\n  is \(name) with \(seen)\n  should be \(balances ?? [:])")
                }
            }
            sum.operations[act.kind, default: 0] += 1
            recorded.insert(key)
            newestAsked = max(newestAsked, call.asked)
            while let next = unrecorded.first, recorded.contains(next.key) { unrecorded.removeFirst() }
            try doubt(touching: member)
            return rows
        }
    }

    // MARK: What was refused

    /// Compares refusals with the model as it is at this place.
    ///
    /// - Parameter member: the only one who is another than at the place before.
    private mutating func doubt(touching member: Int?) throws {
        let before = open.count
        while let next = later.first, next.refusal.asked <= unrecorded.first?.heard ?? .max {
            later.removeFirst()
            guard let act = book.calls[next.key]?.act else { continue }
            open.append(Doubt(key: next.key, act: act, refusal: next.refusal))
        }
        var settled: Set<Int> = []
        for index in open.indices {
            if newestAsked > open[index].refusal.heard { throw differ(words(of: open[index])) }
            guard index >= before || isTouched(open[index].act, member) else { continue }
            for instant in open[index].refusal.instants {
                var trial = oracle
                switch trial.carryOut(open[index].act, key: open[index].key, at: instant, newMember: 0) {
                case .refused(open[index].refusal.told): settled.insert(index)
                case .refused(let other): open[index].foretold.insert("refused: \(other)")
                case .accepted(_, let answer), .repeated(let answer): open[index].foretold.insert("answered: \(answer)")
                }
            }
        }
        sum.refusals += settled.count
        if !settled.isEmpty { open = open.indices.filter { !settled.contains($0) }.map { open[$0] } }
    }

    /// Whether what becomes of an act may be another thing once a member changed.
    private func isTouched(_ act: Act, _ member: Int?) -> Bool {
        // What all members share changes with any of them.
        if case .reward = act { return true }
        guard let subject = oracle.subject(of: act) else { return true }
        return member.map { $0 == subject } ?? true
    }

    private func words(of doubt: Doubt) -> String {
        "\(doubt.act)\n  was refused: \(doubt.refusal.told)\n  should be "
            + doubt.foretold.sorted().joined(separator: "\n  or ")
    }

    private mutating func finish() throws {
        if let lost = unrecorded.first, let call = book.calls[lost.key] {
            throw differ("\(call.act)\n  was answered and is not recorded: \(call.answer?.told ?? "")")
        }
        if let doubt = open.first { throw differ(words(of: doubt)) }
        precondition(later.isEmpty, "once every answer is recorded, every refusal was looked at")
    }
}
