// From a place in a value to its place in the document. How a text was written decides where its characters are: plain,
// in quotes with their escapes, or as a block whose lines were folded. Folding changes nothing but spaces and line
// breaks, so the characters that are neither are counted in both.

extension DocumentText {
    /// The place of a character of a value that begins at `start`, or the place behind it where the offset is its end.
    func position(of offset: Int, in value: String, at start: Position) -> Position {
        guard let first = self.offset(of: start) else { return start }
        let letters = Array(value.unicodeScalars)
        let wanted = letters.prefix(offset).count { !$0.properties.isWhitespace }
        let isAtLetter = offset < letters.count && !letters[offset].properties.isWhitespace

        let style = Style(scalars[first])
        var index = contentStart(of: style, at: first)
        var seen = 0
        while index < scalars.count {
            let written = character(at: index, in: style)
            if written.isSpace {
                if seen == wanted, seen > 0, !isAtLetter { break }
            } else {
                if seen == wanted { break }
                seen += 1
            }
            index += written.length
        }
        return position(at: index)
    }

    /// How a text is written.
    private enum Style {
        case plain, singleQuoted, doubleQuoted, block

        init(_ first: Unicode.Scalar) {
            switch first {
            case "|", ">": self = .block
            case "'": self = .singleQuoted
            case "\"": self = .doubleQuoted
            default: self = .plain
            }
        }
    }

    private func contentStart(of style: Style, at first: Int) -> Int {
        switch style {
        case .plain: first
        case .singleQuoted, .doubleQuoted: first + 1
        case .block: scalars[first...].firstIndex { $0 == "\n" || $0 == "\r" } ?? scalars.count
        }
    }

    /// How much of the document one character of a value takes, and whether it is one that folding may change.
    private func character(at index: Int, in style: Style) -> (length: Int, isSpace: Bool) {
        switch (style, scalars[index]) {
        case (.doubleQuoted, "\\"): return escape(after: index)
        // Two apostrophes stand for one.
        case (.singleQuoted, "'"): return (2, false)
        case (_, let scalar):
            let padding = scalars[(index + 1)...].prefix { $0 == DocumentText.padding }.count
            return (1 + padding, scalar.properties.isWhitespace)
        }
    }

    private func escape(after backslash: Int) -> (length: Int, isSpace: Bool) {
        guard backslash + 1 < scalars.count else { return (1, false) }
        switch scalars[backslash + 1] {
        case "x": return (4, isSpace(digits: backslash + 2..<backslash + 4))
        case "u": return (6, isSpace(digits: backslash + 2..<backslash + 6))
        case "U": return (10, isSpace(digits: backslash + 2..<backslash + 10))
        case "n", "r", "t", "v", "f", "N", "_", "L", "P": return (2, true)
        case let scalar: return (2, scalar.properties.isWhitespace)
        }
    }

    private func isSpace(digits range: Range<Int>) -> Bool {
        guard range.upperBound <= scalars.count else { return false }
        let text = String(String.UnicodeScalarView(scalars[range]))
        return UInt32(text, radix: 16).flatMap(Unicode.Scalar.init)?.properties.isWhitespace ?? false
    }

    private func position(at index: Int) -> Position {
        let line = lineStarts.lastIndex { $0 <= index } ?? 0
        return Position(line: line + 1, column: index - lineStarts[line] + 1)
    }
}
