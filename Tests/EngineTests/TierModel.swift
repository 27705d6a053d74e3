// A second, naive reckoning of levels that random histories are compared with. It walks from day to day over a calendar of
// its own, forgets nothing, and adds everything up again whenever it is asked. It shares no code with the engine's.

/// Days as numbers, with the dates they have: from 2023-01-01 on, sixteen years.
enum ModelCalendar {
    struct Date: Hashable {
        let year: Int
        let month: Int
        let day: Int
    }

    static let dates: [Date] = (2023..<2039).flatMap { year in
        (1...12).flatMap { month in (1...length(month, year)).map { Date(year: year, month: month, day: $0) } }
    }

    private static let numbers = Dictionary(uniqueKeysWithValues: zip(dates, dates.indices))

    static func length(_ month: Int, _ year: Int) -> Int {
        if month == 2 { return year % 4 == 0 ? 29 : 28 }
        return [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// The same day so many months on or back, or the last one of a shorter month.
    static func shift(_ day: Int, months: Int) -> Int {
        var (year, month) = (dates[day].year, dates[day].month)
        for _ in 0..<abs(months) {
            month += months > 0 ? 1 : -1
            if month == 13 { (year, month) = (year + 1, 1) }
            if month == 0 { (year, month) = (year - 1, 12) }
        }
        return numbers[Date(year: year, month: month, day: min(dates[day].day, length(month, year)))] ?? 0
    }
}

struct TierModel {
    enum Window: CaseIterable {
        case month, quarter, year, membershipYear, lifetime, rollingYear, rollingQuarter, rollingDays
    }

    enum Downgrade: String, CaseIterable {
        case oneLevel = "one_level"
        case recompute, never
    }

    struct Rules {
        let window: Window
        let downgrade: Downgrade
        /// In days.
        let grace: Int
        let levels: [Int]
        let fallsAtOnce: Bool
    }

    private let rules: Rules
    private let joined: Int
    /// What was counted, by day; a return counts less on the day of the purchase.
    private var counted: [Int: Int] = [:]
    private var today: Int
    private(set) var reached = 0
    /// The first day behind the window that decides.
    private var end: Int?
    private(set) var floor: (level: Int, until: Int?)?
    /// Every level the member had.
    private(set) var history = [0]

    init(_ rules: Rules, joined: Int) {
        self.rules = rules
        self.joined = joined
        today = joined
    }

    var level: Int { max(reached, floor?.level ?? 0) }

    /// The first day on which the reached level no longer holds.
    var until: Int? { end.map { $0 + rules.grace } }

    private mutating func note() {
        if level != history.last { history.append(level) }
    }

    // MARK: Windows

    /// The days of the window that ends with the day before one; `nil` where none ends there.
    private func window(before end: Int) -> Range<Int>? {
        let last = ModelCalendar.dates[end - 1]
        let next = ModelCalendar.dates[end]
        switch rules.window {
        case .lifetime: return nil
        case .rollingYear: return ModelCalendar.shift(end - 1, months: -12) + 1..<end
        case .rollingQuarter: return ModelCalendar.shift(end - 1, months: -3) + 1..<end
        case .rollingDays: return end - 45..<end
        case .month: return next.day == 1 ? ModelCalendar.shift(end, months: -1)..<end : nil
        case .quarter:
            return next.day == 1 && next.month % 3 == 1 ? ModelCalendar.shift(end, months: -3)..<end : nil
        case .year: return last.year < next.year ? ModelCalendar.shift(end, months: -12)..<end : nil
        case .membershipYear:
            let years = anniversaries(upTo: end)
            guard years > 0, ModelCalendar.shift(joined, months: 12 * years) == end else { return nil }
            // What happened before joining belongs to the first year.
            return (years == 1 ? 0 : ModelCalendar.shift(joined, months: 12 * (years - 1)))..<end
        }
    }

    private func anniversaries(upTo day: Int) -> Int {
        var years = 0
        while ModelCalendar.shift(joined, months: 12 * (years + 1)) <= day { years += 1 }
        return years
    }

    private var isRolling: Bool { [.rollingYear, .rollingQuarter, .rollingDays].contains(rules.window) }

    /// The end of the window behind one that ends on a day.
    private func next(after end: Int) -> Int {
        switch rules.window {
        case .rollingYear: return ModelCalendar.shift(end - 1, months: 12) + 1
        case .rollingQuarter: return ModelCalendar.shift(end - 1, months: 3) + 1
        case .rollingDays: return end + 45
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
    var missingToKeep: Int? {
        guard let end, let days = window(before: end) else { return nil }
        return max(0, rules.levels[reached] - total(days))
    }

    /// What was counted in the present window.
    var present: Int {
        if rules.window == .lifetime { return counted.values.reduce(0, +) }
        if isRolling { return window(before: today + 1).map(total) ?? 0 }
        var end = today + 1
        while true {
            if let days = window(before: end) { return total(days) }
            end += 1
        }
    }

    // MARK: What happens

    mutating func advance(to day: Int) {
        while today < day {
            today += 1
            if let until = floor?.until, until == today { floor = nil }
            if let until, until <= today { review() }
            note()
        }
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

    mutating func count(_ amount: Int, on day: Int) {
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

    mutating func uncount(_ amount: Int, on day: Int, atOnce: Bool? = nil) {
        let before = rules.window == .lifetime ? lifetimeLevel : entitled()?.level ?? 0
        counted[day, default: 0] -= amount
        if atOnce ?? rules.fallsAtOnce { fall(from: before) }
    }

    /// Takes so much out of the newest days.
    mutating func correct(down amount: Int) {
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
    mutating func take(over other: TierModel) {
        counted.merge(other.counted, uniquingKeysWith: +)
        if other.reached > reached || (other.reached == reached && other.until ?? today > until ?? today) {
            (reached, end) = (other.reached, other.end)
        }
        if let given = other.floor {
            let mine = floor ?? (-1, 0)
            let isLonger = mine.until.map { $0 < given.until ?? Int.max } ?? false
            if given.level > mine.level || (given.level == mine.level && isLonger) { floor = given }
        }
        if rules.window == .lifetime {
            reached = max(reached, lifetimeLevel)
        } else if let found = entitled(), found.level > reached {
            reached = found.level
            end = next(after: found.end)
        }
        note()
    }

    mutating func give(_ level: Int, until: Int?) {
        floor = (level, until)
        note()
    }

    mutating func takeFloor() {
        floor = nil
        note()
    }
}
