import GRDB
import GRDBSQLite

extension Database {
    /// Has SQLite tell, after each commit on this connection, how many pages the write-ahead log has.
    ///
    /// The checkpointer must stay alive until this is called with `nil` or the connection is closed, because SQLite
    /// keeps a plain pointer to it.
    func tellLogLength(to checkpointer: Checkpointer?) {
        guard let checkpointer else {
            sqlite3_wal_hook(sqliteConnection, nil, nil)
            return
        }
        sqlite3_wal_hook(
            sqliteConnection,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                Unmanaged<Checkpointer>.fromOpaque(context).takeUnretainedValue().logReached(pages: Int(pages))
                return SQLITE_OK
            }, Unmanaged.passUnretained(checkpointer).toOpaque())
    }
}
