public import Ledger

/// What a command is about: something that was recorded earlier.
public enum Reference: Hashable, Sendable {
    case operation(OperationID)
    /// The purchase of a receipt.
    case receipt(ReceiptNumber)
}

/// An earlier operation of a member, and what became of it.
///
/// Where its member was merged into another one, the history goes on with that one, and lots have the numbers that they
/// have there.
public struct OperationRecord: Hashable, Sendable {
    public private(set) var operation: Operation
    /// Operations behind it, oldest first; those that concern it are among them.
    public private(set) var later: [Operation]
    /// The member who has by now what came of it.
    public private(set) var holder: MemberNumber
    /// The id of the member whose it was, where that is another one.
    public private(set) var member: ExactText?
    /// The newest one that is known of the holder.
    private var lastSequence: Int64

    public init(_ operation: Operation, later: [Operation]) {
        self.operation = operation
        self.later = later
        holder = operation.id.member
        lastSequence = later.last?.id.sequence ?? operation.id.sequence
    }

    /// Adds operations that came after those that are known.
    public mutating func append(_ operations: [Operation]) {
        let new = operations.filter { $0.id.member == holder && $0.id.sequence > lastSequence }
        later += new
        lastSequence = new.last?.id.sequence ?? lastSequence
    }

    /// The operation by which another member took everything over; `nil` while the holder is not merged.
    public var successor: OperationID? {
        (later.last ?? operation).successor
    }

    /// Goes on with the history of the member who took everything over.
    ///
    /// - Parameters:
    ///   - record: the operation by which it did.
    ///   - member: the id of the one who let it go.
    public mutating func goOn(with record: OperationRecord, from member: ExactText) {
        let offset = record.operation.detail?.integer("lots") ?? 0
        func number(_ lot: Int64) -> Int64 { lot + offset }
        // Whose lots they were so far, and whose they are behind it.
        let (before, after) = (holder, record.operation.id.member)
        func origin(_ origin: Int64) -> Int64 { OperationID(reference: origin, in: before).reference(in: after) }
        operation = operation.renumbered(number, origin: origin)
        later = later.map { $0.renumbered(number, origin: origin) } + [record.operation] + record.later
        holder = record.holder
        lastSequence = record.lastSequence
        if self.member == nil { self.member = member }
    }

    /// The operations of a kind that are about it.
    func followers(_ kind: OperationKind) -> [Operation] {
        later.filter { $0.kind == kind && $0.subject == operation.id }
    }

    /// What lapsed of the lots that it opened.
    func lapsed(of currency: CurrencyID) -> Int64 {
        let lots = Set(operation.movements.opened.lazy.filter { $0.currency == currency }.map(\.number))
        return later.reduce(0) { sum, operation in
            operation.movements.transfers.reduce(sum) {
                $1.to == .expired && lots.contains($1.lot) ? $0 + $1.amount.count : $0
            }
        }
    }

    /// What is left of the purchase that it is, and the operations that took something back, oldest first.
    public func whatIsLeft(of purchase: Purchase) -> (sale: Sale, returns: [OperationID]) {
        var sale = Sale(purchase)
        let returns = followers(.return)
        // What was recorded had been accepted.
        for operation in returns { try? sale.take(Return(operation)) }
        return (sale, returns.map(\.id))
    }

    /// What a return took off each line of the purchase that it is; nothing where it took nothing of it.
    public func whatCameBack(by id: OperationID, of purchase: Purchase) -> [Sale.KeptLine] {
        var sale = Sale(purchase)
        for operation in followers(.return) {
            let before = sale.lines
            try? sale.take(Return(operation))
            guard operation.id == id else { continue }
            return zip(before, sale.lines).map { before, after in
                Sale.KeptLine(quantity: before.quantity - after.quantity, amount: before.amount - after.amount)
            }
        }
        return []
    }
}

extension Operation {
    /// The operation by which another member took over everything that this one let go; `nil` for any other one.
    public var successor: OperationID? {
        guard kind == .surrender, let member = detail?.integer("winner"), let sequence = detail?.integer("operation")
        else { return nil }
        return OperationID(member: MemberNumber(member), sequence: sequence)
    }

    fileprivate func renumbered(_ number: (Int64) -> Int64, origin: (Int64) -> Int64) -> Operation {
        guard !movements.isEmpty else { return self }
        return Operation(
            id: id, kind: kind, cause: cause, occurredAt: occurredAt, postedAt: postedAt,
            ruleSetVersion: ruleSetVersion, movements: movements.renumbered(number, origin: origin),
            purchase: purchase, event: event,
            about: about, detail: detail, usages: usages, seen: seen)
    }
}
