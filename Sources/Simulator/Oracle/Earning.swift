// What a purchase comes to under a program: the whole of it every time, rule by rule.

/// What a purchase earns and uses.
struct Earning: Hashable {
    /// What had counted before it.
    struct Seen: Hashable {
        /// How often the member had the bonus in its window.
        var bonuses: Int
        var cap: Int
        var budget: Int
        /// Which level the member had.
        var level: Int
    }

    /// By the index of the currency.
    var points: [Int]
    /// What the bonus paid.
    var bonus: Int
    var bonuses: Int
    var budget: Int
    var cap: Int

    static func nothing(_ terms: Terms) -> Earning {
        Earning(points: terms.currencies.map { _ in 0 }, bonus: 0, bonuses: 0, budget: 0, cap: 0)
    }

    init(points: [Int], bonus: Int, bonuses: Int, budget: Int, cap: Int) {
        self.points = points
        self.bonus = bonus
        self.bonuses = bonuses
        self.budget = budget
        self.cap = cap
    }

    /// What an amount of money earns.
    init(of money: Int, _ terms: Terms, seen: Seen) {
        var points = terms.currencies.map { $0.award(for: money) }
        var bonus = 0
        if let rule = terms.bonus, money >= rule.least, seen.bonuses < rule.limit {
            let left = max(0, rule.budget - seen.budget)
            bonus = left >= rule.points ? rule.points : rule.paysPart ? left : 0
        }
        if let cap = terms.cap {
            var excess = max(0, points[0] + bonus - max(0, cap.points - seen.cap))
            // The last rule is cut first.
            let cut = min(excess, bonus)
            bonus -= cut
            excess -= cut
            points[0] -= excess
        }
        let base = points[0]
        points[0] += bonus
        if let extra = terms.extraAtLevel, seen.level == 1, money >= 1 { points[points.count - 1] += extra }
        self.init(
            points: points, bonus: bonus, bonuses: bonus > 0 ? 1 : 0, budget: bonus,
            cap: terms.cap == nil ? 0 : base + bonus)
    }

    /// No more than another one.
    func bounded(by other: Earning) -> Earning {
        Earning(
            points: zip(points, other.points).map { min($0, $1) }, bonus: min(bonus, other.bonus),
            bonuses: min(bonuses, other.bonuses), budget: min(budget, other.budget), cap: min(cap, other.cap))
    }
}

extension Terms.Currency {
    fileprivate func award(for money: Int) -> Int {
        guard let rounding else { return money / per * points }
        let (whole, rest) = (money * points / per, money * points % per)
        switch rounding {
        case .floor: return whole
        case .ceiling: return rest > 0 ? whole + 1 : whole
        case .halfUp: return 2 * rest >= per ? whole + 1 : whole
        case .halfEven: return 2 * rest > per || (2 * rest == per && whole % 2 == 1) ? whole + 1 : whole
        }
    }
}
