extension Terms {
    /// The program of a shop in which whatever many customers can quarrel about runs out all the time: a campaign's
    /// budget and a stock, both of which fill again as goods come back and rewards are given back. Reservations and
    /// points do not last long.
    package static let busyShop = Terms(
        clock: .tokyo, lateLimit: .days(30), enrollsUnknown: true,
        currencies: [
            Currency(
                name: "a", points: 1, per: 100, rounding: nil, lapse: .after(.hours(2), endOf: nil),
                vesting: .immediate, debt: .allow(most: nil))
        ],
        bonus: Bonus(
            points: 10, least: 500, budget: 600, paysPart: true, limit: 1_000_000, limitWindow: .lifetime),
        payment: Payment(worth: 1000, minimum: 1, step: 1, most: 1000),
        holdTimeout: .minutes(5), longestHold: .hours(24),
        reward: Reward(cost: 3, stock: 40, limit: 1_000_000, limitWindow: .lifetime),
        isProportional: false)
}
