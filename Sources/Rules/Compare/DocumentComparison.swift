// Compares what two documents say, not how they are laid out: keys may change places, quotes and line breaks do not
// count. The entries of a list are matched by their `id` (tests by their `name`), so that a new rule at the top is one
// addition and not a change of every rule behind it. Their order means something, so a change of it is told as one.

/// Collects what differs between two documents.
struct DocumentComparison {
    private(set) var changes: [DocumentChange] = []

    /// Compares two nodes that stand at the same place.
    mutating func compare(_ before: DocumentNode, _ after: DocumentNode, at path: String) {
        switch (before.content, after.content) {
        case (.scalar(let old, _), .scalar(let new, _)):
            if !old.utf8.elementsEqual(new.utf8) { add(.changed, path, before, after) }
        case (.mapping(let old), .mapping(let new)):
            compare(
                old.map { (key: $0.key, node: $0.value) }, new.map { (key: $0.key, node: $0.value) },
                at: { DocumentPath.appending($0, to: path) })
        case (.sequence(let old), .sequence(let new)):
            compare(old, new, before, after, at: path)
        default: add(.changed, path, before, after)
        }
    }

    private mutating func compare(
        _ old: [(key: String, node: DocumentNode)], _ new: [(key: String, node: DocumentNode)],
        at path: (String) -> String
    ) {
        let earlier = Dictionary(old.map { ($0.key, $0.node) }, uniquingKeysWith: { first, _ in first })
        for (key, node) in new {
            if let before = earlier[key] {
                compare(before, node, at: path(key))
            } else {
                for (path, part) in node.parts(at: path(key)) { add(.added, path, nil, part) }
            }
        }
        let kept = Set(new.map(\.key))
        for (key, node) in old where !kept.contains(key) {
            for (path, part) in node.parts(at: path(key)) { add(.removed, path, part, nil) }
        }
    }

    private mutating func compare(
        _ old: [DocumentNode], _ new: [DocumentNode], _ before: DocumentNode, _ after: DocumentNode, at path: String
    ) {
        guard let oldNames = DocumentNode.names(of: old), let newNames = DocumentNode.names(of: new) else {
            if before.text != after.text { add(.changed, path, before, after) }
            return
        }
        compare(
            zip(oldNames, old).map { (key: $0, node: $1) }, zip(newNames, new).map { (key: $0, node: $1) },
            at: { "\(path)[\($0)]" })
        let (oldSet, newSet) = (Set(oldNames), Set(newNames))
        let oldOrder = oldNames.filter(newSet.contains)
        let newOrder = newNames.filter(oldSet.contains)
        guard oldOrder != newOrder else { return }
        changes.append(
            DocumentChange(
                kind: .changed, path: "\(path) (order)", before: oldOrder.joined(separator: ", "),
                after: newOrder.joined(separator: ", ")))
    }

    private mutating func add(
        _ kind: DocumentChange.Kind, _ path: String, _ before: DocumentNode?, _ after: DocumentNode?
    ) {
        changes.append(DocumentChange(kind: kind, path: path, before: before?.text, after: after?.text))
    }
}

extension DocumentNode {
    /// The node and its path, or those of its entries where they have names.
    fileprivate func parts(at path: String) -> [(path: String, node: DocumentNode)] {
        guard case .sequence(let entries) = content, let names = Self.names(of: entries), !names.isEmpty else {
            return [(path, self)]
        }
        return zip(names, entries).map { (path: "\(path)[\($0)]", node: $1) }
    }

    /// The names of a list's entries; `nil` where one has none, or two have the same.
    fileprivate static func names(of entries: [DocumentNode]) -> [String]? {
        var names: [String] = []
        for entry in entries {
            guard let name = entry.name, !names.contains(name) else { return nil }
            names.append(name)
        }
        return names
    }

    /// What an entry of a list is called.
    fileprivate var name: String? {
        guard case .mapping(let entries) = content else { return nil }
        for key in ["id", "name"] {
            guard let entry = entries.first(where: { $0.key == key }), case .scalar(let name, _) = entry.value.content
            else { continue }
            return name
        }
        return nil
    }

    /// The node on one line.
    fileprivate var text: String {
        switch content {
        case .scalar(let text, let isPlain): isPlain ? text : "\"\(text)\""
        case .sequence(let items): "[\(items.map(\.text).joined(separator: ", "))]"
        case .mapping(let entries):
            entries.isEmpty ? "{}" : "{ \(entries.map { "\($0.key): \($0.value.text)" }.joined(separator: ", ")) }"
        }
    }
}
