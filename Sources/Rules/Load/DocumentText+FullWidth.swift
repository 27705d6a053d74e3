// Keyboards for Japanese write spaces, colons and commas of full width, which look like those of YAML and are text to
// it. The parser then gives up somewhere further on. Where it does, the document is searched for them.

extension DocumentText {
    /// Characters of full width that stand where YAML wants its own.
    enum FullWidth {
        case indentation, space, colon, comma

        var message: String {
            switch self {
            case .indentation: "a full-width space is text, and indents nothing"
            case .space: "a full-width space is text, and separates nothing"
            case .colon: "a full-width colon is text, and ends no key"
            case .comma: "a full-width comma is text, and separates nothing"
            }
        }

        var hint: String {
            switch self {
            case .indentation, .space: "use ordinary spaces"
            case .colon: "write `: `"
            case .comma: "write `, `"
            }
        }
    }

    /// The first one of each line, outside of quotes and comments. A block of text that begins its paragraphs with such
    /// spaces has them as well.
    var fullWidth: [(Position, FullWidth)] {
        lineStarts.indices.compactMap { line in
            let end = line + 1 < lineStarts.count ? lineStarts[line + 1] : scalars.count
            return DocumentText.firstFullWidth(in: scalars[lineStarts[line]..<end]).map { offset, kind in
                (Position(line: line + 1, column: offset + 1), kind)
            }
        }
    }

    /// Whether a character is a wide form of one of ASCII.
    static func isFullWidth(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\u{3000}" || ("\u{FF01}"..."\u{FF5E}").contains(scalar)
    }

    private static func firstFullWidth(in line: ArraySlice<Unicode.Scalar>) -> (Int, FullWidth)? {
        var quote: Unicode.Scalar?
        var before: Unicode.Scalar = " "
        var isIndentation = true
        // Whether a key may still begin, or has begun and is not ended.
        var isKey = true
        var isFlow = false
        for (offset, scalar) in line.enumerated() {
            if let open = quote {
                if scalar == open { quote = nil }
                before = scalar
                continue
            }
            let opens = " -:,{[".unicodeScalars.contains(before)
            switch scalar {
            case "\u{3000}" where isIndentation: return (offset, .indentation)
            case "\u{3000}" where opens && before != " ": return (offset, .space)
            case "\u{FF1A}" where isKey: return (offset, .colon)
            case "\u{FF0C}" where isFlow: return (offset, .comma)
            case "#" where before == " ": return nil
            case "\"" where opens, "'" where opens: quote = scalar
            case ":": isKey = false
            case "{", "[": (isKey, isFlow) = (true, true)
            case ",": isKey = isFlow
            default: break
            }
            if scalar != " " { isIndentation = false }
            before = scalar
        }
        return nil
    }
}
