import JSON

/// A member's statement, page by page.
struct Statement {
    private var member = ""
    private var operations: [JSONValue] = []
    /// Where the next page begins; `nil` behind the last one.
    private(set) var nextCursor: String?

    /// Adds a result of `statement.list`.
    mutating func append(_ page: JSONValue) {
        member = page.text("member")
        operations += page["operations"]?.elements.map(\.self) ?? []
        nextCursor = page["next_cursor"]?.string
    }

    var json: String {
        JSONText.line { json in
            json.beginObject()
            json.member("member", member)
            json.key("operations")
            json.beginArray()
            for operation in operations { json.raw(operation.rawText) }
            json.endArray()
            if let nextCursor { json.member("next_cursor", nextCursor) }
            json.endObject()
        }
    }

    func text(_ figures: PointFigures, _ style: Style) -> String {
        var table = Table(
            .left("WHEN"), .left("OPERATION"), .left("WHAT"), .left("RECEIPT"), .right("AMOUNT"), .left("CURRENCY"),
            .right("POINTS"), .right("AVAILABLE"))
        for operation in operations { add(operation, figures, to: &table) }
        let more = nextCursor == nil ? "" : "\nThere is more; see --limit and --all.\n"
        return table.text(style) + more
    }

    private func add(_ operation: JSONValue, _ figures: PointFigures, to table: inout Table) {
        var start: [Table.Cell] = [
            Table.Cell(operation.time("occurred_at")), Table.Cell(operation.text("operation")),
            Table.Cell(operation.text("kind")), Table.Cell(receipt(of: operation)),
            Table.Cell(operation["amount"]?.int64.map { Numbers.money($0, operation.text("currency")) } ?? ""),
        ]
        let transfers = operation["transfers"]?.elements.map(\.self) ?? []
        if transfers.isEmpty { table.add(start + ["", "", ""]) }
        for transfer in transfers {
            let currency = transfer.text("currency")
            table.add(
                start + [
                    Table.Cell(currency), change(by: transfer, figures),
                    Table.Cell(figures.text(transfer, "available_after", of: currency)),
                ])
            start = start.map { _ in "" }
        }
    }

    private func receipt(of operation: JSONValue) -> String {
        ["store", "terminal", "receipt"].map { operation.text($0) }.filter { !$0.isEmpty }.joined(separator: " / ")
    }

    /// What a transfer does to the points that can be spent.
    private func change(by transfer: JSONValue, _ figures: PointFigures) -> Table.Cell {
        let (amount, currency) = (transfer["amount"]?.int64 ?? 0, transfer.text("currency"))
        if transfer.text("to") == "available" { return Table.Cell(figures.signed(amount, of: currency), .good) }
        if transfer.text("from") == "available" { return Table.Cell(figures.signed(-amount, of: currency), .bad) }
        return Table.Cell("\(figures.text(amount, of: currency)) \(transfer.text("to"))")
    }
}
