// One member of the model: a list of lots, and lists of what was done with them. Every question is answered by walking
// through the lists.

/// Points that came in together, closed ones included.
struct ModelLot {
    enum Wait: Equatable { case no, until(Int), confirmation }

    let number: Int
    let currency: String
    let origin: Act.Place
    let original: Int
    var free: Int
    var held = 0
    let earnedAt: Int
    var wait: Wait
    var expiresAt: Int?
    /// How much of it lapsed so far.
    var lapsed = 0

    var account: String { wait == .no ? "available" : "pending" }
    var isOpen: Bool { free + held > 0 }
    func isOver(at instant: Int) -> Bool { expiresAt.map { $0 <= instant } ?? false }
}

struct ModelShare: Hashable {
    let lot: Int
    var points: Int
}

struct ModelHold {
    enum End: Equatable { case open, timedOut, captured(Act.Place), released(Act.Place) }

    let place: Act.Place
    let currency: String
    let shares: [ModelShare]
    let until: Int
    /// Until when the till may use it that has it as an allowance; `nil` for a plain hold.
    var validUntil: Int?
    var end = End.open

    var points: Int { shares.reduce(0) { $0 + $1.points } }
}

struct ModelSpending {
    let version: Int
    let currency: String
    let shares: [ModelShare]
    /// What was used of the reward, and on which day.
    var rewards = 0
    var day: WallDay
    var cancelledBy: Act.Place?
}

struct ModelSale {
    let version: Int
    let at: Int
    let lines: [Act.Line]
    var kept: [Act.Line]
    let paid: Int
    let spent: [ModelShare]
    /// The numbers of the lots that it opened, by currency.
    let lots: [String: [Int]]
    /// What counted when it was posted, for reckoning it again.
    let seen: Earning.Seen
    let original: Earning
    var left: Earning
    var refunded = 0
    var forgiven: [Int]

    static func sum(_ lines: [Act.Line]) -> Int { lines.reduce(0) { $0 + $1.amount } }
    var isOver: Bool { kept.allSatisfy { $0.quantity == 0 && $0.amount == 0 } }

    /// The points that paid what is left.
    var paidKept: Int {
        let total = Self.sum(lines)
        guard paid > 0, total > 0, !isOver else { return 0 }
        return paid - paid * (total - Self.sum(kept)) / total
    }
}

struct ModelVoucher: Hashable {
    let code: String
    /// The redemption that gave it.
    let origin: Act.Place
    /// Where it has to wait.
    let usableFrom: Int?
    let expiresAt: Int?
    /// What used it, and when.
    var used: Act.Place?
    var usedAt: Int?
}

/// What a member was paid for bringing another one, or for being brought.
struct ModelBonus {
    let version: Int
    let at: Int
    let points: Int
    let budget: Int
    /// The lot that it opened, should anything have been left behind what it paid of a debt.
    let lot: Int?
    /// The purchase that brought it.
    let sale: Act.Place?
}

/// Who brought a member.
struct ModelReferral: Hashable {
    let by: Int
    /// The purchase that qualified, and what paid who brought the member.
    var purchase: Act.Place?
    var reward: Act.Place?
}

/// Where a member is in a pool.
enum ModelPool: Hashable {
    struct Mate: Hashable {
        let number: Int
        let spends: Bool
    }

    case owner([Mate])
    case mate(of: Int, spends: Bool)
}

/// Something that counts against a limit.
struct ModelUse {
    let what: String
    let day: WallDay
    var amount: Int
}

struct ModelMember {
    let number: Int
    let id: String
    var sequence = 0
    var lots: [ModelLot] = []
    var debts: [String: Int] = [:]
    var holds: [ModelHold] = []
    /// By the operation that each was, here and in every member that was merged into this one.
    var sales: [Act.Place: ModelSale] = [:]
    var spendings: [Act.Place: ModelSpending] = [:]
    var uses: [ModelUse] = []
    let joinedAt: Int
    var levels: MemberLevels?
    /// Purchases of which something is left.
    var purchases = 0
    var vouchers: [ModelVoucher] = []
    /// What vouchers of a redemption were used and given back, oldest first.
    var voucherUses: [Act.Place: [(place: Act.Place, givesBack: Bool)]] = [:]
    var code: String?
    var referral: ModelReferral?
    /// Those that have paid and are no longer the member's since somebody was merged.
    var ended: [ModelReferral] = []
    var bonuses: [Act.Place: ModelBonus] = [:]
    var pool: ModelPool?
    var isSuspended = false
    /// When what is left of the points lapses of a member who left.
    var pointsUntil: Int?
    /// Who has everything by now that was this one's.
    var mergedInto: Int?

    init(number: Int, id: String, joinedAt: Int) {
        self.number = number
        self.id = id
        self.joinedAt = joinedAt
    }

    func used(_ what: String, _ window: Window, on present: WallDay) -> Int {
        uses.reduce(0) { $1.what == what && window.counts($1.day, on: present) ? $0 + $1.amount : $0 }
    }

    mutating func use(_ what: String, _ amount: Int, on day: WallDay) {
        if amount != 0 { uses.append(ModelUse(what: what, day: day, amount: amount)) }
    }

    // MARK: Points

    /// The indices of all lots in the order in which they are spent.
    var order: [Int] {
        lots.indices.sorted {
            let (one, other) = (lots[$0], lots[$1])
            return (one.expiresAt ?? .max, one.earnedAt, one.number)
                < (other.expiresAt ?? .max, other.earnedAt, other.number)
        }
    }

    func available(_ currency: String) -> Int {
        lots.reduce(0) { $1.currency == currency && $1.wait == .no ? $0 + $1.free : $0 }
    }

    func debt(_ currency: String) -> Int { debts[currency] ?? 0 }

    func index(of lot: Int) -> Int {
        guard let index = lots.firstIndex(where: { $0.number == lot }) else { preconditionFailure("no such lot") }
        return index
    }

    /// Which lots so many points are taken from; `nil` where they cannot be spent.
    func choose(_ points: Int, _ currency: String) -> [ModelShare]? {
        guard debt(currency) == 0, points <= available(currency) else { return nil }
        var rest = points
        var shares: [ModelShare] = []
        for index in order where lots[index].currency == currency && lots[index].wait == .no && rest > 0 {
            let taken = min(rest, lots[index].free)
            rest -= taken
            if taken > 0 { shares.append(ModelShare(lot: lots[index].number, points: taken)) }
        }
        return shares
    }

    mutating func spend(_ shares: [ModelShare], to sink: String, _ moves: inout [Move]) {
        for share in shares {
            let place = index(of: share.lot)
            lots[place].free -= share.points
            moves.append(
                Move(
                    currency: lots[place].currency, from: "available", to: sink, points: share.points, lot: share.lot))
        }
    }

    mutating func reserve(_ shares: [ModelShare], _ moves: inout [Move]) {
        spend(shares, to: "held", &moves)
        for share in shares { lots[index(of: share.lot)].held += share.points }
    }

    /// Spends so many of the points that are reserved and frees the others; tells which were spent.
    mutating func settle(
        _ hold: Int, _ points: Int, at now: Int, end: ModelHold.End, _ moves: inout [Move]
    ) -> [ModelShare] {
        var rest = points
        var spent: [ModelShare] = []
        holds[hold].end = end
        // First all that is spent: a debt is paid from what becomes free only then.
        for share in holds[hold].shares {
            let taken = min(rest, share.points)
            rest -= taken
            guard taken > 0 else { continue }
            let place = index(of: share.lot)
            lots[place].held -= taken
            spent.append(ModelShare(lot: share.lot, points: taken))
            moves.append(
                Move(currency: lots[place].currency, from: "held", to: "redeemed", points: taken, lot: share.lot))
        }
        rest = points
        for share in holds[hold].shares {
            let taken = min(rest, share.points)
            rest -= taken
            let freed = share.points - taken
            guard freed > 0 else { continue }
            let place = index(of: share.lot)
            lots[place].held -= freed
            lots[place].free += freed
            moves.append(
                Move(currency: lots[place].currency, from: "held", to: "available", points: freed, lot: share.lot))
            if lots[place].isOver(at: now) { lapse(place, &moves) }
            payDebt(from: place, &moves)
        }
        return spent
    }

    mutating func receive(
        _ points: Int, _ currency: String, from source: String, origin: Act.Place, earnedAt: Int,
        wait: ModelLot.Wait = .no, expiresAt: Int?, _ moves: inout [Move]
    ) -> Int? {
        var points = points
        if wait == .no, debt(currency) > 0 {
            let paid = min(points, debt(currency))
            debts[currency, default: 0] -= paid
            points -= paid
            moves.append(Move(currency: currency, from: source, to: "debt", points: paid, lot: 0))
        }
        guard points > 0 else { return nil }
        let lot = ModelLot(
            number: lots.count + 1, currency: currency, origin: origin, original: points, free: points,
            earnedAt: earnedAt, wait: wait, expiresAt: expiresAt)
        lots.append(lot)
        moves.append(Move(currency: currency, from: source, to: lot.account, points: points, lot: lot.number))
        return lot.number
    }

    /// Lets the points of a lot be spent.
    mutating func vest(_ place: Int, expiresAt: Int?, _ moves: inout [Move]) {
        lots[place].wait = .no
        lots[place].expiresAt = expiresAt
        moves.append(
            Move(
                currency: lots[place].currency, from: "pending", to: "available", points: lots[place].free,
                lot: lots[place].number))
        payDebt(from: place, &moves)
    }

    mutating func payDebt(from place: Int, _ moves: inout [Move]) {
        let paid = min(lots[place].free, debt(lots[place].currency))
        guard paid > 0 else { return }
        lots[place].free -= paid
        debts[lots[place].currency, default: 0] -= paid
        moves.append(
            Move(
                currency: lots[place].currency, from: "available", to: "debt", points: paid, lot: lots[place].number))
    }

    private mutating func lapse(_ place: Int, _ moves: inout [Move]) {
        guard lots[place].free > 0 else { return }
        moves.append(
            Move(
                currency: lots[place].currency, from: lots[place].account, to: "expired", points: lots[place].free,
                lot: lots[place].number))
        lots[place].lapsed += lots[place].free
        lots[place].free = 0
    }

    /// Brings points back to where they were spent from.
    mutating func restore(
        _ shares: [ModelShare], origin: Act.Place, at now: Int, earliest: Int?, _ moves: inout [Move]
    ) -> (usable: Int, lapsed: Int) {
        var (usable, lapsed) = (0, 0)
        for share in shares {
            var place = index(of: share.lot)
            if let earliest, let expiresAt = lots[place].expiresAt, expiresAt < earliest {
                let known = lots[place]
                lots.append(
                    ModelLot(
                        number: lots.count + 1, currency: known.currency, origin: origin, original: share.points,
                        free: 0, earnedAt: known.earnedAt, wait: .no, expiresAt: earliest))
                place = lots.count - 1
            }
            lots[place].free += share.points
            moves.append(
                Move(
                    currency: lots[place].currency, from: "redeemed", to: "available", points: share.points,
                    lot: lots[place].number))
            if lots[place].isOver(at: now) {
                lapsed += share.points
                lapse(place, &moves)
            } else {
                usable += share.points
                payDebt(from: place, &moves)
            }
        }
        return (usable, lapsed)
    }

    /// Where points can be taken back: those of some lots, pending ones first, then all others.
    private func candidates(_ currency: String, own: [Int]) -> [Int] {
        let there = order.filter { lots[$0].currency == currency && lots[$0].free > 0 }
        return there.filter { own.contains(lots[$0].number) && lots[$0].wait != .no }
            + there.filter { own.contains(lots[$0].number) && lots[$0].wait == .no }
            + there.filter { !own.contains(lots[$0].number) && lots[$0].wait == .no }
    }

    func reclaimable(_ points: Int, _ currency: String, own: [Int]) -> Int {
        min(points, candidates(currency, own: own).reduce(0) { $0 + lots[$1].free })
    }

    mutating func reclaim(
        _ points: Int, _ currency: String, own: [Int], mostDebt: Int, _ moves: inout [Move]
    ) -> (taken: Int, owed: Int, waived: Int) {
        var rest = points
        for place in candidates(currency, own: own) where rest > 0 {
            let taken = min(rest, lots[place].free)
            rest -= taken
            lots[place].free -= taken
            moves.append(
                Move(
                    currency: currency, from: lots[place].account, to: "issued", points: taken,
                    lot: lots[place].number))
        }
        let owed = min(rest, max(0, mostDebt - debt(currency)))
        if owed > 0 {
            debts[currency, default: 0] += owed
            moves.append(Move(currency: currency, from: "debt", to: "issued", points: owed, lot: 0))
        }
        return (points - rest, owed, rest - owed)
    }

    /// Lets all points of a currency live longer that have not lapsed; spent ones too, in case they come back.
    mutating func keepAlive(_ currency: String, until: Int, at now: Int) {
        for place in lots.indices where lots[place].currency == currency && lots[place].wait != .confirmation {
            if let expiresAt = lots[place].expiresAt, now < expiresAt {
                lots[place].expiresAt = max(expiresAt, until)
            }
        }
    }

    // MARK: Time

    /// The indices of open holds that are no allowances.
    private var plainHolds: [Int] { holds.indices.filter { holds[$0].end == .open && holds[$0].validUntil == nil } }

    /// The next instant at which something happens by itself.
    var nextDue: Int? {
        var due: [Int] = []
        for lot in lots {
            if lot.free > 0, let expiresAt = lot.expiresAt { due.append(expiresAt) }
            if lot.free > 0, case .until(let instant) = lot.wait { due.append(instant) }
        }
        for hold in holds where hold.end == .open { due.append(hold.until) }
        if let pointsUntil, lots.contains(where: { $0.free > 0 }) || !plainHolds.isEmpty { due.append(pointsUntil) }
        if let change = levels?.nextDue { due.append(change) }
        return due.min()
    }

    /// Lets everything happen that is due by an instant; tells what, due instant by due instant.
    mutating func pass(to now: Int) -> [(at: Int, moves: [Move], levels: [Int])] {
        var happened: [(at: Int, moves: [Move], levels: [Int])] = []
        while let due = nextDue, due <= now {
            var moves: [Move] = []
            for place in order {
                if lots[place].free > 0, case .until(let instant) = lots[place].wait, instant <= due {
                    vest(place, expiresAt: lots[place].expiresAt, &moves)
                }
            }
            for hold in holds.indices where holds[hold].end == .open && holds[hold].until <= due {
                _ = settle(hold, 0, at: due, end: .timedOut, &moves)
            }
            for place in order where lots[place].isOver(at: due) { lapse(place, &moves) }
            if let pointsUntil, pointsUntil <= due {
                // What tills may have used already is theirs to settle.
                for hold in plainHolds {
                    _ = settle(hold, 0, at: due, end: .timedOut, &moves)
                }
                for place in order { lapse(place, &moves) }
            }
            levels?.advance(to: due)
            happened.append((due, moves, levels?.model.takeChanges() ?? []))
        }
        levels?.advance(to: now)
        return happened
    }

    var picture: Picture {
        var balances: [String: Picture.Balance] = [:]
        for currency in Set(lots.map(\.currency)).union(debts.keys) {
            let own = lots.filter { $0.currency == currency }
            let balance = Picture.Balance(
                available: available(currency),
                pending: own.reduce(0) { $1.wait == .no ? $0 : $0 + $1.free },
                held: own.reduce(0) { $0 + $1.held }, debt: debt(currency))
            let isEmpty = balance.available + balance.pending + balance.held + balance.debt == 0
            if !isEmpty { balances[currency] = balance }
        }
        return Picture(
            version: sequence, balances: balances,
            lots: lots.filter(\.isOpen).map { lot in
                let vesting =
                    switch lot.wait {
                    case .no: "vested"
                    case .until(let instant): "\(instant)"
                    case .confirmation: "on confirmation"
                    }
                return Picture.Lot(
                    number: lot.number, currency: lot.currency, origin: lot.origin, original: lot.original,
                    remaining: lot.free + lot.held, held: lot.held, earnedAt: lot.earnedAt, vesting: vesting,
                    expiresAt: lot.expiresAt)
            },
            holds: holds.filter { $0.end == .open }.map {
                Picture.Hold(
                    operation: $0.place, points: $0.shares.map { [$0.lot, $0.points] }, until: $0.until,
                    validUntil: $0.validUntil)
            }, standing: standing, purchases: purchases,
            vouchers: vouchers.map { voucher in
                Picture.Voucher(
                    code: voucher.code, origin: voucher.origin, usableFrom: voucher.usableFrom,
                    expiresAt: voucher.expiresAt, used: voucher.used)
            }, bonds: bonds, level: levels?.told ?? "")
    }

    private var standing: String {
        if mergedInto != nil { return "merged" }
        if let pointsUntil { return "closed until \(pointsUntil)" }
        return isSuspended ? "suspended" : "active"
    }

    private var bonds: [String] {
        var told: [String] = []
        if let code { told.append("code \(code)") }
        if let referral {
            told.append(
                "by \(referral.by)" + (referral.purchase.map { " with \($0)" } ?? "")
                    + (referral.reward.map { " for \($0)" } ?? ""))
        }
        for referral in ended {
            told.append("ended: by \(referral.by)" + (referral.purchase.map { " with \($0)" } ?? ""))
        }
        switch pool {
        case .owner(let mates)?:
            told.append("pool" + mates.map { " \($0.number) \($0.spends ? "spends" : "earns")" }.joined())
        case .mate(let owner, let spends)?: told.append("pool of \(owner) \(spends ? "spends" : "earns")")
        case nil: break
        }
        return told
    }
}
