public import JSON

/// The errors of the protocol itself.
extension RPCError {
    /// The line is not JSON; says what rule was broken and where.
    public static func parseError(_ error: JSONError) -> RPCError {
        RPCError(
            code: RPCCode.parseError, message: "Parse error", type: "parse-error", detail: error.description,
            figures: [Figure("offset", Int64(error.offset))])
    }

    /// The line is JSON but not a request.
    public static func invalidRequest(_ detail: String) -> RPCError {
        RPCError(
            code: RPCCode.invalidRequest, message: "Invalid request", type: "invalid-request", detail: detail)
    }

    /// There is no such method; may suggest one.
    public static func methodNotFound(nearest: String? = nil) -> RPCError {
        RPCError(
            code: RPCCode.methodNotFound, message: "Method not found", type: "method-not-found",
            detail: nearest.map { "did you mean \($0)?" })
    }

    /// The parameters do not fit the method.
    public static func invalidParams(_ problems: [Problem]) -> RPCError {
        RPCError(
            code: RPCCode.invalidParams, message: "Invalid params", type: "invalid-params", problems: problems)
    }

    /// The server failed; the cause is in its log, not in the reply.
    public static let internalError = RPCError(
        code: RPCCode.internalError, message: "Internal error", type: "internal-error", isRetryable: true)

    /// The server is about to stop.
    public static let shuttingDown = RPCError(
        code: RPCCode.unavailable, message: "Shutting down", type: "shutting-down", isRetryable: true)

    /// The server that keeps the database cannot be reached for now.
    public static let databaseAway = RPCError(
        code: RPCCode.unavailable, message: "The database cannot be reached", type: "database-away", isRetryable: true,
        retryAfterMs: 1000)

    /// The server has too much to do.
    public static func overloaded(retryAfterMs: Int64? = nil) -> RPCError {
        RPCError(
            code: RPCCode.unavailable, message: "Overloaded", type: "overloaded", isRetryable: true,
            retryAfterMs: retryAfterMs)
    }

    /// The session has not said who it is, or nobody knows that key.
    public static let notAuthenticated = RPCError(
        code: RPCCode.notAuthenticated, message: "Not authenticated", type: "not-authenticated")

    /// The result is larger than a reply may be.
    public static func responseTooLarge(limit: Int) -> RPCError {
        RPCError(
            code: RPCCode.responseTooLarge, message: "Response too large", type: "response-too-large",
            detail: "ask for less at a time", figures: [Figure("limit_bytes", Int64(limit))])
    }

    /// The key has used up its calls for now.
    public static func rateLimited(retryAfterMs: Int64) -> RPCError {
        RPCError(
            code: RPCCode.rateLimited, message: "Rate limited", type: "rate-limited", isRetryable: true,
            retryAfterMs: retryAfterMs)
    }

    /// The line is longer than a line may be.
    public static func messageTooLarge(limit: Int) -> RPCError {
        RPCError(
            code: RPCCode.messageTooLarge, message: "Message too large", type: "message-too-large",
            figures: [Figure("limit_bytes", Int64(limit))])
    }

    /// The role does not allow the method.
    public static let notPermitted = RPCError(
        code: RPCCode.notPermitted, message: "Not permitted", type: "not-permitted")
}
