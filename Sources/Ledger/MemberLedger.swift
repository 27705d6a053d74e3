package import Time

/// What a member has in one point currency.
package struct Balance: Hashable, Sendable {
    package let currency: CurrencyID
    /// Points that can be spent.
    package var available: Points
    /// Points that have not vested yet.
    package var pending: Points
    /// Points that a hold has reserved.
    package var held: Points
    /// Points the member owes.
    package var debt: Points

    package init(
        currency: CurrencyID, available: Points = .zero, pending: Points = .zero, held: Points = .zero,
        debt: Points = .zero
    ) {
        self.currency = currency
        self.available = available
        self.pending = pending
        self.held = held
        self.debt = debt
    }
}

/// The reasons for which the ledger does not move points.
package enum LedgerRefusal: Error, Hashable, Sendable {
    /// A balance would leave the range of 64 bits.
    case overflow(CurrencyID)
}

/// What one operation moved: its transfers, the lots it opened and the lots it changed, in order.
package struct Movements: Hashable, Sendable {
    package private(set) var transfers: [Transfer] = []
    package private(set) var opened: [Lot] = []
    /// Lots that were there before, as they are afterwards.
    package private(set) var changed: [Lot] = []

    package init() {}

    package init(transfers: [Transfer], opened: [Lot], changed: [Lot]) {
        self.transfers = transfers
        self.opened = opened
        self.changed = changed
    }

    package var isEmpty: Bool { transfers.isEmpty }

    fileprivate mutating func record(_ transfer: Transfer) { transfers.append(transfer) }
    fileprivate mutating func open(_ lot: Lot) { opened.append(lot) }
    fileprivate mutating func change(_ lot: Lot) { changed.append(lot) }
}

/// The points of one member: a balance per currency and the open lots behind it.
///
/// Every change goes through one of the mutating methods, each of which writes its transfers into `Movements`. The
/// invariants hold after each of them: the balance of a currency equals the sum of the member's transfers in it, and
/// what remains in its open lots equals `available + pending + held`.
package struct MemberLedger: Hashable, Sendable {
    /// One entry per currency the member ever had points in, in the order of first use.
    package private(set) var balances: [Balance]
    /// Open lots, in the order in which they are spent.
    package private(set) var lots: [Lot]
    /// The number of the newest lot, closed ones included.
    package private(set) var lastLot: Int64
    /// The number of the newest transfer.
    package private(set) var lastTransfer: Int64

    package init() {
        self.init(balances: [], lots: [], lastLot: 0, lastTransfer: 0)
    }

    /// A ledger read back from a store; lots may come in any order.
    package init(balances: [Balance], lots: [Lot], lastLot: Int64, lastTransfer: Int64) {
        self.balances = balances
        self.lots = lots.sorted { $0.spendsBefore($1) }
        self.lastLot = lastLot
        self.lastTransfer = lastTransfer
    }

    /// What the member has in a currency; nothing where it was never used.
    package func balance(of currency: CurrencyID) -> Balance {
        balances.first { $0.currency == currency } ?? Balance(currency: currency)
    }

    /// The earliest instant at which a lot lapses.
    package var nextExpiry: Instant? {
        // Lots that never lapse sort last, so the first one tells.
        lots.first?.expiresAt
    }

    /// The soonest expiry in a currency and how many points lapse at it.
    package func nextExpiry(of currency: CurrencyID) -> (points: Points, at: Instant)? {
        guard let at = lots.first(where: { $0.currency == currency })?.expiresAt else { return nil }
        let due = lots.lazy.filter { $0.currency == currency && $0.expiresAt == at }
        return (Points(due.reduce(0) { $0 + $1.remaining.count }), at)
    }

    /// Awards points: a transfer from `issued` to `available` and a new lot.
    ///
    /// - Throws: `overflow` when the balance would not fit; nothing has changed then.
    package mutating func issue(
        _ amount: Points, of currency: CurrencyID, origin: Int64, ruleSetVersion: Int64, earnedAt: Instant,
        expiresAt: Instant?, into movements: inout Movements
    ) throws(LedgerRefusal) {
        precondition(amount > .zero, "an award is greater than zero")
        guard let available = balance(of: currency).available.plus(amount) else { throw .overflow(currency) }

        // From here on the movement succeeds.
        let index = indexOfBalance(of: currency)
        lastLot += 1
        lastTransfer += 1
        balances[index].available = available
        let lot = Lot(
            number: lastLot, currency: currency, origin: origin, ruleSetVersion: ruleSetVersion, original: amount,
            remaining: amount, earnedAt: earnedAt, expiresAt: expiresAt)
        let position = lots.lastIndex { $0.spendsBefore(lot) }.map { $0 + 1 } ?? 0
        lots.insert(lot, at: position)
        movements.open(lot)
        movements.record(
            Transfer(
                number: lastTransfer, currency: currency, from: .issued, to: .available, amount: amount,
                lot: lastLot, availableAfter: available))
    }

    /// Lets every lot lapse whose expiry is at or before an instant: transfers from `available` to `expired`.
    package mutating func expire(upTo instant: Instant, into movements: inout Movements) {
        while let lot = lots.first, lot.hasLapsed(at: instant) {
            lots.removeFirst()
            lastTransfer += 1
            let index = indexOfBalance(of: lot.currency)
            guard let available = balances[index].available.minus(lot.remaining) else {
                preconditionFailure("the open lots of a currency add up to its balance")
            }
            balances[index].available = available
            var closed = lot
            closed.remaining = .zero
            movements.change(closed)
            movements.record(
                Transfer(
                    number: lastTransfer, currency: lot.currency, from: .available, to: .expired,
                    amount: lot.remaining, lot: lot.number, availableAfter: available))
        }
    }

    private mutating func indexOfBalance(of currency: CurrencyID) -> Int {
        if let index = balances.firstIndex(where: { $0.currency == currency }) { return index }
        balances.append(Balance(currency: currency))
        return balances.count - 1
    }
}
