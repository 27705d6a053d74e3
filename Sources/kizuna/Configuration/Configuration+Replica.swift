import Engine
import PostgresStore

extension Configuration {
    /// What is wrong with the replica that queries shall read.
    var replicaProblem: Problem? {
        guard let replica = text("replica.database"), let place = origin("replica.database") else { return nil }
        let arePostgres = [replica, text("database") ?? ""].allSatisfy(ConnectionString.isOne)
        return arePostgres
            ? nil
            : Problem(place: "\(place)", message: "replica.database takes postgres://… of a replica of the database")
    }

    /// Where queries read: in a store, or in the replica of it that is named.
    ///
    /// - Parameter notice: hears when queries begin to leave the replica alone, and why.
    func reads(of store: any Store, notice: @escaping @Sendable (String) -> Void) throws -> QueryReads {
        guard let replica = text("replica.database"), let primary = store as? PostgresStore else {
            return QueryReads(store)
        }
        return QueryReads(
            store, replica: try PostgresReplica(replica, of: primary),
            limit: .seconds(number("replica.staleness_seconds")), notice: notice)
    }
}
