import JSON

/// What the server tells about one member, as text for people.
struct MemberPicture {
    /// The result of `member.get`.
    let member: JSONValue
    /// The open lots of every page of `lots.list`.
    private var lots: [JSONValue] = []
    /// Where the next page of lots begins; `nil` behind the last one.
    private(set) var nextCursor: String?
    /// The result of `tier.get`.
    let tier: JSONValue
    /// The result of `tier.history`.
    let history: JSONValue

    /// - Parameter lots: the first page.
    init(member: JSONValue, lots: JSONValue, tier: JSONValue, history: JSONValue) {
        self.member = member
        self.tier = tier
        self.history = history
        append(lots)
    }

    /// Adds a page of `lots.list`.
    mutating func append(_ page: JSONValue) {
        lots += page["lots"]?.elements.map(\.self) ?? []
        nextCursor = page["next_cursor"]?.string
    }

    var json: String {
        JSONText.line { json in
            json.beginObject()
            json.member("member", member)
            json.key("lots")
            json.beginObject()
            json.member("member", member.text("member"))
            json.key("lots")
            json.beginArray()
            for lot in lots { json.raw(lot.rawText) }
            json.endArray()
            json.endObject()
            json.member("tier", tier)
            json.member("history", history)
            json.endObject()
        }
    }

    func text(_ figures: PointFigures, _ style: Style) -> String {
        var parts = [identity(style), BalanceTable.text(member, figures, style)]
        if tier["tier"] != nil { parts.append(standing(figures, style)) }
        if history["history"]?.count ?? 0 > 1 { parts.append(levels(style)) }
        if !lots.isEmpty { parts.append(openLots(figures, style)) }
        return parts.joined(separator: "\n")
    }

    private func identity(_ style: Style) -> String {
        var table = Table(.left("MEMBER"), .left(SafeText.text(member.text("member"))))
        if let name = member["name"]?.string { table.add(["name", Table.Cell(name)]) }
        for identifier in member["identifiers"]?.elements.flatMap({ Array($0.members) }) ?? [] {
            let kind = identifier.key.string ?? ""
            if let (system, id) = identifier.value.members.first(where: { _ in true }) {
                table.add([Table.Cell("\(kind) \(system.string ?? "")"), Table.Cell(id.string ?? "")])
            } else {
                table.add([Table.Cell(kind), Table.Cell(identifier.value.string ?? "")])
            }
        }
        table.add(["enrolled", Table.Cell(member.time("enrolled_at"))])
        table.add(["purchases", Table.Cell(member.number("purchases"))])
        if member["first_purchase_at"] != nil {
            table.add(["first", Table.Cell(member.time("first_purchase_at"))])
            table.add(["last", Table.Cell(member.time("last_purchase_at"))])
        }
        return table.text(style)
    }

    private func standing(_ figures: PointFigures, _ style: Style) -> String {
        var table = Table(.left("TIER"), .left(SafeText.text(tier["tier"]?.text("id") ?? "")))
        table.add(["since", Table.Cell(tier["tier"]?.time("since") ?? "")])
        if let until = tier["tier"]?["until"]?.string { table.add(["until", Table.Cell(Numbers.time(until))]) }
        if let given = tier["given"] {
            let end = given["until"] == nil ? "" : " until \(given.time("until"))"
            table.add(["given by hand", Table.Cell(given.text("id") + end)])
        }
        if let metric = tier["metric"] {
            let counted =
                switch metric.text("counts") {
                case "visits": "visits"
                case "spend": "spent"
                default: "\(metric.text("currency")) earned"
                }
            let since = metric["from"] == nil ? "" : " since \(metric.text("from").prefix(10))"
            table.add([Table.Cell(counted + since), Table.Cell(amount(metric, "total", figures))])
        }
        if let next = tier["next"] {
            table.add([Table.Cell("missing for \(next.text("id"))"), Table.Cell(amount(next, "missing", figures))])
        }
        if let keep = tier["keep"] {
            let window = keep["until"] == nil ? "" : " before \(keep.text("until").prefix(10))"
            table.add([Table.Cell("missing\(window) to keep it"), Table.Cell(amount(keep, "missing", figures))])
        }
        return table.text(style)
    }

    /// A number of the tier's metric: money where spending counts, points or visits otherwise.
    private func amount(_ value: JSONValue, _ name: String, _ figures: PointFigures) -> String {
        let currency = tier["metric"]?.text("currency") ?? ""
        return switch tier["metric"]?.text("counts") {
        case "spend": Numbers.money(value[name]?.int64 ?? 0, currency)
        case "earned": figures.text(value, name, of: currency)
        default: value.number(name)
        }
    }

    private func levels(_ style: Style) -> String {
        var table = Table(.left("LEVEL"), .left("SINCE"), .left("UNTIL"), .left("WHY"), .left("OPERATION"))
        for standing in history["history"]?.elements.map(\.self) ?? [] {
            let words = standing["reason"]?.string.map { ": \($0)" } ?? ""
            table.add([
                Table.Cell(standing.text("id")), Table.Cell(standing.time("since")),
                Table.Cell(standing["until"] == nil ? "" : standing.time("until")),
                Table.Cell(TierSentence.reason(standing.text("why")) + words),
                Table.Cell(standing.text("operation")),
            ])
        }
        return table.text(style)
    }

    private func openLots(_ figures: PointFigures, _ style: Style) -> String {
        var table = Table(
            .right("LOT"), .left("CURRENCY"), .right("LEFT"), .right("OF"), .left("EARNED"), .left("EXPIRES"),
            .left("OPERATION"))
        for lot in lots {
            let currency = lot.text("currency")
            table.add([
                Table.Cell(lot.number("lot")), Table.Cell(currency),
                Table.Cell(figures.text(lot, "remaining", of: currency)),
                Table.Cell(figures.text(lot, "original", of: currency)), Table.Cell(lot.time("earned_at")),
                Table.Cell(lot["expires_at"] == nil ? "never" : lot.time("expires_at")),
                Table.Cell(lot.text("operation")),
            ])
        }
        return table.text(style)
    }
}

extension JSONValue {
    /// A text member, or nothing.
    func text(_ name: String) -> String { self[name]?.string ?? "" }

    /// A time member as tables show it.
    func time(_ name: String) -> String { Numbers.time(text(name)) }

    /// An integer member as tables show it.
    func number(_ name: String) -> String { self[name]?.int64.map(Numbers.grouped) ?? "" }
}
