// What the model makes of two members who are one person.

extension Oracle {
    mutating func merge(_ card: String, _ otherCard: String, _ now: Int) throws -> ([Row], String) {
        let number = try owner(of: card)
        guard isKnown(otherCard) else { throw Refused("member unknown by card") }
        let other = try owner(of: otherCard)
        guard other != number else { throw Refused("merges with itself") }
        try checkOpen(number)
        try checkOpen(other)
        guard members[other]?.pool == nil else { throw Refused("merges away from a pool") }
        let rows = pass(number, to: now)
        let otherRows = pass(other, to: now)
        guard let estate = members[other] else { preconditionFailure("the member is known") }

        var moves: [Move] = []
        change(number) { $0.take(estate, &moves) }
        let merged = write("merge", number, at: now, now, moves)
        let later = pass(number, to: now)

        var otherMoves: [Move] = []
        change(other) { $0.letGo(to: number, &otherMoves) }
        let surrendered = write("surrender", other, at: now, now, otherMoves)
        rename(other, to: number)
        return (rows + [merged] + later + otherRows + [surrendered], "merged \(merged.place)")
    }
}

extension ModelMember {
    /// Everything goes to another member.
    fileprivate mutating func letGo(to winner: Int, _ moves: inout [Move]) {
        for lot in lots {
            if lot.held > 0 {
                moves.append(
                    Move(currency: lot.currency, from: "held", to: "transferred", points: lot.held, lot: lot.number))
            }
            if lot.free > 0 {
                moves.append(
                    Move(
                        currency: lot.currency, from: lot.account, to: "transferred", points: lot.free,
                        lot: lot.number))
            }
        }
        for (currency, debt) in debts where debt > 0 {
            moves.append(Move(currency: currency, from: "transferred", to: "debt", points: debt, lot: 0))
        }
        var empty = ModelMember(number: number, id: id, joinedAt: joinedAt)
        empty.sequence = sequence
        empty.mergedInto = winner
        self = empty
    }

    /// Takes over everything that another member had.
    fileprivate mutating func take(_ other: ModelMember, _ moves: inout [Move]) {
        let known = lots.count
        func here(_ shares: [ModelShare]) -> [ModelShare] {
            shares.map { ModelShare(lot: $0.lot + known, points: $0.points) }
        }
        for lot in other.lots {
            var own = ModelLot(
                number: lot.number + known, currency: lot.currency, origin: lot.origin, original: lot.original,
                free: lot.free, held: lot.held, earnedAt: lot.earnedAt, wait: lot.wait, expiresAt: lot.expiresAt)
            own.lapsed = lot.lapsed
            lots.append(own)
            if lot.free > 0 {
                moves.append(
                    Move(
                        currency: lot.currency, from: "transferred", to: lot.account, points: lot.free,
                        lot: own.number))
            }
            if lot.held > 0 {
                moves.append(
                    Move(currency: lot.currency, from: "transferred", to: "held", points: lot.held, lot: own.number))
            }
        }
        for (currency, debt) in other.debts where debt > 0 {
            debts[currency, default: 0] += debt
            moves.append(Move(currency: currency, from: "debt", to: "transferred", points: debt, lot: 0))
        }
        for place in order where lots[place].wait == .no { payDebt(from: place, &moves) }
        holds += other.holds.map { hold in
            ModelHold(
                place: hold.place, currency: hold.currency, shares: here(hold.shares), until: hold.until,
                validUntil: hold.validUntil, end: hold.end)
        }
        for (place, sale) in other.sales {
            sales[place] = ModelSale(
                version: sale.version, at: sale.at, lines: sale.lines, kept: sale.kept, paid: sale.paid,
                spent: here(sale.spent), lots: sale.lots.mapValues { $0.map { $0 + known } }, seen: sale.seen,
                original: sale.original, left: sale.left, refunded: sale.refunded, forgiven: sale.forgiven)
        }
        for (place, spending) in other.spendings {
            spendings[place] = ModelSpending(
                version: spending.version, currency: spending.currency, shares: here(spending.shares),
                rewards: spending.rewards, day: spending.day, cancelledBy: spending.cancelledBy)
        }
        if let theirs = other.levels?.model { levels?.model.take(over: theirs) }
        uses += other.uses
        purchases += other.purchases
        vouchers += other.vouchers
        voucherUses.merge(other.voucherUses) { here, _ in here }
        for (place, bonus) in other.bonuses {
            bonuses[place] = ModelBonus(
                version: bonus.version, at: bonus.at, points: bonus.points, budget: bonus.budget,
                lot: bonus.lot.map { $0 + known },
                sale: bonus.sale)
        }
        if other.isSuspended { isSuspended = true }
        code = code ?? other.code
        // Nobody was brought by themselves, nor by two.
        ended += other.ended
        if let own = referral, own.by == other.number {
            if own.purchase != nil { ended.append(own) }
            referral = nil
        }
        if let theirs = other.referral {
            if referral == nil, theirs.by != number {
                referral = theirs
            } else if theirs.purchase != nil {
                ended.append(theirs)
            }
        }
    }
}
