// What the model makes of members who bring others.

extension Oracle {
    mutating func code(_ card: String, _ now: Int) throws -> ([Row], String) {
        let number = try owner(of: card)
        guard inForce(at: now).terms.referring != nil else { throw Refused("referral: notOffered") }
        try checkOpen(number)
        var rows = pass(number, to: now)
        let code = members[number]?.code ?? drawn.first ?? ""
        change(number) { $0.code = code }
        name(code, number)
        let row = write("refer", number, at: now, now, [])
        rows.append(row)
        return (rows, "code \(row.place): \(code)")
    }

    mutating func refer(_ card: String, _ code: String, _ now: Int) throws -> ([Row], String) {
        let number = try owner(of: card)
        let version = inForce(at: now)
        guard let referring = version.terms.referring else { throw Refused("referral: notOffered") }
        try checkEarning(number)
        let other = referrer(code)
        if other == number { throw Refused("referral: oneself") }
        guard let other, let member = members[number] else { throw Refused("referral: codeUnknown") }
        guard member.referral == nil else { throw Refused("referral: claimedBefore") }
        guard members[other]?.referral?.by != number else { throw Refused("referral: mutual") }
        guard member.purchases == 0 else { throw Refused("referral: notNew") }
        guard referring.within.after(member.joinedAt, version.terms.clock) > now else {
            throw Refused("referral: too late")
        }
        var rows = pass(number, to: now)
        change(number) { $0.referral = ModelReferral(by: other) }
        let row = write("refer", number, at: now, now, [])
        rows.append(row)
        var others = pass(other, to: now)
        others.append(write("refer", other, at: now, now, []))
        if let side = referring.referrer, side.isAtOnce,
            let bonus = pay(side, referring.fromBudget, to: other, for: nil, at: now, version, now)
        {
            others += bonus.rows
        }
        var told = ""
        if let side = referring.referred, side.isAtOnce,
            let bonus = pay(side, nil, to: number, for: nil, at: now, version, now)
        {
            rows += bonus.rows
            told = " \(side.points) \(version.terms.currencies[0].name)"
        }
        add(others, of: other)
        return (rows, "referred \(row.place):" + told)
    }

    /// Pays a member for bringing another one, or for being brought.
    ///
    /// - Returns: what is written, and the bonus; `nil` for a member who takes no part.
    private mutating func pay(
        _ side: Terms.Referring.Side, _ fromBudget: Int?, to number: Int, for sale: Act.Place?, at instant: Int,
        _ version: Version, _ now: Int
    ) -> (rows: [Row], place: Act.Place)? {
        guard let member = members[number], !member.isSuspended, member.pointsUntil == nil else { return nil }
        let terms = version.terms
        var rows = pass(number, to: now)
        var budget = 0
        if let bonus = terms.bonus, let wanted = fromBudget {
            let left = max(0, bonus.budget - (shared["rush"] ?? 0))
            budget = left >= wanted ? wanted : bonus.paysPart ? left : 0
        }
        let currency = terms.currencies[0]
        let origin = next(number)
        var moves: [Move] = []
        let lot = change(number) {
            $0.receive(
                side.points + budget, currency.name, from: "issued", origin: origin, earnedAt: instant,
                wait: currency.wait(from: instant, terms.clock),
                expiresAt: currency.firstExpiry(from: instant, terms.clock), &moves)
        }
        for currency in terms.currencies { keepAlive(number, currency, terms, from: instant, now) }
        shared["rush", default: 0] += budget
        if terms.levels?.metric == .earned {
            change(number) { $0.levels?.count(side.points + budget, at: instant) }
        }
        let row = write("referral", number, at: instant, now, moves, version: version.number)
        rows.append(row)
        change(number) {
            $0.bonuses[row.place] = ModelBonus(
                version: version.number, at: instant, points: side.points + budget, budget: budget, lot: lot,
                sale: sale)
        }
        rows += pass(number, to: now)
        return (rows, row.place)
    }

    /// Lets a purchase pay for having brought its member, where it is the first one that qualifies.
    ///
    /// - Returns: what is written of the member.
    mutating func qualify(
        _ number: Int, with sale: Act.Place, eligible money: Int, at instant: Int, _ version: Version, _ now: Int
    ) -> [Row] {
        guard let referring = version.terms.referring, referring.waitsForPurchase, money >= referring.minimum,
            let referral = members[number]?.referral, referral.purchase == nil
        else { return [] }
        let other = holder(referral.by)
        guard other != number else { return [] }
        var reward: Act.Place?
        if let side = referring.referrer, !side.isAtOnce,
            let bonus = pay(side, referring.fromBudget, to: other, for: nil, at: instant, version, now)
        {
            reward = bonus.place
            add(bonus.rows, of: other)
        }
        var rows = pass(number, to: now)
        change(number) { $0.referral = ModelReferral(by: referral.by, purchase: sale, reward: reward) }
        rows.append(write("refer", number, at: instant, now, [], version: version.number))
        if let side = referring.referred, !side.isAtOnce,
            let bonus = pay(side, nil, to: number, for: sale, at: instant, version, now)
        {
            rows += bonus.rows
        }
        return rows
    }

    /// Takes back what a purchase paid for having brought its member, where too little of it is left.
    ///
    /// - Returns: what is written of the member.
    mutating func disqualify(_ number: Int, _ sale: Act.Place, left money: Int, _ terms: Terms, _ now: Int) -> [Row] {
        guard let referring = terms.referring, money < referring.minimum else { return [] }
        let referral: ModelReferral
        if let present = members[number]?.referral, present.purchase == sale {
            referral = present
            change(number) { $0.referral = ModelReferral(by: present.by) }
        } else if let place = members[number]?.ended.firstIndex(where: { $0.purchase == sale }) {
            referral = change(number) { $0.ended.remove(at: place) }
        } else {
            return []
        }
        let other = holder(referral.by)
        var rows: [Row] = []
        if let reward = referral.reward {
            let back = takeBack(reward, from: other, now)
            if other == number { rows += back } else { add(back, of: other) }
        }
        guard let own = members[number]?.bonuses.first(where: { $0.value.sale == sale })?.key else { return rows }
        return rows + takeBack(own, from: number, now)
    }

    private mutating func takeBack(_ place: Act.Place, from number: Int, _ now: Int) -> [Row] {
        guard let bonus = change(number, { $0.bonuses.removeValue(forKey: place) }) else { return [] }
        let terms = version(bonus.version).terms
        let currency = terms.currencies[0]
        var rows = pass(number, to: now)
        let own = bonus.lot.map { [$0] } ?? []
        let lapsed = members[number]?.lots.reduce(0) { own.contains($1.number) ? $0 + $1.lapsed : $0 } ?? 0
        var moves: [Move] = []
        if bonus.points > lapsed {
            _ = change(number) {
                $0.reclaim(
                    bonus.points - lapsed, currency.name, own: own, mostDebt: currency.mostDebt, &moves)
            }
        }
        shared["rush", default: 0] -= bonus.budget
        if terms.levels?.metric == .earned {
            change(number) { $0.levels?.uncount(bonus.points, at: bonus.at, fallsAtOnce: terms.fallsAtOnce) }
        }
        rows.append(write("referral_back", number, at: now, now, moves))
        rows += pass(number, to: now)
        return rows
    }
}
