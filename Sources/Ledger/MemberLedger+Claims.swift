// What is taken back, and what becomes a debt because it is not there.

/// What became of points that had to be taken back.
public struct Claim: Hashable, Sendable {
    /// What was there and was taken.
    public let taken: Points
    /// What is owed from now on.
    public let owed: Points
    /// What was let go.
    public let waived: Points

    public init(taken: Points = .zero, owed: Points = .zero, waived: Points = .zero) {
        self.taken = taken
        self.owed = owed
        self.waived = waived
    }
}

extension MemberLedger {
    /// Takes points back: from the lots that brought them in, pending ones first, then from the member's others in the
    /// order in which they are spent. What is not there is owed, up to a limit, and let go beyond it.
    ///
    /// - Parameters:
    ///   - preferred: the numbers of the lots that brought the points in.
    ///   - sink: `issued` for awards that are taken back, `adjusted` for corrections.
    ///   - mostDebt: what the member may owe in this currency after it.
    public mutating func reclaim(
        _ amount: Points, of currency: CurrencyID, preferring preferred: [Int64], to sink: Account = .issued,
        mostDebt: Points, into movements: inout Movements
    ) -> Claim {
        var rest = amount.count
        let candidates = lots.filter {
            $0.currency == currency && $0.free > .zero && (!$0.isPending || preferred.contains($0.number))
        }
        let own = candidates.filter { preferred.contains($0.number) }
        let others = candidates.filter { !preferred.contains($0.number) }
        for candidate in own.filter(\.isPending) + own.filter({ !$0.isPending }) + others where rest > 0 {
            var lot = candidate
            let taken = Points(min(rest, lot.free.count))
            rest -= taken.count
            lot.remaining = Points(lot.remaining.count - taken.count)
            move(taken, of: currency, from: lot.account, to: sink, lot: lot.number, into: &movements)
            update(lot, into: &movements)
        }
        let debt = balance(of: currency).debt
        let owed = Points(min(rest, max(0, mostDebt.count - debt.count)))
        if owed > .zero { move(owed, of: currency, from: .debt, to: sink, lot: 0, into: &movements) }
        return Claim(
            taken: Points(amount.count - rest), owed: owed, waived: Points(rest - owed.count))
    }

    /// What could be taken back of an amount without a debt.
    public func reclaimable(_ amount: Points, of currency: CurrencyID, preferring preferred: [Int64]) -> Points {
        let there = lots.reduce(Int64(0)) { sum, lot in
            let counts = lot.currency == currency && (!lot.isPending || preferred.contains(lot.number))
            return counts ? sum + lot.free.count : sum
        }
        return min(amount, Points(there))
    }

    /// Pays what the member owes from a lot whose points just became free.
    mutating func payDebt(from number: Int64, into movements: inout Movements) {
        guard var lot = lot(number), !lot.isPending else { return }
        let paid = min(lot.free, balance(of: lot.currency).debt)
        guard paid > .zero else { return }
        lot.remaining = Points(lot.remaining.count - paid.count)
        move(paid, of: lot.currency, from: .available, to: .debt, lot: lot.number, into: &movements)
        update(lot, into: &movements)
    }
}
