public import Time

// What is spent, reserved and given back, lot by lot, so that all of it can be undone lot by lot.

extension MemberLedger {
    /// Takes points out of the member's free lots, in the order in which they are spent.
    ///
    /// - Parameter sink: `redeemed`, `adjusted` or `transferred`.
    /// - Returns: what was taken of each lot.
    /// - Throws: `insufficient`, also where the member owes; nothing has changed then.
    public mutating func spend(
        _ amount: Points, of currency: CurrencyID, to sink: Account = .redeemed, into movements: inout Movements
    ) throws(LedgerRefusal) -> [LotShare] {
        let shares = try choose(amount, of: currency)
        for share in shares {
            guard var lot = lot(share.lot) else { continue }
            lot.remaining = Points(lot.remaining.count - share.points.count)
            move(share.points, of: currency, from: .available, to: sink, lot: lot.number, into: &movements)
            update(lot, into: &movements)
        }
        return shares
    }

    /// Reserves points.
    ///
    /// - Returns: what was reserved of each lot.
    /// - Throws: `insufficient`; nothing has changed then.
    public mutating func hold(
        _ amount: Points, of currency: CurrencyID, into movements: inout Movements
    ) throws(LedgerRefusal) -> [LotShare] {
        let shares = try choose(amount, of: currency)
        for share in shares {
            guard var lot = lot(share.lot) else { continue }
            lot.held = Points(lot.held.count + share.points.count)
            move(share.points, of: currency, from: .available, to: .held, lot: lot.number, into: &movements)
            update(lot, into: &movements)
        }
        return shares
    }

    /// Spends points that are reserved; that their lot lapsed meanwhile does not matter.
    public mutating func capture(_ shares: [LotShare], into movements: inout Movements) {
        for share in shares {
            var lot = heldLot(share)
            lot.held = Points(lot.held.count - share.points.count)
            lot.remaining = Points(lot.remaining.count - share.points.count)
            move(share.points, of: lot.currency, from: .held, to: .redeemed, lot: lot.number, into: &movements)
            update(lot, into: &movements)
        }
    }

    /// Frees points that are reserved. What lapsed meanwhile lapses now.
    public mutating func release(_ shares: [LotShare], at now: Instant, into movements: inout Movements) {
        for share in shares {
            var lot = heldLot(share)
            lot.held = Points(lot.held.count - share.points.count)
            move(share.points, of: lot.currency, from: .held, to: .available, lot: lot.number, into: &movements)
            update(lot, into: &movements)
            if lot.hasLapsed(at: now) { lapse(lot, into: &movements) }
            payDebt(from: lot.number, into: &movements)
        }
    }

    /// Brings spent points back into their lots, which keep their expiry; what would have lapsed meanwhile lapses now.
    ///
    /// - Parameters:
    ///   - shares: what comes back to each lot; never more than was spent of it.
    ///   - lots: the lots as they were, some of which may be closed by now.
    ///   - earliest: no point that comes back lapses before it: a lot that would is given a twin that does not.
    /// - Returns: what can be spent again, and what lapsed at once.
    /// - Throws: `overflow`; nothing has changed then.
    public mutating func restore(
        _ shares: [LotShare], of lots: [Lot], origin: Int64, at now: Instant, earliest: Instant? = nil,
        into movements: inout Movements
    ) throws(LedgerRefusal) -> (usable: Points, lapsed: Points) {
        guard let currency = lots.first?.currency else { return (.zero, .zero) }
        guard hasRoom(for: shares.total, of: currency) else { throw .overflow(currency) }
        var usable: Int64 = 0
        var lapsed: Int64 = 0
        for share in shares {
            guard let known = lots.first(where: { $0.number == share.lot }) else {
                preconditionFailure("whoever gives back to a lot knows it")
            }
            var lot = lot(share.lot) ?? known.emptied
            if let earliest, let expiresAt = lot.expiresAt, expiresAt < earliest {
                let twin = open(
                    currency, share.points, origin: origin, ruleSetVersion: known.ruleSetVersion,
                    earnedAt: known.earnedAt, vesting: .vested, expiresAt: earliest, into: &movements)
                move(share.points, of: currency, from: .redeemed, to: .available, lot: twin.number, into: &movements)
                usable += share.points.count
                payDebt(from: twin.number, into: &movements)
                continue
            }
            lot.remaining = Points(lot.remaining.count + share.points.count)
            move(share.points, of: currency, from: .redeemed, to: .available, lot: lot.number, into: &movements)
            update(lot, into: &movements)
            if lot.hasLapsed(at: now) {
                lapsed += share.points.count
                lapse(lot, into: &movements)
            } else {
                usable += share.points.count
                payDebt(from: lot.number, into: &movements)
            }
        }
        return (Points(usable), Points(lapsed))
    }

    /// Which lots an amount is taken from; a member who owes can take nothing.
    private func choose(_ amount: Points, of currency: CurrencyID) throws(LedgerRefusal) -> [LotShare] {
        precondition(amount > .zero, "what is spent is greater than zero")
        let balance = balance(of: currency)
        guard balance.debt == .zero, amount <= balance.available else {
            throw .insufficient(currency, available: balance.debt == .zero ? balance.available : .zero)
        }
        let free = lots.lazy.filter { $0.currency == currency && !$0.isPending && $0.free > .zero }
        return free.map { LotShare(lot: $0.number, points: $0.free) }.split(at: amount).first
    }

    private func heldLot(_ share: LotShare) -> Lot {
        guard let lot = lot(share.lot), lot.held >= share.points else {
            preconditionFailure("a lot with reserved points stays open")
        }
        return lot
    }
}

extension Lot {
    /// The lot with nothing left in it.
    public var emptied: Lot {
        var lot = self
        lot.remaining = .zero
        lot.held = .zero
        lot.vesting = .vested
        return lot
    }
}
