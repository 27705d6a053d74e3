/// A second, naive reckoning of a member's levels. It forgets nothing, adds everything up again whenever it is asked, and
/// shares no code with the engine's. Days are those of `LevelCalendar`; levels are numbers from 0.
package struct ModelLevels: Hashable, Sendable {
    package enum Window: Hashable, Sendable {
        case month, quarter, year, membershipYear, lifetime
        case rollingMonths(Int)
        case rollingDays(Int)
    }

    package enum Downgrade: String, Hashable, Sendable, CaseIterable {
        case oneLevel = "one_level"
        case recompute, never
    }

    package struct Rules: Hashable, Sendable {
        package let window: Window
        package let downgrade: Downgrade
        /// In days.
        package let grace: Int
        /// From how much on each is given; the first one is 0.
        package let levels: [Int]

        package init(window: Window, downgrade: Downgrade, grace: Int, levels: [Int]) {
            self.window = window
            self.downgrade = downgrade
            self.grace = grace
            self.levels = levels
        }
    }

    /// A level that the member had or has, and since which instant.
    package struct Period: Hashable, Sendable {
        package let level: Int
        let since: Int
    }

    private let rules: Rules
    private let joined: Int
    /// What was counted, by day; a return counts less on the day of the purchase.
    private var counted: [Int: Int] = [:]
    private var today: Int
    /// The instant of what happens.
    private var now: Int
    package private(set) var reached = 0
    /// The first day behind the window that decides.
    private var end: Int?
    /// A level that somebody gave by hand.
    package struct Floor: Hashable, Sendable {
        package let level: Int
        let until: Int?
    }

    package private(set) var floor: Floor?
    /// Every level the member had.
    package private(set) var history: [Period]
    /// How many of them were told.
    private var told = 1

    package init(_ rules: Rules, joined: Int, at now: Int = 0) {
        self.rules = rules
        self.joined = joined
        self.now = now
        today = joined
        history = [Period(level: 0, since: now)]
    }

    package var level: Int { max(reached, floor?.level ?? 0) }

    /// The level at an instant, the first one for earlier instants.
    func level(at instant: Int) -> Int { (history.last { $0.since <= instant } ?? history[0]).level }

    /// The first day on which the reached level no longer holds.
    package var until: Int? { end.map { $0 + rules.grace } }

    /// The levels that it had since this was asked last.
    mutating func takeChanges() -> [Int] {
        defer { told = history.count }
        return history[told...].map(\.level)
    }

    private mutating func note() {
        if level != history[history.count - 1].level { history.append(Period(level: level, since: now)) }
    }

    // MARK: Windows

    /// The days of the window that ends with the day before one; `nil` where none ends there.
    private func window(before end: Int) -> Range<Int>? {
        let last = LevelCalendar.dates[end - 1]
        let next = LevelCalendar.dates[end]
        switch rules.window {
        case .lifetime: return nil
        case .rollingMonths(let months):
            // Of the days whose months reach to the end, so that no day is in two windows end to end.
            var first = LevelCalendar.shift(end - 1, months: -months)
            while LevelCalendar.shift(first, months: months) < end { first += 1 }
            return first..<end
        case .rollingDays(let days): return end - days..<end
        case .month: return next.day == 1 ? LevelCalendar.shift(end, months: -1)..<end : nil
        case .quarter:
            return next.day == 1 && next.month % 3 == 1 ? LevelCalendar.shift(end, months: -3)..<end : nil
        case .year: return last.year < next.year ? LevelCalendar.shift(end, months: -12)..<end : nil
        case .membershipYear:
            let years = anniversaries(upTo: end)
            guard years > 0, LevelCalendar.shift(joined, months: 12 * years) == end else { return nil }
            // What happened before joining belongs to the first year.
            return (years == 1 ? 0 : LevelCalendar.shift(joined, months: 12 * (years - 1)))..<end
        }
    }

    private func anniversaries(upTo day: Int) -> Int {
        var years = 0
        while LevelCalendar.shift(joined, months: 12 * (years + 1)) <= day { years += 1 }
        return years
    }

    private var isRolling: Bool {
        switch rules.window {
        case .rollingMonths, .rollingDays: true
        case .month, .quarter, .year, .membershipYear, .lifetime: false
        }
    }

    /// The end of the window behind one that ends on a day.
    private func next(after end: Int) -> Int {
        switch rules.window {
        case .rollingMonths(let months): return LevelCalendar.shift(end - 1, months: months) + 1
        case .rollingDays(let days): return end + days
        default:
            var day = end + 1
            while window(before: day) == nil { day += 1 }
            return day
        }
    }

    private func total(_ days: Range<Int>) -> Int {
        counted.reduce(0) { days.contains($1.key) ? $0 + $1.value : $0 }
    }

    private func level(of total: Int) -> Int { rules.levels.lastIndex { $0 <= total } ?? 0 }

    /// Whether something was counted on a day. Only with such a day can a rolling window give a level anew.
    private func counts(_ day: Int) -> Bool { (counted[day] ?? 0) != 0 }

    /// The best that windows give whose level still holds, and the last such window.
    private func best(_ ends: [Int]) -> (level: Int, end: Int)? {
        var best: (level: Int, end: Int)?
        for end in ends.sorted() {
            guard let days = window(before: end), next(after: end) + rules.grace > today else { continue }
            let level = level(of: total(days))
            if level > 0, level >= best?.level ?? 0 { best = (level, end) }
        }
        return best
    }

    /// The best that everything counted gives.
    private func entitled() -> (level: Int, end: Int)? {
        best(Array(max(1, today - 900)...today + 400).filter { !isRolling || counts($0 - 1) })
    }

    private var lifetimeLevel: Int { level(of: counted.values.reduce(0, +)) }

    /// What is missing in the window that decides to keep the reached level.
    package var missingToKeep: Int? {
        guard let end, let days = window(before: end) else { return nil }
        return max(0, rules.levels[reached] - total(days))
    }

    /// What was counted in the present window.
    package var present: Int {
        if rules.window == .lifetime { return counted.values.reduce(0, +) }
        if isRolling { return window(before: today + 1).map(total) ?? 0 }
        var end = today + 1
        while true {
            if let days = window(before: end) { return total(days) }
            end += 1
        }
    }

    // MARK: What happens

    /// The next day on which something changes by itself.
    var nextDue: Int? { [floor?.until, until].compactMap { $0 }.min() }

    /// Lets it become a day, and everything happen that is due by then.
    ///
    /// - Parameter instant: what is noted with levels that change; other instants on a day make no difference.
    package mutating func advance(to day: Int, at instant: Int = 0) {
        now = instant
        while let due = nextDue, due <= day {
            today = due
            if let until = floor?.until, until <= due { floor = nil }
            if let until, until <= due { review() }
            note()
        }
        today = day
    }

    private mutating func review() {
        guard let end else { return }
        if !isRolling, window(before: end) == nil {
            // The window was another member's; the level goes on to the end of the own one.
            self.end = next(after: end)
            return
        }
        let behind = Array(end...max(end, isRolling ? today + 1 : next(after: today)))
        let found = best(behind.filter { $0 == end || !isRolling || counts($0 - 1) })
        let given = found?.level ?? 0
        let to =
            switch rules.downgrade {
            case .oneLevel: given >= reached ? reached : max(given, reached - 1)
            case .recompute: min(given, reached)
            case .never: reached
            }
        reached = to
        self.end = to == 0 ? nil : next(after: given >= to ? found?.end ?? end : end)
    }

    package mutating func count(_ amount: Int, on day: Int) {
        counted[day, default: 0] += amount
        if rules.window == .lifetime {
            reached = max(reached, lifetimeLevel)
            return note()
        }
        var ends: [Int] = []
        if isRolling {
            let last = max(day, today)
            for end in day + 1...last + 1 where counts(end - 1) {
                if let days = window(before: end), days.contains(day) || end == day + 1 { ends.append(end) }
            }
        } else {
            ends = [window(before: day + 1) == nil ? next(after: day) : day + 1]
        }
        guard let found = best(ends) else { return }
        if found.level > reached || (found.level == reached && found.end >= end ?? 0) {
            reached = found.level
            end = next(after: found.end)
        }
        note()
    }

    /// Takes something out of a day. The level falls at its next review, or at once.
    package mutating func uncount(_ amount: Int, on day: Int, fallsAtOnce: Bool) {
        guard fallsAtOnce else { return counted[day, default: 0] -= amount }
        let before = rules.window == .lifetime ? lifetimeLevel : entitled()?.level ?? 0
        counted[day, default: 0] -= amount
        fall(from: before)
    }

    /// Takes so much out of the newest days.
    package mutating func correct(down amount: Int) {
        let before = rules.window == .lifetime ? lifetimeLevel : entitled()?.level ?? 0
        var left = amount
        while left > 0, let day = counted.keys.filter({ counted[$0] ?? 0 > 0 }).max() {
            let taken = min(left, counted[day] ?? 0)
            counted[day, default: 0] -= taken
            left -= taken
        }
        fall(from: before)
    }

    private mutating func fall(from before: Int) {
        guard reached > 0, before >= reached else { return }
        if rules.window == .lifetime {
            reached = min(reached, lifetimeLevel)
        } else {
            let left = entitled()
            guard left?.level ?? 0 < reached else { return }
            reached = left?.level ?? 0
            end = left.map { next(after: $0.end) }
        }
        note()
    }

    /// Becomes one with another member, who counts no more.
    package mutating func take(over other: ModelLevels) {
        counted.merge(other.counted, uniquingKeysWith: +)
        if other.reached > reached || (other.reached == reached && other.until ?? today > until ?? today) {
            (reached, end) = (other.reached, other.end)
        }
        if let given = other.floor {
            let isLonger = floor?.until.map { $0 < given.until ?? .max } ?? false
            let mine = floor?.level ?? -1
            if given.level > mine || (given.level == mine && isLonger) { floor = given }
        }
        if rules.window == .lifetime {
            reached = max(reached, lifetimeLevel)
        } else if let found = entitled(), found.level > reached {
            reached = found.level
            end = next(after: found.end)
        }
        note()
    }

    package mutating func give(_ level: Int, until: Int?) {
        floor = Floor(level: level, until: until)
        note()
    }

    package mutating func takeFloor() {
        floor = nil
        note()
    }
}
