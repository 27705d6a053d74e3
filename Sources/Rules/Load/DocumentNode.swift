/// A part of a document, with its place: what is left of YAML once the reader has refused all that is not strict.
struct DocumentNode {
    /// What a node is.
    enum Content {
        /// A text; `isPlain` when it was written without quotes, so that it may mean a number or a truth value.
        case scalar(String, isPlain: Bool)
        case sequence([DocumentNode])
        case mapping([Entry])
    }

    /// A key and what it stands for.
    struct Entry {
        let key: String
        let position: Position
        let value: DocumentNode
    }

    let position: Position
    let content: Content

    /// What the node is, with an article, for messages.
    var kind: String {
        switch content {
        case .scalar: "a single value"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}
