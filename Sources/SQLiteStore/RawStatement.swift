import GRDB
import GRDBSQLite

// The one place that calls SQLite's C functions on statements.
//
// GRDB prepares, caches and finalises the statements; this binds, steps and reads them. Two reasons: texts and bytes
// carry their length, so a text with a zero byte inside survives (C strings end there), and nothing is boxed on the
// way, which is worth several microseconds a row where a purchase takes sixty.
//
// The unsafe part is small: a pointer into a Swift string or array lives for the call that gets it, because SQLite is
// told to copy (`transient`); a pointer that SQLite hands out is copied before the statement moves on. The statement
// is kept alive by `statement`, and is used on its connection's queue only, as GRDB checks when it is fetched.

/// One prepared statement with its parameters bound from left to right.
struct RawStatement {
    private let statement: Statement
    private let handle: OpaquePointer
    private var bound: Int32 = 0

    /// Tells SQLite to copy a text or a blob before the call returns.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// Fetches a statement from the connection's cache, or prepares it.
    init(_ database: Database, _ sql: String) throws {
        statement = try database.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
        sqlite3_reset(handle)
    }

    // MARK: Binding

    mutating func bind(_ value: Int64) {
        bound += 1
        sqlite3_bind_int64(handle, bound, value)
    }

    mutating func bind(_ value: Int64?) {
        if let value { bind(value) } else { bindNull() }
    }

    mutating func bindNull() {
        bound += 1
        sqlite3_bind_null(handle, bound)
    }

    mutating func bind(_ text: String) {
        bound += 1
        var text = text
        text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { characters in
                // Without an address SQLite would bind NULL instead of an empty text.
                guard let address = characters.baseAddress, !characters.isEmpty else {
                    sqlite3_bind_text(handle, bound, "", 0, Self.transient)
                    return
                }
                sqlite3_bind_text(handle, bound, address, Int32(characters.count), Self.transient)
            }
        }
    }

    /// Binds bytes of UTF-8 as a text.
    mutating func bind(utf8 bytes: [UInt8]) {
        bound += 1
        bytes.withUnsafeBytes { buffer in
            guard let address = buffer.baseAddress?.assumingMemoryBound(to: CChar.self), !buffer.isEmpty else {
                sqlite3_bind_text(handle, bound, "", 0, Self.transient)
                return
            }
            sqlite3_bind_text(handle, bound, address, Int32(buffer.count), Self.transient)
        }
    }

    /// Binds four big-endian words as a blob of 32 bytes.
    mutating func bind(words: (UInt64, UInt64, UInt64, UInt64)) {
        bound += 1
        let words: [4 of UInt64] = [
            words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian,
        ]
        words.span.withUnsafeBytes { _ = sqlite3_bind_blob(handle, bound, $0.baseAddress, 32, Self.transient) }
    }

    /// Binds bytes as a blob.
    mutating func bind(blob bytes: [UInt8]) {
        bound += 1
        bytes.withUnsafeBytes { buffer in
            _ = sqlite3_bind_blob(handle, bound, buffer.baseAddress, Int32(buffer.count), Self.transient)
        }
    }

    // MARK: Running

    /// Moves to the next row; `false` after the last one, when the statement is ready to be bound anew.
    mutating func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            rewind()
            return false
        default: throw failure()
        }
    }

    /// Runs a statement to its end.
    mutating func run() throws {
        while try step() {}
    }

    /// Runs an insertion; `false`, and nothing inserted, where a unique column has the value already.
    mutating func insert() throws -> Bool {
        if sqlite3_step(handle) == SQLITE_DONE {
            rewind()
            return true
        }
        let failure = failure()
        switch failure.extendedResultCode {
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID: return false
        default: throw failure
        }
    }

    /// Makes the statement ready to be bound anew; its row can no longer be read.
    mutating func rewind() {
        sqlite3_reset(handle)
        bound = 0
    }

    /// Reads the first row, if there is one, and rewinds.
    mutating func first<Row>(_ read: (RawStatement) throws -> Row) throws -> Row? {
        guard try step() else { return nil }
        defer { rewind() }
        return try read(self)
    }

    /// Reads every row and rewinds.
    mutating func all<Row>(_ read: (RawStatement) throws -> Row) throws -> [Row] {
        defer { rewind() }
        var rows: [Row] = []
        while try step() { rows.append(try read(self)) }
        return rows
    }

    private mutating func failure() -> DatabaseError {
        let connection = sqlite3_db_handle(handle)
        let error = DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
            message: String(cString: sqlite3_errmsg(connection)))
        rewind()
        return error
    }

    // MARK: Reading the row

    func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    func int64(_ column: Int32) -> Int64 {
        sqlite3_column_int64(handle, column)
    }

    func optionalInt64(_ column: Int32) -> Int64? {
        isNull(column) ? nil : int64(column)
    }

    func text(_ column: Int32) -> String {
        guard let address = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: address, count: count), as: UTF8.self)
    }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let address = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: address, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// A blob of 32 bytes as four big-endian words; `nil` for any other length.
    func words(_ column: Int32) -> (UInt64, UInt64, UInt64, UInt64)? {
        guard let address = sqlite3_column_blob(handle, column), sqlite3_column_bytes(handle, column) == 32 else {
            return nil
        }
        func word(_ index: Int) -> UInt64 {
            UInt64(bigEndian: address.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
        }
        return (word(0), word(1), word(2), word(3))
    }
}
