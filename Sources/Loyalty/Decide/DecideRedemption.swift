import Ledger
import Rules
import Time

// How points are spent: at once, or reserved first; as money, or for a reward.

/// The most holds that a member has at a time, with those for tills that cannot ask.
let mostHolds = 20

/// Decides to reserve points.
func decide(
    _ request: HoldRequest, by identifier: Identifier, on member: consuming MemberState?, in context: DecisionContext
) throws(Refusal) -> Acceptance {
    guard var state = member else { throw .memberUnknown(identifier.kind) }
    try state.checkSpending(at: context.now)
    let program = context.ruleSet.program
    guard program.isReservable(request.currency) else { throw .currencyUnknown(request.currency) }
    let longest = program.zone.adding(program.redemption.holds.longest, to: context.now)
    let until =
        request.timeoutMs.map { context.now + $0 }
        ?? program.zone.adding(program.redemption.holds.timeout, to: context.now)
    guard until <= longest else {
        throw .holdTooLong(longestMs: longest.milliseconds - context.now.milliseconds)
    }

    var operations = state.advance(to: context.now, under: context.book)
    let operation = try state.reserve(
        request.points, of: request.currency, as: .hold, until: until, Detail(), in: context)

    // From here on the command succeeds.
    operations.append(operation)
    return Acceptance(
        state: state, operations: operations,
        outcome: .held(operation.id, request.currency, request.points, until: until))
}

extension MemberState {
    /// Reserves points until an instant; what had fallen due must be applied.
    ///
    /// - Parameters:
    ///   - validUntil: the first instant at which a till may no longer use them; `nil` for a plain hold.
    ///   - detail: what the operation tells besides.
    mutating func reserve(
        _ points: Points, of currency: CurrencyID, as kind: OperationKind, until: Instant, validUntil: Instant? = nil,
        _ detail: Detail, in context: DecisionContext
    ) throws(Refusal) -> Operation {
        guard holds.count < mostHolds else { throw .tooManyHolds(mostHolds) }
        var movements = Movements()
        guard let shares = try? ledger.hold(points, of: currency, into: &movements) else {
            throw shortage(of: points, currency)
        }
        var detail = detail
        detail.add("currency", currency.text)
        detail.add("points", points.count)
        detail.add("until", until.milliseconds)
        let operation = append(
            kind, cause: context.cause, occurredAt: context.now, in: context, movements, detail: detail)
        holds.append(
            Hold(
                operation: operation.id.sequence, currency: currency, shares: shares, until: until,
                validUntil: validUntil))
        return operation
    }
}

/// Decides to spend what a hold reserved: so many points, or all of them; the rest is free again.
func decide(
    capture hold: OperationID, _ points: Points?, on member: consuming MemberState?, in context: DecisionContext
) throws(Refusal) -> Acceptance {
    guard var state = member, let record = context.record, record.operation.kind == .hold else {
        throw .recordUnknown(.hold)
    }
    try state.checkSpending(at: context.now)
    var operations = state.advance(to: context.now, under: context.book)
    let number = hold.reference(in: state.number)
    guard let open = state.holds.first(where: { $0.operation == number }) else {
        throw .holdNotOpen(record.end)
    }
    let held = open.shares.total
    let captured = points ?? held
    guard captured <= held else { throw .captureExceeds(held: held) }

    // From here on the command succeeds.
    var movements = Movements()
    state.settle(open, capturing: captured, at: context.now, into: &movements)
    if captured > .zero { state.ledger.keepAlive(open.currency, at: context.now, in: context, into: &movements) }
    var detail = Detail()
    detail.add("points", captured.count)
    let operation = state.append(
        .capture, cause: context.cause, occurredAt: context.now, in: context, movements, about: number, detail: detail)
    operations.append(operation)
    return Acceptance(
        state: state, operations: operations,
        outcome: .captured(
            operation.id, hold: hold, open.currency, captured: captured,
            released: Points(held.count - captured.count)))
}

/// Decides to free what a hold reserved. A hold that is free already stays so; one that was spent cannot be freed.
func decide(release hold: OperationID, on member: consuming MemberState?, in context: DecisionContext) throws(Refusal)
    -> Acceptance
{
    guard var state = member, let record = context.record, record.operation.kind == .hold else {
        throw .recordUnknown(.hold)
    }
    var operations = state.advance(to: context.now, under: context.book)
    var movements = Movements()
    var released = Points.zero
    let currency = CurrencyID(record.operation.detail?.text("currency") ?? "")
    let number = hold.reference(in: state.number)
    if let open = state.holds.first(where: { $0.operation == number }) {
        released = open.shares.total
        state.settle(open, capturing: .zero, at: context.now, into: &movements)
    } else if case .captured(let operation) = record.end {
        throw .holdNotOpen(.captured(operation))
    }

    // From here on the command succeeds.
    let operation = state.append(
        .release, cause: context.cause, occurredAt: context.now, in: context, movements, about: number)
    operations.append(operation)
    return Acceptance(
        state: state, operations: operations,
        outcome: .released(operation.id, hold: hold, currency, released: released))
}

/// Decides to spend points without a purchase.
func decide(
    _ request: RedemptionRequest, by identifier: Identifier, on member: consuming MemberState?,
    in context: DecisionContext
) throws(Refusal) -> Acceptance {
    guard var state = member else { throw .memberUnknown(identifier.kind) }
    try state.checkSpending(at: context.now)
    var operations = state.advance(to: context.now, under: context.book)
    let bill = try state.bill(for: request, in: context)
    var movements = Movements()
    if bill.points > .zero {
        guard (try? state.ledger.spend(bill.points, of: bill.currency, into: &movements)) != nil else {
            throw state.shortage(of: bill.points, bill.currency)
        }
        state.ledger.keepAlive(bill.currency, at: context.now, in: context, into: &movements)
    }

    // From here on the command succeeds.
    let term = bill.reward?.voucher?.term(from: context.now, in: context.ruleSet.program.zone)
    let vouchers = bill.vouchers.map {
        Voucher(
            code: $0, reward: bill.reward?.id ?? "", operation: state.version + 1,
            usableFrom: term?.from, expiresAt: term?.until)
    }
    var seen = Seen(codes: bill.vouchers)
    if let stock = bill.usages.first(where: \.key.isShared)?.key {
        seen.shared = context.shared.filter { $0.key == stock }
    }
    state.use(bill.usages, in: context)
    let operation = state.append(
        .redeem, cause: context.cause, occurredAt: context.now, in: context, movements, detail: request.detail,
        usages: bill.usages, seen: seen)
    operations.append(operation)
    state.take(vouchers, at: context.now)
    return Acceptance(
        state: state, operations: operations,
        outcome: .redeemed(
            Redeemed(
                operation: operation.id, currency: bill.currency, points: bill.points,
                reward: bill.reward?.id, vouchers: vouchers)),
        claims: bill.vouchers.map { Identifier(.voucher, $0) })
}

/// Decides to undo a redemption.
func decide(cancel redemption: OperationID, on member: consuming MemberState?, in context: DecisionContext)
    throws(Refusal) -> Acceptance
{
    guard var state = member, let record = context.record,
        [.redeem, .capture, .settle].contains(record.operation.kind)
    else { throw .recordUnknown(.redemption) }
    if let earlier = record.followers(.cancel).first { throw .alreadyCancelled(earlier.id) }
    var operations = state.advance(to: context.now, under: context.book)
    let number = record.operation.id.reference(in: state.number)
    if let use = state.vouchers.first(where: { $0.operation == number && $0.used != nil })?.used {
        throw .voucherUsed(by: OperationID(reference: use.operation, in: state.number))
    }
    if let use = record.forgottenUse { throw .voucherUsed(by: use) }
    var movements = Movements()
    let spent = record.operation.movements.transfers.filter { $0.to == .redeemed }
    var restored: Restored?
    if let currency = spent.first?.currency {
        restored = try state.give(
            back: spent.map { LotShare(lot: $0.lot, points: $0.amount) }, of: record, currency, in: context,
            into: &movements)
    }

    // From here on the command succeeds.
    let withdrawn = state.vouchers.count { $0.operation == number }
    state.vouchers.removeAll { $0.operation == number }
    let usages = record.operation.usages.map { Usage($0.key, -$0.amount) }
    state.use(usages, in: context)
    let operation = state.append(
        .cancel, cause: context.cause, occurredAt: context.now, in: context, movements, about: number,
        usages: usages)
    operations.append(operation)
    return Acceptance(
        state: state, operations: operations,
        outcome: .cancelled(
            operation.id, redemption: redemption, restored: restored, vouchersWithdrawn: withdrawn))
}

/// Decides to use a voucher, or to undo its use.
func decide(
    _ use: VoucherUse, of code: ExactText, on member: consuming MemberState?, in context: DecisionContext
) throws(Refusal) -> Acceptance {
    guard var state = member, let index = state.vouchers.firstIndex(where: { $0.code == code }) else {
        throw .memberUnknown(.voucher)
    }
    if use == .redeem { try state.checkSpending(at: context.now) }
    var operations = state.advance(to: context.now, under: context.book)
    let voucher = state.vouchers[index]
    if use == .redeem {
        if let usableFrom = voucher.usableFrom, context.now < usableFrom { throw .voucherNotYet(usableFrom) }
        if let expiresAt = voucher.expiresAt, expiresAt <= context.now { throw .voucherExpired(expiresAt) }
    }
    switch (use, voucher.used) {
    case (.redeem, let earlier?):
        throw .voucherUsed(by: OperationID(reference: earlier.operation, in: state.number))
    case (.giveBack, nil): throw .voucherNotUsed
    case (.redeem, nil), (.giveBack, _?): break
    }

    // From here on the command succeeds.
    var detail = Detail()
    detail.add("use", use.rawValue)
    detail.add("place", Int64(state.vouchers[..<index].count { $0.operation == voucher.operation }))
    let operation = state.append(
        .voucher, cause: context.cause, occurredAt: context.now, in: context, about: voucher.operation,
        detail: detail)
    operations.append(operation)
    state.vouchers[index].used =
        use == .redeem ? Voucher.Use(operation: operation.id.sequence, at: context.now) : nil
    return Acceptance(
        state: state, operations: operations, outcome: .voucher(operation.id, state.vouchers[index]))
}

/// What a redemption costs, and what it gives.
private struct Bill {
    let currency: CurrencyID
    let points: Points
    var reward: Reward?
    var vouchers: [ExactText] = []
    var usages: [Usage] = []
}

extension MemberState {
    /// Works out what a redemption costs, or why it cannot be had.
    fileprivate func bill(
        for request: RedemptionRequest, in context: DecisionContext
    ) throws(Refusal) -> Bill {
        let program = context.ruleSet.program
        switch request {
        case .points(let currency, let points):
            guard let pay = program.redemption.pay, program.currencies[pay.currency].id == currency.text else {
                throw .paymentNotOffered
            }
            try pay.check(points.count, most: .max)
            return Bill(currency: currency, points: points)
        case .reward(let id, let quantity):
            guard let reward = program.redemption.rewards.first(where: { $0.id == id }) else { throw .rewardUnknown }
            return try bill(for: reward, quantity, in: context)
        }
    }

    private func bill(
        for reward: Reward, _ quantity: Int64, in context: DecisionContext
    ) throws(Refusal) -> Bill {
        let program = context.ruleSet.program
        if let obstacle = obstacle(to: reward, quantity, in: program, shared: context.shared, at: context.now) {
            throw .rewardUnavailable(obstacle)
        }
        let (points, overflow) = cost(of: reward, in: program, at: context.now)
            .multipliedReportingOverflow(by: quantity)
        guard !overflow else { throw .overflow }
        var bill = Bill(
            currency: CurrencyID(program.currencies[reward.currency].id), points: Points(points), reward: reward)
        if reward.stock != nil { bill.usages.append(Usage(UsageKey(kind: .stock, id: reward.id), quantity)) }
        if let limit = reward.limit {
            let start = limit.window.start(containing: context.now, in: program.zone)
            bill.usages.append(Usage(UsageKey(kind: .rewards, id: reward.id, window: start), quantity))
        }
        if reward.voucher != nil {
            guard quantity <= Int64(context.codes.count) else { throw .overflow }
            bill.vouchers = Array(context.codes.prefix(Int(quantity)))
        }
        return bill
    }
}

extension OperationRecord {
    /// A use of one of its vouchers that was not undone. The member's vouchers tell of those that were used lately only.
    fileprivate var forgottenUse: OperationID? {
        let uses = followers(.voucher)
        let undone = uses.count { $0.detail?.integer("use") == VoucherUse.giveBack.rawValue }
        guard uses.count > 2 * undone else { return nil }
        return uses.last { $0.detail?.integer("use") == VoucherUse.redeem.rawValue }?.id
    }

    /// How a hold ended, which is no longer open.
    var end: HoldEnd {
        for follower in later where follower.subject == operation.id {
            if follower.kind == .capture || follower.kind == .settle { return .captured(follower.id) }
            if follower.kind == .release { return .released(follower.id) }
        }
        if let purchase = later.first(where: { $0.purchase?.holds.contains(operation.id) ?? false }) {
            return .captured(purchase.id)
        }
        return .timedOut(Instant(milliseconds: operation.detail?.integer("until") ?? 0))
    }
}
