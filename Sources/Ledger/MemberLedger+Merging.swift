// All of a member's points go to another member who is the same person.

/// What a member hands over: lots as they were, and what is owed.
public struct LedgerEstate: Hashable, Sendable {
    public var lots: [Lot] = []
    public var debts: [Balance] = []
    /// The number of the newest lot.
    public var lastLot: Int64 = 0
}

extension MemberLedger {
    /// Lets everything go.
    public mutating func surrender(into movements: inout Movements) -> LedgerEstate {
        let estate = LedgerEstate(
            lots: lots, debts: balances.filter { $0.debt > .zero }, lastLot: lastLot)
        for lot in estate.lots {
            var closed = lot
            closed.remaining = .zero
            closed.held = .zero
            if lot.held > .zero {
                move(lot.held, of: lot.currency, from: .held, to: .transferred, lot: lot.number, into: &movements)
            }
            if lot.free > .zero {
                move(lot.free, of: lot.currency, from: lot.account, to: .transferred, lot: lot.number, into: &movements)
            }
            update(closed, into: &movements)
        }
        for balance in estate.debts {
            move(balance.debt, of: balance.currency, from: .transferred, to: .debt, lot: 0, into: &movements)
        }
        return estate
    }

    /// Takes everything over that another ledger let go, lot by lot with its expiry, its vesting and what is reserved
    /// of it. What one of both owed is paid from what the other one has.
    ///
    /// The numbers of the lots follow those that are there, closed ones included, so that points which had been spent
    /// can still come back into theirs.
    ///
    /// - Parameter origin: the number by which the operation that brought a lot in is known from now on.
    /// - Returns: what is to be added to the number of a lot there to get its number here.
    /// - Throws: `overflow` when a balance would not fit.
    public mutating func take(
        over estate: LedgerEstate, origin: (Lot) -> Int64, into movements: inout Movements
    ) throws(LedgerRefusal) -> Int64 {
        let before = lastLot
        for lot in estate.lots {
            guard hasRoom(for: lot.remaining, of: lot.currency) else { throw .overflow(lot.currency) }
            lastLot = before + lot.number - 1
            var new = open(
                lot.currency, lot.remaining, origin: origin(lot), ruleSetVersion: lot.ruleSetVersion,
                earnedAt: lot.earnedAt, vesting: lot.vesting, expiresAt: lot.expiresAt, original: lot.original,
                into: &movements)
            if lot.free > .zero {
                move(lot.free, of: lot.currency, from: .transferred, to: lot.account, lot: new.number, into: &movements)
            }
            guard lot.held > .zero else { continue }
            move(lot.held, of: lot.currency, from: .transferred, to: .held, lot: new.number, into: &movements)
            new.held = lot.held
            update(new, into: &movements)
        }
        lastLot = before + estate.lastLot
        for debt in estate.debts {
            guard balance(of: debt.currency).debt.plus(debt.debt) != nil else { throw .overflow(debt.currency) }
            move(debt.debt, of: debt.currency, from: .debt, to: .transferred, lot: 0, into: &movements)
        }
        for lot in lots where balance(of: lot.currency).debt > .zero { payDebt(from: lot.number, into: &movements) }
        return before
    }

    /// Lets everything of some currencies lapse that is not reserved, whatever its expiry.
    public mutating func lapse(into movements: inout Movements, where lapses: (CurrencyID) -> Bool) {
        for lot in lots where lapses(lot.currency) { lapse(lot, into: &movements) }
    }
}

extension Movements {
    /// The same movements with other numbers for their lots, and for the operations that brought these in.
    public func renumbered(_ number: (Int64) -> Int64, origin: (Int64) -> Int64) -> Movements {
        Movements(
            transfers: transfers.map { transfer in
                Transfer(
                    number: transfer.number, currency: transfer.currency, from: transfer.from, to: transfer.to,
                    amount: transfer.amount, lot: transfer.lot == 0 ? 0 : number(transfer.lot),
                    availableAfter: transfer.availableAfter)
            },
            opened: opened.map { $0.renumbered(number($0.number), origin: origin($0.origin)) },
            changed: changed.map { $0.renumbered(number($0.number), origin: origin($0.origin)) })
    }
}

extension Lot {
    fileprivate func renumbered(_ number: Int64, origin: Int64) -> Lot {
        Lot(
            number: number, currency: currency, origin: origin, ruleSetVersion: ruleSetVersion, original: original,
            remaining: remaining, held: held, earnedAt: earnedAt, vesting: vesting, expiresAt: expiresAt)
    }
}
