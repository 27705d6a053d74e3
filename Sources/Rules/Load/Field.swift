// Reading single values. Every method gives the value or reports, at the place of the value, what is wrong with it and
// what to write instead. Callers put any placeholder where a value is missing and go on, so that one pass finds
// everything; what they have built is thrown away when the report has errors.

import Time

/// A value of a document, with its path.
struct Field {
    let node: DocumentNode
    let path: String
    let report: Report

    func refuse(_ message: String, hint: String? = nil) {
        report.error(node.position, path, message, hint: hint)
    }

    /// A text of 1 to `longest` characters in one line; what YAML reads as something else must be in quotes.
    func text(longest: Int = 200) -> String? {
        guard let (text, isPlain) = scalar("a text") else { return nil }
        switch isPlain ? PlainScalar(text) : .text {
        case .text:
            break
        case .null:
            refuseNull()
            return nil
        case .boolean, .integer, .integerBeyondRange, .otherNumber:
            refuse("must be a text, and \(quoted(text)) without quotes is none", hint: "write \"\(text)\"")
            return nil
        }
        guard !text.isEmpty else {
            refuse("must not be empty")
            return nil
        }
        guard text.unicodeScalars.count <= longest else {
            refuse("must have at most \(longest) characters")
            return nil
        }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            refuse("must not contain control characters or line breaks")
            return nil
        }
        return text
    }

    /// An id: lower-case letters, digits and hyphens, starting with a letter.
    func id(allowsUnderscore: Bool = false) -> String? {
        if case .scalar(let text, isPlain: true) = node.content, PlainScalar(text).isNumber {
            // In quotes it would be no better.
            return isID(text, allowsUnderscore: allowsUnderscore) ? text : nil
        }
        guard let text = text() else { return nil }
        return isID(text, allowsUnderscore: allowsUnderscore) ? text : nil
    }

    /// Whether a text has the form of an id; reports where it has not.
    func isID(_ text: String, allowsUnderscore: Bool) -> Bool {
        func hasForm(_ text: String) -> Bool {
            guard let first = text.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else {
                return false
            }
            return text.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: "-") || (allowsUnderscore && $0 == UInt8(ascii: "_"))
            }
        }
        guard hasForm(text) else {
            let better = String(text.lowercased().map { " _.".contains($0) ? "-" : $0 })
            refuse(
                "\(quoted(text)) is not an id",
                hint: hasForm(better) && better.utf8.count <= 64
                    ? "write `\(better)`"
                    : "an id has lower-case letters, digits and hyphens, and starts with a letter")
            return false
        }
        guard text.utf8.count <= 64 else {
            refuse("an id must have at most 64 characters")
            return false
        }
        return true
    }

    /// A whole decimal number in a range.
    func integer(in range: ClosedRange<Int64>) -> Int64? {
        guard let (text, isPlain) = scalar("a number") else { return nil }
        let meaning = PlainScalar(text)
        guard isPlain else {
            if case .integer = meaning {
                refuse("must be a number, not a text", hint: "write \(text) without quotes")
            } else {
                refuse("must be a number, not a text")
            }
            return nil
        }
        switch meaning {
        case .integer(let value):
            if range.contains(value) { return value }
            refuse(Field.message(for: range))
        case .null:
            refuseNull()
        case .integerBeyondRange:
            refuse(Field.message(for: range))
        case .otherNumber:
            refuse("must be a whole decimal number", hint: Field.whole(text).map { "write \($0)" })
        case .boolean, .text:
            refuse("must be a number, not \(quoted(text))")
        }
        return nil
    }

    private static func message(for range: ClosedRange<Int64>) -> String {
        range.upperBound == .max
            ? "must be at least \(range.lowerBound)" : "must be from \(range.lowerBound) to \(range.upperBound)"
    }

    /// The whole number that `1_000`, `+5` or `1.00` was meant to be.
    private static func whole(_ text: String) -> Int64? {
        let digits = text.filter { $0 != "_" && $0 != "+" }
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count == 1 || (parts.count == 2 && parts[1].allSatisfy { $0 == "0" })
        else { return nil }
        // Nobody can tell whether a leading zero meant octal.
        return first == "0" || first.first != "0" ? Int64(first) : nil
    }

    /// `true` or `false`.
    func boolean() -> Bool? {
        guard let (text, isPlain) = scalar("`true` or `false`") else { return nil }
        if isPlain, case .boolean(let value) = PlainScalar(text) { return value }
        let meant =
            switch text.lowercased() {
            case "true", "yes", "on", "y": "true"
            case "false", "no", "off", "n": "false"
            default: String?.none
            }
        refuse("must be `true` or `false`", hint: meant.map { isPlain ? "write \($0)" : "write \($0) without quotes" })
        return nil
    }

    /// One of the words of an enumeration.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ type: Choice.Type, later: [String] = []
    ) -> Choice? {
        guard let text = text() else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        if later.contains(text) {
            refuseLater(quoted(text))
            return nil
        }
        let words = Choice.allCases.map(\.rawValue)
        let known = words.map { "`\($0)`" }.joined(separator: ", ")
        refuse(
            words.count == 1 ? "must be \(known)" : "must be one of \(known)",
            hint: words.count == 1 ? nil : Field.meant(text, among: words).map { "did you mean `\($0)`?" })
        return nil
    }

    /// The word that someone meant, who left out its first half or whose fingers slipped.
    private static func meant(_ text: String, among words: [String]) -> String? {
        words.first { $0.hasSuffix("_" + text) } ?? Spelling.nearest(to: text, in: words)
    }

    /// A span of time such as `30 days`.
    func span() -> CalendarSpan? {
        guard let (text, isPlain) = scalar("a span such as `30 days`") else { return nil }
        if let span = CalendarSpan(text) { return span }
        if isPlain, PlainScalar(text) == .null {
            refuseNull()
        } else if isPlain, case .integer(let count) = PlainScalar(text) {
            refuse("must be a span such as `30 days`", hint: "name the unit: `\(count) days`, `\(count) months`")
        } else {
            refuse(
                "must be a span such as `30 days`", hint: "the units are minutes, hours, days, weeks, months and years")
        }
        return nil
    }

    /// An RFC 3339 date-time; the zone is there for the hint.
    func instant(in zone: Zone) -> Instant? {
        guard let text = text() else { return nil }
        do throws(RFC3339Error) {
            return try Instant(rfc3339: text)
        } catch {
            let date = try? CivilDate(rfc3339: text)
            let hint = date.map { "write \(zone.startOfDay($0).rfc3339(in: zone)) for the start of that day" }
            refuse("\(quoted(text)) \(error)", hint: hint)
            return nil
        }
    }

    /// The items of a list.
    func list() -> [Field]? {
        guard case .sequence(let items) = node.content else {
            refuse("must be a list, not \(node.kind)")
            return nil
        }
        return items.enumerated().map { Field(node: $1, path: "\(path)[\($0)]", report: report) }
    }

    /// One text or a list of different texts, none of them empty.
    func texts() -> [String]? {
        if case .scalar = node.content { return text().map { [$0] } }
        guard let items = list() else { return nil }
        guard !items.isEmpty else {
            refuse("must not be empty")
            return nil
        }
        var texts: [String] = []
        for item in items {
            guard let text = item.text() else { continue }
            if texts.contains(text) {
                item.refuse("\(quoted(text)) is there twice")
            } else {
                texts.append(text)
            }
        }
        return texts
    }

    /// The mapping, with only the keys that a vocabulary knows.
    func section(_ vocabulary: Vocabulary) -> Section? {
        guard let section = openSection() else { return nil }
        section.check(vocabulary)
        return section
    }

    /// The mapping, with keys that the document chooses itself.
    func openSection() -> Section? {
        guard case .mapping(let entries) = node.content else {
            if case .scalar(let text, isPlain: true) = node.content, PlainScalar(text) == .null {
                refuse("has no value", hint: "write {} where the defaults will do")
            } else {
                refuse("must be a mapping of keys and values, not \(node.kind)")
            }
            return nil
        }
        return Section(field: self, entries: entries)
    }

    /// Tells that a part of the format is for a later version.
    func refuseLater(_ what: String) {
        refuse("\(what) is in the format, but this version does not run it yet", hint: Vocabulary.laterHint)
    }

    private func refuseNull() {
        refuse("has no value")
    }

    private func scalar(_ wanted: String) -> (String, isPlain: Bool)? {
        guard case .scalar(let text, let isPlain) = node.content else {
            refuse("must be \(wanted), not \(node.kind)")
            return nil
        }
        return (text, isPlain)
    }
}
