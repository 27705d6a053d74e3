import Foundation

// One table of a backtest. People read it with grouped digits and signs, programs as CSV (RFC 4180) with bare numbers;
// both from the same cells, so that they cannot tell different things.

/// A table of a backtest.
struct BacktestSheet {
    /// What a cell holds.
    enum Cell {
        case text(String)
        case number(Int64)
        /// A difference, shown with its sign.
        case change(Int64)
        /// Points in the smallest unit, shown with so many decimals.
        case points(Int64, decimals: Int)
        /// A difference of them, shown with its sign.
        case pointsChange(Int64, decimals: Int)
        /// Minor units of a currency.
        case money(Int64, String)
        /// A difference of them, shown with its sign.
        case moneyChange(Int64, String)
        case nothing
    }

    /// The name of its file.
    let name: String
    let title: String
    let columns: [Table.Column]
    private(set) var rows: [[Cell]] = []

    init(_ name: String, _ title: String, _ columns: [Table.Column]) {
        self.name = name
        self.title = title
        self.columns = columns
    }

    mutating func add(_ cells: Cell...) { add(cells) }

    mutating func add(_ cells: [Cell]) {
        precondition(cells.count == columns.count, "a row has a cell for every column")
        rows.append(cells)
    }

    /// The title and the lines of the table; nothing where it has no rows.
    func text(_ style: Style) -> String {
        guard !rows.isEmpty else { return "" }
        var table = Table(columns)
        for row in rows { table.add(row.map(\.tableCell)) }
        return "\n\(style.paint(title, .heading))\n\(table.text(style))"
    }

    /// The table as CSV, its first line the names of the columns.
    var csv: String {
        let head = columns.map { Self.quoted($0.title.lowercased().replacing(",", with: "").replacing(" ", with: "_")) }
        return ([head] + rows.map { $0.map(\.plainText).map(Self.quoted) })
            .map { $0.joined(separator: ",") + "\r\n" }.joined()
    }

    private static func quoted(_ text: String) -> String {
        guard text.utf8.contains(where: { [UInt8(ascii: ","), UInt8(ascii: "\""), 10, 13].contains($0) }) else {
            return text
        }
        return "\"\(text.replacing("\"", with: "\"\""))\""
    }
}

extension BacktestSheet.Cell {
    fileprivate var tableCell: Table.Cell {
        switch self {
        case .text(let text): Table.Cell(text)
        case .number(let number): Table.Cell(Numbers.grouped(number))
        case .change(let change): Self.signed(change, Numbers.grouped(change))
        case .points(let points, let decimals): Table.Cell(Numbers.decimal(points, places: decimals))
        case .pointsChange(let change, let decimals): Self.signed(change, Numbers.decimal(change, places: decimals))
        case .money(let minorUnits, let currency): Table.Cell(Numbers.money(minorUnits, currency))
        case .moneyChange(let change, let currency): Self.signed(change, Numbers.money(change, currency))
        case .nothing: Table.Cell("")
        }
    }

    private static func signed(_ change: Int64, _ text: String) -> Table.Cell {
        Table.Cell((change > 0 ? "+" : "") + text, change < 0 ? .bad : change > 0 ? .good : nil)
    }

    fileprivate var plainText: String {
        switch self {
        case .text(let text): text
        case .number(let number), .change(let number), .points(let number, _), .pointsChange(let number, _),
            .money(let number, _), .moneyChange(let number, _):
            "\(number)"
        case .nothing: ""
        }
    }
}
