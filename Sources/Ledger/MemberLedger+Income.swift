public import Time

// What comes in. Points that can be spent pay what the member owes first, and that part never becomes a lot.

extension MemberLedger {
    /// Lets points come in from an account of the program, as a lot less what pays a debt.
    ///
    /// - Parameter source: `issued` for awards, `adjusted` for corrections, `transferred` for what another member gave.
    /// - Throws: `overflow` when the balance would not fit; nothing has changed then.
    public mutating func receive(
        _ amount: Points, of currency: CurrencyID, from source: Account = .issued, origin: Int64,
        ruleSetVersion: Int64, earnedAt: Instant, vesting: Lot.Vesting = .vested, expiresAt: Instant?,
        into movements: inout Movements
    ) throws(LedgerRefusal) {
        precondition(amount > .zero, "an award is greater than zero")
        guard hasRoom(for: amount, of: currency) else { throw .overflow(currency) }

        // From here on the movement succeeds.
        let paid = vesting == .vested ? min(amount, balance(of: currency).debt) : .zero
        if paid > .zero { move(paid, of: currency, from: source, to: .debt, lot: 0, into: &movements) }
        guard paid < amount else { return }
        let lot = open(
            currency, Points(amount.count - paid.count), origin: origin, ruleSetVersion: ruleSetVersion,
            earnedAt: earnedAt, vesting: vesting, expiresAt: expiresAt, into: &movements)
        move(lot.original, of: currency, from: source, to: lot.account, lot: lot.number, into: &movements)
    }

    /// Lets the points of a pending lot be spent, with another expiry where one is given; what the member owes is paid
    /// from them first.
    mutating func vest(_ lot: Lot, expiresAt: Instant?, into movements: inout Movements) {
        var lot = lot
        lot.vesting = .vested
        lot.expiresAt = expiresAt
        move(lot.remaining, of: lot.currency, from: .pending, to: .available, lot: lot.number, into: &movements)
        let paid = min(lot.remaining, balance(of: lot.currency).debt)
        if paid > .zero {
            lot.remaining = Points(lot.remaining.count - paid.count)
            move(paid, of: lot.currency, from: .available, to: .debt, lot: lot.number, into: &movements)
        }
        update(lot, into: &movements)
    }

    /// Lets points be spent that waited for a confirmation; nothing happens to lots that are gone or vested.
    ///
    /// - Parameter expiry: when the points of a lot lapse from then on.
    public mutating func confirm(
        lots numbers: [Int64], expiry: (Lot) -> Instant?, into movements: inout Movements
    ) {
        for number in numbers {
            guard let lot = lot(number), lot.vesting == .onConfirmation else { continue }
            vest(lot, expiresAt: expiry(lot), into: &movements)
        }
    }
}
