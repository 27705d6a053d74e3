/// What one operation moved: its transfers, the lots it opened and the lots it changed, in order.
public struct Movements: Hashable, Sendable {
    public private(set) var transfers: [Transfer] = []
    public private(set) var opened: [Lot] = []
    /// Lots that were there before, as they are afterwards, each once.
    public private(set) var changed: [Lot] = []

    public init() {}

    public init(transfers: [Transfer], opened: [Lot], changed: [Lot]) {
        self.transfers = transfers
        self.opened = opened
        self.changed = changed
    }

    public var isEmpty: Bool { transfers.isEmpty && opened.isEmpty && changed.isEmpty }

    mutating func record(_ transfer: Transfer) { transfers.append(transfer) }

    mutating func open(_ lot: Lot) { opened.append(lot) }

    mutating func change(_ lot: Lot) {
        if let index = changed.firstIndex(where: { $0.number == lot.number }) {
            changed[index] = lot
        } else {
            changed.append(lot)
        }
    }
}
