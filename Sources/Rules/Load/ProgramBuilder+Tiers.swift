extension ProgramBuilder {
    /// Reads `tiers`, where the program has them.
    mutating func readTiers() -> TierPolicy? {
        guard let field = section["tiers"], let section = field.section(.tiers) else { return nil }
        let metric = section.required("metric").flatMap(readMetric)
        let window = section["window"].map(readWindow) ?? .calendarYear
        let downgrade = section["downgrade"].map { $0.choice(TierPolicy.Downgrade.self) } ?? .oneLevel
        let levels = section.required("levels").map { readLevels($0) } ?? []
        guard let metric, let window, let downgrade else { return nil }
        return TierPolicy(metric: metric, window: window, downgrade: downgrade, levels: levels)
    }

    private func readMetric(_ field: Field) -> TierPolicy.Metric? {
        if case .mapping = field.node.content {
            guard let section = field.section(.metric), let earned = section.required("earned") else { return nil }
            return currencyNames.index(of: earned).map { .earned(currency: $0) }
        }
        guard let word = field.text() else { return nil }
        switch word {
        case "spend":
            return .spend
        case "visits":
            field.refuseLater("`visits`")
        default:
            field.refuse("must be `spend` or { earned: <point currency> }")
        }
        return nil
    }

    private func readWindow(_ field: Field) -> TierPolicy.Window? {
        if case .mapping(let entries) = field.node.content, entries.first?.key == "rolling" {
            field.refuseLater("`rolling`")
            return nil
        }
        return field.choice(TierPolicy.Window.self, later: ["membership_year", "lifetime"])
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
