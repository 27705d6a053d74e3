import JSON

/// The balances of a member, as text for people.
enum BalanceTable {
    /// - Parameter result: one that has `balances`.
    static func text(_ result: JSONValue, _ figures: PointFigures, _ style: Style) -> String {
        var table = Table(
            .left("BALANCE"), .right("AVAILABLE"), .right("PENDING"), .right("HELD"), .right("DEBT"),
            .right("NEXT TO EXPIRE"), .left("AT"))
        for (currency, balance) in result["balances"]?.members.map({ ($0.key.string ?? "", $0.value) }) ?? [] {
            let expiry = balance["next_expiry"]
            func points(_ value: JSONValue?, _ name: String) -> Table.Cell {
                Table.Cell(figures.text(value, name, of: currency))
            }
            table.add([
                Table.Cell(currency), points(balance, "available"), points(balance, "pending"),
                points(balance, "held"), points(balance, "debt"), points(expiry, "points"),
                Table.Cell(expiry?.time("at") ?? ""),
            ])
        }
        return table.text(style)
    }
}
