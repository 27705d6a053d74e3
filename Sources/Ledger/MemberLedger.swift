import Time

// The points of one member. The ways in which they change are extensions: `+Income` what comes in, `+Spending` what is
// spent, reserved and given back, `+Claims` what is taken back and owed, `+Time` what happens by itself.
//
// All of them end in `move`, which changes two accounts and writes the transfer down, and `update`, which changes a lot
// and writes that down. So the invariants hold after each of them: the balance of a currency equals the sum of the
// member's transfers in it, and what remains in its open lots equals `available + pending + held`.

/// What a member has in one point currency.
public struct Balance: Hashable, Sendable {
    public let currency: CurrencyID
    /// Points that can be spent.
    public var available: Points
    /// Points that have not vested yet.
    public var pending: Points
    /// Points that a hold has reserved.
    public var held: Points
    /// Points the member owes.
    public var debt: Points

    public init(
        currency: CurrencyID, available: Points = .zero, pending: Points = .zero, held: Points = .zero,
        debt: Points = .zero
    ) {
        self.currency = currency
        self.available = available
        self.pending = pending
        self.held = held
        self.debt = debt
    }

    /// Adds to an account of the member, which must keep it within 64 bits and, but for debt, at zero or above.
    fileprivate mutating func add(_ change: Int64, to account: Account) {
        switch account {
        case .available: available = Points(available.count + change)
        case .pending: pending = Points(pending.count + change)
        case .held: held = Points(held.count + change)
        case .debt: debt = Points(debt.count - change)
        case .issued, .redeemed, .expired, .adjusted, .transferred, .paid: break
        }
    }
}

/// The reasons for which the ledger does not move points.
public enum LedgerRefusal: Error, Hashable, Sendable {
    /// A balance would leave the range of 64 bits.
    case overflow(CurrencyID)
    /// There is less than what is asked for.
    case insufficient(CurrencyID, available: Points)
}

/// The points of one member: a balance per currency and the open lots behind it.
public struct MemberLedger: Hashable, Sendable {
    /// One entry per currency the member ever had points in, in the order of first use.
    public private(set) var balances: [Balance]
    /// Open lots, in the order in which they are spent.
    public private(set) var lots: [Lot]
    /// The number of the newest lot, closed ones included.
    public internal(set) var lastLot: Int64
    /// The number of the newest transfer.
    public private(set) var lastTransfer: Int64

    public init() {
        self.init(balances: [], lots: [], lastLot: 0, lastTransfer: 0)
    }

    /// A ledger read back from a store; lots may come in any order.
    public init(balances: [Balance], lots: [Lot], lastLot: Int64, lastTransfer: Int64) {
        self.balances = balances
        self.lots = lots.sorted { $0.spendsBefore($1) }
        self.lastLot = lastLot
        self.lastTransfer = lastTransfer
    }

    /// What the member has in a currency; nothing where it was never used.
    public func balance(of currency: CurrencyID) -> Balance {
        balances.first { $0.currency == currency } ?? Balance(currency: currency)
    }

    /// An open lot.
    public func lot(_ number: Int64) -> Lot? {
        lots.first { $0.number == number }
    }

    /// Whether points can come in without any sum leaving 64 bits.
    public func hasRoom(for amount: Points, of currency: CurrencyID) -> Bool {
        let balance = balance(of: currency)
        return balance.available.plus(balance.pending)?.plus(balance.held)?.plus(amount) != nil
    }

    /// Moves points between two accounts and writes it down; `lot` is 0 where no lot is concerned.
    mutating func move(
        _ amount: Points, of currency: CurrencyID, from: Account, to: Account, lot: Int64,
        into movements: inout Movements
    ) {
        let index = indexOfBalance(of: currency)
        balances[index].add(-amount.count, to: from)
        balances[index].add(amount.count, to: to)
        lastTransfer += 1
        movements.record(
            Transfer(
                number: lastTransfer, currency: currency, from: from, to: to, amount: amount, lot: lot,
                availableAfter: balances[index].available))
    }

    /// Counts a transfer that was written down before.
    mutating func apply(_ transfer: Transfer) {
        let index = indexOfBalance(of: transfer.currency)
        balances[index].add(-transfer.amount.count, to: transfer.from)
        balances[index].add(transfer.amount.count, to: transfer.to)
        lastTransfer = transfer.number
    }

    /// Takes in what was written down before, whatever would be decided now.
    public mutating func replay(_ movements: Movements) {
        for transfer in movements.transfers { apply(transfer) }
        for lot in movements.opened {
            lastLot = lot.number
            if !lot.isClosed { insert(lot) }
        }
        var known = Movements()
        for lot in movements.changed { update(lot, into: &known) }
    }

    /// Puts a new lot in its place.
    mutating func open(
        _ currency: CurrencyID, _ amount: Points, origin: Int64, ruleSetVersion: Int64, earnedAt: Instant,
        vesting: Lot.Vesting, expiresAt: Instant?, original: Points? = nil, into movements: inout Movements
    ) -> Lot {
        lastLot += 1
        let lot = Lot(
            number: lastLot, currency: currency, origin: origin, ruleSetVersion: ruleSetVersion,
            original: original ?? amount, remaining: amount, earnedAt: earnedAt, vesting: vesting, expiresAt: expiresAt)
        insert(lot)
        movements.open(lot)
        return lot
    }

    /// Writes a lot as it is now; one that is closed goes, one that was closed comes back.
    mutating func update(_ lot: Lot, into movements: inout Movements) {
        movements.change(lot)
        let index = lots.firstIndex { $0.number == lot.number }
        if let index, !lot.isClosed, lots[index].expiresAt == lot.expiresAt {
            lots[index] = lot
            return
        }
        if let index { lots.remove(at: index) }
        if !lot.isClosed { insert(lot) }
    }

    private mutating func insert(_ lot: Lot) {
        lots.insert(lot, at: lots.lastIndex { $0.spendsBefore(lot) }.map { $0 + 1 } ?? 0)
    }

    private mutating func indexOfBalance(of currency: CurrencyID) -> Int {
        if let index = balances.firstIndex(where: { $0.currency == currency }) { return index }
        balances.append(Balance(currency: currency))
        return balances.count - 1
    }
}
