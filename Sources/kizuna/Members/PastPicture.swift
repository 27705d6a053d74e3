import JSON

/// What a member had at a past instant, as text for people.
struct PastPicture {
    /// The result of `balance.at`.
    let points: JSONValue

    var json: String { String(decoding: points.rawText, as: UTF8.self) + "\n" }

    func text(_ figures: PointFigures, _ style: Style) -> String {
        var heading = Table(.left("MEMBER"), .left(SafeText.text(points.text("member"))))
        heading.add(["at", Table.Cell(points.time("at"))])
        var parts = [heading.text(style), BalanceTable.text(points, figures, style)]
        if points["lots"]?.count ?? 0 > 0 { parts.append(lots(figures, style)) }
        return parts.joined(separator: "\n")
    }

    private func lots(_ figures: PointFigures, _ style: Style) -> String {
        var table = Table(
            .right("LOT"), .left("CURRENCY"), .right("LEFT"), .right("OF"), .left("EXPIRES"), .left("OPERATION"),
            .left("WHAT"), .left("WHEN"), .left("RECEIPT"))
        for lot in points["lots"]?.elements.map(\.self) ?? [] {
            let (maker, currency) = (lot["made_by"], lot.text("currency"))
            let receipt = ["store", "terminal", "receipt"].map { maker?.text($0) ?? "" }.filter { !$0.isEmpty }
            table.add([
                Table.Cell(lot.number("lot")), Table.Cell(currency),
                Table.Cell(figures.text(lot, "remaining", of: currency)),
                Table.Cell(figures.text(lot, "original", of: currency)),
                Table.Cell(lot["expires_at"] == nil ? "never" : lot.time("expires_at")),
                Table.Cell(lot.text("operation")), Table.Cell(maker?.text("kind") ?? ""),
                Table.Cell(maker?.time("occurred_at") ?? ""), Table.Cell(receipt.joined(separator: " / ")),
            ])
        }
        return table.text(style)
    }
}
