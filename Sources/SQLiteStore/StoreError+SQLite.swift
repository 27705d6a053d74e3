import Engine
import GRDB

extension StoreError {
    /// Does something with SQLite and throws what goes wrong as a store's error.
    static func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw StoreError(error)
        }
    }

    /// Names a failure without the values of the statement, which may be personal data.
    init(_ error: DatabaseError) {
        let text = error.message ?? "no message"
        switch error.resultCode {
        case .SQLITE_CORRUPT: self.init(.corrupt, "SQLite finds the file damaged: \(text)")
        case .SQLITE_NOTADB: self.init(.unavailable, "the file is not a Kizuna database: \(text)")
        case .SQLITE_BUSY: self.init(.unavailable, "another process holds the database: \(text)")
        case .SQLITE_READONLY: self.init(.unavailable, "the database is open for reading only: \(text)")
        case .SQLITE_FULL: self.init(.unavailable, "the disk is full: \(text)")
        default: self.init(.unavailable, "SQLite cannot do this: \(text) (\(error.extendedResultCode.rawValue))")
        }
    }
}
