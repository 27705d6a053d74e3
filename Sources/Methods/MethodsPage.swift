import Engine
public import RPC

// The page about every method for people who read, written from the table that dispatches. `rpc.discover` says the same
// to programs.

/// Writes `docs/reference/methods.md`.
public struct MethodsPage {
    private let table: MethodTable<Handling>
    private var lines: [String] = []
    /// Shapes that are told of, in the order in which they were met.
    private var shapes: [NamedSchema] = []

    /// The page about all methods of a table, as Markdown.
    public static func markdown(of table: MethodTable<Handling> = MethodTable(MethodTable<Handling>.product)) -> String
    {
        var page = MethodsPage(table: table)
        page.write()
        return page.lines.joined(separator: "\n") + "\n"
    }

    private init(table: MethodTable<Handling>) {
        self.table = table
    }

    private mutating func write() {
        lines += [
            "# Methods", "",
            "Written by `make methods` from the table that dispatches; `rpc.discover` answers the same as OpenRPC. How calls,",
            "times, amounts and refusals work in general is in [calls](../using/calls.md).", "",
        ]
        writeContents()
        writeCallers()
        var area = ""
        for entry in table.entries {
            if Self.area(of: entry) != area {
                area = Self.area(of: entry)
                lines += ["## \(area)", ""]
            }
            write(entry)
        }
        writeShapes()
    }

    private mutating func writeContents() {
        let areas = Dictionary(grouping: table.entries, by: Self.area)
        var seen: Set<String> = []
        for entry in table.entries where seen.insert(Self.area(of: entry)).inserted {
            let names = (areas[Self.area(of: entry)] ?? []).map {
                "[\($0.method.name)](#\(Self.anchor($0.method.name)))"
            }
            lines.append("- \(names.joined(separator: " · "))")
        }
        lines.append("")
    }

    /// Who may call what, at a glance.
    private mutating func writeCallers() {
        lines += [
            "## Who may call what", "", "Everybody else is refused with −32006, and without a key with −32001.", "",
            "| Method | no key | \(Role.allCases.map(\.rawValue).joined(separator: " | ")) |",
            "|---|" + String(repeating: ":-:|", count: Role.allCases.count + 1),
        ]
        for entry in table.entries {
            var marks = [false]
            if case .anyone = entry.attachment.access { marks = [true] }
            marks += Role.allCases.map { entry.attachment.isOpen(to: $0) }
            lines.append("| `\(entry.method.name)` | \(marks.map { $0 ? "●" : "" }.joined(separator: " | ")) |")
        }
        lines.append("")
    }

    private static func area(of entry: MethodTable<Handling>.Entry) -> String {
        String(entry.method.name.prefix { $0 != "." })
    }

    private static func anchor(_ heading: String) -> String {
        heading.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "_" }
    }

    // MARK: Methods

    private mutating func write(_ entry: MethodTable<Handling>.Entry) {
        let method = entry.method
        lines += ["### \(method.name)", "", method.summary, ""]
        lines += [Self.callers(of: entry) + (method.changes ? " Changes something, once for each key." : ""), ""]
        writeFields(of: method.params, titled: "Param")
        for group in method.fields?.exactlyOneOf ?? [] {
            lines += ["Exactly one of \(group.map { "`\($0)`" }.joined(separator: ", ")) is given.", ""]
        }
        writeFields(of: method.result, titled: "Result")
        if !method.refusals.isEmpty {
            let refusals = method.refusals.map { "\($0.code) `\($0.type)`" }
            lines += ["Refused with \(refusals.joined(separator: ", ")).", ""]
        }
        for example in method.examples {
            lines += [
                example.name + ":", "```json", Self.oneLine(example.params), Self.oneLine(example.result), "```", "",
            ]
        }
    }

    private static func callers(of entry: MethodTable<Handling>.Entry) -> String {
        let roles = Role.allCases.filter { entry.attachment.isOpen(to: $0) }
        if case .anyone = entry.attachment.access { return "For everyone, even without a key." }
        if roles.count == Role.allCases.count { return "For every role." }
        return "For \(roles.map(\.rawValue).joined(separator: ", "))."
    }

    /// In the source an example may fill several lines; no string of JSON can hold a line feed.
    private static func oneLine(_ json: String) -> String { json.filter { $0 != "\n" } }

    // MARK: Fields

    private mutating func writeFields(of schema: Schema, titled title: String) {
        guard case .object(let object) = schema else {
            lines += ["\(title): \(words(for: schema)).", ""]
            return
        }
        guard !object.fields.isEmpty else { return }
        lines += ["| \(title) | Is | |", "|---|---|---|"]
        writeRows(of: object, below: "")
        lines.append("")
    }

    private mutating func writeRows(of object: ObjectSchema, below path: String) {
        for field in object.fields {
            let name = "`\(path)\(field.name)`" + (field.isRequired ? "" : " ?")
            lines.append("| \(name) | \(words(for: field.schema)) | \(Self.cell(field.description)) |")
            if let (inner, step) = Self.inside(field.schema) { writeRows(of: inner, below: path + field.name + step) }
        }
    }

    /// The object of which a field or its elements consist, unless it has a name and is told of by that.
    private static func inside(_ schema: Schema) -> (ObjectSchema, String)? {
        switch schema {
        case .object(let object): (object, ".")
        case .array(let element, _): inside(element).map { ($0.0, "[]" + $0.1) }
        case .map(_, let values, _): inside(values).map { ($0.0, ".*" + $0.1) }
        case .nullable(let inner), .unchecked(let inner): inside(inner)
        default: nil
        }
    }

    private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }

    private mutating func words(for schema: Schema) -> String {
        switch schema {
        case .object: return "object"
        case .string(let text): return Self.words(for: text)
        case .choice(let words): return words.map { "`\($0)`" }.joined(separator: ", ")
        case .dateTime: return "date and time"
        case .date: return "date"
        case .integer(let range): return "integer" + Self.words(for: range)
        case .number: return "number"
        case .boolean: return "true or false"
        case .array(let element, let count): return "list of \(words(for: element))" + Self.words(for: count)
        case .map(let keys, let values, _): return "by name (\(Self.words(for: keys))): \(words(for: values))"
        case .named(let named):
            if !shapes.contains(where: { $0 === named }) { shapes.append(named) }
            return "[\(named.name)](#\(Self.anchor(named.name)))"
        case .nullable(let inner): return words(for: inner) + " or null"
        case .unchecked(let inner): return words(for: inner)
        case .anything: return "any JSON"
        }
    }

    private static func words(for text: TextSchema) -> String {
        let form =
            switch text.form {
            case .any: "text"
            case .printableASCII: "printable ASCII"
            case .identifier: "letters, digits, `._:/-`"
            case .digits: "digits"
            case .capitals: "capitals"
            }
        let unit = text.unit == .bytes ? "bytes" : "characters"
        switch (text.length.lowerBound, text.length.upperBound) {
        case (0, .max): return form
        case (let least, .max): return "\(form), \(least) \(unit) or more"
        case (0, let most): return "\(form), up to \(most) \(unit)"
        case (let least, let most) where least == most: return "\(form), \(least) \(unit)"
        case (let least, let most): return "\(form), \(least) to \(most) \(unit)"
        }
    }

    private static func words(for range: ClosedRange<Int64>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (.min, .max): ""
        case (let least, .max): " ≥ \(least)"
        case (.min, let most): " ≤ \(most)"
        case (let least, let most): ", \(least) to \(most)"
        }
    }

    private static func words(for count: ClosedRange<Int>) -> String {
        switch (count.lowerBound, count.upperBound) {
        case (0, .max): ""
        case (let least, .max): ", \(least) or more"
        case (0, let most): ", up to \(most)"
        case (let least, let most): ", \(least) to \(most)"
        }
    }

    // MARK: Shapes

    private mutating func writeShapes() {
        guard !shapes.isEmpty else { return }
        lines += ["## Shapes", ""]
        // Telling of one may bring up others.
        var next = 0
        while next < shapes.count {
            let shape = shapes[next]
            lines += ["### \(shape.name)", ""]
            writeFields(of: shape.schema, titled: "Member")
            next += 1
        }
    }
}
