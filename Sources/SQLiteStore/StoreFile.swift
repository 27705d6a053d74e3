import CSQLite
import Engine
import Foundation
import GRDB

// Opens the file of a store.
//
// What a file is gets settled before anything is written to it: a database of another program is refused and stays
// as it was, and so does a store of a newer version. A new file is readable by its owner alone, and SQLite gives the
// log beside it the same mode.

struct StoreFile {
    /// `Kizu`, in the header of every store.
    static let applicationID: Int32 = 0x4B69_7A75

    /// For how long a connection waits for another process.
    static let busyTimeoutMs = 10_000

    let path: String
    let options: SQLiteStore.Options

    /// Whether SQLite leaves out counting the memory it uses, for which all its threads would take turns at one lock
    /// whenever they ask for some. That is settled once for a process, before its first connection.
    private static let omitsMemoryStatistics = kizuna_sqlite_omit_memory_statistics() == SQLITE_OK

    /// Opens the file, and tells which changes of the schema it lacked.
    func open() throws -> (DatabasePool, Checkpointer?, migrations: [String]) {
        // Where something else in the process was faster, the store only is slower.
        _ = Self.omitsMemoryStatistics
        if try !exists() { try create() }
        if try !isStore() {
            guard !options.isReadOnly else { throw notAStore }
            try mark()
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        guard !options.isReadOnly else {
            try pool.read { database in
                try refuseNewer(database)
                guard try Migrations.migrator.hasCompletedMigrations(database) else { throw Self.isOlder }
            }
            return (pool, nil, [])
        }
        try pool.writeWithoutTransaction { database in
            try refuseNewer(database)
            // GRDB sets NORMAL as it turns the log on, which would not flush a commit to the disk.
            try database.execute(sql: "PRAGMA synchronous = FULL")
            // A log that grew far beyond its measure is cut when it starts over.
            try database.execute(sql: "PRAGMA journal_size_limit = \(options.checkpointPages * 4 * 4096)")
            guard try Int.fetchOne(database, sql: "PRAGMA synchronous") == 2 else {
                throw StoreError(.unavailable, "SQLite would not flush commits to the disk")
            }
        }
        let migrator = Migrations.migrator
        let known = try pool.writeWithoutTransaction { try migrator.appliedMigrations($0) }
        guard options.upgrades || known.isEmpty || known.count == migrator.migrations.count else { throw Self.isOlder }
        try migrator.migrate(pool)
        return (pool, try startCheckpointer(of: pool), migrator.migrations.filter { !known.contains($0) })
    }

    private static var isOlder: StoreError {
        StoreError(.unavailable, "the store was written by an older version of this program: migrate it first")
    }

    private func startCheckpointer(of pool: DatabasePool) throws -> Checkpointer {
        var configuration = configuration
        configuration.label = "kizuna.checkpoint"
        configuration.prepareDatabase { database in
            try database.execute(
                sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = 16")
        }
        let checkpointer = Checkpointer(
            pool: pool, connection: try DatabaseQueue(path: path, configuration: configuration),
            threshold: options.checkpointPages, hardLimit: options.longestLogPages, notice: options.notice)
        checkpointer.start()
        pool.writeWithoutTransaction { $0.tellLogLength(to: checkpointer) }
        return checkpointer
    }

    private var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "kizuna.store"
        configuration.readonly = options.isReadOnly
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(Double(Self.busyTimeoutMs) / 1000)
        configuration.maximumReaderCount = 4
        let cacheKiB = options.cacheKiB
        configuration.prepareDatabase { database in
            let share = database.configuration.readonly ? cacheKiB / 8 : cacheKiB
            // What is deleted or written over is wiped, in free pages too: it may be personal.
            try database.execute(
                sql: """
                    PRAGMA cache_size = -\(share);
                    PRAGMA temp_store = MEMORY;
                    PRAGMA wal_autocheckpoint = 0;
                    PRAGMA secure_delete = ON;
                    """)
        }
        return configuration
    }

    // MARK: What the file is

    private func exists() throws -> Bool {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return false }
        guard !isFolder.boolValue else { throw StoreError(.unavailable, "\(path) is a folder") }
        return true
    }

    private func create() throws {
        guard !options.isReadOnly else { throw StoreError(.unavailable, "there is no file \(path)") }
        let file = Foundation.open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw StoreError(.unavailable, "\(path) cannot be created: \(String(cString: strerror(errno)))")
        }
        Foundation.close(file)
    }

    private var notAStore: StoreError { StoreError(.unavailable, "\(path) is not a Kizuna database") }

    /// Refuses a file that is no store.
    static func check(_ path: String) throws {
        var options = SQLiteStore.Options()
        options.isReadOnly = true
        let file = StoreFile(path: path, options: options)
        guard try file.exists() else { throw StoreError(.unavailable, "there is no file \(path)") }
        guard try file.isStore() else { throw file.notAStore }
    }

    /// Whether the file is marked as a store; `false` for an empty one, and refused if it is something else.
    private func isStore() throws -> Bool {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        let connection: DatabaseQueue
        do {
            connection = try DatabaseQueue(path: path, configuration: configuration)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw notAStore
        }
        defer { try? connection.close() }
        return try connection.read { database in
            let mark = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
            if mark == Self.applicationID { return true }
            let isEmpty = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0
            guard mark == 0, isEmpty else { throw notAStore }
            return false
        }
    }

    /// Marks an empty file as a store.
    private func mark() throws {
        let connection = try DatabaseQueue(path: path)
        try connection.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA page_size = 4096; PRAGMA application_id = \(Self.applicationID)")
        }
        try connection.close()
    }

    private func refuseNewer(_ database: Database) throws {
        guard try !Migrations.migrator.hasBeenSuperseded(database) else {
            throw StoreError(.tooNew, "\(path) was written by a newer version of this program")
        }
    }
}
