import CPostgres
import Engine

/// What PostgreSQL or the way to it refused, by SQLSTATE.
struct PostgresFailure: Error, Sendable {
    /// What the failure means to whoever asked.
    enum Meaning {
        /// The connection is gone, or was never made.
        case lost
        /// A member has another version, or something that must be new is there already.
        case conflict
        /// The server takes nothing, because it is a standby or was made one: another connection may find the primary.
        case readOnly
        /// What members share is spent.
        case sharedSpent
        /// There is a rule set that the batch did not know.
        case rulesChanged
        /// The server chose this transaction to end a knot of several; it may be tried again.
        case retry
        /// The stored data is damaged.
        case corrupt
        /// Anything else: the statement was not done.
        case refused
    }

    /// Raised by `expect_rows` where a member has another version.
    static let versionState = "KZ001"
    /// Raised by `expect_rows` where a use of something shared does not fit.
    static let sharedState = "KZ002"
    /// Raised by `expect_rows` where a rule set was published meanwhile.
    static let rulesState = "KZ004"
    /// Raised by `expect_rows` where the batch before is not there.
    static let chainState = "KZ005"

    /// Five characters; `08006` for a connection that broke.
    let state: String
    /// The server's first line, which names no values.
    let message: String

    var meaning: Meaning {
        switch state {
        case Self.versionState, "23505": .conflict
        case Self.sharedState: .sharedSpent
        case Self.rulesState: .rulesChanged
        case "40P01", "40001": .retry
        case "57P01", "57P02", "57P03", "57P05", "25P03": .lost
        case "25006": .readOnly
        case _ where state.hasPrefix("08"): .lost
        case "XX001", "XX002", Self.chainState: .corrupt
        default: .refused
        }
    }

    /// As the store's caller hears of it.
    var storeError: StoreError {
        switch meaning {
        case .corrupt where state == Self.chainState:
            StoreError(
                .corrupt,
                "what this server wrote last is not in the database any more, as if it had been taken back to an earlier "
                    + "moment: restart the server to go on from what there is")
        case .corrupt: StoreError(.corrupt, "PostgreSQL finds the database damaged: \(message) (\(state))")
        case .readOnly:
            StoreError(
                .unavailable,
                "PostgreSQL takes nothing: it is a standby, is still being recovered, or was made read-only (\(state))")
        case .lost: StoreError(.unreachable, "PostgreSQL cannot be reached: \(message) (\(state))")
        default: StoreError(.unavailable, "PostgreSQL cannot do this: \(message) (\(state))")
        }
    }

    /// A connection that broke or did not answer in time.
    static func lost(_ message: String) -> PostgresFailure {
        PostgresFailure(state: "08006", message: message)
    }
}

extension StoreError {
    /// Does something with PostgreSQL and throws what goes wrong as a store's error.
    static func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let failure as PostgresFailure {
            throw failure.storeError
        }
    }
}
