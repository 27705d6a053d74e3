// Rules refer to each other, in both directions, so they are read twice: first their ids and what each of them gives,
// then the rest.

import Time

extension ProgramBuilder {
    /// The bounds that keep the arithmetic of evaluation within 128 bits.
    static let greatestPoints: Int64 = 1_000_000_000
    static let greatestBudget: Int64 = 1_000_000_000_000_000
    static let greatestMoney: Int64 = 1_000_000_000_000_000
    static let mostRules = 1000

    /// Reads `groups`.
    mutating func readGroups() {
        for item in section["groups"]?.list() ?? [] {
            guard let section = item.section(.group) else {
                groupNames.add(nil, at: nil)
                continue
            }
            let idField = section.required("id")
            let id = idField?.id()
            groupNames.add(id, at: idField)
            let mode = section.required("mode")?.choice(RuleGroup.Mode.self)
            groups.append(RuleGroup(id: id ?? "", mode: mode ?? .all))
        }
    }

    /// Reads `rules`.
    mutating func readRules() {
        guard let field = section.required("rules"), let items = field.list() else { return }
        if items.count > ProgramBuilder.mostRules {
            field.refuse("there must be at most \(ProgramBuilder.mostRules) rules")
            return
        }
        let sections = items.map { $0.section(.rule) }
        for section in sections {
            let idField = section?.required("id")
            ruleNames.add(idField?.id(), at: idField)
        }
        let gifts = sections.map { $0.flatMap(ProgramBuilder.gift) }
        for (section, id) in zip(sections, ruleNames.ids) {
            rules.append(section.flatMap { readRule($0, id: id, gifts: gifts) })
        }
        for (section, rule) in zip(sections, rules) {
            guard let section, let rule else { continue }
            checkCompetition(of: rule, section)
            checkMeasures(of: rule, section)
        }
    }

    /// What a rule gives, as far as others need to know.
    private enum Gift {
        case earn, multiply
        /// A number of points by itself: fixed, for items, for stamps.
        case award
    }

    private static func gift(of section: Section) -> Gift? {
        if section.has("multiply") { return .multiply }
        if section.has("each_item") || section.has("stamp") { return .award }
        guard let earn = section["earn"], case .mapping(let entries) = earn.node.content else { return nil }
        return entries.contains { $0.key == "per" } ? .earn : .award
    }

    private mutating func readRule(_ section: Section, id: String?, gifts: [Gift?]) -> Rule? {
        let event = section.required("event").flatMap(readEvent)
        let subject: ConditionLanguage.Subject = event == nil || event == .purchase ? .order : .event
        let condition = section["when"].map { $0.condition(language, about: subject) }
        let action = readAction(section, event: event ?? .purchase, gifts: gifts)
        let campaign = section["campaign"].map { campaignNames.index(of: $0) }
        let limit = section["limit"].map(readLimit)
        let group = section["group"].map { groupNames.index(of: $0) }
        let priority = section["priority"].map { $0.integer(in: -1_000_000...1_000_000) } ?? 0
        let effective = readEffective(section["effective"])
        guard let id, let event, let action else { return nil }
        return Rule(
            id: id, event: event, condition: condition ?? nil, action: action, campaign: campaign ?? nil,
            limit: limit ?? nil, group: group ?? nil, priority: priority ?? 0, effective: effective,
            line: section.position.line)
    }

    /// The name of an event; a slip of the fingers in a known one is not taken for a new name.
    private func readEvent(_ field: Field) -> EventName? {
        guard let text = field.id(allowsUnderscore: true) else { return nil }
        if EventName.known.contains(text) {
            if EventName.ofReferrals.contains(text), !section.has("referral") {
                field.refuse("nobody refers anybody in this program", hint: "add `referral`, which brings it about")
            }
            if text == "birthday", !profile.contains(where: \.isBirthday) {
                field.refuse(
                    "the profile has no birthday", hint: "add `birthday: { type: date }` to `profile`")
            }
            return EventName(text)
        }
        if let nearest = Spelling.nearest(to: text, in: EventName.known) {
            field.refuse(
                "\(quoted(text)) is nearly the name of a known event", hint: "did you mean `\(nearest)`?")
            return nil
        }
        return EventName(text)
    }

    private mutating func readAction(_ section: Section, event: EventName, gifts: [Gift?]) -> Rule.Action? {
        let given = ["earn", "multiply", "each_item", "stamp"].compactMap { key in section[key].map { (key, $0) } }
        guard let (key, field) = given.first else {
            section.field.refuse("needs `earn`, `multiply`, `each_item` or `stamp`")
            return nil
        }
        for (other, field) in given.dropFirst() {
            field.refuse("a rule gives one thing, and this one has `\(key)` already", hint: "make `\(other)` a rule")
        }
        let isPurchase = event == .purchase
        if !isPurchase, key == "multiply" || key == "each_item" {
            field.refuse("only purchases have lines and sums", hint: "use `earn: { points: … }`")
            return nil
        }
        switch key {
        case "earn": return readEarn(field, isPurchase: isPurchase)
        case "multiply": return readMultiply(field, gifts: gifts)
        case "each_item": return readEachItem(field)
        default: return readStamp(field, isPurchase: isPurchase)
        }
    }

    private func readEarn(_ field: Field, isPurchase: Bool) -> Rule.Action? {
        guard let section = field.section(.earn) else { return nil }
        let into = readInto(section)
        if !isPurchase {
            for key in ["per", "where"] { section[key]?.refuse("only purchases have lines and sums") }
        }
        let lines = section["where"].map { $0.condition(language, about: .item) }
        let range = 1...ProgramBuilder.greatestPoints
        guard let perField = section["per"] else {
            for key in ["of", "exact", "carry", "rounding"] {
                section[key]?.refuse("`\(key)` needs `per`", hint: "an award without `per` is a number of points")
            }
            let points = section.required("points")?.quantity(
                in: range, language, about: isPurchase ? .order : .event)
            guard let points, let into else { return nil }
            return .award(FixedAward(points: points, into: into, lines: lines ?? nil))
        }
        let points = section.required("points")?.integer(in: range)
        let per = perField.integer(in: 1...ProgramBuilder.greatestMoney)
        let figure = section["of"].map { $0.choice(Earning.Figure.self) } ?? .eligibleAmount
        let exact = section["exact"].map { $0.boolean() } ?? false
        let carries = section["carry"].map { $0.boolean() } ?? false
        let rounding = section["rounding"].map { $0.choice(Rounding.self) } ?? .floor
        if exact == true, carries == true {
            section["carry"]?.refuse(
                "an exact base keeps its fraction for its own rounding", hint: "take `exact` or `carry` out")
        }
        guard let points, let into, let per, let figure, let exact, let carries, let rounding else { return nil }
        return .earn(
            Earning(
                points: points, per: per, of: figure, into: into, lines: lines ?? nil, exact: exact, carries: carries,
                rounding: rounding))
    }

    private func readEachItem(_ field: Field) -> Rule.Action? {
        guard let section = field.section(.eachItem) else { return nil }
        let lines = section["where"].map { $0.condition(language, about: .item) }
        let points = section.required("points")?.quantity(
            in: 1...ProgramBuilder.greatestPoints, language, about: .item)
        guard let points, let into = readInto(section) else { return nil }
        return .eachItem(ItemAward(lines: lines ?? nil, points: points, into: into))
    }

    private mutating func readStamp(_ field: Field, isPurchase: Bool) -> Rule.Action? {
        guard let section = field.section(.stamp) else { return nil }
        let cardField = section.required("card")
        let card = cardField?.id()
        cardNames.add(card, at: cardField)
        let count = section["count"].map {
            $0.quantity(in: 1...1_000_000, language, about: isPurchase ? .order : .event)
        }
        let size = section.required("size")?.integer(in: 1...1_000_000)
        let counted = (count ?? .fixed(1)) ?? .fixed(1)
        if let rewardField = section["reward"] {
            for key in ["points", "into"] { section[key]?.refuse("a full card gives points or a reward, not both") }
            let reward = rewardNames.index(of: rewardField)
            if let id = reward.flatMap({ rewardNames.ids[$0] }), endingRewards.contains(id) {
                rewardField.refuse(
                    "the vouchers of `\(id)` end at an instant, and a full card could give one that is over",
                    hint: "let them be `valid` for a span, and the rule be `effective` until then")
            }
            guard let card, let size, let reward else { return nil }
            return .stamp(StampCard(card: card, count: counted, size: size, points: 0, into: 0, reward: reward))
        }
        let points = section.required("points")?.integer(in: 1...ProgramBuilder.greatestPoints)
        guard let card, let size, let points, let into = readInto(section) else { return nil }
        return .stamp(
            StampCard(card: card, count: counted, size: size, points: points, into: into, reward: nil))
    }

    func readInto(_ section: Section) -> Int? {
        if let field = section["into"] {
            // Without any currency that has been reported already.
            guard !currencyNames.ids.isEmpty, let index = currencyNames.index(of: field) else { return nil }
            if currencies.indices.contains(index), currencies[index].kind == .storedValue {
                field.refuse("`\(currencies[index].id)` is paid in with money", hint: "rules pay into points")
            }
            return index
        }
        if let first = currencies.firstIndex(where: { $0.kind == .spendable }) { return first }
        if !currencies.isEmpty {
            section.field.refuse("`into` is missing, and there is no spendable point currency to pay into")
        }
        return nil
    }

    private func readMultiply(_ field: Field, gifts: [Gift?]) -> Rule.Action? {
        guard let section = field.section(.multiply) else { return nil }
        let rules = section.required("rules").flatMap { readBases($0, gifts: gifts) }
        let factor = section.required("factor").flatMap(readFactor)
        let lines = section["where"].map { $0.condition(language, about: .item) }
        guard let rules, let factor else { return nil }
        return .multiply(Multiplier(rules: rules, factor: factor, lines: lines ?? nil))
    }

    private func readBases(_ field: Field, gifts: [Gift?]) -> [Int]? {
        guard let items = field.list() else { return nil }
        if items.isEmpty { field.refuse("must not be empty") }
        var bases: [Int] = []
        for item in items {
            guard let base = ruleNames.index(of: item), let gift = gifts[base] else { continue }
            let id = ruleNames.ids[base] ?? ""
            if bases.contains(base) { item.refuse("`\(id)` is there twice") }
            bases.append(base)
            switch gift {
            case .earn: continue
            case .award: item.refuse("`\(id)` is a fixed award, and fixed awards are never multiplied")
            case .multiply: item.refuse("`\(id)` is a multiplier itself", hint: "multipliers add up; name the base")
            }
        }
        return bases
    }

    private func readFactor(_ field: Field) -> Factor? {
        guard case .scalar(let text, let isPlain) = field.node.content else {
            field.refuse("must be a decimal in quotes, not \(field.node.kind)")
            return nil
        }
        guard let factor = Factor(text) else {
            field.refuse("must be a decimal in quotes, from 1 to 1000 with at most three places")
            return nil
        }
        guard !isPlain else {
            field.refuse(
                "must be in quotes, so that no reader takes it for a binary fraction", hint: "write \"\(text)\"")
            return nil
        }
        return factor
    }

    func readEffective(_ field: Field?) -> EffectivePeriod {
        guard let field, let section = field.section(.effective) else { return EffectivePeriod(from: nil, until: nil) }
        if section.entries.isEmpty { field.refuse("needs `from`, `until` or both") }
        let period = EffectivePeriod(
            from: section["from"]?.instant(in: zone), until: section["until"]?.instant(in: zone))
        if let from = period.from, let until = period.until, from >= until {
            section["until"]?.refuse("must be later than `from`", hint: "`until` is the first instant that is too late")
        }
        return period
    }
}

// Groups: what competes has to be comparable, and decidable one group after another.
extension ProgramBuilder {
    private func checkCompetition(of rule: Rule, _ section: Section) {
        guard let group = rule.group, groups.indices.contains(group), groups[group].mode != .all,
            let field = section["group"]
        else { return }
        if case .multiply(let multiplier) = rule.action {
            for base in multiplier.rules where rules[base]?.group == group {
                field.refuse(
                    "a multiplier cannot compete with a rule that it multiplies: `\(ruleNames.ids[base] ?? "")`",
                    hint: "use two groups")
            }
        }
        guard groups[group].mode == .best, let first = rules.first(where: { $0?.group == group }), let first else {
            return
        }
        if currencies(of: first) != currencies(of: rule) {
            field.refuse(
                "pays into other point currencies than `\(first.id)`, so nobody can tell which is best",
                hint: "use the mode `first`, or two groups")
        }
    }

    /// The indices of the currencies that a rule pays into.
    func currencies(of rule: Rule) -> Set<Int> {
        guard case .multiply(let multiplier) = rule.action else { return Set([rule.currency].compactMap(\.self)) }
        return multiplier.rules.reduce(into: []) { $0.formUnion(rules[$1].map(currencies) ?? []) }
    }

    /// The order in which groups can be decided; reports groups that wait for each other.
    func groupOrder(_ rules: [Rule]) -> [Int]? {
        if let order = EvaluationPlan.groupOrder(of: groups, rules: rules) { return order }
        section["groups"]?.refuse(
            "groups wait for each other: each has a multiplier whose base is in another of them",
            hint: "leave the bases out of groups")
        return nil
    }
}
