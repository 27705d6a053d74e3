public import JSON

/// The numbers of JSON-RPC 2.0 and of this protocol; the codes of the domain begin at 1000.
public enum RPCCode {
    /// The line is not JSON.
    public static let parseError = -32700
    /// The line is JSON but not a request.
    public static let invalidRequest = -32600
    /// There is no such method.
    public static let methodNotFound = -32601
    /// The parameters do not fit the method.
    public static let invalidParams = -32602
    /// The server failed.
    public static let internalError = -32603
    /// The server is shutting down or has too much to do.
    public static let unavailable = -32000
    /// The session has not said who it is.
    public static let notAuthenticated = -32001
    /// The result is larger than a reply may be.
    public static let responseTooLarge = -32003
    /// The key has used up its calls for now.
    public static let rateLimited = -32004
    /// The line is longer than a line may be.
    public static let messageTooLarge = -32005
    /// The role does not allow the method.
    public static let notPermitted = -32006
    /// The first code of the domain's own refusals.
    public static let firstDomainCode = 1000
}

/// A refusal as it goes over the wire: a code, a message, and an object in the manner of RFC 9457.
public struct RPCError: Error, Hashable, Sendable {
    /// A number that helps to understand the refusal, such as how many points were needed.
    public struct Figure: Hashable, Sendable {
        /// The member of `error.data` that carries it.
        public let name: String
        /// Its value.
        public let value: Int64

        /// Creates a figure.
        public init(_ name: String, _ value: Int64) {
            self.name = name
            self.value = value
        }
    }

    /// What every `type` on the wire begins with.
    public static let typePrefix = "urn:kizuna:problem:"

    /// See `RPCCode`.
    public let code: Int
    /// One short sentence that is the same for every error of this code; also the title of the problem.
    public let message: String
    /// The last part of `urn:kizuna:problem:…`; stable, and what programs should look at.
    public let type: String
    /// What happened this time; no personal data, nothing internal.
    public var detail: String?
    /// Whether the same call may succeed later.
    public var isRetryable: Bool
    /// How long to wait before trying again.
    public var retryAfterMs: Int64?
    /// What is wrong with the parameters, one by one.
    public var problems: [Problem]
    /// Numbers that help.
    public var figures: [Figure]
    /// Whether this is the first answer to the same call, given again.
    public private(set) var isReplayed = false

    /// The same error as an answer that is given again.
    public var again: RPCError {
        var error = self
        error.isReplayed = true
        return error
    }

    /// Creates an error.
    public init(
        code: Int, message: String, type: String, detail: String? = nil, isRetryable: Bool = false,
        retryAfterMs: Int64? = nil, problems: [Problem] = [], figures: [Figure] = []
    ) {
        self.code = code
        self.message = message
        self.type = type
        self.detail = detail
        self.isRetryable = isRetryable
        self.retryAfterMs = retryAfterMs
        self.problems = problems
        self.figures = figures
    }

    /// Writes the error object of a reply.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("code")
        writer.int(code)
        writer.key("message")
        writer.string(message)
        writer.key("data")
        writer.beginObject()
        writer.key("type")
        writer.string(Self.typePrefix + type)
        writer.key("title")
        writer.string(message)
        if let detail {
            writer.key("detail")
            writer.string(detail)
        }
        writer.key("retryable")
        writer.bool(isRetryable)
        if let retryAfterMs {
            writer.key("retry_after_ms")
            writer.int(retryAfterMs)
        }
        if !problems.isEmpty {
            writer.key("errors")
            writer.beginArray()
            for problem in problems { problem.write(to: &writer) }
            writer.endArray()
        }
        for figure in figures {
            writer.key(figure.name)
            writer.int(figure.value)
        }
        if isReplayed {
            writer.key("replayed")
            writer.bool(true)
        }
        writer.endObject()
        writer.endObject()
    }
}
