/// The characters of a document that passed the checks which need no grammar, addressable by line and column.
struct DocumentText {
    private(set) var scalars: [Unicode.Scalar]
    /// The index of the first character of each line.
    let lineStarts: [Int]

    /// The text as it stands now.
    var string: String {
        String(String.UnicodeScalarView(scalars))
    }

    /// Decodes and checks a document; `nil` when it must not be parsed, which is then in the report.
    init?(_ bytes: [UInt8], _ report: Report) {
        guard bytes.count <= DocumentReader.greatestSize else {
            report.error(Position(line: 1, column: 1), "", "the document is larger than 1 MiB")
            return nil
        }
        guard let scalars = DocumentText.decode(bytes, report) else { return nil }
        self.scalars = scalars
        lineStarts = DocumentText.lineStarts(of: scalars)
        guard check(report) else { return nil }
        joinSurrogates()
    }

    /// The bytes as characters, a byte order mark at the start left out.
    private static func decode(_ bytes: [UInt8], _ report: Report) -> [Unicode.Scalar]? {
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(bytes.count)
        var iterator = bytes.makeIterator()
        var decoder = UTF8()
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar):
                if scalar != "\u{FEFF}" || !scalars.isEmpty { scalars.append(scalar) }
            case .emptyInput:
                return scalars
            case .error:
                let starts = lineStarts(of: scalars)
                let column = scalars.count - (starts.last ?? 0) + 1
                report.error(
                    Position(line: starts.count, column: column), "", "the document is not UTF-8",
                    hint: "save it with the encoding UTF-8")
                return nil
            }
        }
    }

    private static func lineStarts(of scalars: [Unicode.Scalar]) -> [Int] {
        var starts = [0]
        for (index, scalar) in scalars.enumerated() {
            let next = index + 1 < scalars.count ? scalars[index + 1] : nil
            if scalar == "\n" || (scalar == "\r" && next != "\n") { starts.append(index + 1) }
        }
        return starts
    }

    /// Whether the document starts with a bracket and so is, or wants to be, JSON.
    private var isFlow: Bool {
        scalars.first { !$0.properties.isWhitespace }.map { $0 == "{" || $0 == "[" } ?? false
    }

    // Checks.

    private func check(_ report: Report) -> Bool {
        let refusesTabs = !isFlow
        var anchor: Position?
        var aliases = 0
        for line in lineStarts.indices {
            var hasTab = false
            for index in lineStarts[line]..<(line + 1 < lineStarts.count ? lineStarts[line + 1] : scalars.count) {
                let position = Position(line: line + 1, column: index - lineStarts[line] + 1)
                switch scalars[index] {
                case "\t" where refusesTabs && !hasTab:
                    hasTab = true
                    report.error(position, "", "a tab is not allowed", hint: "use spaces")
                case "%" where position.column == 1 && refusesTabs:
                    report.error(position, "", "directives are not allowed", hint: "remove the line")
                case "&" where startsName(at: index):
                    anchor = anchor ?? position
                case "*" where startsName(at: index):
                    aliases += 1
                case let scalar where DocumentText.isForbidden(scalar):
                    let code = String(scalar.value, radix: 16, uppercase: true)
                    report.error(position, "", "the control character U+\(code) is not allowed", hint: "remove it")
                default:
                    continue
                }
            }
        }
        // Aliases of aliases grow exponentially before they can be refused one by one.
        if let anchor, aliases > 16 {
            report.error(anchor, "", "anchors and aliases are not allowed", hint: "write it out")
        }
        return !report.hasErrors
    }

    /// Control characters, and the separators of lines that YAML 1.1 and 1.2 see differently.
    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: false
        case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF, padding.value: true
        default: false
        }
    }

    /// Whether an indicator stands where a node could start and a name follows it.
    private func startsName(at index: Int) -> Bool {
        let before: Unicode.Scalar = index > 0 ? scalars[index - 1] : " "
        let after: Unicode.Scalar = index + 1 < scalars.count ? scalars[index + 1] : " "
        return " \t\r\n[{,:-?".unicodeScalars.contains(before) && !after.properties.isWhitespace
    }

    /// What is wrong with a node of which this is the first character.
    func forbiddenProperty(at position: Position) -> String? {
        switch scalar(at: position) {
        case "&": "anchors are not allowed"
        case "*": "aliases are not allowed"
        case "!": "tags are not allowed"
        default: nil
        }
    }

    func offset(of position: Position) -> Int? {
        guard lineStarts.indices.contains(position.line - 1) else { return nil }
        let offset = lineStarts[position.line - 1] + position.column - 1
        return scalars.indices.contains(offset) ? offset : nil
    }

    private func scalar(at position: Position) -> Unicode.Scalar? {
        offset(of: position).map { scalars[$0] }
    }

    // Changes, none of which moves a character.

    /// Overwrites the name of a key with private characters, which differ by number, so that it is no longer the same
    /// as another one.
    mutating func overwriteKey(_ name: String, at position: Position, number: Int) -> Bool {
        guard let start = offset(of: position) else { return false }
        let range: Range<Int>
        if scalars[start] == "\"" || scalars[start] == "'" {
            guard let end = endOfQuoted(at: start), end > start + 1 else { return false }
            range = start + 1..<end
        } else {
            let letters = Array(name.unicodeScalars)
            guard !letters.isEmpty, scalars[start...].starts(with: letters) else { return false }
            range = start..<start + letters.count
        }
        guard let cover = Unicode.Scalar(0xF0000 + UInt32(number)) else { return false }
        for index in range { scalars[index] = cover }
        return true
    }

    private func endOfQuoted(at start: Int) -> Int? {
        var index = start + 1
        while index < scalars.count, scalars[index] != scalars[start] {
            index += scalars[index] == "\\" && scalars[start] == "\"" ? 2 : 1
        }
        return index < scalars.count ? index : nil
    }

    /// JSON writes a character beyond U+FFFF as two escapes, `\ud83d\ude00`, which YAML refuses: they become the
    /// character itself and as much padding as keeps all columns. Only JSON is so treated, where a backslash cannot
    /// stand outside double quotes.
    private mutating func joinSurrogates() {
        guard isFlow else { return }
        var index = 0
        while index + 1 < scalars.count {
            guard scalars[index] == "\\" else {
                index += 1
                continue
            }
            guard let high = escape(at: index), (0xD800..<0xDC00).contains(high), let low = escape(at: index + 6),
                (0xDC00..<0xE000).contains(low),
                let joined = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
            else {
                index += 2
                continue
            }
            scalars[index] = joined
            for padding in index + 1..<index + 12 { scalars[padding] = DocumentText.padding }
            index += 12
        }
    }

    /// The value of `\uXXXX`.
    private func escape(at index: Int) -> UInt32? {
        guard index + 6 <= scalars.count, scalars[index] == "\\", scalars[index + 1] == "u" else { return nil }
        var value: UInt32 = 0
        for scalar in scalars[index + 2..<index + 6] {
            guard let digit = Character(scalar).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    /// Means nothing; documents must not contain it.
    static let padding: Unicode.Scalar = "\u{10FFFD}"

    /// A text as the parser gives it, without what was put in to keep columns.
    static func withoutPadding(_ text: String) -> String {
        guard text.unicodeScalars.contains(padding) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != padding }))
    }
}
