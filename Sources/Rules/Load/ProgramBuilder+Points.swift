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
        let kind = section["kind"].map { $0.choice(PointCurrency.Kind.self, later: ["stored_value"]) } ?? .spendable
        let expiry = section["expiry"].map(readExpiry) ?? .never
        if kind == .status, let field = section["expiry"], expiry != .never {
            field.refuse("status points do not lapse", hint: "the window of the tiers decides which of them count")
        }
        return PointCurrency(
            id: id, kind: kind ?? .spendable, title: readTitle(section["title"]),
            decimals: Int(section["decimals"]?.integer(in: 0...4) ?? 0), expiry: expiry)
    }

    private func readExpiry(_ field: Field) -> ExpiryPolicy {
        if case .scalar(let text, _) = field.node.content {
            if text != "never" {
                field.refuse(
                    "must be `never` or a mapping with `after`",
                    hint: CalendarSpan(text).map { "write { after: \($0) }" })
            }
            return .never
        }
        guard let section = field.section(.expiry) else { return .never }
        let period = section["end_of"]?.choice(ExpiryPeriod.self)
        guard let after = section.required("after"), let span = after.span() else { return .never }
        guard span.count > 0 else {
            after.refuse("points must live longer than that")
            return .never
        }
        return .after(span, endOf: period.flatMap { CalendarPeriod(rawValue: $0.rawValue) })
    }

    /// The periods with whose end points may lapse. They lapse with the end of a day anyway.
    private enum ExpiryPeriod: String, CaseIterable {
        case month, quarter, year
    }
}
