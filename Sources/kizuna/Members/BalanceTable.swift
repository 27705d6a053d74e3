import JSON

/// The balances of a member, as text for people.
enum BalanceTable {
    /// - Parameter result: one that has `balances`.
    static func text(_ result: JSONValue, _ style: Style) -> String {
        var table = Table(
            .left("BALANCE"), .right("AVAILABLE"), .right("PENDING"), .right("HELD"), .right("DEBT"),
            .right("NEXT TO EXPIRE"), .left("AT"))
        for (currency, balance) in result["balances"]?.members.map({ ($0.key.string ?? "", $0.value) }) ?? [] {
            let expiry = balance["next_expiry"]
            table.add([
                Table.Cell(currency), Table.Cell(balance.number("available")), Table.Cell(balance.number("pending")),
                Table.Cell(balance.number("held")), Table.Cell(balance.number("debt")),
                Table.Cell(expiry?.number("points") ?? ""), Table.Cell(expiry?.time("at") ?? ""),
            ])
        }
        return table.text(style)
    }
}
