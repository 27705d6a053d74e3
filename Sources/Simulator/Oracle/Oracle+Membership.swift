// What the model makes of who takes part, and of members who share their points.

extension Oracle {
    // MARK: Taking part

    func checkEarning(_ number: Int) throws {
        if members[number]?.pointsUntil != nil { throw Refused("closed") }
        if members[number]?.isSuspended ?? false { throw Refused("suspended") }
    }

    /// Who left may spend for as long as the grace lasts.
    func checkSpending(_ number: Int, _ now: Int) throws {
        if let until = members[number]?.pointsUntil, now < until { return }
        try checkEarning(number)
    }

    func checkOpen(_ number: Int) throws {
        if members[number]?.pointsUntil != nil { throw Refused("closed") }
    }

    mutating func standing(_ card: String, _ standing: Act.Standing, _ now: Int) throws -> ([Row], String) {
        let number = try owner(of: card)
        if standing != .active { try checkOpen(number) }
        var rows = pass(number, to: now)
        let until: Int? = if case .closed(let grace) = standing { now + grace } else { nil }
        let row = write("status", number, at: now, now, [])
        rows.append(row)
        change(number) {
            $0.isSuspended = standing == .suspended
            $0.pointsUntil = until
        }
        rows += pass(number, to: now)
        let told = until.map { "closed until \($0)" } ?? (standing == .suspended ? "suspended" : "active")
        return (rows, "status \(row.place): \(told)")
    }

    // MARK: Pools

    mutating func pool(_ card: String, _ pooling: Act.Pooling, _ now: Int) throws -> ([Row], String) {
        let number = try owner(of: card)
        let pools = inForce(at: now).terms.pools
        let mine: ModelPool?
        var host: Int?
        switch pooling {
        case .found:
            guard pools != nil else { throw Refused("pool: notOffered") }
            guard members[number]?.pool == nil else { throw Refused("pool: inPool") }
            try checkOpen(number)
            mine = .owner([])
        case .join(let name, let spends):
            guard let pools else { throw Refused("pool: notOffered") }
            guard members[number]?.pool == nil else { throw Refused("pool: inPool") }
            try checkOpen(number)
            guard isKnown(name) else { throw Refused("member unknown by card") }
            let other = try owner(of: name)
            try checkOpen(other)
            guard case .owner(let mates)? = members[other]?.pool else { throw Refused("pool: noPool") }
            guard mates.count + 2 <= pools.most else { throw Refused("pool: full") }
            host = other
            mine = .mate(of: other, spends: spends)
        case .leave:
            switch members[number]?.pool {
            case nil: throw Refused("pool: notInPool")
            case .owner(let mates)?: if !mates.isEmpty { throw Refused("pool: \(mates.count) are left") }
            case .mate(let other, _)?: host = other
            }
            mine = nil
        }
        var rows = pass(number, to: now)
        change(number) { $0.pool = mine }
        let row = write("pool", number, at: now, now, [])
        rows.append(row)
        if let host, case .owner(var mates)? = members[host]?.pool {
            if case .join(_, let spends) = pooling {
                mates.append(ModelPool.Mate(number: number, spends: spends))
            } else {
                mates.removeAll { $0.number == number }
            }
            let due = pass(host, to: now)
            change(host) { $0.pool = .owner(mates) }
            add(due + [write("pool", host, at: now, now, [])], of: host)
        }
        return (rows, "pooled \(row.place)")
    }

    /// The member whom an act is about; `nil` where it is about nobody who is known.
    func subject(of act: Act) -> Int? {
        switch act {
        case .enroll, .keep: nil
        case .buy(let card, _, _, _, _), .hold(let card, _, _, _), .redeem(let card, _), .reward(let card, _),
            .adjust(let card, _, _), .give(let card, _, _, _), .merge(let card, _), .draw(let card, _, _, _),
            .vouchers(let card, _), .standing(let card, _), .code(let card), .refer(let card, _), .pool(let card, _),
            .claim(let card, _):
            try? owner(of: card)
        case .giveBack(.operation(let place), _, _), .confirm(.operation(let place), _), .capture(let place, _),
            .release(let place), .cancel(let place), .settle(let place, _, _):
            holder(place.member)
        case .giveBack(.receipt(let receipt), _, _), .confirm(.receipt(let receipt), _):
            posted(receipt).map { holder($0.member) }
        case .voucher(let code, _): voucherOwner(code)
        }
    }

    /// The others in a member's pool, the owner first.
    func mates(of number: Int) -> [Int] {
        switch members[number]?.pool {
        case nil: return []
        case .owner(let mates)?: return mates.map(\.number)
        case .mate(let owner, _)?:
            guard case .owner(let mates)? = members[owner]?.pool else { return [owner] }
            return [owner] + mates.map(\.number).filter { $0 != number }
        }
    }

    /// Lets the others of a pool lend what a member lacks, or as much as there is of what is taken back.
    ///
    /// - Returns: what is written of the borrower.
    mutating func lend(_ missing: Shortfall, to number: Int, for act: Act, _ now: Int) throws -> [Row] {
        struct Part {
            let lender: Int
            let lot: ModelLot
            let points: Int
        }
        var rows = pass(number, to: now)
        let currency = missing.currency
        let owed = members[number]?.debt(currency) ?? 0
        let wanted = missing.points + owed
        var offers: [(lender: Int, lot: ModelLot)] = []
        for mate in mates(of: number) {
            guard var seen = members[mate], !seen.isSuspended, seen.pointsUntil == nil else { continue }
            _ = seen.pass(to: now)
            guard seen.debt(currency) == 0 else { continue }
            offers += seen.order.map { (mate, seen.lots[$0]) }.filter {
                $0.1.currency == currency && $0.1.wait == .no && $0.1.free > 0
            }
        }
        let order = offers.indices.sorted {
            let (one, other) = (offers[$0].lot, offers[$1].lot)
            return (one.expiresAt ?? .max, one.earnedAt, $0) < (other.expiresAt ?? .max, other.earnedAt, $1)
        }
        var parts: [Part] = []
        var left = wanted
        for offer in order.map({ offers[$0] }) where left > 0 {
            let points = min(left, offer.lot.free)
            left -= points
            parts.append(Part(lender: offer.lender, lot: offer.lot, points: points))
        }
        let there = wanted - left
        let terms = inForce(at: now).terms
        let today = terms.clock.date(at: now)
        var limited = 0
        if case .giveBack = act {
            guard there > 0 else { return rows }
        } else {
            guard left == 0 else {
                let own = members[number]?.available(currency) ?? 0
                throw Refused("\(own + missing.points) \(currency) wanted, \(own + there) there, \(owed) owed")
            }
            if case .mate? = members[number]?.pool, let pools = terms.pools, let most = pools.limit {
                let used = members[number]?.used("borrowed", pools.window, on: today) ?? 0
                guard there <= most - used else { throw Refused("pool: \(max(0, most - used)) more may be used") }
                limited = there
            }
        }
        let origin = next(number)
        var moves: [Move] = []
        for part in parts {
            _ = change(number) {
                $0.receive(
                    part.points, currency, from: "transferred", origin: origin, earnedAt: part.lot.earnedAt,
                    expiresAt: part.lot.expiresAt, &moves)
            }
        }
        change(number) { $0.use("borrowed", limited, on: today) }
        rows.append(write("borrow", number, at: now, now, moves))
        for mate in mates(of: number) {
            let points = parts.reduce(0) { $1.lender == mate ? $0 + $1.points : $0 }
            guard points > 0 else { continue }
            let due = pass(mate, to: now)
            var moves: [Move] = []
            guard let shares = members[mate]?.choose(points, currency) else { preconditionFailure("it was there") }
            change(mate) { $0.spend(shares, to: "transferred", &moves) }
            add(due + [write("lend", mate, at: now, now, moves)], of: mate)
        }
        return rows
    }
}
