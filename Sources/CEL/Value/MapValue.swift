// A map of the language: keys are booleans, integers of either kind, or strings.
//
// Entries keep the order in which they were written. Keys that are equal in the language are one key: 1, 1u
// and 1.0 name the same entry, so keys are looked up by a normal form. Small maps, which most are, are
// searched in order; larger ones carry an index.

/// A map of the language.
public struct MapValue: Sendable {
    /// A key in the form in which equal keys are the same.
    enum Key: Hashable, Sendable {
        case bool(Bool)
        case int(Int64)
        /// Only for numbers beyond `Int64.max`.
        case large(UInt64)
        case string(Text)

        /// The normal form of a value; nil if no key can equal it.
        init?(_ value: Value) {
            switch value {
            case .bool(let value): self = .bool(value)
            case .int(let value): self = .int(value)
            case .uint(let value): self = Int64(exactly: value).map { .int($0) } ?? .large(value)
            case .double(let value):
                if let int = Int64(exactly: value) {
                    self = .int(int)
                } else if let uint = UInt64(exactly: value) {
                    self = .large(uint)
                } else {
                    return nil
                }
            case .string(let value): self = .string(Text(value))
            default: return nil
            }
        }
    }

    /// One entry, with the key as written.
    public struct Entry: Sendable {
        /// The key as written.
        public let key: Value
        /// The value under the key.
        public let value: Value
    }

    private static let linearLimit = 8

    /// The entries in the order they were added.
    public private(set) var entries: [Entry] = []
    private var positions: [Key: Int] = [:]

    /// Makes an empty map.
    public init() {}

    /// Makes a map; nil if a key is of a type that cannot be one, or occurs twice.
    public init?(_ pairs: [(Value, Value)]) {
        for (key, value) in pairs {
            guard (try? insert(key, value)) != nil else { return nil }
        }
    }

    /// The number of entries.
    public var count: Int { entries.count }
    /// Whether there are no entries.
    public var isEmpty: Bool { entries.isEmpty }

    /// The value under a key, compared across numeric types.
    public subscript(key: Value) -> Value? {
        Key(key).flatMap(position).map { entries[$0].value }
    }

    /// The value under a string key.
    public subscript(field name: String) -> Value? {
        if entries.count <= Self.linearLimit {
            for entry in entries {
                if case .string(let key) = entry.key, key.isIdentical(name) { return entry.value }
            }
            return nil
        }
        return positions[.string(Text(name))].map { entries[$0].value }
    }

    /// Adds an entry; fails if the key is of a wrong type or already there.
    mutating func insert(_ key: Value, _ value: Value) throws(EvaluationError) {
        switch key {
        case .bool, .int, .uint, .string: break
        default: throw EvaluationError(.invalidArgument, "unsupported key type: \(key.typeName)")
        }
        guard let normal = Key(key) else { throw EvaluationError(.invalidArgument, "unsupported key") }
        guard position(normal) == nil else {
            throw EvaluationError(.duplicateKey, "duplicate key in map: \(key.debugText)")
        }
        entries.append(Entry(key: key, value: value))
        if entries.count > Self.linearLimit {
            if positions.isEmpty {
                for (position, entry) in entries.enumerated() {
                    if let key = Key(entry.key) { positions[key] = position }
                }
            } else {
                positions[normal] = entries.count - 1
            }
        }
    }

    private func position(_ key: Key) -> Int? {
        if entries.count <= Self.linearLimit {
            return entries.firstIndex { Key($0.key) == key }
        }
        return positions[key]
    }
}
