public import Ledger
public import Loyalty

/// A command on its way through the engine, and where its reply goes.
public struct Submission: Sendable {
    public let cause: Cause
    public let command: Command
    public let sink: any ReplySink
    /// What the sink calls this command.
    public let token: Int
    /// Who asks, for the audit trail; the client's number alone where nobody says more.
    public let author: Author
    /// The stores for which whoever asks may change something; all where there are none.
    public let stores: [ExactText]

    public init(
        cause: Cause, command: Command, sink: any ReplySink, token: Int, author: Author? = nil,
        stores: [ExactText] = []
    ) {
        self.stores = stores
        self.author = author ?? Author(client: cause.client, name: "client \(cause.client)")
        self.cause = cause
        self.command = command
        self.sink = sink
        self.token = token
    }
}

/// Takes the replies to what it submitted. Called from the engine's threads, once per batch.
public protocol ReplySink: AnyObject, Sendable {
    func deliver(_ replies: [(token: Int, reply: Reply)])

    /// Takes how far a query is that was submitted under a token, before its reply. Whoever takes only replies is not told.
    func tell(_ token: Int, _ progress: QueryProgress)

    /// Who it answers in the end: all sinks of one connection wait for the same turn.
    var connection: ObjectIdentifier { get }
}

extension ReplySink {
    public var connection: ObjectIdentifier { ObjectIdentifier(self) }

    public func tell(_ token: Int, _ progress: QueryProgress) {}
}

/// How a command or a query ended.
public enum Reply: Sendable {
    /// The command is durable. `result` is a JSON object less its `replayed` member.
    case accepted(result: [UInt8], replayed: Bool)
    /// The query's result, a JSON value.
    case answered(result: [UInt8])
    /// The command changed nothing, for a reason of the business.
    case refused(Refusal)
    /// The command was refused before, and gets that refusal again.
    case refusedBefore(Refusal)
    /// Nothing was published.
    case declined(PublishingRefusal)
    /// The query cannot be answered, for a reason of whoever wrote its body.
    case unanswerable(any Error)
    /// The engine could not take it on. Nothing has changed, and the same call may succeed later.
    case unavailable(Unavailability)
}

/// Why the engine could not take something on.
public enum Unavailability: Hashable, Sendable {
    /// Too much waits already.
    case overloaded
    /// The engine is going down.
    case shuttingDown
    /// The store could not be read or written.
    case storeFailed
    /// The server that keeps the store cannot be reached for now.
    case storeAway

    /// What a failure of the store means to whoever asked.
    init(_ failure: any Error) {
        self = (failure as? StoreError)?.code == .unreachable ? .storeAway : .storeFailed
    }
}
