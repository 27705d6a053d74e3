import Time

extension ProgramBuilder {
    /// Reads those of `tests` that are about one event.
    func readTests(hasTiers: Bool, caps: [Cap]) -> [ProgramTest] {
        (section["tests"]?.list() ?? []).compactMap { item in
            if case .mapping(let entries) = item.node.content, entries.contains(where: { $0.key == "steps" }) {
                return nil
            }
            return readTest(item, hasTiers: hasTiers, caps: caps)
        }
    }

    private func readTest(_ field: Field, hasTiers: Bool, caps: [Cap]) -> ProgramTest? {
        guard let section = field.section(.test) else { return nil }
        let name = section.required("name")?.text()
        let member = readMember(section["member"], hasTiers: hasTiers)
        let facts = readFacts(section, member)
        var (used, shared): ([Usage], [Usage]) = ([], [])
        if let field = section["used"], let facts { (used, shared) = readUsed(field, at: facts.occurredAt, caps: caps) }
        let expect = section.required("expect")?.openSection()
        var currencies: [ProgramTest.Expectation] = []
        var rules: [ProgramTest.Expectation] = []
        for (key, keyField, value) in expect?.fields ?? [] {
            if key == "rules" {
                rules = readExpectations(value, ruleNames)
            } else if !currencyNames.ids.isEmpty, let index = currencyNames.index(of: key, at: keyField) {
                guard let points = value.integer(in: 0...Int64.max) else { continue }
                currencies.append(ProgramTest.Expectation(index: index, points: points))
            }
        }
        guard let name, let facts else { return nil }
        return ProgramTest(
            name: name, line: field.node.position.line, facts: facts, used: used, shared: shared,
            currencies: currencies, rules: rules)
    }

    func readExpectations(_ field: Field, _ names: Names) -> [ProgramTest.Expectation] {
        (field.openSection()?.fields ?? []).compactMap { id, keyField, value in
            let points = value.integer(in: 0...Int64.max)
            guard let index = names.index(of: id, at: keyField), let points else { return nil }
            return ProgramTest.Expectation(index: index, points: points)
        }
    }

    // What happens.

    private func readFacts(_ section: Section, _ member: Facts.Member) -> Facts? {
        switch (section["order"], section["event"]) {
        case (let order?, nil): return readOrder(order, member)
        case (nil, let event?): return readEvent(event, member)
        case (_?, let event?): event.refuse("a test is about an order or an event", hint: "make it two tests")
        case (nil, nil): section.field.refuse("needs `order`, `event` or `steps`")
        }
        return nil
    }

    private func readEvent(_ field: Field, _ member: Facts.Member) -> Facts? {
        guard let section = field.section(.event) else { return nil }
        let time = section.required("time")?.instant(in: zone)
        let typeField = section.required("type")
        let type = typeField?.id(allowsUnderscore: true).map(EventName.init)
        if let typeField, let type, !rules.contains(where: { $0?.event == type }) {
            let names = Set(rules.compactMap { $0?.event.text }).subtracting(["purchase"])
            typeField.refuse(
                "no rule answers to \(quoted(type.text))",
                hint: Spelling.nearest(to: type.text, in: names.sorted()).map { "did you mean `\($0)`?" }
                    ?? (type == .purchase ? "test purchases with `order`" : nil))
        }
        let attributes = (section["attrs"]?.openSection()?.fields ?? []).compactMap { name, _, value in
            readPlainValue(value).map { Attribute(name, $0) }
        }
        guard let time, let type else { return nil }
        return Facts(occurredAt: time, event: type, attributes: attributes, member: member)
    }

    private func readOrder(_ field: Field, _ member: Facts.Member) -> Facts? {
        guard let section = field.section(.order) else { return nil }
        let time = section.required("time")?.instant(in: zone)
        let order = readOrderContent(section, id: section["id"]?.text() ?? "")
        guard let time, let order else { return nil }
        return Facts(occurredAt: time, order: order, member: member)
    }

    /// What a sale is, apart from its time.
    func readOrderContent(_ section: Section, id: String) -> Facts.Order? {
        let items = section.required("items")?.list()
        return items.map {
            Facts.Order(
                id: id, store: section["store"]?.text() ?? "", terminal: section["terminal"]?.text() ?? "",
                channel: section["channel"]?.text() ?? "", tags: section["tags"]?.texts() ?? [],
                coupons: section["coupons"]?.texts() ?? [], lines: $0.compactMap(readLine))
        }
    }

    private func readLine(_ field: Field) -> Facts.Line? {
        guard let section = field.section(.item) else { return nil }
        let sku = section["sku"]?.text()
        let category = section["category"]?.text()
        let tags = section["tags"]?.texts()
        let quantity = section["quantity"]?.integer(in: 1...Int64.max)
        let amount = section.required("amount")?.integer(in: 0...Int64.max)
        let taxField = section["tax"]
        let tax = taxField?.integer(in: 0...Int64.max)
        guard let amount else { return nil }
        if let tax, tax > amount { taxField?.refuse("the tax is contained in the amount, so it cannot be more") }
        return Facts.Line(
            sku: sku ?? "", category: category ?? "", tags: tags ?? [], quantity: quantity ?? 1, amount: amount,
            tax: tax ?? 0)
    }

    // Who it happens to.

    /// The member. Where a test names none, one on the lowest level who never bought.
    func readMember(_ field: Field?, hasTiers: Bool) -> Facts.Member {
        let lowest = hasTiers ? 0 : nil
        guard let field, let section = field.section(.member) else { return Facts.Member(tier: lowest) }
        let count = section["purchase_count"]?.integer(in: 0...Int64.max) ?? 0
        let daysSinceLast = section["days_since_last"]?.integer(in: 0...1_000_000)
        if count == 0, daysSinceLast != nil {
            section["days_since_last"]?.refuse("a member without purchases has no last one", hint: "add purchase_count")
        }
        var balances = [Int64](repeating: 0, count: currencies.count)
        for (id, keyField, value) in section["balance"]?.openSection()?.fields ?? [] {
            guard let index = currencyNames.index(of: id, at: keyField), balances.indices.contains(index) else {
                continue
            }
            balances[index] = value.integer(in: 0...Int64.max) ?? 0
        }
        return Facts.Member(
            id: section["id"]?.text() ?? "", tier: readTier(section["tier"], hasTiers: hasTiers) ?? lowest,
            attributes: readAttributes(section["attrs"]), tags: section["tags"]?.texts() ?? [],
            segments: section["segments"]?.texts() ?? [], purchaseCount: count,
            daysSinceLast: daysSinceLast ?? (count > 0 ? 0 : nil),
            enrolledDays: section["enrolled_days"]?.integer(in: 0...1_000_000) ?? 0, balances: balances)
    }

    func readTier(_ field: Field?, hasTiers: Bool) -> Int? {
        guard let field else { return nil }
        guard hasTiers || section.has("tiers") else {
            field.refuse("the program has no tiers")
            return nil
        }
        return levelNames.ids.isEmpty ? nil : levelNames.index(of: field)
    }

    private func readAttributes(_ field: Field?) -> [Attribute] {
        (field?.openSection()?.fields ?? []).compactMap { name, keyField, value in
            guard let attribute = profile.first(where: { $0.name == name }) else {
                keyField.refuse(
                    "the profile has no attribute \(quoted(name))",
                    hint: Spelling.nearest(to: name, in: profile.map(\.name)).map { "did you mean `\($0)`?" }
                        ?? "declare it under `profile`")
                return nil
            }
            guard let read = readValue(value, of: attribute) else { return nil }
            if let problem = attribute.problem(with: read) {
                value.refuse(problem)
                return nil
            }
            return Attribute(name, read)
        }
    }

    private func readValue(_ field: Field, of attribute: ProfileAttribute) -> AttributeValue? {
        switch attribute.type {
        case .string: return field.text(longest: 256).map(AttributeValue.text)
        case .integer(let range): return field.integer(in: range).map(AttributeValue.integer)
        case .boolean: return field.boolean().map(AttributeValue.truth)
        case .date:
            guard let text = field.text() else { return nil }
            guard let date = try? CivilDate(rfc3339: text) else {
                field.refuse("\(quoted(text)) is not a date", hint: "such as \"1990-05-03\"")
                return nil
            }
            return .date(date)
        }
    }

    /// A value whose type nothing but its spelling tells.
    func readPlainValue(_ field: Field) -> AttributeValue? {
        if case .scalar(let text, isPlain: true) = field.node.content {
            switch PlainScalar(text) {
            case .boolean(let truth): return .truth(truth)
            case .integer(let number): return .integer(number)
            default: break
            }
        }
        return field.text(longest: 256).map(AttributeValue.text)
    }

    // What was used before.

    func readUsed(_ field: Field, at instant: Instant, caps: [Cap]) -> (member: [Usage], shared: [Usage]) {
        guard let section = field.section(.used) else { return ([], []) }
        var used: [Usage] = []
        for (id, amount, keyField) in amounts(section["limits"], ruleNames) {
            guard let rule = rules.compactMap(\.self).first(where: { $0.id == id }) else { continue }
            guard let limit = rule.limit else {
                keyField.refuse("`\(id)` has no limit")
                continue
            }
            let kind: UsageKey.Kind = if case .count = limit.measure { .limitCount } else { .limitPoints }
            let start = limit.window.start(containing: instant, in: zone)
            used.append(Usage(UsageKey(kind: kind, id: id, window: start), amount))
        }
        for (id, amount, _) in amounts(section["caps"], capNames) {
            guard let cap = caps.first(where: { $0.id == id }) else { continue }
            let start = cap.window.start(containing: instant, in: zone)
            used.append(Usage(UsageKey(kind: .cap, id: id, window: start), amount))
        }
        for (id, amount, _) in amounts(section["stamps"], cardNames) {
            used.append(Usage(UsageKey(kind: .stamps, id: id), amount))
        }
        for (id, amount, keyField) in amounts(section["carried"], ruleNames) {
            if let rule = rules.compactMap(\.self).first(where: { $0.id == id }), !rule.carries {
                keyField.refuse("`\(id)` carries no money", hint: "only `earn` with `carry: true` does")
                continue
            }
            used.append(Usage(UsageKey(kind: .carry, id: id), amount))
        }
        let shared = amounts(section["campaigns"], campaignNames).map { id, amount, _ in
            Usage(UsageKey(kind: .budget, id: id), amount)
        }
        return (used, shared)
    }

    private func amounts(_ field: Field?, _ names: Names) -> [(id: String, amount: Int64, keyField: Field)] {
        (field?.openSection()?.fields ?? []).compactMap { id, keyField, value in
            let amount = value.integer(in: 0...ProgramBuilder.greatestBudget)
            guard names.index(of: id, at: keyField) != nil, let amount else { return nil }
            return (id, amount, keyField)
        }
    }
}

extension Rule {
    /// Whether it keeps money for the next purchase.
    var carries: Bool {
        if case .earn(let earning) = action { earning.carries } else { false }
    }
}
