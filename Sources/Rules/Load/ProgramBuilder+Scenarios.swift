// Tests that go on for several steps. Times may be left out where a step happens at the time of the one before it, and
// never go back.

import Time

extension ProgramBuilder {
    /// Reads those of `tests` that have `steps`.
    func readScenarios(hasTiers: Bool) -> [Scenario] {
        (section["tests"]?.list() ?? []).compactMap { item in
            guard case .mapping(let entries) = item.node.content, entries.contains(where: { $0.key == "steps" }),
                let section = item.section(.scenario)
            else { return nil }
            return readScenario(section, hasTiers: hasTiers)
        }
    }

    private func readScenario(_ section: Section, hasTiers: Bool) -> Scenario? {
        let name = section.required("name")?.text()
        let member = readNewcomer(section["member"], hasTiers: hasTiers)
        var now = section["joined"]?.instant(in: zone)
        let joined = now
        var names: [String] = []
        var steps: [Scenario.Step] = []
        let items = section.required("steps")?.list() ?? []
        if items.isEmpty { section["steps"]?.refuse("must not be empty") }
        for item in items {
            guard let step = item.section(.step) else { continue }
            guard let action = readAction(step, &now, &names), let at = now else { continue }
            let expected = step["expect"].map { readExpected($0, hasTiers: hasTiers) } ?? Scenario.Expected()
            steps.append(
                Scenario.Step(line: step.position.line, at: at, action: action, expected: expected))
        }
        var shared: [Usage] = []
        if let used = section["used"], let first = steps.first {
            let all = readUsed(used, at: first.at, caps: [])
            if !all.member.isEmpty {
                used.refuse("a test with steps begins with a new member", hint: "use `campaigns`")
            }
            shared = all.shared
        }
        guard let name, let first = steps.first else { return nil }
        return Scenario(
            name: name, line: section.position.line, member: member, joinedAt: joined ?? first.at, shared: shared,
            steps: steps)
    }

    /// Someone who just joins, so nothing can have happened to them before.
    private func readNewcomer(_ field: Field?, hasTiers: Bool) -> Facts.Member {
        if let field, case .mapping(let entries) = field.node.content {
            let section = Section(field: field, entries: entries)
            for key in ["tier", "purchase_count", "days_since_last", "enrolled_days"] {
                section[key]?.refuse("a test with steps begins with a new member", hint: "let it happen in a step")
            }
        }
        return readMember(field, hasTiers: hasTiers)
    }

    private func readAction(
        _ step: Section, _ now: inout Instant?, _ names: inout [String]
    ) -> Scenario.Action? {
        let known = Vocabulary.step.keys.filter { $0 != "expect" }
        let given = known.compactMap { key in step[key].map { (key, $0) } }
        guard let (key, field) = given.first, given.count == 1 else {
            step.field.refuse("is one of \(known.map { "`\($0)`" }.joined(separator: ", "))")
            return nil
        }
        switch key {
        case "purchase": return readSale(field, &now, &names)
        case "return": return readGivingBack(field, &now, names)
        case "confirm":
            guard let section = field.section(.confirming), setTime(section, &now) else { return nil }
            return readReference(section, names, to: "purchase").map { .confirm(name: $0) }
        case "event":
            guard let section = field.section(.event), setTime(section, &now) else { return nil }
            let type = section.required("type")?.id(allowsUnderscore: true).map(EventName.init)
            let attributes = (section["attrs"]?.openSection()?.fields ?? []).compactMap { name, _, value in
                readPlainValue(value).map { Attribute(name, $0) }
            }
            if let type, EventName.ofTheEngine.contains(type.text) {
                section["type"]?.refuse("`\(type.text)` happens by itself", hint: "use `purchase`, or `wait`")
            }
            return type.map { .event($0, attributes) }
        case "redeem": return readRedeeming(field, &now, &names)
        case "cancel":
            guard let section = field.section(.cancelling), setTime(section, &now) else { return nil }
            return readReference(section, names, to: "redemption").map { .cancel(name: $0) }
        case "top_up": return readPayingIn(field, &now, &names)
        case "refund": return readPayingOut(field, &now, names)
        case "claim":
            guard let section = field.section(.claiming), setTime(section, &now) else { return nil }
            if !self.section.has("referral") { field.refuse("nobody refers anybody in this program") }
            return .claim
        case "pool": return readJoiningPool(field, &now)
        default: return readWaiting(field, &now)
        }
    }

    /// Moves on to the time of a step; `false` where it cannot be told.
    private func setTime(_ section: Section, _ now: inout Instant?) -> Bool {
        guard let field = section["time"] else {
            if now == nil { section.field.refuse("`time` is missing", hint: "later steps may leave it out") }
            return now != nil
        }
        guard let time = field.instant(in: zone) else { return false }
        if let now, time < now { field.refuse("must not be before the step above") }
        now = time
        return true
    }

    private func readSale(_ field: Field, _ now: inout Instant?, _ names: inout [String]) -> Scenario.Action? {
        guard let section = field.section(.sale), setTime(section, &now) else { return nil }
        let name = readName(section, &names)
        let pay = section["pay"].flatMap { $0.integer(in: 1...ProgramBuilder.greatestBudget) }
        let value = section["value"].flatMap { field in
            storedValue(at: field) == nil ? nil : field.integer(in: 1...ProgramBuilder.greatestBudget)
        }
        guard let order = readOrderContent(section, id: name) else { return nil }
        return .purchase(name: name, order, pay: pay, value: value)
    }

    /// The name by which later steps mean this one.
    private func readName(_ section: Section, _ names: inout [String]) -> String {
        let name = section["id"]?.text() ?? "\(names.count + 1)"
        if names.contains(name) { section["id"]?.refuse("\(quoted(name)) is there twice") }
        names.append(name)
        return name
    }

    /// The index of the first currency of stored value; reports that there is none.
    private func storedValue(at field: Field) -> Int? {
        if let index = currencies.firstIndex(where: { $0.kind == .storedValue }) { return index }
        field.refuse("the program has no stored value", hint: "a point currency with `kind: stored_value`")
        return nil
    }

    private func readPayingIn(_ field: Field, _ now: inout Instant?, _ names: inout [String]) -> Scenario.Action? {
        guard let section = field.section(.payingIn), setTime(section, &now) else { return nil }
        let name = readName(section, &names)
        let amount = section.required("amount")?.integer(in: 1...ProgramBuilder.greatestBudget)
        var currency = storedValue(at: field)
        if currency != nil, let value = section["value"] {
            currency = currencyNames.index(of: value)
            if let index = currency, currencies.indices.contains(index), currencies[index].kind != .storedValue {
                value.refuse("`\(currencies[index].id)` is not stored value")
            }
        }
        guard let amount, let currency else { return nil }
        return .topUp(name: name, currency: currency, amount: amount)
    }

    private func readJoiningPool(_ field: Field, _ now: inout Instant?) -> Scenario.Action? {
        guard let section = field.section(.joiningPool), setTime(section, &now) else { return nil }
        if !self.section.has("pools") { field.refuse("there are no pools in this program") }
        let kind = section["kind"].map { $0.choice(PoolPolicy.Kind.self) }
        let role = section["role"].map { $0.choice(PoolRole.self) } ?? .spend
        let balances = section["balance"].map { readExpectations($0, currencyNames) } ?? []
        return role.map { .joinPool(kind ?? nil, $0, balances: balances) }
    }

    private func readPayingOut(_ field: Field, _ now: inout Instant?, _ names: [String]) -> Scenario.Action? {
        guard let section = field.section(.payingOut), setTime(section, &now) else { return nil }
        guard let name = readReference(section, names, to: "top-up") else { return nil }
        return .refund(
            name: name, amount: section["amount"].flatMap { $0.integer(in: 1...ProgramBuilder.greatestBudget) })
    }

    /// What `of` names.
    private func readReference(_ section: Section, _ names: [String], to noun: String) -> String? {
        guard let of = section.required("of"), let name = of.text() else { return nil }
        guard names.contains(name) else {
            of.refuse(
                "no \(noun) above is called \(quoted(name))",
                hint: names.isEmpty ? nil : "there is \(names.map { "`\($0)`" }.joined(separator: ", "))")
            return nil
        }
        return name
    }

    private func readGivingBack(_ field: Field, _ now: inout Instant?, _ names: [String]) -> Scenario.Action? {
        guard let section = field.section(.givingBack), setTime(section, &now) else { return nil }
        guard let name = readReference(section, names, to: "purchase") else { return nil }
        switch (section["items"], section["amount"]) {
        case (nil, nil): return .giveBack(name: name, .everything)
        case (nil, let amount?): return amount.integer(in: 1...Int64.max).map { .giveBack(name: name, .amount($0)) }
        case (let items?, nil):
            let lines = (items.list() ?? []).compactMap { item -> Scenario.Extent.Line? in
                guard let section = item.section(.returnedLine),
                    let line = section.required("line")?.integer(in: 0...999)
                else { return nil }
                return Scenario.Extent.Line(
                    index: Int(line), quantity: section["quantity"]?.integer(in: 1...Int64.max),
                    amount: section["amount"]?.integer(in: 0...Int64.max))
            }
            return .giveBack(name: name, .lines(lines))
        case (_?, let amount?):
            amount.refuse("a return is of `items` or of an `amount`")
            return nil
        }
    }

    private func readRedeeming(_ field: Field, _ now: inout Instant?, _ names: inout [String]) -> Scenario.Action? {
        guard let section = field.section(.redeeming), setTime(section, &now) else { return nil }
        // Without a name of its own it takes none from the purchases behind it, which are counted.
        let name = section.has("id") ? readName(section, &names) : nil
        switch (section["points"], section["reward"]) {
        case (let points?, nil):
            return points.integer(in: 1...ProgramBuilder.greatestBudget).map { .redeemPoints(name: name, $0) }
        case (nil, let reward?):
            let quantity = section["quantity"].map { $0.integer(in: 1...1000) } ?? 1
            guard let index = rewardNames.index(of: reward), let quantity else { return nil }
            return .redeemReward(name: name, index, quantity: quantity)
        default:
            field.refuse("needs `points` or `reward`")
            return nil
        }
    }

    private func readWaiting(_ field: Field, _ now: inout Instant?) -> Scenario.Action? {
        guard let start = now else {
            field.refuse("the first step needs a time", hint: "or give the test `joined`")
            return nil
        }
        if case .mapping = field.node.content {
            guard let section = field.section(.waiting), let until = section.required("until"),
                let time = until.instant(in: zone)
            else { return nil }
            if time < start { until.refuse("must not be before the step above") }
            now = time
        } else {
            guard let span = field.span() else { return nil }
            now = zone.adding(span, to: start)
        }
        return .timePasses
    }

    private func readExpected(_ field: Field, hasTiers: Bool) -> Scenario.Expected {
        var expected = Scenario.Expected()
        guard let section = field.section(.expected) else { return expected }
        expected.isRefused = section["refused"]?.boolean() ?? false
        expected.earned = section["earned"].map { readExpectations($0, currencyNames) }
        expected.rules = section["rules"].map { readExpectations($0, ruleNames) } ?? []
        expected.takenBack = section["taken_back"].map { readExpectations($0, currencyNames) } ?? []
        expected.refund = section["refund"]?.integer(in: 0...Int64.max)
        expected.available = section["balance"].map { readExpectations($0, currencyNames) } ?? []
        expected.pending = section["pending"].map { readExpectations($0, currencyNames) } ?? []
        expected.debt = section["debt"].map { readExpectations($0, currencyNames) } ?? []
        expected.tier = section["tier"].flatMap { readTier($0, hasTiers: hasTiers) }
        expected.vouchers = section["vouchers"]?.integer(in: 0...Int64.max)
        expected.referrer = section["referrer"].map { readExpectations($0, currencyNames) } ?? []
        expected.pool = section["pool"].map { readExpectations($0, currencyNames) } ?? []
        return expected
    }
}
