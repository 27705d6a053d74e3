/// What one connection may ask of the server; `session.hello` tells it to the client.
public struct ConnectionLimits: Hashable, Sendable {
    /// Longest line, without its line feed, in bytes.
    public var lineBytes: Int
    /// Deepest nesting of arrays and objects in a line.
    public var depth: Int
    /// Most entries in a batch.
    public var batch: Int
    /// Calls that are being worked on at a time; beyond it the server stops reading.
    public var inFlight: Int
    /// Longest line of a reply, in bytes.
    public var responseBytes: Int
    /// Output waiting to be taken, here or by the peer, beyond which no further line is read.
    public var outputBytes: Int

    /// Creates limits; the defaults are those of the protocol.
    public init(
        lineBytes: Int = 1 << 20, depth: Int = 64, batch: Int = 100, inFlight: Int = 32,
        responseBytes: Int = 4 << 20, outputBytes: Int = 4 << 20
    ) {
        precondition(lineBytes > 0 && depth > 0 && batch > 0 && inFlight > 0, "limits leave room for one call")
        self.lineBytes = lineBytes
        self.depth = depth
        self.batch = batch
        self.inFlight = inFlight
        self.responseBytes = responseBytes
        self.outputBytes = outputBytes
    }
}
