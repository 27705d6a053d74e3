/// Rows and columns of text for people: a heading, two spaces between columns, numbers to the right.
struct Table {
    enum Alignment {
        case left, right
    }

    struct Column {
        let title: String
        let alignment: Alignment

        static func left(_ title: String) -> Column { Column(title: title, alignment: .left) }
        static func right(_ title: String) -> Column { Column(title: title, alignment: .right) }
    }

    struct Cell: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
        let text: String
        let tone: Style.Tone?

        init(_ text: String, _ tone: Style.Tone? = nil) {
            self.text = SafeText.text(text)
            self.tone = tone
        }

        init(stringLiteral text: String) {
            self.init(text)
        }
    }

    private let columns: [Column]
    private(set) var rows: [[Cell]] = []

    init(_ columns: Column...) {
        self.init(columns)
    }

    init(_ columns: [Column]) {
        self.columns = columns
    }

    mutating func add(_ cells: [Cell]) {
        precondition(cells.count == columns.count, "a row has a cell for every column")
        rows.append(cells)
    }

    /// The lines of the table, each ended by a line feed.
    func text(_ style: Style) -> String {
        let heading = columns.map { Cell($0.title, .heading) }
        let all = [heading] + rows
        let widths = columns.indices.map { column in
            all.reduce(0) { max($0, DisplayWidth.columns(of: $1[column].text)) }
        }
        return all.map { line($0, widths, style) + "\n" }.joined()
    }

    private func line(_ cells: [Cell], _ widths: [Int], _ style: Style) -> String {
        var line = ""
        // Spaces are owed until more text comes, so that no line ends with some.
        var owed = 0
        for (index, cell) in cells.enumerated() {
            let gap = widths[index] - DisplayWidth.columns(of: cell.text)
            if columns[index].alignment == .right { owed += gap }
            if !cell.text.isEmpty {
                line += String(repeating: " ", count: owed) + style.paint(cell.text, cell.tone)
                owed = 0
            }
            if columns[index].alignment == .left { owed += gap }
            owed += 2
        }
        return line
    }
}
