/// Something that two documents say differently.
public struct DocumentChange: Hashable, Sendable {
    /// What became of it.
    public enum Kind: String, Sendable, CaseIterable {
        case added, removed, changed
    }

    public let kind: Kind
    /// Where, with the names of what has names: `rules[base].earn.points`.
    public let path: String
    /// What the earlier document says; `nil` where it says nothing. On one line, in the manner of YAML.
    public let before: String?
    /// What the later document says; `nil` where it says nothing.
    public let after: String?

    /// What a later document changes, in its order and that of its keys; what it leaves out comes behind. `nil` where
    /// one of them cannot be read.
    public static func between(_ earlier: String, _ later: String) -> [DocumentChange]? {
        guard let before = DocumentReader.read(Array(earlier.utf8), Report(file: "")),
            let after = DocumentReader.read(Array(later.utf8), Report(file: ""))
        else { return nil }
        var comparison = DocumentComparison()
        comparison.compare(before, after, at: "")
        return comparison.changes
    }
}
