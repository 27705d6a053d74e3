// From a place in a value to its place in the document. How a text was written decides where its characters are: plain,
// in quotes, or as a block whose lines were folded. Folding changes nothing but spaces and line breaks, so the
// characters that are neither are counted in both.

extension DocumentText {
    /// The place of a character of a value that begins at `start`; `start` itself where it cannot be told.
    func position(of offset: Int, in value: String, at start: Position) -> Position {
        guard let first = self.offset(of: start) else { return start }
        let letters = Array(value.unicodeScalars)
        let wanted = letters.prefix(offset).count { !$0.properties.isWhitespace }
        let isAtLetter = offset < letters.count && !letters[offset].properties.isWhitespace

        var index = first
        let style = scalars[first]
        switch style {
        case "|", ">":
            while index < scalars.count, scalars[index] != "\n" { index += 1 }
        case "'", "\"":
            index += 1
        default: break
        }
        var seen = 0
        while index < scalars.count {
            let scalar = scalars[index]
            if scalar.properties.isWhitespace {
                if seen == wanted, seen > 0, !isAtLetter { break }
                index += 1
                continue
            }
            if seen == wanted { break }
            if style == "\"", scalar == "\\" { return start }
            // Two apostrophes stand for one.
            if style == "'", scalar == "'" { index += 1 }
            seen += 1
            index += 1
        }
        return position(at: index)
    }

    private func position(at index: Int) -> Position {
        let line = lineStarts.lastIndex { $0 <= index } ?? 0
        return Position(line: line + 1, column: index - lineStarts[line] + 1)
    }
}
