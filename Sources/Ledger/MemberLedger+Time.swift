public import Time

// What happens by itself: points vest, and points lapse.

extension MemberLedger {
    /// The earliest instant at which points lapse. Reserved points wait for their hold.
    public var nextExpiry: Instant? {
        // Lots that never lapse sort last, so the first free one tells.
        firstFree.flatMap { lots[$0].expiresAt }
    }

    /// The place of the first lot of which something is not reserved.
    private var firstFree: Int? { lots.indices.first { lots[$0].held < lots[$0].remaining } }

    /// The earliest instant at which points vest.
    public var nextVesting: Instant? {
        var next: Instant?
        for place in lots.indices {
            guard case .at(let instant) = lots[place].vesting else { continue }
            next = next.map { min($0, instant) } ?? instant
        }
        return next
    }

    /// The soonest expiry in a currency and how many points lapse at it.
    public func nextExpiry(of currency: CurrencyID) -> (points: Points, at: Instant)? {
        let free = lots.lazy.filter { $0.currency == currency && $0.free > .zero && !$0.isPending }
        guard let at = free.first?.expiresAt else { return nil }
        return (Points(free.filter { $0.expiresAt == at }.reduce(0) { $0 + $1.free.count }), at)
    }

    /// Lets every lot vest whose time has come; its validity was settled when it was opened.
    public mutating func vest(upTo instant: Instant, into movements: inout Movements) {
        for lot in lots {
            guard case .at(let due) = lot.vesting, due <= instant else { continue }
            vest(lot, expiresAt: lot.expiresAt, into: &movements)
        }
    }

    /// Lets every lot lapse whose expiry is at or before an instant: transfers to `expired`. Reserved points stay.
    public mutating func expire(upTo instant: Instant, into movements: inout Movements) {
        // In the order of the lots, which is that of their expiry.
        while let place = firstFree, lots[place].hasLapsed(at: instant) { lapse(lots[place], into: &movements) }
    }

    /// Lets the points of a currency live at least until an instant, but for those that have lapsed and are reserved.
    public mutating func extend(
        _ currency: CurrencyID, to expiresAt: Instant, at now: Instant, into movements: inout Movements
    ) {
        for lot in lots where lot.currency == currency && lot.vesting != .onConfirmation {
            guard let present = lot.expiresAt, present < expiresAt, !lot.hasLapsed(at: now) else { continue }
            var extended = lot
            extended.expiresAt = expiresAt
            update(extended, into: &movements)
        }
    }

    /// Lets the free points of a lot lapse.
    mutating func lapse(_ lot: Lot, into movements: inout Movements) {
        guard lot.free > .zero else { return }
        var lapsed = lot
        lapsed.remaining = lot.held
        move(lot.free, of: lot.currency, from: lot.account, to: .expired, lot: lot.number, into: &movements)
        update(lapsed, into: &movements)
    }
}
