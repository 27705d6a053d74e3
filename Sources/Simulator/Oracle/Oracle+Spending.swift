// What the model makes of holds, redemptions, gifts and corrections.

extension Oracle {
    /// The most holds that a member has at a time.
    private static let mostHolds = 20

    mutating func hold(
        _ card: String, _ currency: String, _ points: Int, _ ms: Int?, _ now: Int
    ) throws -> ([Row], String) {
        let number = try owner(of: card)
        try checkSpending(number, now)
        let terms = inForce(at: now).terms
        guard terms.index(of: currency) != nil else { throw Refused("no currency \(currency)") }
        let longest = terms.longestHold.after(now, terms.clock)
        let until = ms.map { now + $0 } ?? terms.holdTimeout.after(now, terms.clock)
        guard until <= longest else { throw Refused("hold longer than \(longest - now)") }
        let (rows, row) = try reserve("hold", number, currency, points, until: until, validUntil: nil, now)
        return (rows, "held \(row.place): \(points) \(currency) until \(until)")
    }

    mutating func draw(
        _ card: String, _ currency: String, _ points: Int, _ ms: Int?, _ now: Int
    ) throws -> ([Row], String) {
        let number = try owner(of: card)
        try checkEarning(number)
        let terms = inForce(at: now).terms
        guard let allowances = terms.allowances else { throw Refused("no allowances") }
        guard terms.index(of: currency) != nil else { throw Refused("no currency \(currency)") }
        if let most = allowances.most, points > most { throw Refused("at most \(most) at a time") }
        let longest = allowances.longest.after(now, terms.clock)
        let validUntil = ms.map { now + $0 } ?? allowances.valid.after(now, terms.clock)
        guard validUntil <= longest else { throw Refused("allowance longer than \(longest - now)") }
        let until = allowances.settleWithin.after(validUntil, terms.clock)
        let (rows, row) = try reserve("allowance", number, currency, points, until: until, validUntil: validUntil, now)
        return (rows, "drawn \(row.place): \(points) \(currency) valid until \(validUntil), until \(until)")
    }

    private mutating func reserve(
        _ kind: String, _ number: Int, _ currency: String, _ points: Int, until: Int, validUntil: Int?, _ now: Int
    ) throws -> ([Row], Row) {
        var rows = pass(number, to: now)
        guard (members[number]?.holds.filter { $0.end == .open }.count ?? 0) < Self.mostHolds else {
            throw Refused("more than \(Self.mostHolds) holds")
        }
        guard let shares = members[number]?.choose(points, currency) else { throw shortage(number, points, currency) }
        var moves: [Move] = []
        change(number) { $0.reserve(shares, &moves) }
        let row = write(kind, number, at: now, now, moves)
        rows.append(row)
        change(number) {
            $0.holds.append(
                ModelHold(place: row.place, currency: currency, shares: shares, until: until, validUntil: validUntil))
        }
        return (rows, row)
    }

    private func index(ofHold place: Act.Place, isAllowance: Bool = false) throws -> Int {
        let index = members[holder(place.member)]?.holds.firstIndex {
            $0.place == place && ($0.validUntil != nil) == isAllowance
        }
        guard let index else { throw Refused("no such \(isAllowance ? "allowance" : "hold")") }
        return index
    }

    mutating func settle(_ place: Act.Place, _ used: Int, at instant: Int, _ now: Int) throws -> ([Row], String) {
        let number = holder(place.member)
        let index = try index(ofHold: place, isAllowance: true)
        try checkFuture(instant, now)
        var rows = pass(number, to: now)
        let hold = hold(number, index)
        guard hold.end == .open, let validUntil = hold.validUntil else { throw Refused("hold \(hold.told)") }
        guard used <= hold.points else { throw Refused("only \(hold.points) held") }
        guard used == 0 || instant < validUntil else { throw Refused("used behind \(validUntil)") }
        let version = inForce(at: now)
        let next = next(number)
        var moves: [Move] = []
        let spent = change(number) { $0.settle(index, used, at: now, end: .captured(next), &moves) }
        if used > 0 {
            for currency in version.terms.currencies where currency.name == hold.currency {
                keepAlive(number, currency, version.terms, from: instant, now)
            }
        }
        rows.append(write("settle", number, at: instant, now, moves, version: version.number))
        change(number) {
            $0.spendings[next] = ModelSpending(
                version: version.number, currency: hold.currency, shares: spent,
                day: version.terms.clock.date(at: now))
        }
        return (rows, "settled \(next) of \(place): \(used) \(hold.currency), \(hold.points - used) freed")
    }

    private func hold(_ number: Int, _ index: Int) -> ModelHold {
        guard let hold = members[number]?.holds[index] else { preconditionFailure("the hold was found") }
        return hold
    }

    mutating func capture(_ place: Act.Place, _ points: Int?, _ now: Int) throws -> ([Row], String) {
        let number = holder(place.member)
        let index = try index(ofHold: place)
        try checkSpending(number, now)
        var rows = pass(number, to: now)
        let hold = hold(number, index)
        guard hold.end == .open else { throw Refused("hold \(hold.told)") }
        let captured = points ?? hold.points
        guard captured <= hold.points else { throw Refused("only \(hold.points) held") }
        let version = inForce(at: now)
        let next = next(number)
        var moves: [Move] = []
        let spent = change(number) { $0.settle(index, captured, at: now, end: .captured(next), &moves) }
        for currency in version.terms.currencies where currency.name == hold.currency {
            keepAlive(number, currency, version.terms, from: now, now)
        }
        rows.append(write("capture", number, at: now, now, moves))
        change(number) {
            $0.spendings[next] = ModelSpending(
                version: version.number, currency: hold.currency, shares: spent,
                day: version.terms.clock.date(at: now))
        }
        return (
            rows,
            "captured \(next) of \(place): \(captured) \(hold.currency), \(hold.points - captured) freed"
        )
    }

    mutating func release(_ place: Act.Place, _ now: Int) throws -> ([Row], String) {
        let number = holder(place.member)
        let index = try index(ofHold: place)
        var rows = pass(number, to: now)
        let hold = hold(number, index)
        if case .captured = hold.end { throw Refused("hold \(hold.told)") }
        let next = next(number)
        var moves: [Move] = []
        if hold.end == .open {
            _ = change(number) { $0.settle(index, 0, at: now, end: .released(next), &moves) }
        } else if hold.end == .timedOut {
            change(number) { $0.holds[index].end = .released(next) }
        }
        rows.append(write("release", number, at: now, now, moves))
        let freed = hold.end == .open ? hold.points : 0
        return (rows, "released \(next) of \(place): \(freed) \(hold.currency)")
    }

    mutating func redeem(_ card: String, _ points: Int, _ now: Int) throws -> ([Row], String) {
        let number = try owner(of: card)
        try checkSpending(number, now)
        let version = inForce(at: now)
        let currency = version.terms.currencies[0].name
        let rows = pass(number, to: now)
        try check(points, version.terms, most: .max)
        return try spend(points, number, version, rows, now) { "redeemed \($0): \(points) \(currency)" }
    }

    mutating func reward(_ card: String, _ quantity: Int, _ now: Int) throws -> ([Row], String) {
        let number = try owner(of: card)
        try checkSpending(number, now)
        let version = inForce(at: now)
        let rows = pass(number, to: now)
        guard let reward = version.terms.reward else { throw Refused("no such reward") }
        let left = max(0, reward.stock - (shared["mug"] ?? 0))
        guard quantity <= left else { throw Refused("\(left) in stock") }
        let today = version.terms.clock.date(at: now)
        let own = max(0, reward.limit - (members[number]?.used("mug", reward.limitWindow, on: today) ?? 0))
        guard quantity <= own else { throw Refused("\(own) more allowed") }
        let level = members[number]?.levels?.model.level(at: now) ?? 0
        let points = (level == 1 ? reward.costAtLevel ?? reward.cost : reward.cost) * quantity
        return try spend(points, number, version, rows, now, rewards: quantity) {
            "redeemed \($0): \(points) \(version.terms.currencies[0].name) for mug"
        }
    }

    /// Gives vouchers for points.
    mutating func slips(_ card: String, _ quantity: Int, _ now: Int) throws -> ([Row], String) {
        let number = try owner(of: card)
        try checkSpending(number, now)
        let version = inForce(at: now)
        let rows = pass(number, to: now)
        guard let slip = version.terms.slip else { throw Refused("no such reward") }
        let points = slip.cost * quantity
        let codes = drawn.prefix(quantity)
        let (later, answer) = try spend(points, number, version, rows, now) {
            "redeemed \($0): \(points) \(version.terms.currencies[0].name) for slip"
        }
        guard let place = later.last?.place else { preconditionFailure("the redemption was written") }
        let clock = version.terms.clock
        let waits = slip.after.map { $0.isCalendar ? clock.start(of: $0.day(after: now, clock)) : $0.after(now, clock) }
        let begin = waits ?? now
        let expiresAt = slip.valid.map { valid in
            valid.isCalendar ? clock.start(of: valid.day(after: begin, clock).next) : valid.after(begin, clock)
        }
        for code in codes { give(code, number) }
        change(number) { member in
            // Whoever gets new ones no longer has those that were over long ago.
            member.vouchers.removeAll { ($0.usedAt ?? $0.expiresAt ?? .max) < now - 30 * day }
            member.vouchers += codes.map {
                ModelVoucher(code: $0, origin: place, usableFrom: waits, expiresAt: expiresAt)
            }
        }
        return (later, answer + codes.map { " " + $0 }.joined())
    }

    mutating func use(_ code: String, givesBack: Bool, _ now: Int) throws -> ([Row], String) {
        guard let number = voucherOwner(code),
            let index = members[number]?.vouchers.firstIndex(where: { $0.code == code })
        else { throw Refused("member unknown by voucher") }
        if !givesBack { try checkSpending(number, now) }
        var rows = pass(number, to: now)
        guard let voucher = members[number]?.vouchers[index] else { preconditionFailure("the voucher was found") }
        if !givesBack, let start = voucher.usableFrom, now < start {
            throw Refused("voucher can be used from \(start)")
        }
        if !givesBack, let end = voucher.expiresAt, end <= now { throw Refused("voucher expired at \(end)") }
        if !givesBack, let earlier = voucher.used { throw Refused("voucher used by \(earlier)") }
        if givesBack, voucher.used == nil { throw Refused("voucher not used") }
        let row = write("voucher", number, at: now, now, [])
        rows.append(row)
        change(number) {
            $0.vouchers[index].used = givesBack ? nil : row.place
            $0.vouchers[index].usedAt = givesBack ? nil : now
            $0.voucherUses[voucher.origin, default: []].append((row.place, givesBack))
        }
        return (rows, "voucher \(row.place): \(code) \(givesBack ? "given back" : "used")")
    }

    private mutating func spend(
        _ points: Int, _ number: Int, _ version: Version, _ rows: [Row], _ now: Int, rewards: Int = 0,
        _ answer: (Act.Place) -> String
    ) throws -> ([Row], String) {
        let currency = version.terms.currencies[0]
        guard let shares = members[number]?.choose(points, currency.name) else {
            throw shortage(number, points, currency.name)
        }
        var moves: [Move] = []
        change(number) { $0.spend(shares, to: "redeemed", &moves) }
        keepAlive(number, currency, version.terms, from: now, now)
        let today = version.terms.clock.date(at: now)
        let row = write("redeem", number, at: now, now, moves)
        change(number) {
            $0.spendings[row.place] = ModelSpending(
                version: version.number, currency: currency.name, shares: shares, rewards: rewards, day: today)
            $0.use("mug", rewards, on: today)
        }
        shared["mug", default: 0] += rewards
        return (rows + [row], answer(row.place))
    }

    mutating func cancel(_ place: Act.Place, _ now: Int) throws -> ([Row], String) {
        let number = holder(place.member)
        guard var spending = members[number]?.spendings[place] else { throw Refused("no such redemption") }
        if let earlier = spending.cancelledBy { throw Refused("cancelled by \(earlier)") }
        var rows = pass(number, to: now)
        if let use = members[number]?.use(ofVouchersOf: place) { throw Refused("voucher used by \(use)") }
        let terms = version(spending.version).terms
        let next = next(number)
        var moves: [Move] = []
        let (usable, lapsed) = change(number) {
            $0.restore(spending.shares, origin: next, at: now, earliest: terms.earliest(at: now), &moves)
        }
        spending.cancelledBy = next
        let withdrawn = members[number]?.vouchers.count { $0.origin == place } ?? 0
        change(number) {
            $0.vouchers.removeAll { $0.origin == place }
            $0.spendings[place] = spending
            $0.use("mug", -spending.rewards, on: spending.day)
        }
        shared["mug", default: 0] -= spending.rewards
        rows.append(write("cancel", number, at: now, now, moves))
        return (
            rows,
            "cancelled \(next) of \(place):"
                + (spending.shares.isEmpty ? "" : " restored \(usable) usable \(lapsed) lapsed")
                + (withdrawn > 0 ? " \(withdrawn) withdrawn" : "")
        )
    }

    mutating func adjust(_ card: String, _ currency: String, _ points: Int, _ now: Int) throws -> ([Row], String) {
        let number = try owner(of: card)
        let terms = inForce(at: now).terms
        guard let index = terms.index(of: currency) else { throw Refused("no currency \(currency)") }
        var rows = pass(number, to: now)
        let next = next(number)
        var moves: [Move] = []
        if points > 0 {
            _ = change(number) {
                $0.receive(
                    points, currency, from: "adjusted", origin: next, earnedAt: now,
                    expiresAt: terms.currencies[index].lapse.instant(from: now, terms.clock), &moves)
            }
        } else {
            guard let shares = members[number]?.choose(-points, currency) else {
                throw shortage(number, -points, currency)
            }
            change(number) { $0.spend(shares, to: "adjusted", &moves) }
        }
        rows.append(write("adjust", number, at: now, now, moves))
        return (rows, "adjusted \(next): \(points) \(currency)")
    }

    mutating func give(
        _ card: String, _ otherCard: String, _ currency: String, _ points: Int, _ now: Int
    ) throws -> ([Row], String) {
        let number = try owner(of: card)
        try checkEarning(number)
        let terms = inForce(at: now).terms
        guard let giving = terms.giving else { throw Refused("nobody gives here") }
        guard terms.index(of: currency) != nil else { throw Refused("no currency \(currency)") }
        guard isKnown(otherCard) else { throw Refused("member unknown by card") }
        let other = try owner(of: otherCard)
        guard other != number else { throw Refused("gives to itself") }
        try checkEarning(other)
        let rows = pass(number, to: now)
        let today = terms.clock.date(at: now)
        let left = giving.most - (members[number]?.used("given", giving.window, on: today) ?? 0)
        guard points <= left else { throw Refused("\(max(0, left)) more may be given") }
        guard let shares = members[number]?.choose(points, currency) else { throw shortage(number, points, currency) }
        var moves: [Move] = []
        let parts = shares.compactMap { share in
            members[number]?.lots.first { $0.number == share.lot }.map { ($0, share.points) }
        }
        change(number) {
            $0.spend(shares, to: "transferred", &moves)
            $0.use("given", points, on: today)
        }
        let given = write("give", number, at: now, now, moves)
        let otherRows = pass(other, to: now)
        let origin = next(other)
        var otherMoves: [Move] = []
        for (lot, points) in parts {
            _ = change(other) {
                $0.receive(
                    points, currency, from: "transferred", origin: origin, earnedAt: lot.earnedAt,
                    expiresAt: lot.expiresAt, &otherMoves)
            }
        }
        let received = write("receive", other, at: now, now, otherMoves)
        return (
            rows + [given] + otherRows + [received], "given \(given.place): \(points) \(currency)"
        )
    }
}

extension ModelMember {
    /// What used a voucher of a redemption and was not undone.
    fileprivate func use(ofVouchersOf redemption: Act.Place) -> Act.Place? {
        if let voucher = vouchers.first(where: { $0.origin == redemption && $0.used != nil }) { return voucher.used }
        let uses = voucherUses[redemption] ?? []
        guard uses.count > 2 * uses.count(where: \.givesBack) else { return nil }
        return uses.last { !$0.givesBack }?.place
    }
}

extension ModelHold {
    /// How it ended.
    fileprivate var told: String {
        switch end {
        case .open: "open"
        case .timedOut: "timed out at \(until)"
        case .captured(let place): "captured by \(place)"
        case .released(let place): "released by \(place)"
        }
    }
}
