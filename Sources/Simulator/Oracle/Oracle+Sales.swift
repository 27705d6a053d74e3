// What the model makes of purchases and of what comes back of them.

/// How far ahead of ours a till's clock may be.
private let tolerance = 5 * minute

extension Oracle {
    mutating func buy(
        _ card: String, _ receipt: String, _ lines: [Act.Line], at instant: Int, _ payment: Act.Payment?, _ now: Int,
        _ newMember: Int
    ) throws -> ([Row], String) {
        let ruleSet = inForce(at: instant)
        let terms = ruleSet.terms
        if !isKnown(card), !inForce(at: now).terms.enrollsUnknown { throw Refused("member unknown by card") }
        if let earlier = posted(receipt) { throw Refused("receipt posted by \(earlier)") }
        try checkKept(receipt, now)
        if isKnown(card) { try checkEarning(owner(of: card)) }
        try checkTime(instant, terms, now)

        var rows: [Row] = []
        let number: Int
        if isKnown(card) {
            number = try owner(of: card)
            rows += pass(number, to: now)
        } else {
            number = newMember
            join(number, id: nil, card: card, now)
            rows.append(write("enroll", number, at: now, now, []))
        }
        let amount = ModelSale.sum(lines)
        var moves: [Move] = []
        var spent: [ModelShare] = []
        if let payment { spent = try pay(payment, amount, number, terms, now, &moves) }
        let paid = payment?.points ?? 0
        let today = terms.clock.date(at: instant)
        let seen = change(number) { member in
            (
                bonuses: terms.bonus.map { member.used("bonus", $0.limitWindow, on: today) } ?? 0,
                cap: terms.cap.map { member.used("cap", $0.window, on: today) } ?? 0
            )
        }
        let whole = Earning.Seen(
            bonuses: seen.bonuses, cap: seen.cap, budget: shared["rush"] ?? 0,
            level: members[number]?.levels?.model.level(at: instant) ?? 0)
        let eligible = amount - min(terms.money(for: paid), amount)
        let earning = Earning(of: eligible, terms, seen: whole)
        let next = next(number)
        var lots: [String: [Int]] = [:]
        for (currency, points) in zip(terms.currencies, earning.points) where points > 0 {
            let opened = change(number) {
                $0.receive(
                    points, currency.name, from: "issued", origin: next, earnedAt: instant,
                    wait: currency.wait(from: instant, terms.clock),
                    expiresAt: currency.firstExpiry(from: instant, terms.clock), &moves)
            }
            if let opened { lots[currency.name] = [opened] }
        }
        for currency in terms.currencies { keepAlive(number, currency, terms, from: instant, now) }
        count(earning, number, on: today, sign: 1)
        let counted =
            switch terms.levels?.metric {
            case .spend?: eligible
            case .visits?: 1
            case .earned?: earning.points[0]
            case nil: 0
            }
        change(number) { $0.levels?.count(counted, at: instant) }
        let row = write("purchase", number, at: instant, now, moves)
        rows.append(row)
        let sale = ModelSale(
            version: ruleSet.number, at: instant, lines: lines, kept: lines, paid: paid, spent: spent, lots: lots,
            seen: whole, original: earning, left: earning, forgiven: terms.currencies.map { _ in 0 })
        change(number) {
            $0.sales[next] = sale
            $0.purchases += 1
        }
        note(receipt, next)
        // What comes in very late may have lapsed meanwhile.
        rows += pass(number, to: now)
        rows += qualify(number, with: next, eligible: eligible, at: instant, ruleSet, now)
        let earned = zip(terms.currencies, earning.points).filter { $1 > 0 }.map { " \($1) \($0.name)" }
        return (rows, "bought \(next):" + earned.joined())
    }

    func checkTime(_ instant: Int, _ terms: Terms, _ now: Int) throws {
        try checkFuture(instant, now)
        if terms.lateLimit.after(instant, terms.clock) < now { throw Refused("too late") }
    }

    func checkFuture(_ instant: Int, _ now: Int) throws {
        if instant > now + tolerance { throw Refused("in the future of \(now)") }
    }

    /// Writes down what counts against limits, or takes it back.
    private mutating func count(_ earning: Earning, _ number: Int, on day: WallDay, sign: Int) {
        change(number) {
            $0.use("bonus", sign * earning.bonuses, on: day)
            $0.use("cap", sign * earning.cap, on: day)
        }
        shared["rush", default: 0] += sign * earning.budget
    }

    private mutating func pay(
        _ payment: Act.Payment, _ amount: Int, _ number: Int, _ terms: Terms, _ now: Int, _ moves: inout [Move]
    ) throws -> [ModelShare] {
        let points = payment.points
        let currency = terms.currencies[0].name
        try check(points, terms, most: terms.mostPoints(on: amount))
        switch payment {
        case .free:
            guard let shares = members[number]?.choose(points, currency) else {
                throw shortage(number, points, currency)
            }
            change(number) { $0.spend(shares, to: "redeemed", &moves) }
            return shares
        case .held(_, let place):
            guard holder(place.member) == number,
                let index = members[number]?.holds.firstIndex(where: {
                    $0.place == place && $0.end == .open && $0.currency == currency && $0.validUntil == nil
                }), let hold = members[number]?.holds[index]
            else { throw Refused("no such hold") }
            guard points <= hold.points else { throw Refused("only \(hold.points) held") }
            let next = next(number)
            return change(number) { $0.settle(index, points, at: now, end: .captured(next), &moves) }
        }
    }

    func check(_ points: Int, _ terms: Terms, most: Int) throws {
        let payment = terms.payment
        guard points >= payment.minimum, points <= most, points % payment.step == 0 else {
            throw Refused("pay \(payment.minimum) to \(max(0, most)) by \(payment.step)")
        }
    }

    private func find(_ sale: Act.Sale) throws -> (Act.Place, ModelSale) {
        let place: Act.Place?
        switch sale {
        case .operation(let operation): place = operation
        case .receipt(let receipt): place = posted(receipt)
        }
        guard let place, let found = members[holder(place.member)]?.sales[place] else {
            throw Refused("no such purchase")
        }
        return (place, found)
    }

    mutating func confirm(_ reference: Act.Sale, at instant: Int, _ now: Int) throws -> ([Row], String) {
        let (place, sale) = try find(reference)
        try checkTime(instant, inForce(at: now).terms, now)
        let terms = version(sale.version).terms
        let number = holder(place.member)
        var rows = pass(number, to: now)
        let waiting = sale.lots.values.flatMap { $0 }.filter { lot in
            members[number]?.lots.contains {
                $0.number == lot && $0.wait == .confirmation && $0.free > 0
            } ?? false
        }
        guard !waiting.isEmpty else { throw Refused("nothing to confirm") }
        var moves: [Move] = []
        var told: [String] = []
        for currency in terms.currencies {
            for lot in waiting where sale.lots[currency.name, default: []].contains(lot) {
                change(number) { member in
                    let index = member.index(of: lot)
                    told.append(" \(member.lots[index].free) \(currency.name)")
                    let start = max(instant, member.lots[index].earnedAt)
                    let begin = currency.livesFromEarning ? member.lots[index].earnedAt : start
                    member.vest(index, expiresAt: currency.lapse.instant(from: begin, terms.clock), &moves)
                }
            }
        }
        let row = write("confirm", number, at: instant, now, moves, version: inForce(at: now).number)
        rows.append(row)
        rows += pass(number, to: now)
        return (rows, "confirmed \(row.place) of \(place):" + told.joined())
    }

    // MARK: Returns

    mutating func giveBack(
        _ reference: Act.Sale, _ extent: Act.Extent, at instant: Int, _ now: Int
    ) throws -> ([Row], String) {
        let (place, before) = try find(reference)
        let number = holder(place.member)
        try checkTime(instant, inForce(at: now).terms, now)
        var rows = pass(number, to: now)
        var sale = before
        try sale.take(extent)
        let terms = version(sale.version).terms
        sale.left = sale.earning(terms).bounded(by: before.left)
        let total = ModelSale.sum(sale.lines)
        let returned = total - ModelSale.sum(sale.kept)
        let refunded = max(
            before.refunded,
            min(returned - terms.money(for: sale.paid - sale.paidKept), total - terms.money(for: sale.paid)))
        sale.refunded = refunded

        var moves: [Move] = []
        var answer = ""
        if sale.paid > 0 {
            let restored = restore(before.paidKept - sale.paidKept, of: before, number, terms, now, &moves)
            answer += " restored \(restored.usable) usable \(restored.lapsed) lapsed"
        }
        for (index, currency) in terms.currencies.enumerated() {
            let back = before.left.points[index] - sale.left.points[index]
            let own = sale.lots[currency.name] ?? []
            let lost = members[number]?.lots.reduce(0) { own.contains($1.number) ? $0 + $1.lapsed : $0 } ?? 0
            let lapsed = max(0, lost - before.forgiven[index])
            sale.forgiven[index] += min(back, lapsed)
            let points = back - lapsed
            guard points > 0 else { continue }
            if currency.debt == .refuse {
                let there = members[number]?.reclaimable(points, currency.name, own: own) ?? 0
                guard there == points else {
                    throw Refused(
                        "\(points) \(currency.name) wanted, \(there) there, "
                            + "\(members[number]?.debt(currency.name) ?? 0) owed",
                        missing: Shortfall(currency: currency.name, points: points - there))
                }
            }
            let claim = change(number) {
                $0.reclaim(points, currency.name, own: own, mostDebt: currency.mostDebt, &moves)
            }
            if claim.owed + claim.waived > 0 {
                missed.append(Shortfall(currency: currency.name, points: claim.owed + claim.waived))
            }
            answer += " \(currency.name) \(claim.taken) taken \(claim.owed) owed \(claim.waived) waived"
        }
        let day = terms.clock.date(at: sale.at)
        count(before.left, number, on: day, sign: -1)
        count(sale.left, number, on: day, sign: 1)
        change(number) {
            $0.sales[place] = sale
            if sale.isOver { $0.purchases = max(0, $0.purchases - 1) }
        }
        let lost =
            switch terms.levels?.metric {
            case .spend?: before.eligible(terms) - sale.eligible(terms)
            case .visits?: sale.isOver ? 1 : 0
            case .earned?: before.left.points[0] - sale.left.points[0]
            case nil: 0
            }
        change(number) { $0.levels?.uncount(lost, at: sale.at, fallsAtOnce: terms.fallsAtOnce) }
        let row = write("return", number, at: instant, now, moves, version: inForce(at: now).number)
        rows.append(row)
        rows += pass(number, to: now)
        rows += disqualify(number, place, left: sale.eligible(terms), terms, now)
        return (
            rows,
            "returned \(row.place) of \(place):\(answer) refund \(refunded - before.refunded)"
                + (sale.isOver ? " over" : "")
        )
    }

    /// Points come back that had paid what came back: those that lapse last first.
    private mutating func restore(
        _ points: Int, of sale: ModelSale, _ number: Int, _ terms: Terms, _ now: Int, _ moves: inout [Move]
    ) -> (usable: Int, lapsed: Int) {
        var already = sale.paid - sale.paidKept
        var rest = points
        var shares: [ModelShare] = []
        for share in sale.spent.reversed() {
            let passed = min(already, share.points)
            already -= passed
            let taken = min(rest, share.points - passed)
            rest -= taken
            if taken > 0 { shares.append(ModelShare(lot: share.lot, points: taken)) }
        }
        let next = next(number)
        return change(number) {
            $0.restore(shares, origin: next, at: now, earliest: terms.earliest(at: now), &moves)
        }
    }
}

extension ModelSale {
    /// What is left of what it earned, by what is left of the goods.
    fileprivate func earning(_ terms: Terms) -> Earning {
        guard !isOver else { return .nothing(terms) }
        let total = Self.sum(lines)
        let amount = Self.sum(kept)
        guard terms.isProportional else {
            return Earning(of: amount - min(terms.money(for: paidKept), amount), terms, seen: seen)
        }
        guard total > 0 else { return .nothing(terms) }
        func share(_ whole: Int) -> Int { whole - whole * (total - amount) / total }
        return Earning(
            points: original.points.map(share), bonus: share(original.bonus), bonuses: original.bonuses,
            budget: share(original.budget), cap: share(original.cap))
    }

    /// The money of what is left that may earn something.
    fileprivate func eligible(_ terms: Terms) -> Int {
        let (total, amount) = (Self.sum(lines), Self.sum(kept))
        guard !isOver else { return 0 }
        guard terms.isProportional else { return amount - min(terms.money(for: paidKept), amount) }
        guard total > 0 else { return 0 }
        let whole = total - min(terms.money(for: paid), total)
        return whole - whole * (total - amount) / total
    }

    fileprivate mutating func take(_ extent: Act.Extent) throws { try Self.take(extent, from: &kept, of: lines) }

    /// Takes goods off what is left of some lines.
    static func take(_ extent: Act.Extent, from kept: inout [Act.Line], of lines: [Act.Line]) throws {
        guard !kept.allSatisfy({ $0.quantity == 0 && $0.amount == 0 }) else { throw Oracle.Refused("nothing left") }
        switch extent {
        case .everything: kept = kept.map { _ in Act.Line(quantity: 0, amount: 0) }
        case .line(let index, let quantity):
            guard kept.indices.contains(index) else { throw Oracle.Refused("no line \(index)") }
            let left = kept[index].quantity - (quantity ?? kept[index].quantity)
            guard left >= 0, kept[index].quantity > 0 || kept[index].amount > 0 else {
                throw Oracle.Refused("line \(index) has \(kept[index].quantity) left")
            }
            let (line, now) = (lines[index], kept[index])
            if left == 0 {
                kept[index] = Act.Line(quantity: 0, amount: 0)
            } else if line.amount * now.quantity / line.quantity == now.amount {
                kept[index] = Act.Line(quantity: left, amount: line.amount * left / line.quantity)
            } else {
                kept[index] = Act.Line(quantity: left, amount: now.amount * left / now.quantity)
            }
        case .amount(let money):
            let total = sum(kept)
            guard money <= total else { throw Oracle.Refused("only \(total) left") }
            var (running, taken) = (0, 0)
            for index in kept.indices {
                running += kept[index].amount
                let share = money * running / total - taken
                taken += share
                kept[index].amount -= share
                if money == total { kept[index].quantity = 0 }
            }
        }
    }
}

extension Terms {
    /// What points are worth.
    func money(for points: Int) -> Int { points * payment.worth / 1000 }

    /// The most points that can pay an amount.
    fileprivate func mostPoints(on amount: Int) -> Int {
        let covering = amount * payment.most / 1000 * 1000 / payment.worth
        let most = covering - covering % payment.step
        return most < payment.minimum ? 0 : most
    }

    /// Until when at least what comes back can be used.
    func earliest(at now: Int) -> Int? {
        guard let goodwill else { return nil }
        return goodwill.isCalendar ? clock.start(of: goodwill.day(after: now, clock).next) : goodwill.after(now, clock)
    }
}

extension Terms.Currency {
    func wait(from instant: Int, _ clock: WallClock) -> ModelLot.Wait {
        switch vesting {
        case .immediate: return .no
        case .after(let span): return .until(span.after(instant, clock))
        case .dates(let dates, let atLeast):
            let start = clock.start(of: Lapse.next(of: dates, atLeast: atLeast, from: instant, clock))
            return start > instant ? .until(start) : .no
        case .confirmed: return .confirmation
        }
    }

    func firstExpiry(from instant: Int, _ clock: WallClock) -> Int? {
        if case .confirmed(let within) = vesting { return within.after(instant, clock) }
        if !livesFromEarning, case .until(let start) = wait(from: instant, clock) {
            return lapse.instant(from: start, clock)
        }
        return lapse.instant(from: instant, clock)
    }

    var mostDebt: Int {
        switch debt {
        case .allow(let most): most ?? .max
        case .clamp, .refuse: 0
        }
    }
}
