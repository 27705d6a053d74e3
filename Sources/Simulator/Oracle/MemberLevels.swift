/// A member's levels by the instants of a clock on the wall.
struct MemberLevels: Hashable {
    var model: ModelLevels
    private let clock: WallClock

    init(_ rules: ModelLevels.Rules, joinedAt now: Int, by clock: WallClock) {
        self.clock = clock
        model = ModelLevels(rules, joined: LevelCalendar.number(of: clock.date(at: now)), at: now)
    }

    /// The first one for instants before the calendar, at which refusals are looked for that hang on no time.
    private func day(_ instant: Int) -> Int { max(1, LevelCalendar.number(of: clock.date(at: instant))) }

    private func start(_ day: Int) -> Int { clock.start(of: LevelCalendar.day(day)) }

    /// The next instant at which a level changes, or is found to go on.
    var nextDue: Int? { model.nextDue.map(start) }

    mutating func advance(to instant: Int) { model.advance(to: day(instant), at: instant) }

    mutating func count(_ amount: Int, at instant: Int) {
        if amount > 0 { model.count(amount, on: day(instant)) }
    }

    mutating func uncount(_ amount: Int, at instant: Int, fallsAtOnce: Bool) {
        if amount > 0 { model.uncount(amount, on: day(instant), fallsAtOnce: fallsAtOnce) }
    }

    /// Empty for the lowest level.
    var told: String {
        if model.level == 0, model.reached == 0, model.until == nil { return "" }
        return "l\(model.level), l\(model.reached) reached to \(model.until.map { "\(start($0))" } ?? "no end")"
    }
}
