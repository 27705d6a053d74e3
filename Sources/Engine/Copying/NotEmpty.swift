/// Why a store cannot be filled: there is something in it.
public struct NotEmpty: Error, Hashable, CustomStringConvertible {
    /// What there is, as in `it has members`.
    public let what: String

    public init(_ what: String) {
        self.what = what
    }

    public var description: String {
        "the database to copy to is not empty: it has \(what); a copy needs a new database, and nothing was changed"
    }
}
