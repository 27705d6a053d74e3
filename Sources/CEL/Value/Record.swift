// Data of the host, read in place.
//
// The host declares a shape once, in the order it likes to store its fields. Planning turns `member.tier`
// into a position in that shape, so that evaluation asks the object for a position and compares no names.

/// The names of the fields of an object of the host, in order; compared by identity.
public final class RecordShape: Sendable {
    /// The name of the object type, as declared in the environment.
    public let name: String
    /// The names of the fields; their positions are what `Record.field(_:)` is asked for.
    public let fields: [String]
    private let positions: [String: Int]

    /// Declares a shape; of two fields with one name the first counts.
    public init(name: String, fields: [String]) {
        self.name = name
        self.fields = fields
        self.positions = Dictionary(zip(fields, fields.indices)) { first, _ in first }
    }

    /// The position of a field.
    public func position(of field: String) -> Int? { positions[field] }
}

/// An object of the host with the fields of its shape.
public protocol Record: AnyObject, Sendable {
    /// The shape of the object, always the same instance for the same type.
    var shape: RecordShape { get }
    /// The value of the field at a position of the shape.
    func field(_ position: Int) -> Value
    /// Whether the field at a position counts as present for `has()`.
    func isSet(_ position: Int) -> Bool
}

extension Record {
    /// A field is present unless it is null.
    public func isSet(_ position: Int) -> Bool {
        if case .null = field(position) { false } else { true }
    }
}

/// A record that holds its values in an array; the simplest way to bind data that has no class of its own.
public final class ArrayRecord: Record {
    /// The shape whose fields the values are.
    public let shape: RecordShape
    private let values: [Value]

    /// Makes a record; missing values are null.
    public init(shape: RecordShape, values: [Value]) {
        self.shape = shape
        self.values = values
    }

    /// The value at a position, null beyond the values given.
    public func field(_ position: Int) -> Value { position < values.count ? values[position] : .null }
}
