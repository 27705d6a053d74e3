import Ledger

/// What was asked for at an operation, as far as nothing else tells: named numbers and texts, in order.
///
/// One plain form for every kind of operation, so that hashing and storing know only this. Each request type writes
/// itself as one and reads itself back from it.
public struct Detail: Hashable, Sendable {
    /// One value.
    public enum Value: Hashable, Sendable {
        case integer(Int64)
        case text(String)
        case integers([Int64])
    }

    /// A value and its name.
    public struct Entry: Hashable, Sendable {
        public let name: String
        public let value: Value

        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    public private(set) var entries: [Entry]

    public init(_ entries: [Entry] = []) {
        self.entries = entries
    }

    mutating func add(_ name: String, _ value: Int64?) {
        if let value { entries.append(Entry(name, .integer(value))) }
    }

    mutating func add(_ name: String, _ value: String?) {
        if let value { entries.append(Entry(name, .text(value))) }
    }

    mutating func add(_ name: String, _ values: [Int64]) {
        if !values.isEmpty { entries.append(Entry(name, .integers(values))) }
    }

    /// A number; `nil` where there is none of this name.
    public func integer(_ name: String) -> Int64? {
        guard case .integer(let value)? = value(name) else { return nil }
        return value
    }

    /// A text; `nil` where there is none of this name.
    public func text(_ name: String) -> String? {
        guard case .text(let value)? = value(name) else { return nil }
        return value
    }

    /// Numbers; empty where there are none of this name.
    public func integers(_ name: String) -> [Int64] {
        guard case .integers(let values)? = value(name) else { return [] }
        return values
    }

    private func value(_ name: String) -> Value? {
        entries.first { $0.name == name }?.value
    }

    /// Appends the hashed form.
    func encode(into bytes: inout [UInt8]) {
        bytes.append(bigEndian: Int64(entries.count))
        for entry in entries {
            bytes.append(lengthPrefixed: entry.name)
            switch entry.value {
            case .integer(let value):
                bytes.append(1)
                bytes.append(bigEndian: value)
            case .text(let text):
                bytes.append(2)
                bytes.append(lengthPrefixed: text)
            case .integers(let values):
                bytes.append(3)
                bytes.append(bigEndian: Int64(values.count))
                for value in values { bytes.append(bigEndian: value) }
            }
        }
    }
}
