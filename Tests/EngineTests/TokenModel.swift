// The points of one member as a naive reader of the contract would write them down: every single point is a token in a
// list, and every question is answered by walking through it. It shares no code with the ledger and knows no lots, no
// sums and no order but the one in which tokens are spent. It is slow, and only right.

/// One member's points, point by point. Times are milliseconds.
struct TokenModel {
    /// What a currency does with its points.
    struct Policy: Sendable {
        enum Debt: Sendable { case allow(most: Int), clamp, refuse }

        /// The money that earns one point.
        let per: Int64
        /// Given the instant from which points count.
        let expiry: @Sendable (Int64) -> Int64
        var vestsAfter: Int64?
        /// How long points wait for a confirmation.
        var confirmedWithin: Int64?
        var debt = Debt.allow(most: .max)
        /// Whether everything that is earned or spent lets all its points live on.
        var livesOn = false
    }

    private enum Place: Equatable { case pending, available, held, spent, gone }

    private struct Token {
        let currency: Int
        /// Tokens that came in together.
        let batch: Int
        let purchase: Int?
        let earnedAt: Int64
        var expiresAt: Int64
        var vestsAt: Int64?
        var place: Place
    }

    private struct Line {
        var quantity: Int64
        var amount: Int64
    }

    private struct Purchase {
        let lines: [Line]
        var kept: [Line]
        let paid: Int64
        /// The tokens that paid, in the order of spending.
        let spent: [Int]
        var points: [Int64] = []
        var lapsed: [Int]
        var forgiven: [Int]

        static func sum(_ lines: [Line]) -> Int64 { lines.reduce(0) { $0 + $1.amount } }
        var isOver: Bool { kept.allSatisfy { $0.quantity == 0 && $0.amount == 0 } }
        /// The points that paid what is left.
        var paidKept: Int64 {
            let total = Self.sum(lines)
            return paid - paid * (total - Self.sum(kept)) / total
        }

        mutating func take(_ extent: Extent) -> Bool {
            switch extent {
            case .everything:
                for index in kept.indices { kept[index] = Line(quantity: 0, amount: 0) }
            case .line(let index, let quantity):
                guard kept.indices.contains(index), kept[index].quantity > 0 || kept[index].amount > 0 else {
                    return false
                }
                let left = kept[index].quantity - (quantity ?? kept[index].quantity)
                guard left >= 0 else { return false }
                if lines[index].amount * kept[index].quantity / lines[index].quantity == kept[index].amount {
                    kept[index].amount = lines[index].amount * left / lines[index].quantity
                } else {
                    // Money of the line came back by itself: each of what is there has the same share of the rest.
                    kept[index].amount = left == 0 ? 0 : kept[index].amount * left / kept[index].quantity
                }
                kept[index].quantity = left
            case .amount(let money):
                let total = Self.sum(kept)
                guard money <= total else { return false }
                var running: Int64 = 0
                var taken: Int64 = 0
                for index in kept.indices {
                    running += kept[index].amount
                    let share = money * running / total - taken
                    taken += share
                    kept[index].amount -= share
                    if money == total { kept[index].quantity = 0 }
                }
            }
            return true
        }
    }

    private enum HoldEnd { case open, captured, freed }

    private struct Hold {
        let currency: Int
        let tokens: [Int]
        let until: Int64
        var end = HoldEnd.open
    }

    enum Extent {
        case everything
        case line(Int, quantity: Int64?)
        case amount(Int64)
    }

    struct Balance: Equatable {
        var available: Int64 = 0
        var pending: Int64 = 0
        var held: Int64 = 0
        var debt: Int64 = 0
    }

    private let policies: [Policy]
    private var now: Int64
    private var tokens: [Token] = []
    private var debts: [Int]
    private var batches = 0
    private var purchases: [Purchase] = []
    private var holds: [Hold] = []
    /// Tokens of what was redeemed or captured; `nil` once it is undone.
    private var redemptions: [[Int]?] = []

    init(_ policies: [Policy], at now: Int64) {
        self.policies = policies
        self.now = now
        debts = policies.map { _ in 0 }
    }

    var purchaseCount: Int { purchases.count }
    var holdCount: Int { holds.count }
    var redemptionCount: Int { redemptions.count }

    func balance(_ currency: Int) -> Balance {
        var balance = Balance(debt: Int64(debts[currency]))
        for token in tokens where token.currency == currency {
            switch token.place {
            case .pending: balance.pending += 1
            case .available: balance.available += 1
            case .held: balance.held += 1
            case .spent, .gone: break
            }
        }
        return balance
    }

    // MARK: Time

    mutating func pass(to instant: Int64) {
        while let due = nextDue, due <= instant { happen(due) }
        now = instant
    }

    private var nextDue: Int64? {
        var next: [Int64] = []
        for token in tokens {
            if token.place == .pending, let vestsAt = token.vestsAt { next.append(vestsAt) }
            if token.place == .pending || token.place == .available, token.expiresAt < .max {
                next.append(token.expiresAt)
            }
        }
        for hold in holds where hold.end == .open { next.append(hold.until) }
        return next.min()
    }

    private mutating func happen(_ due: Int64) {
        for index in inOrder where tokens[index].place == .pending {
            if let vestsAt = tokens[index].vestsAt, vestsAt <= due { free(index, at: .min) }
        }
        for index in holds.indices where holds[index].end == .open && holds[index].until <= due {
            for token in holds[index].tokens { free(token, at: due) }
            holds[index].end = .freed
        }
        for index in tokens.indices where tokens[index].place == .pending || tokens[index].place == .available {
            if tokens[index].expiresAt <= due { lapse(index) }
        }
    }

    /// A point can be used, unless it is too late or the member owes one.
    private mutating func free(_ index: Int, at instant: Int64) {
        let currency = tokens[index].currency
        if tokens[index].expiresAt <= instant {
            lapse(index)
        } else if debts[currency] > 0 {
            debts[currency] -= 1
            tokens[index].place = .gone
        } else {
            tokens[index].place = .available
        }
    }

    private mutating func lapse(_ index: Int) {
        tokens[index].place = .gone
        if let purchase = tokens[index].purchase { purchases[purchase].lapsed[tokens[index].currency] += 1 }
    }

    /// What is earned or spent keeps all points of a currency alive that have not lapsed, spent ones too in case they
    /// come back.
    private mutating func live(_ currency: Int, from instant: Int64) {
        guard policies[currency].livesOn else { return }
        for index in tokens.indices where tokens[index].currency == currency && tokens[index].expiresAt > now {
            tokens[index].expiresAt = max(tokens[index].expiresAt, policies[currency].expiry(instant))
        }
    }

    /// All tokens in the order in which they are spent.
    private var inOrder: [Int] {
        tokens.indices.sorted {
            let (one, other) = (tokens[$0], tokens[$1])
            return (one.expiresAt, one.earnedAt, one.batch) < (other.expiresAt, other.earnedAt, other.batch)
        }
    }

    // MARK: What a member does

    private func available(_ currency: Int) -> [Int] {
        inOrder.filter { tokens[$0].currency == currency && tokens[$0].place == .available }
    }

    /// The tokens that so many points are; `nil` where they cannot be spent.
    private func chosen(_ points: Int64, _ currency: Int) -> [Int]? {
        let there = available(currency)
        return debts[currency] == 0 && points <= there.count ? Array(there.prefix(Int(points))) : nil
    }

    private mutating func receive(
        _ points: Int64, _ currency: Int, from instant: Int64, purchase: Int?, vesting: Bool
    ) {
        batches += 1
        let policy = policies[currency]
        for _ in 0..<points {
            var token = Token(
                currency: currency, batch: batches, purchase: purchase, earnedAt: instant,
                expiresAt: policy.expiry(instant), vestsAt: nil, place: .available)
            if vesting, let vestsAfter = policy.vestsAfter {
                token.vestsAt = instant + vestsAfter
                token.expiresAt = policy.expiry(instant + vestsAfter)
                token.place = .pending
            } else if vesting, let within = policy.confirmedWithin {
                token.expiresAt = instant + within
                token.place = .pending
            } else if debts[currency] > 0 {
                debts[currency] -= 1
                token.place = .gone
            }
            tokens.append(token)
        }
    }

    mutating func buy(_ lines: [(quantity: Int64, amount: Int64)], at instant: Int64, pay: Int64, hold: Int?) -> Bool {
        let amount = lines.reduce(0) { $0 + $1.amount }
        guard pay <= amount else { return false }
        var spent: [Int] = []
        if pay > 0, let hold {
            guard holds[hold].end == .open, holds[hold].currency == 0, pay <= holds[hold].tokens.count else {
                return false
            }
            spent = settle(hold, pay)
        } else if pay > 0 {
            guard let chosen = chosen(pay, 0) else { return false }
            spent = chosen
            for index in spent { tokens[index].place = .spent }
        }
        let nothing = policies.map { _ in 0 }
        let items = lines.map { Line(quantity: $0.quantity, amount: $0.amount) }
        purchases.append(
            Purchase(lines: items, kept: items, paid: pay, spent: spent, lapsed: nothing, forgiven: nothing))
        for (currency, policy) in policies.enumerated() {
            let points = (amount - pay) / policy.per
            purchases[purchases.count - 1].points.append(points)
            receive(points, currency, from: instant, purchase: purchases.count - 1, vesting: true)
            live(currency, from: instant)
        }
        pass(to: now)
        return true
    }

    mutating func confirm(_ purchase: Int) -> Bool {
        let waiting = tokens.indices.filter {
            tokens[$0].purchase == purchase && tokens[$0].place == .pending && tokens[$0].vestsAt == nil
        }
        for index in waiting {
            tokens[index].expiresAt = policies[tokens[index].currency].expiry(now)
            free(index, at: now)
        }
        return !waiting.isEmpty
    }

    mutating func hold(_ points: Int64, _ currency: Int, until: Int64) -> Bool {
        guard let chosen = chosen(points, currency) else { return false }
        for index in chosen { tokens[index].place = .held }
        holds.append(Hold(currency: currency, tokens: chosen, until: until))
        return true
    }

    /// Spends so many of the points that are held and frees the others; gives those that are spent.
    private mutating func settle(_ hold: Int, _ points: Int64) -> [Int] {
        holds[hold].end = points > 0 ? .captured : .freed
        let spent = Array(holds[hold].tokens.prefix(Int(points)))
        for index in spent { tokens[index].place = .spent }
        for index in holds[hold].tokens.dropFirst(Int(points)) { free(index, at: now) }
        return spent
    }

    mutating func capture(_ hold: Int, _ points: Int64) -> Bool {
        guard holds[hold].end == .open, points <= holds[hold].tokens.count else { return false }
        redemptions.append(settle(hold, points))
        live(holds[hold].currency, from: now)
        return true
    }

    mutating func release(_ hold: Int) -> Bool {
        if holds[hold].end == .open { _ = settle(hold, 0) }
        return holds[hold].end == .freed
    }

    mutating func redeem(_ points: Int64) -> Bool {
        guard let chosen = chosen(points, 0) else { return false }
        for index in chosen { tokens[index].place = .spent }
        redemptions.append(chosen)
        live(0, from: now)
        return true
    }

    mutating func cancel(_ redemption: Int) -> Bool {
        guard let spent = redemptions[redemption] else { return false }
        for index in spent { free(index, at: now) }
        redemptions[redemption] = nil
        return true
    }

    mutating func adjust(_ points: Int64, _ currency: Int) -> Bool {
        if points > 0 {
            receive(points, currency, from: now, purchase: nil, vesting: false)
            return true
        }
        guard let chosen = chosen(-points, currency) else { return false }
        for index in chosen { tokens[index].place = .gone }
        return true
    }

    // MARK: Merging

    /// Takes everything of another member over, who is the same person: the numbers of its purchases, holds and
    /// redemptions follow those that are here.
    mutating func take(over other: TokenModel) {
        let (firstToken, firstPurchase) = (tokens.count, purchases.count)
        for token in other.tokens {
            var own = Token(
                currency: token.currency, batch: token.batch + batches,
                purchase: token.purchase.map { $0 + firstPurchase }, earnedAt: token.earnedAt,
                expiresAt: token.expiresAt, place: token.place)
            own.vestsAt = token.vestsAt
            tokens.append(own)
        }
        batches += other.batches
        for purchase in other.purchases {
            var own = Purchase(
                lines: purchase.lines, kept: purchase.kept, paid: purchase.paid,
                spent: purchase.spent.map { $0 + firstToken }, lapsed: purchase.lapsed, forgiven: purchase.forgiven)
            own.points = purchase.points
            purchases.append(own)
        }
        holds += other.holds.map {
            Hold(currency: $0.currency, tokens: $0.tokens.map { $0 + firstToken }, until: $0.until, end: $0.end)
        }
        redemptions += other.redemptions.map { $0?.map { $0 + firstToken } }
        for currency in policies.indices {
            debts[currency] += other.debts[currency]
            for index in available(currency) where debts[currency] > 0 {
                debts[currency] -= 1
                tokens[index].place = .gone
            }
        }
    }

    // MARK: Returns

    mutating func giveBack(_ number: Int, _ extent: Extent) -> Bool {
        let untouched = self
        var purchase = purchases[number]
        guard !purchase.isOver, purchase.take(extent) else { return false }
        let before = purchases[number]
        let (already, wanted) = (purchase.paid - before.paidKept, before.paidKept - purchase.paidKept)
        purchases[number] = purchase
        for index in purchase.spent.reversed().dropFirst(Int(already)).prefix(Int(wanted)) { free(index, at: now) }
        for (currency, policy) in policies.enumerated() {
            let kept = purchase.isOver ? 0 : (Purchase.sum(purchase.kept) - purchase.paidKept) / policy.per
            let back = Int(max(0, purchase.points[currency] - kept))
            purchases[number].points[currency] -= Int64(back)
            // What had lapsed before this return is gone already.
            let gone = min(back, purchase.lapsed[currency] - purchase.forgiven[currency])
            purchases[number].forgiven[currency] += gone
            guard takeBack(back - gone, currency, of: number) else {
                self = untouched
                return false
            }
        }
        return true
    }

    private mutating func takeBack(_ points: Int, _ currency: Int, of purchase: Int) -> Bool {
        let own = inOrder.filter { tokens[$0].currency == currency && tokens[$0].purchase == purchase }
        let candidates =
            own.filter { tokens[$0].place == .pending } + own.filter { tokens[$0].place == .available }
            + available(currency).filter { tokens[$0].purchase != purchase }
        let missing = max(0, points - candidates.count)
        switch policies[currency].debt {
        case .refuse where missing > 0: return false
        case .allow(let most): debts[currency] += max(0, min(missing, most - debts[currency]))
        case .refuse, .clamp: break
        }
        for index in candidates.prefix(points) { tokens[index].place = .gone }
        return true
    }
}
