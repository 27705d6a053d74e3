import JSON

extension JSONWriter {
    /// Writes a member that is true or false.
    mutating func member(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    /// Writes a member that is a value of another text, as it is written there.
    mutating func member(_ name: String, _ value: JSONValue) {
        key(name)
        raw(value.rawText)
    }
}

/// One JSON value as a line, for `--json`.
enum JSONText {
    static func line(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        writer.endLine()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// A value that is JSON already.
    static func line(_ value: [UInt8]) -> String {
        String(decoding: value, as: UTF8.self) + "\n"
    }
}
