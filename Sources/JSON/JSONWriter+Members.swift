extension JSONWriter {
    /// Writes a member whose value is a string.
    public mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    /// Writes a member whose value is an integer.
    public mutating func member(_ name: String, _ value: Int64) {
        key(name)
        int(value)
    }

    /// Writes a member that is a truth.
    public mutating func member(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }
}
