import Time

extension ProgramBuilder {
    /// Metrics that one word names.
    enum TierMetricWord: String, CaseIterable {
        case spend, visits
    }

    /// Windows of the tiers that one word names.
    enum TierWindowWord: String, CaseIterable {
        case calendarMonth = "calendar_month"
        case calendarQuarter = "calendar_quarter"
        case calendarYear = "calendar_year"
        case membershipYear = "membership_year"
        case lifetime
    }

    /// A longer grace would be a window of its own.
    static let longestGrace = CalendarSpan(trusted: 1, .year)

    /// Reads `tiers`, where the program has them.
    mutating func readTiers() -> TierPolicy? {
        guard let field = section["tiers"], let section = field.section(.tiers) else { return nil }
        let metric = section.required("metric").flatMap(readMetric)
        let window = section["window"].map(readTierWindow) ?? .calendar(.year)
        let downgrade = section["downgrade"].map { $0.choice(TierPolicy.Downgrade.self) } ?? .oneLevel
        let grace = section["grace"].flatMap { readDays($0, longest: Self.longestGrace) }
        if window == .lifetime {
            for key in ["downgrade", "grace"] {
                section[key]?.refuse("levels of a lifetime never end", hint: "take it out, or take another window")
            }
        }
        let levels = section.required("levels").map { readLevels($0) } ?? []
        guard let metric, let window, let downgrade else { return nil }
        return TierPolicy(metric: metric, window: window, downgrade: downgrade, grace: grace, levels: levels)
    }

    private func readMetric(_ field: Field) -> TierPolicy.Metric? {
        if case .mapping = field.node.content {
            guard let section = field.section(.metric), let earned = section.required("earned") else { return nil }
            guard let index = currencyNames.index(of: earned) else { return nil }
            if currencies.indices.contains(index), currencies[index].kind == .storedValue {
                earned.refuse("`\(currencies[index].id)` is paid in and never earned", hint: "use `spend`")
            }
            return .earned(currency: index)
        }
        guard let text = field.text() else { return nil }
        switch TierMetricWord(rawValue: text) {
        case .spend: return .spend
        case .visits: return .visits
        case nil:
            field.refuse(
                "must be `spend`, `visits` or { earned: <point currency> }",
                hint: currencyNames.ids.contains(text) ? "write { earned: \(text) }" : nil)
            return nil
        }
    }

    private func readTierWindow(_ field: Field) -> TierPolicy.Window? {
        guard case .mapping = field.node.content else {
            return field.choice(TierWindowWord.self).map { word in
                switch word {
                case .calendarMonth: .calendar(.month)
                case .calendarQuarter: .calendar(.quarter)
                case .calendarYear: .calendar(.year)
                case .membershipYear: .membershipYear
                case .lifetime: .lifetime
                }
            }
        }
        return readRolling(field).map(TierPolicy.Window.rolling)
    }

    private mutating func readLevels(_ field: Field) -> [TierLevel] {
        guard let items = field.list() else { return [] }
        if items.isEmpty { field.refuse("at least one level is needed") }
        var levels: [TierLevel] = []
        for item in items {
            guard let section = item.section(.level) else { continue }
            let idField = section.required("id")
            let id = idField?.id()
            levelNames.add(id, at: idField)
            let from = section.required("from")
            guard let value = from?.integer(in: 0...Int64.max) else { continue }
            if levels.isEmpty, value != 0 {
                from?.refuse("the first level must start from 0", hint: "every member has a level")
            } else if let last = levels.last, value <= last.from {
                from?.refuse("must be more than \(last.from)", hint: "levels rise from one to the next")
            }
            levels.append(TierLevel(id: id ?? "", from: value, title: readTitle(section["title"])))
        }
        return levels
    }
}
