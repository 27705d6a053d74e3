package import JSON
package import RPC

/// A refusal that the server answered a call with.
package struct RPCFailure: Error, Hashable, Sendable {
    /// The number of the error; see `RPCCode`.
    package let code: Int
    /// One short sentence that is the same for every error of this code.
    package let message: String
    /// The last part of `urn:kizuna:problem:…`, such as `receipt-posted`: what programs should look at.
    package let type: String
    /// What happened this time.
    package let detail: String?
    /// Whether the same call may succeed later.
    package let isRetryable: Bool
    /// How long to wait before trying again.
    package let retryAfterMs: Int64?
    /// What is wrong with the parameters, one by one.
    package let errors: [Problem]

    /// Creates a failure.
    package init(
        code: Int, message: String, type: String, detail: String? = nil, isRetryable: Bool = false,
        retryAfterMs: Int64? = nil, errors: [Problem] = []
    ) {
        self.code = code
        self.message = message
        self.type = type
        self.detail = detail
        self.isRetryable = isRetryable
        self.retryAfterMs = retryAfterMs
        self.errors = errors
    }

    /// Reads the error object of a reply; what a server leaves out gets the most cautious meaning.
    package init(_ error: JSONValue) {
        let data = error["data"]
        let type = data?["type"]?.string ?? ""
        let hasPrefix = type.hasPrefix(RPCError.typePrefix)
        self.init(
            code: error["code"]?.int64.flatMap { Int(exactly: $0) } ?? RPCCode.internalError,
            message: error["message"]?.string ?? "an error without a message",
            type: hasPrefix ? String(type.dropFirst(RPCError.typePrefix.count)) : type,
            detail: data?["detail"]?.string,
            isRetryable: data?["retryable"]?.bool ?? false,
            retryAfterMs: data?["retry_after_ms"]?.int64,
            errors: data?["errors"].map { list in
                list.elements.map {
                    Problem(pointer: $0["pointer"]?.string ?? "", detail: $0["detail"]?.string ?? "")
                }
            } ?? [])
    }
}

extension RPCFailure: CustomStringConvertible {
    /// The message, what happened, and what is wrong with the parameters, in one sentence.
    package var description: String {
        var text = message
        if let detail { text += ": \(detail)" }
        if !errors.isEmpty { text += ": " + errors.map { "\($0.pointer) \($0.detail)" }.joined(separator: "; ") }
        return text
    }
}
