// What bounds the rules: campaigns with their budgets, limits and caps. Whatever adds points up adds them in one
// currency, so rules that share a budget, a cap or a limit on points must pay into the same one.

import Time

extension ProgramBuilder {
    static let mostCampaigns = 200
    static let mostCaps = 100

    /// Reads `campaigns`.
    mutating func readCampaigns() {
        guard let field = section["campaigns"], let items = field.list() else { return }
        if items.count > ProgramBuilder.mostCampaigns {
            field.refuse("there must be at most \(ProgramBuilder.mostCampaigns) campaigns")
        }
        for item in items {
            guard let section = item.section(.campaign) else {
                campaignNames.add(nil, at: nil)
                continue
            }
            let idField = section.required("id")
            let id = idField?.id()
            campaignNames.add(id, at: idField)
            campaigns.append(
                Campaign(
                    id: id ?? "", title: readTitle(section["title"]), effective: readEffective(section["effective"]),
                    budget: section["budget"].flatMap(readBudget), holdout: section["holdout"].flatMap(readHoldout)))
        }
    }

    private func readBudget(_ field: Field) -> Campaign.Budget? {
        guard let section = field.section(.budget) else { return nil }
        let points = section.required("points")?.integer(in: 1...ProgramBuilder.greatestBudget)
        let whenShort = section["when_short"].map { $0.choice(Campaign.Budget.Shortage.self) } ?? .partial
        guard let points, let whenShort else { return nil }
        return Campaign.Budget(points: points, whenShort: whenShort)
    }

    private func readHoldout(_ field: Field) -> Campaign.Holdout? {
        guard let section = field.section(.holdout) else { return nil }
        let percent = section.required("percent")?.integer(in: 1...99)
        let salt = section.required("salt")?.text(longest: 64)
        guard let percent, let salt else { return nil }
        return Campaign.Holdout(percent: percent, salt: salt)
    }

    /// Reads the limit of a rule.
    func readLimit(_ field: Field) -> UsageLimit? {
        guard let section = field.section(.limit) else { return nil }
        readPer(section)
        let window = section.required("window").flatMap(readWindow)
        let range = 1...ProgramBuilder.greatestBudget
        let measure: UsageLimit.Measure?
        switch (section["count"], section["points"]) {
        case (let count?, nil): measure = count.integer(in: range).map { .count($0) }
        case (nil, let points?): measure = points.integer(in: range).map { .points($0) }
        case (_?, let points?):
            points.refuse("a limit counts either events or points", hint: "use `caps` for the second one")
            measure = nil
        case (nil, nil):
            field.refuse("needs `count` or `points`", hint: "such as { count: 1, per: member, window: calendar_year }")
            measure = nil
        }
        guard let measure, let window else { return nil }
        return UsageLimit(measure: measure, window: window)
    }

    /// Reads `caps`.
    mutating func readCaps() -> [Cap] {
        guard let field = section["caps"], let items = field.list() else { return [] }
        if items.count > ProgramBuilder.mostCaps {
            field.refuse("there must be at most \(ProgramBuilder.mostCaps) caps")
        }
        return items.compactMap { item in
            guard let section = item.section(.cap) else {
                capNames.add(nil, at: nil)
                return nil
            }
            let idField = section.required("id")
            let id = idField?.id()
            capNames.add(id, at: idField)
            readPer(section)
            let window = section.required("window").flatMap(readWindow)
            let points = section.required("points")?.integer(in: 1...ProgramBuilder.greatestBudget)
            let rules = section.required("rules").flatMap(readCappedRules)
            guard let id, let window, let points, let rules else { return nil }
            return Cap(id: id, window: window, points: points, rules: rules.sorted())
        }
    }

    private func readCappedRules(_ field: Field) -> [Int]? {
        guard let items = field.list() else { return nil }
        if items.isEmpty { field.refuse("must not be empty") }
        var indices: [Int] = []
        for item in items {
            guard let index = ruleNames.index(of: item) else { continue }
            if indices.contains(index) { item.refuse("`\(ruleNames.ids[index] ?? "")` is there twice") }
            indices.append(index)
        }
        checkOneCurrency(of: indices, field, "a cap")
        return indices
    }

    /// Budgets and limits on points need one currency.
    func checkMeasures(of rule: Rule, _ section: Section) {
        if case .points? = rule.limit?.measure, currencies(of: rule).count > 1, let field = section["limit"] {
            field.refuse("this rule pays into several point currencies, and a limit on points counts one")
        }
        if rule.event == .birthday || rule.event == .anniversary { checkCelebration(rule, section) }
        if case .stamp(let card) = rule.action, card.reward != nil {
            if case .points? = rule.limit?.measure {
                section["limit"]?.refuse("a card that gives a reward is limited by `count`")
            }
            if let campaign = rule.campaign, campaigns.indices.contains(campaign), campaigns[campaign].budget != nil {
                section["campaign"]?.refuse(
                    "a budget counts points, and this card gives a reward", hint: "give the reward a `stock`")
            }
        }
        guard let campaign = rule.campaign, campaigns.indices.contains(campaign),
            campaigns[campaign].budget != nil, let field = section["campaign"]
        else { return }
        let members = rules.indices.filter { rules[$0]?.campaign == campaign }
        if rules[members[0]] == rule { checkOneCurrency(of: members, field, "a budget") }
    }

    /// What happens by itself happens the same whoever looks, so it can neither draw on what members share nor draw
    /// codes.
    private func checkCelebration(_ rule: Rule, _ section: Section) {
        if case .stamp(let card) = rule.action, card.reward != nil {
            section["stamp"]?.refuse("no reward is given for what happens by itself", hint: "give points")
        }
        if let campaign = rule.campaign, campaigns.indices.contains(campaign), campaigns[campaign].budget != nil {
            section["campaign"]?.refuse(
                "what happens by itself cannot draw on a budget", hint: "give the rule a `limit` or an `effective` time"
            )
        }
    }

    private func checkOneCurrency(of indices: [Int], _ field: Field, _ what: String) {
        let paid = indices.reduce(into: Set<Int>()) { $0.formUnion(rules[$1].map(currencies) ?? []) }
        guard paid.count > 1 else { return }
        let names = paid.sorted().map { "`\(currencies[$0].id)`" }.joined(separator: " and ")
        field.refuse("\(what) counts one point currency, and these rules pay into \(names)")
    }

    /// Whose uses are counted; only a member's own so far, which is also what is meant without it.
    private func readPer(_ section: Section) {
        enum Owner: String, CaseIterable {
            case member
        }
        _ = section["per"]?.choice(Owner.self)
    }

    /// Windows that one word names.
    enum WindowWord: String, CaseIterable {
        case day = "calendar_day"
        case week = "calendar_week"
        case month = "calendar_month"
        case quarter = "calendar_quarter"
        case year = "calendar_year"
        case lifetime
    }

    private func readWindow(_ field: Field) -> UsageWindow? {
        guard case .mapping = field.node.content else {
            return field.choice(WindowWord.self).map { word in
                switch word {
                case .day: .calendar(.day)
                case .week: .calendar(.week)
                case .month: .calendar(.month)
                case .quarter: .calendar(.quarter)
                case .year: .calendar(.year)
                case .lifetime: .lifetime
                }
            }
        }
        return readRolling(field).map(UsageWindow.rolling)
    }

    /// How long a window is that moves on from day to day.
    func readRolling(_ field: Field) -> CalendarSpan? {
        guard let rolling = field.section(.window)?.required("rolling") else { return nil }
        return readDays(rolling, longest: UsageWindow.longestRolling, orElse: "or use `lifetime`")
    }

    /// A span of whole days that is not too long.
    func readDays(_ field: Field, longest: CalendarSpan, orElse: String? = nil) -> CalendarSpan? {
        guard let span = field.span() else { return nil }
        guard span.isCalendar, span.count > 0 else {
            field.refuse("must be whole days, weeks, months or years", hint: "such as `30 days`")
            return nil
        }
        let start = CivilDate(daysSinceEpoch: 0)
        guard start.adding(span).daysSinceEpoch <= start.adding(longest).daysSinceEpoch else {
            field.refuse("must be at most \(longest)", hint: orElse)
            return nil
        }
        return span
    }
}
