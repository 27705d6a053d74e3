import JSON
import Ledger
import Loyalty
import Rules
import Time

/// Rows for one statement, filled from left to right and sent as one array a column.
struct Rows {
    private(set) var arrays: [BinaryArray]
    private var next = 0
    private(set) var count = 0

    init(_ columns: [Column]) {
        precondition(!columns.isEmpty, "a row has columns")
        arrays = columns.map { BinaryArray($0.type) }
    }

    var isEmpty: Bool { count == 0 }

    /// Forgets all rows and keeps the memory.
    mutating func removeAll() {
        next = 0
        for index in arrays.indices { arrays[index].removeAll() }
        count = 0
    }

    mutating func seal() {
        precondition(next == 0, "rows are whole")
        for index in arrays.indices { arrays[index].seal() }
    }

    private mutating func advance() {
        next += 1
        guard next == arrays.count else { return }
        next = 0
        count += 1
    }

    mutating func addNull() {
        arrays[next].appendNull()
        advance()
    }

    mutating func add(_ value: Int64) {
        arrays[next].append(value)
        advance()
    }

    mutating func add(_ truth: Bool) {
        arrays[next].append(truth)
        advance()
    }

    mutating func add(text: String) {
        arrays[next].append(text: text)
        advance()
    }

    mutating func add(_ key: HashedKey) {
        arrays[next].append(key)
        advance()
    }

    mutating func add(_ digest: Digest) {
        arrays[next].append(words: digest.words)
        advance()
    }

    /// Adds UTF-8 from outside.
    mutating func add(text utf8: [UInt8]) {
        utf8.withUnsafeBufferPointer { arrays[next].append(text: $0) }
        advance()
    }

    /// Adds JSON text; the writer only lends its buffer.
    mutating func add(by json: inout JSONWriter, _ body: (inout JSONWriter) -> Void) {
        json.reset()
        body(&json)
        arrays[next].append(plain: json.bytes)
        advance()
    }

    /// Adds a value as JSON text, or nothing where there is none.
    mutating func add<Value>(
        _ value: Value?, by json: inout JSONWriter, _ write: (Value, inout JSONWriter) -> Void
    ) {
        guard let value else { return addNull() }
        add(by: &json) { write(value, &$0) }
    }

    /// Adds JSON text, or nothing where there is nothing to say.
    mutating func addUnless(_ isEmpty: Bool, by json: inout JSONWriter, _ body: (inout JSONWriter) -> Void) {
        if isEmpty { addNull() } else { add(by: &json, body) }
    }
}

// The domain's values as columns.

extension Rows {
    mutating func add(_ value: Int64?) { if let value { add(value) } else { addNull() } }
    mutating func add(_ value: Int) { add(Int64(value)) }
    mutating func add(_ text: ExactText) { add(text: text.text) }
    mutating func add(_ currency: CurrencyID) { add(text: currency.text) }
    mutating func add(_ points: Points) { add(points.count) }
    mutating func add(_ instant: Instant) { add(instant.milliseconds) }
    mutating func add(_ instant: Instant?) { add(instant?.milliseconds) }
    mutating func add(_ member: MemberNumber) { add(member.value) }
    mutating func add(_ account: Account) { add(Int64(account.rawValue)) }

    mutating func add(_ key: UsageKey) {
        add(Int64(key.kind.rawValue))
        add(text: key.id)
        add(key.window)
    }
}
