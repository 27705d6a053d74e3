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

    func text(_ style: Style) -> String {
        var table = Table(
            .left("WHEN"), .left("OPERATION"), .left("WHAT"), .left("RECEIPT"), .right("AMOUNT"), .left("CURRENCY"),
            .right("POINTS"), .right("AVAILABLE"))
        for operation in operations { add(operation, to: &table) }
        let more = nextCursor == nil ? "" : "\nThere is more; see --limit and --all.\n"
        return table.text(style) + more
    }

    private func add(_ operation: JSONValue, to table: inout Table) {
        var start: [Table.Cell] = [
            Table.Cell(operation.time("occurred_at")), Table.Cell(operation.text("operation")),
            Table.Cell(operation.text("kind")), Table.Cell(receipt(of: operation)),
            Table.Cell(operation["amount"]?.int64.map { Numbers.money($0, operation.text("currency")) } ?? ""),
        ]
        let transfers = operation["transfers"]?.elements.map(\.self) ?? []
        if transfers.isEmpty { table.add(start + ["", "", ""]) }
        for transfer in transfers {
            table.add(
                start + [
                    Table.Cell(transfer.text("currency")), change(by: transfer),
                    Table.Cell(transfer.number("available_after")),
                ])
            start = start.map { _ in "" }
        }
    }

    private func receipt(of operation: JSONValue) -> String {
        ["store", "terminal", "receipt"].map { operation.text($0) }.filter { !$0.isEmpty }.joined(separator: " / ")
    }

    /// What a transfer does to the points that can be spent.
    private func change(by transfer: JSONValue) -> Table.Cell {
        let amount = transfer["amount"]?.int64 ?? 0
        if transfer.text("to") == "available" { return Table.Cell(Numbers.signed(amount), .good) }
        if transfer.text("from") == "available" { return Table.Cell(Numbers.signed(-amount), .bad) }
        return Table.Cell("\(Numbers.grouped(amount)) \(transfer.text("to"))")
    }
}
