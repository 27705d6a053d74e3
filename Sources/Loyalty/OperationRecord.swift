import Ledger

/// What a command is about: something that was recorded earlier.
package enum Reference: Hashable, Sendable {
    case operation(OperationID)
    /// The purchase of a receipt.
    case receipt(ReceiptNumber)
}

/// An earlier operation of a member, and what became of it.
package struct OperationRecord: Hashable, Sendable {
    package let operation: Operation
    /// Operations of the member behind it, oldest first; those that concern it are among them.
    package private(set) var later: [Operation]

    package init(_ operation: Operation, later: [Operation]) {
        self.operation = operation
        self.later = later
    }

    /// Adds operations that came after those that are known.
    package mutating func append(_ operations: [Operation]) {
        let last = later.last?.id.sequence ?? operation.id.sequence
        later += operations.filter { $0.id.member == operation.id.member && $0.id.sequence > last }
    }

    /// The operations of a kind that are about it.
    func followers(_ kind: OperationKind) -> [Operation] {
        later.filter { $0.kind == kind && $0.about == operation.id.sequence }
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
    package func whatIsLeft(of purchase: Purchase) -> (sale: Sale, returns: [OperationID]) {
        var sale = Sale(purchase)
        let returns = followers(.return)
        // What was recorded had been accepted.
        for operation in returns { try? sale.take(Return(operation)) }
        return (sale, returns.map(\.id))
    }
}
