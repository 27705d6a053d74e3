import ArgumentParser
import Engine
import PostgresStore

/// Where queries read, as the command line says it.
struct ReplicaOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A replica of the PostgreSQL database that queries read; what was written a moment ago may be missing there.",
            valueName: "url"))
    var readFrom: String?

    @Option(help: "How many seconds that replica may be behind before queries read the database itself.")
    var maxStaleness = 10

    /// Refuses what cannot be a replica of a database.
    func validate(against database: String?) throws {
        guard maxStaleness >= 0 else { throw ValidationError("--max-staleness takes seconds from 0 on") }
        guard let readFrom else { return }
        try DatabaseName(readFrom).refuseSecret()
        guard ConnectionString.isOne(readFrom), database.map(ConnectionString.isOne) ?? false else {
            throw ValidationError("--read-from takes postgres://… of a replica of --database")
        }
    }

    /// Opens the replica, if one is named.
    func reads(_ store: any Store, notice: @escaping @Sendable (String) -> Void) throws -> QueryReads {
        guard let readFrom, let primary = store as? PostgresStore else { return QueryReads(store) }
        return QueryReads(
            store, replica: try PostgresReplica(readFrom, of: primary), limit: .seconds(maxStaleness), notice: notice)
    }
}
