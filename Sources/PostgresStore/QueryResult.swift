import CPostgres
import Engine
import Ledger
import Loyalty
import StoreForms
import Time

// The unsafe part is small: libpq owns the bytes of a result, and a row reads and copies them while the result is
// borrowed. Neither a result nor a row can be copied, so none outlives what it points into.

/// What a statement answered; frees its memory at its end.
struct QueryResult: ~Copyable {
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        PQclear(handle)
    }

    var count: Int { Int(PQntuples(handle)) }

    /// Calls a closure with each row.
    func forEach(_ body: (borrowing Row) throws -> Void) rethrows {
        for index in 0..<PQntuples(handle) { try body(Row(handle, index)) }
    }

    /// Reads every row.
    func map<Value>(_ read: (borrowing Row) throws -> Value) rethrows -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(count)
        try forEach { values.append(try read($0)) }
        return values
    }

    /// Reads the first row, if there is one.
    func first<Value>(_ read: (borrowing Row) throws -> Value) rethrows -> Value? {
        count > 0 ? try read(Row(handle, 0)) : nil
    }
}

/// One row of a result.
struct Row: ~Copyable {
    private let handle: OpaquePointer
    private let index: Int32

    fileprivate init(_ handle: OpaquePointer, _ index: Int32) {
        self.handle = handle
        self.index = index
    }

    func isNull(_ column: Int) -> Bool {
        PQgetisnull(handle, index, Int32(column)) == 1
    }

    /// An integer of any width.
    func int64(_ column: Int) throws -> Int64 {
        let bytes = bytes(at: column)
        switch bytes.count {
        case 8: return Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
        case 4: return Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
        case 2: return Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
        default: throw StoreError(.corrupt, "a number is missing in the database")
        }
    }

    func optionalInt64(_ column: Int) throws -> Int64? {
        isNull(column) ? nil : try int64(column)
    }

    func truth(_ column: Int) -> Bool {
        bytes(at: column).first == 1
    }

    /// A text from outside, as it was before it was stored.
    func text(_ column: Int) -> String {
        bytes(at: column).withMemoryRebound(to: UInt8.self) { utf8 in
            StoredText.isPlain(utf8)
                ? String(decoding: utf8, as: UTF8.self) : String(decoding: StoredText.unescape(utf8), as: UTF8.self)
        }
    }

    /// The UTF-8 of a text from outside, as it was before it was stored.
    func utf8(_ column: Int) -> [UInt8] {
        bytes(at: column).withMemoryRebound(to: UInt8.self) { utf8 in
            StoredText.isPlain(utf8) ? Array(utf8) : StoredText.unescape(utf8)
        }
    }

    /// Text that this program wrote itself.
    func plain(_ column: Int) -> [UInt8] {
        Array(bytes(at: column))
    }

    /// 16 bytes.
    func key(_ column: Int) throws -> HashedKey {
        let bytes = bytes(at: column)
        guard bytes.count == 16 else { throw StoreError(.corrupt, "a key does not have 16 bytes") }
        return HashedKey(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    /// What a fingerprint was mixed with, if it was.
    func salt(_ column: Int) throws -> Salt? {
        guard !isNull(column) else { return nil }
        let key = try key(column)
        return Salt(high: key.high, low: key.low)
    }

    func digest(_ column: Int) throws -> Digest {
        let bytes = bytes(at: column)
        guard bytes.count == 32 else { throw StoreError(.corrupt, "a digest does not have 32 bytes") }
        func word(_ index: Int) -> UInt64 {
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
        }
        return Digest(words: (word(0), word(1), word(2), word(3)))
    }

    private func bytes(at column: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: PQgetvalue(handle, index, Int32(column)), count: Int(PQgetlength(handle, index, Int32(column))))
    }
}

// The domain's values from columns.

extension Row {
    func exactText(_ column: Int) -> ExactText { ExactText(text(column)) }
    func currency(_ column: Int) -> CurrencyID { CurrencyID(text(column)) }
    func points(_ column: Int) throws -> Points { Points(try int64(column)) }
    func instant(_ column: Int) throws -> Instant { Instant(milliseconds: try int64(column)) }
    func member(_ column: Int) throws -> MemberNumber { MemberNumber(try int64(column)) }

    func optionalInstant(_ column: Int) throws -> Instant? {
        try optionalInt64(column).map(Instant.init(milliseconds:))
    }

    func account(_ column: Int) throws -> Account { try Account(stored: int64(column)) }
}
