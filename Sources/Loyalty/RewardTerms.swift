import Ledger
public import Rules
public import Time

/// On what terms a member can have a reward.
public struct RewardTerms: Hashable, Sendable {
    /// What one costs, in points.
    public let cost: Int64
    /// How many points are missing to one.
    public let missing: Int64
    /// How many there are for all members together; `nil` for any number.
    public let left: Int64?
    /// Whether nothing stands in the way, points included.
    public let isAvailable: Bool
}

extension MemberState {
    /// On what terms the member can have one of a reward at an instant.
    ///
    /// - Parameters:
    ///   - shared: what all members together had.
    ///   - available: what the member can spend, where others share their points with it.
    public func terms(
        of reward: Reward, in program: Program, shared: [Usage], at now: Instant, available: Int64? = nil
    ) -> RewardTerms {
        let cost = cost(of: reward, in: program, at: now)
        let balance = ledger.balance(of: CurrencyID(program.currencies[reward.currency].id))
        let missing =
            available.map { max(0, cost - $0) } ?? max(0, cost - balance.available.count) + balance.debt.count
        return RewardTerms(
            cost: cost, missing: missing, left: left(of: reward, shared),
            isAvailable: missing == 0 && obstacle(to: reward, 1, in: program, shared: shared, at: now) == nil)
    }

    /// What one of a reward costs the member.
    func cost(of reward: Reward, in program: Program, at now: Instant) -> Int64 {
        reward.cost(atLevel: tier.flatMap { program.tiers?.level($0.level(at: now)) })
    }

    /// Why a reward cannot be had so many times, points aside.
    func obstacle(
        to reward: Reward, _ quantity: Int64, in program: Program, shared: [Usage], at now: Instant
    ) -> RewardObstacle? {
        guard reward.cost > 0 else { return .notForPoints }
        if let from = reward.effective.from, now < from { return .notYet(from) }
        guard reward.effective.contains(now) else { return .over }
        if let voucher = reward.voucher {
            let term = voucher.term(from: now, in: program.zone)
            if let until = term.until, until <= term.from ?? now { return .over }
            if quantity > Evaluation.mostRewards { return .tooMany(most: Evaluation.mostRewards) }
        }
        if let left = left(of: reward, shared), quantity > left { return .outOfStock(left: left) }
        if let limit = reward.limit, case .count(let most) = limit.measure {
            let left = max(0, most - used(.rewards, reward.id, limit.window, at: now, in: program.zone))
            if quantity > left { return .limitReached(left: left) }
        }
        return nil
    }

    private func left(of reward: Reward, _ shared: [Usage]) -> Int64? {
        let key = UsageKey(kind: .stock, id: reward.id)
        return reward.stock.map { max(0, $0 - (shared.first { $0.key == key }?.amount ?? 0)) }
    }
}
