import Time

extension ProgramBuilder {
    /// Reads `points`: the currencies by their ids.
    mutating func readCurrencies() {
        guard let field = section.required("points"), let points = field.openSection() else { return }
        if points.entries.isEmpty { field.refuse("at least one point currency is needed") }
        for (id, keyField, value) in points.fields {
            if keyField.isID(id, allowsUnderscore: true), id == "rules" {
                keyField.refuse("a point currency cannot be called `rules`", hint: "tests use this word")
            }
            currencyNames.add(id, at: nil)
            if let currency = readCurrency(id, value) { currencies.append(currency) }
        }
    }

    private func readCurrency(_ id: String, _ field: Field) -> PointCurrency? {
        guard let section = field.section(.currency) else { return nil }
        let kind = section["kind"].map { $0.choice(PointCurrency.Kind.self) } ?? .spendable
        let expiry = section["expiry"].map(readExpiry) ?? .never
        if kind == .status, let field = section["expiry"], expiry != .never {
            field.refuse("status points do not lapse", hint: "the window of the tiers decides which of them count")
        }
        if kind == .status {
            for key in ["vesting", "same_purchase"] { section[key]?.refuse("status points are never spent") }
        }
        if kind == .storedValue {
            for key in ["vesting", "debt", "same_purchase"] {
                section[key]?.refuse("stored value is money that was paid in", hint: "take `\(key)` out")
            }
        }
        return PointCurrency(
            id: id, kind: kind ?? .spendable, title: readTitle(section["title"]),
            decimals: readDecimals(section["decimals"], of: kind ?? .spendable), expiry: expiry,
            expiryCounts: section["expiry"].flatMap(readExpiryStart) ?? .vesting,
            vesting: section["vesting"].map(readVesting) ?? .immediate,
            debt: section["debt"].map(readDebt) ?? .allow(limit: nil),
            samePurchase: section["same_purchase"]?.boolean() ?? false)
    }

    /// Points have the decimals that the document says, stored value has those of the money.
    private func readDecimals(_ field: Field?, of kind: PointCurrency.Kind) -> Int {
        let decimals = field?.integer(in: 0...4).map { Int($0) }
        guard kind == .storedValue, let money else { return decimals ?? 0 }
        if let decimals, decimals != money.exponent {
            field?.refuse(
                "stored value has the decimals of \(money.code)", hint: "take it out, or write \(money.exponent)")
        }
        return money.exponent
    }

    private func readVesting(_ field: Field) -> VestingPolicy {
        if case .scalar(let text, _) = field.node.content {
            if text != "immediate" {
                field.refuse(
                    "must be `immediate` or a mapping with `after`, `dates` or `until_event`",
                    hint: CalendarSpan(text).map { "write { after: \($0) }" })
            }
            return .immediate
        }
        guard let section = field.section(.vesting) else { return .immediate }
        for key in ["dates", "until_event"] where section.has(key) {
            for other in ["after", "dates"] where other != key {
                section[other]?.refuse("does not go with `\(key)`", hint: "points vest by one policy")
            }
        }
        if !section.has("dates") { section["at_least"]?.refuse("needs `dates`") }
        guard let event = section["until_event"] else {
            section["cancel_after"]?.refuse("needs `until_event: confirm`")
            if let dates = section["dates"] {
                return .dates(readYearDays(dates), atLeast: section["at_least"].flatMap { $0.span() })
            }
            guard let after = section.required("after"), let span = after.span() else { return .immediate }
            if span.count == 0 { after.refuse("must be more than nothing", hint: "write `immediate`") }
            return .after(span)
        }
        enum Event: String, CaseIterable {
            case confirm
        }
        _ = event.choice(Event.self)
        guard let cancel = section.required("cancel_after"), let span = cancel.span() else { return .immediate }
        if span.count == 0 { cancel.refuse("must be more than nothing") }
        return .onConfirmation(cancelAfter: span)
    }

    private func readDebt(_ field: Field) -> DebtPolicy {
        enum Word: String, CaseIterable {
            case allow, clamp, refuse
        }
        guard let section = field.section(.debt) else { return .allow(limit: nil) }
        let word = section.required("policy")?.choice(Word.self)
        let limit = section["limit"]?.integer(in: 1...ProgramBuilder.greatestBudget)
        if let word, word != .allow { section["limit"]?.refuse("only `policy: allow` has a limit") }
        return switch word {
        case .allow, nil: .allow(limit: limit)
        case .clamp: .clamp
        case .refuse: .refuse
        }
    }

    private func readExpiry(_ field: Field) -> ExpiryPolicy {
        if case .scalar(let text, _) = field.node.content {
            if text != "never" {
                field.refuse(
                    "must be `never` or a mapping with `after`, `dates` or `inactivity`",
                    hint: CalendarSpan(text).map { "write { after: \($0) }" })
            }
            return .never
        }
        guard let section = field.section(.expiry) else { return .never }
        for key in ["dates", "inactivity"] where section.has(key) {
            for other in ["after", "end_of", "dates", "inactivity"]
            where other != key && (key, other) != ("inactivity", "dates") {
                section[other]?.refuse("does not go with `\(key)`", hint: "points lapse by one policy")
            }
        }
        if !section.has("dates") { section["at_least"]?.refuse("needs `dates`") }
        if let dates = section["dates"] {
            return .dates(readYearDays(dates), atLeast: section["at_least"].flatMap { $0.span() })
        }
        if let inactivity = section["inactivity"] {
            section["from"]?.refuse("does not go with `inactivity`", hint: "every purchase begins anew")
            return readLife(inactivity).map(ExpiryPolicy.inactivity) ?? .never
        }
        let period = section["end_of"]?.choice(ExpiryPeriod.self)
        guard let after = section.required("after"), let span = readLife(after) else { return .never }
        return .after(span, endOf: period.flatMap { CalendarPeriod(rawValue: $0.rawValue) })
    }

    /// How long points live.
    private func readLife(_ field: Field) -> CalendarSpan? {
        guard let span = field.span() else { return nil }
        guard span.count > 0 else {
            field.refuse("points must live longer than that")
            return nil
        }
        return span
    }

    private func readExpiryStart(_ field: Field) -> ExpiryStart? {
        if case .scalar = field.node.content { return nil }
        return field.section(.expiry)?["from"]?.choice(ExpiryStart.self)
    }

    private func readYearDays(_ field: Field) -> [YearDay] {
        guard let items = field.list() else { return [] }
        if items.isEmpty { field.refuse("must not be empty") }
        return items.compactMap { item -> YearDay? in
            guard let text = item.text() else { return nil }
            guard let day = YearDay(text) else {
                item.refuse("\(quoted(text)) is not a day of the year", hint: "such as 03-31")
                return nil
            }
            return day
        }
    }

    /// The periods with whose end points may lapse. They lapse with the end of a day anyway.
    enum ExpiryPeriod: String, CaseIterable {
        case month, quarter, year
    }
}
