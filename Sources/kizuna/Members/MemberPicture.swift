import JSON

/// What the server tells about one member, as text for people.
struct MemberPicture {
    /// The result of `member.get`.
    let member: JSONValue
    /// The result of `lots.list`.
    let lots: JSONValue
    /// The result of `tier.get`.
    let tier: JSONValue
    /// The result of `tier.history`.
    let history: JSONValue

    var json: String {
        JSONText.line { json in
            json.beginObject()
            json.member("member", member)
            json.member("lots", lots)
            json.member("tier", tier)
            json.member("history", history)
            json.endObject()
        }
    }

    func text(_ style: Style) -> String {
        var parts = [identity(style), balances(style)]
        if tier["tier"] != nil { parts.append(standing(style)) }
        if history["history"]?.count ?? 0 > 1 { parts.append(levels(style)) }
        if lots["lots"]?.count ?? 0 > 0 { parts.append(openLots(style)) }
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

    private func balances(_ style: Style) -> String {
        var table = Table(
            .left("BALANCE"), .right("AVAILABLE"), .right("PENDING"), .right("HELD"), .right("DEBT"),
            .right("NEXT TO EXPIRE"), .left("AT"))
        for (currency, balance) in member["balances"]?.members.map({ ($0.key.string ?? "", $0.value) }) ?? [] {
            let expiry = balance["next_expiry"]
            table.add([
                Table.Cell(currency), Table.Cell(balance.number("available")), Table.Cell(balance.number("pending")),
                Table.Cell(balance.number("held")), Table.Cell(balance.number("debt")),
                Table.Cell(expiry?.number("points") ?? ""), Table.Cell(expiry?.time("at") ?? ""),
            ])
        }
        return table.text(style)
    }

    private func standing(_ style: Style) -> String {
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
            table.add([Table.Cell(counted + since), Table.Cell(amount(metric, "total"))])
        }
        if let next = tier["next"] {
            table.add([Table.Cell("missing for \(next.text("id"))"), Table.Cell(amount(next, "missing"))])
        }
        if let keep = tier["keep"] {
            let window = keep["until"] == nil ? "" : " before \(keep.text("until").prefix(10))"
            table.add([Table.Cell("missing\(window) to keep it"), Table.Cell(amount(keep, "missing"))])
        }
        return table.text(style)
    }

    /// A number of the tier's metric: money where spending counts, points or visits otherwise.
    private func amount(_ value: JSONValue, _ name: String) -> String {
        guard let metric = tier["metric"], metric.text("counts") == "spend" else { return value.number(name) }
        return Numbers.money(value[name]?.int64 ?? 0, metric.text("currency"))
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

    private func openLots(_ style: Style) -> String {
        var table = Table(
            .right("LOT"), .left("CURRENCY"), .right("LEFT"), .right("OF"), .left("EARNED"), .left("EXPIRES"),
            .left("OPERATION"))
        for lot in lots["lots"]?.elements.map(\.self) ?? [] {
            table.add([
                Table.Cell(lot.number("lot")), Table.Cell(lot.text("currency")), Table.Cell(lot.number("remaining")),
                Table.Cell(lot.number("original")), Table.Cell(lot.time("earned_at")),
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
