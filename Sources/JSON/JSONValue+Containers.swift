extension JSONValue {
    /// The number of elements or members; 0 for every other kind.
    public var count: Int { node.count }

    /// The member with that name, if this is an object that has it; linear in the number of members.
    public subscript(_ key: String) -> JSONValue? {
        let nodes = tape.nodes
        let object = nodes[index]
        guard object.isKind(.object) else { return nil }
        let utf8 = key.utf8
        let text = utf8.span
        let end = Int(object.next)
        let length = UInt32(truncatingIfNeeded: text.count &+ 2)
        var at = index + 1
        while at < end {
            let node = nodes[at]
            if node.flag || node.end &- node.start == length, tape.isText(of: node, equalTo: text) {
                return JSONValue(tape: tape, index: at + 1)
            }
            at = Int(nodes[at + 1].next)
        }
        return nil
    }

    /// The element at a position, if this is an array that has it; linear in the position.
    public subscript(_ position: Int) -> JSONValue? {
        let array = node
        guard array.isKind(.array), 0 <= position, position < array.count else { return nil }
        var at = index + 1
        for _ in 0..<position { at = Int(tape.nodes[at].next) }
        return JSONValue(tape: tape, index: at)
    }

    /// The elements of an array in order; empty for every other kind.
    public var elements: JSONElements { JSONElements(self) }

    /// The members of an object in the order they are written; empty for every other kind.
    public var members: JSONMembers { JSONMembers(self) }
}

/// The elements of an array, one after the other.
public struct JSONElements: Sequence, IteratorProtocol, Sendable {
    private let tape: JSONTape
    private var at: Int
    private let end: Int

    init(_ array: JSONValue) {
        tape = array.tape
        at = array.index + 1
        let node = array.node
        end = node.isKind(.array) ? Int(node.next) : at
    }

    /// The next element.
    public mutating func next() -> JSONValue? {
        guard at < end else { return nil }
        defer { at = Int(tape.nodes[at].next) }
        return JSONValue(tape: tape, index: at)
    }
}

/// The members of an object, one after the other.
public struct JSONMembers: Sequence, IteratorProtocol, Sendable {
    private let tape: JSONTape
    private var at: Int
    private let end: Int

    init(_ object: JSONValue) {
        tape = object.tape
        at = object.index + 1
        let node = object.node
        end = node.isKind(.object) ? Int(node.next) : at
    }

    /// The next member; the key is a value of kind string.
    public mutating func next() -> (key: JSONValue, value: JSONValue)? {
        guard at < end else { return nil }
        defer { at = Int(tape.nodes[at + 1].next) }
        return (JSONValue(tape: tape, index: at), JSONValue(tape: tape, index: at + 1))
    }
}
