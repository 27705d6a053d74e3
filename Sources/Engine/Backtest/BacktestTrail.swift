import Ledger
import Loyalty

// Commands name earlier operations: a return its purchase, a capture its hold, a voucher what gave it. A course may
// have come to another number of operations than were recorded, so each remembers its own operations under the
// numbers of the recorded ones, as far as later ones are about them, together with what became of them.

/// What one member's commands may still be about, in one course of history.
struct BacktestTrail {
    /// The course's own sequences by the recorded ones.
    private var sequences: [Int64: Int64] = [:]
    /// By the course's own sequence.
    private var records: [Int64: OperationRecord] = [:]

    /// A recorded operation as the course would have recorded it: about the course's own earlier operations. What the
    /// course does not have has the sequence 0, which no operation has.
    func own(_ recorded: Operation) -> Operation {
        guard recorded.about != nil || recorded.purchase?.holds.isEmpty == false else { return recorded }
        let member = recorded.id.member
        let purchase = recorded.purchase.map {
            $0.paid(with: own($0.payment, of: member), value: own($0.value, of: member))
        }
        return Operation(
            id: recorded.id, kind: recorded.kind, cause: recorded.cause, occurredAt: recorded.occurredAt,
            postedAt: recorded.postedAt, ruleSetVersion: recorded.ruleSetVersion, movements: recorded.movements,
            purchase: purchase, event: recorded.event, about: recorded.about.map(sequence), detail: recorded.detail,
            usages: recorded.usages, seen: recorded.seen)
    }

    private func own(_ payment: Payment?, of member: MemberNumber) -> Payment? {
        guard let payment, let hold = payment.hold else { return payment }
        return Payment(
            currency: payment.currency, points: payment.points,
            hold: OperationID(reference: sequence(of: hold.reference(in: member)), in: member))
    }

    /// What an operation of the course is about.
    func record(of operation: Operation) -> OperationRecord? {
        operation.about.flatMap { records[$0] }
    }

    /// An operation of the course's own, and what became of it.
    func record(at number: Int64) -> OperationRecord? { records[number] }

    /// Remembers an operation that no recorded command names.
    mutating func keep(_ operation: Operation, later: [Operation]) {
        records[operation.id.sequence] = OperationRecord(operation, later: [])
        take(later)
    }

    /// Remembers what became of a recorded operation that later ones are about.
    mutating func note(_ recorded: Int64, became operation: Operation) {
        sequences[recorded] = operation.id.sequence
        records[operation.id.sequence] = OperationRecord(operation, later: [])
    }

    /// Adds operations to what became of those before them: all that are about these, and where their points lapsed.
    mutating func take(_ operations: [Operation]) {
        guard !records.isEmpty else { return }
        for operation in operations {
            let holds = operation.purchase?.holds.map { $0.reference(in: operation.id.member) } ?? []
            let named = [operation.about].compactMap { $0 } + holds
            let lapsed = operation.movements.transfers.lazy.filter { $0.to == .expired }.map(\.lot)
            let lots = Set(lapsed)
            let bereft =
                lots.isEmpty
                ? []
                : records.filter { $0.value.operation.movements.opened.contains { lots.contains($0.number) } }.map(
                    \.key)
            for sequence in Set(named + bereft) { records[sequence]?.append([operation]) }
        }
    }

    /// Takes over what another member's commands may be about, who was merged into this one.
    ///
    /// - Parameters:
    ///   - id: the other member's id.
    ///   - surrender: the course's operation by which everything was let go, and the one by which it was taken over.
    mutating func take(
        over other: BacktestTrail, of member: MemberNumber, _ id: ExactText, _ surrender: Operation, _ merge: Operation
    ) {
        func foreign(_ number: Int64) -> Int64 {
            OperationID(reference: number, in: member).reference(in: merge.id.member)
        }
        for (recorded, own) in other.sequences { sequences[foreign(recorded)] = foreign(own) }
        for (own, record) in other.records {
            var record = record
            record.append([surrender])
            record.goOn(with: OperationRecord(merge, later: []), from: id)
            records[foreign(own)] = record
        }
    }

    /// What joins a member is the first operation in every course.
    private func sequence(of recorded: Int64) -> Int64 {
        OperationID(reference: recorded, in: MemberNumber(0)).sequence == 1 ? recorded : sequences[recorded] ?? 0
    }
}

extension Purchase {
    /// The same sale with another payment.
    fileprivate func paid(with payment: Payment?, value: Payment?) -> Purchase {
        Purchase(
            receipt: receipt, channel: channel, occurredAt: occurredAt, currency: currency, tags: tags,
            coupons: coupons, items: items, payment: payment, value: value)
    }
}
