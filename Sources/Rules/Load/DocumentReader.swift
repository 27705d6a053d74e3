// From bytes to nodes: YAML 1.2, as strictly as a document about money deserves. A document says what it says in one
// way only: no anchors, aliases, tags, merge keys, directives, second documents, tabs or repeated keys.
//
// Yams composes the nodes and three things are added around it. It resolves aliases and drops most tags, so the
// character at the place of every node is looked at: `&`, `*` and `!` can start nothing else. It stops at the first
// repeated key, so that key is overwritten by as many private characters and the text is read again, until all of them
// are known. And what it could choke on is refused beforehand: size, bad UTF-8, control characters, and more aliases
// than an honest mistake has. JSON is YAML here too, surrogate pairs in escapes included.

import Yams

/// Reads the text of one document.
struct DocumentReader {
    static let greatestSize = 1 << 20
    static let greatestDepth = 32
    /// Each costs one more reading.
    private static let mostRepeatedKeys = 8

    private let report: Report
    private var text: DocumentText
    /// The original names of keys that were overwritten.
    private var repeatedKeys: [Position: String] = [:]
    /// Where anchors, aliases and tags were refused: an alias is at the place of its anchor.
    private var refusedProperties: Set<Position> = []

    /// Reads a document; `nil` when something about its form is wrong, which is then in the report.
    static func read(_ bytes: [UInt8], _ report: Report) -> DocumentNode? {
        guard let text = DocumentText(bytes, report) else { return nil }
        report.text = text
        var reader = DocumentReader(report: report, text: text)
        return reader.read()
    }

    private init(report: Report, text: DocumentText) {
        self.report = report
        self.text = text
    }

    private mutating func read() -> DocumentNode? {
        guard let root = compose() else { return nil }
        let node = convert(root, path: "", depth: 1)
        return report.hasErrors ? nil : node
    }

    // Composing.

    private mutating func compose() -> Node? {
        while true {
            do {
                // Without a resolver Yams compares keys as texts, and not by regular expressions; without an encoding
                // it would read the environment.
                let parser = try Parser(yaml: text.string, resolver: .basic, encoding: .utf8)
                guard let node = try parser.singleRoot() else {
                    report.error(Position(line: 1, column: 1), "", "the document is empty")
                    return nil
                }
                return node
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                let position = Position(context.mark)
                guard let name = names.first, repeatedKeys.count < DocumentReader.mostRepeatedKeys,
                    text.overwriteKey(name, at: position, number: repeatedKeys.count)
                else {
                    report.error(position, "", "a key of this mapping is there twice")
                    return nil
                }
                repeatedKeys[position] = name
            } catch let error as YamlError {
                report.add(error)
                return nil
            } catch {
                report.error(Position(line: 1, column: 1), "", "the document cannot be read: \(error)")
                return nil
            }
        }
    }

    // Converting.

    private mutating func convert(_ node: Node, path: String, depth: Int) -> DocumentNode {
        let position = node.mark.map(Position.init) ?? Position(line: 1, column: 1)
        let nothing = DocumentNode(position: position, content: .scalar("", isPlain: false))
        if let problem = text.forbiddenProperty(at: position) {
            if refusedProperties.insert(position).inserted {
                report.error(position, path, problem, hint: "write it out")
            }
            return nothing
        }
        guard depth <= DocumentReader.greatestDepth else {
            report.error(position, path, "is nested deeper than \(DocumentReader.greatestDepth) levels")
            return nothing
        }
        switch node {
        case .scalar(let scalar):
            return DocumentNode(
                position: position,
                content: .scalar(DocumentText.withoutPadding(scalar.string), isPlain: scalar.style == .plain))
        case .sequence(let sequence):
            var items: [DocumentNode] = []
            for (index, item) in sequence.enumerated() {
                items.append(convert(item, path: "\(path)[\(index)]", depth: depth + 1))
            }
            return DocumentNode(position: position, content: .sequence(items))
        case .mapping(let mapping):
            return DocumentNode(
                position: position, content: .mapping(convert(mapping, path: path, depth: depth)))
        case .alias:
            report.error(position, path, "is an alias, and aliases are not allowed", hint: "write it out")
            return nothing
        }
    }

    private mutating func convert(_ mapping: Node.Mapping, path: String, depth: Int) -> [DocumentNode.Entry] {
        var entries: [DocumentNode.Entry] = []
        var lines: [String: Int] = [:]
        for (keyNode, valueNode) in mapping {
            let key = convert(keyNode, path: path, depth: depth + 1)
            guard case .scalar(let written, let isPlain) = key.content else {
                report.error(key.position, path, "a key must be a text, not \(key.kind)")
                continue
            }
            let name = repeatedKeys[key.position] ?? written
            let keyPath = DocumentPath.appending(name, to: path)
            if isPlain, name == "<<" {
                report.error(key.position, path, "merge keys are not allowed", hint: "write it out")
            } else if let line = lines[name] {
                report.error(
                    key.position, keyPath, "the key \(quoted(name)) is there twice", hint: "first on line \(line)")
            } else {
                lines[name] = key.position.line
            }
            let value = convert(valueNode, path: keyPath, depth: depth + 1)
            entries.append(DocumentNode.Entry(key: name, position: key.position, value: value))
        }
        return entries
    }
}

extension Position {
    fileprivate init(_ mark: Mark) {
        self.init(line: mark.line, column: mark.column)
    }
}

extension Report {
    /// Tells what the YAML parser found, in words that help.
    fileprivate func add(_ error: YamlError) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _):
            for (position, kind) in text?.fullWidth ?? [] { self.error(position, "", kind.message, hint: kind.hint) }
            self.error(Position(mark), "", "is not YAML: \(problem)", hint: Report.hint(for: problem))
        case .composer(_, let problem, let mark, _) where problem.contains("alias"):
            self.error(Position(mark), "", "aliases are not allowed", hint: "write it out")
        case .composer(_, _, let mark, _):
            self.error(Position(mark), "", "only one document is allowed", hint: "remove what follows `---`")
        default:
            self.error(Position(line: 1, column: 1), "", "is not YAML: \(error)")
        }
    }

    private static let hints = [
        ("mapping values are not allowed", "a text that contains `: ` needs quotes"),
        ("could not find expected ':'", "a key is followed by a colon and a space"),
        ("cannot start any token", "a text that starts with this character needs quotes"),
        ("did not find expected key", "check how far the line is indented, and that quotes are closed"),
        ("did not find expected '-'", "check how far the line is indented"),
        ("did not find expected ',' or", "check commas and closing brackets"),
        ("did not find expected node content", "check commas and closing brackets"),
        ("unexpected end of stream", "a quote or a bracket is not closed"),
    ]

    private static func hint(for problem: String) -> String? {
        hints.first { problem.contains($0.0) }?.1
    }
}
