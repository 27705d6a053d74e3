import Ledger
import Rules
import Time

// What the ways of spending share.

extension MemberState {
    /// Why so many points cannot be spent.
    func shortage(of points: Points, _ currency: CurrencyID) -> Refusal {
        let balance = ledger.balance(of: currency)
        return .insufficientPoints(currency, needed: points, available: balance.available, debt: balance.debt)
    }

    /// What the member used of something in a window around an instant.
    func used(
        _ kind: UsageKey.Kind, _ id: String, _ window: UsageWindow, at instant: Instant, in zone: Zone
    ) -> Int64 {
        let (horizon, start) = (window.horizon(at: instant, in: zone), window.start(containing: instant, in: zone))
        return usages.reduce(0) { sum, usage in
            guard usage.key.kind == kind, usage.key.id == id else { return sum }
            return horizon <= usage.key.window && usage.key.window <= start ? sum + usage.amount : sum
        }
    }

    /// Ends a hold: spends so many of its points, in the order in which they are spent, and frees the rest.
    mutating func settle(
        _ hold: Hold, capturing points: Points, at now: Instant, into movements: inout Movements
    ) {
        let (captured, freed) = hold.shares.split(at: points)
        ledger.capture(captured, into: &movements)
        ledger.release(freed, at: now, into: &movements)
        holds.removeAll { $0.operation == hold.operation }
    }

    /// Pays a part of a purchase with points.
    ///
    /// - Parameter amount: the purchase in minor units.
    mutating func pay(
        _ payment: Payment, of amount: Int64, in context: DecisionContext, into movements: inout Movements
    ) throws(Refusal) {
        let program = context.ruleSet.program
        guard let pay = program.redemption.pay, program.currencies[pay.currency].id == payment.currency.text else {
            throw .paymentNotOffered
        }
        try pay.check(payment.points.count, most: pay.mostPoints(on: amount, available: .max))
        try take(payment, in: context, into: &movements)
    }

    /// Takes what pays a part of a purchase, out of its hold where there is one.
    mutating func take(
        _ payment: Payment, in context: DecisionContext, into movements: inout Movements
    ) throws(Refusal) {
        guard let hold = payment.hold else {
            guard (try? ledger.spend(payment.points, of: payment.currency, into: &movements)) != nil else {
                throw shortage(of: payment.points, payment.currency)
            }
            return
        }
        // What a till may use without asking pays nothing here.
        guard let open = holds.first(where: { $0.operation == hold.reference(in: number) }),
            open.currency == payment.currency, open.validUntil == nil
        else { throw .recordUnknown(.hold) }
        guard payment.points <= open.shares.total else { throw .captureExceeds(held: open.shares.total) }
        settle(open, capturing: payment.points, at: context.now, into: &movements)
    }

    /// Gives points back that an operation spent.
    mutating func give(
        back shares: [LotShare], of record: OperationRecord, _ currency: CurrencyID, in context: DecisionContext,
        into movements: inout Movements
    ) throws(Refusal) -> Restored {
        let program = context.book[record.operation.ruleSetVersion]?.program ?? context.ruleSet.program
        let earliest = program.returns.goodwill.map { span in
            span.isCalendar
                ? program.zone.startOfDay(program.zone.date(at: context.now).adding(span).adding(days: 1))
                : program.zone.adding(span, to: context.now)
        }
        do throws(LedgerRefusal) {
            let (usable, lapsed) = try ledger.restore(
                shares,
                of: record.operation.movements.changed.filter { $0.currency == currency }
                    .map { record.keptAlive($0, in: context.book) },
                origin: version + 1, at: context.now, earliest: earliest, into: &movements)
            return Restored(currency: currency, usable: usable, lapsed: lapsed)
        } catch {
            throw .overflow
        }
    }

    /// How long used and lapsed vouchers are remembered, in milliseconds.
    private static let voucherMemoryMs: Int64 = 30 * 86_400_000

    /// Takes new vouchers in, and forgets those that nobody asks for any more.
    mutating func take(_ new: [Voucher], at now: Instant) {
        guard !new.isEmpty else { return }
        vouchers.removeAll { voucher in
            guard let end = voucher.used?.at ?? voucher.expiresAt else { return false }
            return end + Self.voucherMemoryMs < now
        }
        vouchers += new
    }
}

extension PointsPayment {
    /// Checks a number of points against the terms.
    func check(_ points: Int64, most: Int64) throws(Refusal) {
        guard points >= minimum, points <= most, points % step == 0 else {
            throw .paymentOutOfBounds(least: minimum, most: max(0, most), step: step)
        }
    }
}

extension Program {
    /// Whether points of a currency can be spent.
    func isSpendable(_ id: CurrencyID) -> Bool {
        currency(id.text).map { currencies[$0].kind == .spendable } ?? false
    }

    /// Whether something of a currency can be reserved.
    func isReservable(_ id: CurrencyID) -> Bool {
        currency(id.text).map { currencies[$0].kind != .status } ?? false
    }
}

extension MemberLedger {
    /// Points of a currency that lapse by inactivity live on when something happens, unless they have lapsed already.
    mutating func keepAlive(
        _ currency: CurrencyID, at instant: Instant, in context: DecisionContext, into movements: inout Movements
    ) {
        guard let expiresAt = context.ruleSet.program.idleExpiry(of: currency, from: instant) else { return }
        extend(currency, to: expiresAt, at: context.now, into: &movements)
    }
}

extension Program {
    /// Until when points of a currency live on after something happened; `nil` where they do not lapse by inactivity.
    fileprivate func idleExpiry(of id: CurrencyID, from instant: Instant) -> Instant? {
        guard let index = currency(id.text), case .inactivity = currencies[index].expiry else { return nil }
        return currencies[index].expiry.expiry(from: instant, in: zone)
    }
}

extension OperationRecord {
    /// A lot from which the operation spent, with the life that earning and spending since would have given its points.
    fileprivate func keptAlive(_ lot: Lot, in book: RuleBook) -> Lot {
        var lot = lot
        for operation in [operation] + later where operation.keepsAlive(lot.currency) {
            guard let expiresAt = lot.expiresAt, !lot.hasLapsed(at: operation.postedAt),
                let longer = book[operation.ruleSetVersion]?.program.idleExpiry(
                    of: lot.currency, from: operation.occurredAt)
            else { continue }
            lot.expiresAt = max(expiresAt, longer)
        }
        return lot
    }
}

extension Operation {
    /// Whether it counts as earning or spending for points that lapse by inactivity.
    fileprivate func keepsAlive(_ currency: CurrencyID) -> Bool {
        switch kind {
        case .purchase, .event, .referral: true
        case .topUp: movements.transfers.contains { $0.from == .paid && $0.currency == currency }
        case .redeem, .capture, .settle: movements.transfers.contains { $0.to == .redeemed && $0.currency == currency }
        default: false
        }
    }
}
