import Engine
import Foundation
import PostgresStore
import SQLiteStore

/// Where a measurement makes its databases: files in a folder, or databases of a PostgreSQL server.
struct BenchDatabases {
    typealias Part = ScratchDatabases.Part

    /// For files.
    let folder: URL
    private let scratch: ScratchDatabases?

    /// - Parameter scratch: A PostgreSQL server; without one the databases are SQLite files in the folder.
    init(in folder: URL, on scratch: ScratchDatabases? = nil) throws {
        self.folder = folder
        self.scratch = scratch
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// What stores the data, in words.
    func description() throws -> String {
        guard let scratch else {
            return "SQLite \(SQLiteStore.libraryVersion), WAL, synchronous=FULL (every commit is flushed)"
        }
        return "PostgreSQL \(try scratch.serverVersion()), synchronous_commit=on (every commit is flushed)"
    }

    /// Makes an empty database and opens it.
    func make(_ part: Part) throws -> any ClosableStore {
        try scratch?.make(part)
        return try open(part)
    }

    func open(_ part: Part) throws -> any ClosableStore {
        try DatabaseName(argument(part)).open()
    }

    /// Copies a database that nobody has open.
    func copy(_ part: Part, to copy: Part) throws {
        guard let scratch else {
            return try FileManager.default.copyItem(atPath: argument(part), toPath: argument(copy))
        }
        try scratch.make(copy, copying: part)
        try scratch.analyze(copy)
    }

    /// What is written to one database, written to a copy of it as fast as PostgreSQL takes it; `nil` for files.
    func bareLoop(from source: Part, to copy: Part) throws -> BareLoop? {
        try scratch.map { try BareLoop($0, from: source, to: copy) }
    }

    /// Whether the databases are a server's.
    var areServed: Bool { scratch != nil }

    /// Lets the database do what it would do in the background soon.
    func settle(_ part: Part) throws {
        try scratch?.analyze(part)
    }

    /// Throws away what the folder's removal does not.
    func drop() throws {
        try scratch?.dropAll()
    }

    /// How the command line names a database.
    func argument(_ part: Part) -> String {
        scratch?.connectionString(of: part) ?? folder.appending(path: "\(part.rawValue).sqlite").path
    }

    /// Has the server wait before each flush, as a slower disk would.
    func delayFlushes(microseconds: Int) throws {
        try scratch?.delayFlushes(microseconds: microseconds)
    }

    /// How many bytes of log the server has written; `nil` where nobody counts them.
    func logBytes() throws -> Int64? {
        try scratch?.logBytes()
    }
}
