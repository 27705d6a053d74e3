import Time

extension ProgramBuilder {
    /// Reads `tests`.
    func readTests(hasTiers: Bool) -> [ProgramTest] {
        (section["tests"]?.list() ?? []).compactMap { readTest($0, hasTiers: hasTiers) }
    }

    private func readTest(_ field: Field, hasTiers: Bool) -> ProgramTest? {
        guard let section = field.section(.test) else { return nil }
        let name = section.required("name")?.text()
        let tier = section["member"].flatMap { readTier($0, hasTiers: hasTiers) } ?? (hasTiers ? 0 : nil)
        let facts = section.required("order").flatMap { readOrder($0, tier: tier) }
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
            name: name, line: field.node.position.line, facts: facts, currencies: currencies, rules: rules)
    }

    private func readExpectations(_ field: Field, _ names: Names) -> [ProgramTest.Expectation] {
        (field.openSection()?.fields ?? []).compactMap { id, keyField, value in
            let points = value.integer(in: 0...Int64.max)
            guard let index = names.index(of: id, at: keyField), let points else { return nil }
            return ProgramTest.Expectation(index: index, points: points)
        }
    }

    /// The member's level. The id is for the people who read the test.
    private func readTier(_ field: Field, hasTiers: Bool) -> Int? {
        guard let section = field.section(.member) else { return nil }
        _ = section["id"]?.text()
        guard let tier = section["tier"] else { return nil }
        guard hasTiers || self.section.has("tiers") else {
            tier.refuse("the program has no tiers")
            return nil
        }
        return levelNames.ids.isEmpty ? nil : levelNames.index(of: tier)
    }

    private func readOrder(_ field: Field, tier: Int?) -> PurchaseFacts? {
        guard let section = field.section(.order) else { return nil }
        let time = section.required("time")?.instant(in: zone)
        let store = section["store"]?.text()
        let terminal = section["terminal"]?.text()
        let channel = section["channel"]?.text()
        let lines = (section.required("items")?.list() ?? []).compactMap(readLine)
        guard let time else { return nil }
        return PurchaseFacts(
            occurredAt: time, store: store ?? "", terminal: terminal ?? "", channel: channel ?? "", tier: tier,
            lines: lines)
    }

    private func readLine(_ field: Field) -> PurchaseFacts.Line? {
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
        return PurchaseFacts.Line(
            sku: sku ?? "", category: category ?? "", tags: tags ?? [], quantity: quantity ?? 1, amount: amount,
            tax: tax ?? 0)
    }
}
