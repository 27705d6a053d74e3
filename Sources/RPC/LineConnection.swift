// One connection as a value: bytes go in, actions and output bytes come out. It knows nothing of sockets, threads or
// time, so the same machine serves TCP, TLS and HTTP bodies and is tested by conversation.
//
//     receive(bytes) ─→ input ─→ line ─→ batch? ─→ entry ─→ .call ─→ reply/fail ─→ output ─→ takeOutput()
//
// The shell feeds bytes, then asks `next()` until it answers nil, then takes the output. It asks again after every
// answer and after taking output, because both make room.
//
// Invariants:
// - every call that was handed out holds one slot until it is answered, and is answered once;
// - at most `limits.inFlight` slots are held; a batch is handed out entry by entry as slots become free;
// - replies that gather in batches count as output that waits. Where nothing is in flight all of them belong to the open
//   batch, which is then worked on to its end whatever it gathers, because nothing else could make room;
// - `input` is shared with the documents of the lines taken from it and therefore only ever appended to while no line
//   has been taken (`cursor == 0`); otherwise its unread rest moves to a new buffer first;
// - after `.close` nothing is produced.

/// The JSON-RPC 2.0 state machine of one connection.
public struct LineConnection: Sendable {
    /// What the shell has to do.
    public enum Action: Sendable {
        /// Work on a call and answer it with `reply` or `fail`.
        case call(Call)
        /// Stop reading from the peer; what is read nevertheless is still accepted.
        case pauseReading
        /// Read from the peer again.
        case resumeReading
        /// Send the output, then close. Nothing follows.
        case close
    }

    /// How messages are told apart.
    public enum Framing: Sendable {
        /// One message a line.
        case lines
        /// All bytes up to the end are one message, as in the body of an HTTP request.
        case whole
    }

    private enum Phase {
        case open
        /// No further line is taken; closes when the calls in flight have been answered.
        case draining
        case closed
    }

    /// The limits the connection was made with.
    public let limits: ConnectionLimits
    let framing: Framing

    private var phase = Phase.open
    private var isPaused = false

    // LineConnection+Input.swift
    @usableFromInline var input: [UInt8] = []
    /// Start of the first line that has not been taken.
    var cursor = 0
    /// Messages and entries of batches in which no call could be read, since they were taken note of last.
    var unreadableCount = 0
    /// How many lines were taken.
    public internal(set) var lineCount = 0
    /// There is no line feed between `cursor` and here.
    var searched = 0
    /// The line at the end of `input` is too long, and what followed was not kept.
    var isCutOff = false
    var hasEnded = false
    /// With framing `.whole`: the message has been taken, even if it was empty.
    var isWholeTaken = false
    /// The batch whose entries are being handed out.
    var openBatch: OpenBatch?

    // LineConnection+Output.swift
    var slots: [Slot] = []
    var freeSlots: [Int] = []
    var batches: [Batch?] = []
    var output: [UInt8] = []
    /// Bytes of replies in `batches`.
    public internal(set) var gatheredCount = 0
    /// Calls that were handed out and not answered yet, notifications included.
    public internal(set) var inFlight = 0
    /// Bytes of the lines that they came in; of a batch its share for each.
    public internal(set) var inFlightCount = 0

    /// Creates the machine of a fresh connection.
    public init(limits: ConnectionLimits = ConnectionLimits(), framing: Framing = .lines) {
        self.limits = limits
        self.framing = framing
    }

    /// Bytes that were received and belong to no line that was taken.
    public var inputCount: Int { input.count - cursor }

    /// Whether `.close` was given or the connection was abandoned.
    public var isClosed: Bool { phase == .closed }

    /// The next thing to do; nil when more bytes, answers or room for output are needed first.
    public mutating func next() -> Action? {
        while phase == .open {
            guard inFlight < limits.inFlight, hasRoom else { return pause() }
            if let call = takeBatchEntry() { return .call(call) }
            if openBatch != nil { continue }
            if let line = takeLine() {
                if let call = takeMessage(line) { return .call(call) }
            } else if isCutOff {
                complain(.messageTooLarge(limit: limits.lineBytes), id: .null, batch: nil)
                phase = .draining
            } else if hasEnded {
                phase = .draining
            } else {
                return resume()
            }
        }
        guard phase == .draining else { return nil }
        guard inFlight == 0 else { return pause() }
        abandon()
        return .close
    }

    /// How many messages and entries of batches had no call in them that could be read, since this was asked last.
    public mutating func takeUnreadable() -> Int {
        defer { unreadableCount = 0 }
        return unreadableCount
    }

    /// Whether another call may be handed out, for all the output that waits.
    private var hasRoom: Bool {
        output.count + (inFlight == 0 ? 0 : gatheredCount) < limits.outputBytes
    }

    /// Answers what has not been handed out of the open batch with an error, so that what it gathered can leave.
    public mutating func refuseOpenBatch(_ error: RPCError) {
        while let call = takeBatchEntry() { fail(call.token, error) }
    }

    /// Begins an orderly end: calls that were handed out are still answered, calls that only wait here are told that
    /// the server is shutting down, then the connection closes.
    public mutating func drain() {
        guard phase == .open else { return }
        while output.count < limits.outputBytes {
            if let call = takeBatchEntry() {
                fail(call.token, .shuttingDown)
            } else if let line = takeLine() {
                if let call = takeMessage(line) { fail(call.token, .shuttingDown) }
            } else {
                break
            }
        }
        phase = .draining
    }

    /// Forgets everything, as when the peer has vanished; answers that come later are ignored.
    public mutating func abandon() {
        phase = .closed
        input = []
        cursor = 0
        searched = 0
        openBatch = nil
        slots = []
        freeSlots = []
        batches = []
        gatheredCount = 0
        inFlight = 0
        inFlightCount = 0
    }

    private mutating func pause() -> Action? {
        if isPaused { return nil }
        isPaused = true
        return .pauseReading
    }

    /// Reading goes on when half the slots are free, so that a busy line does not stop and go with every call.
    private mutating func resume() -> Action? {
        guard isPaused, inFlight <= limits.inFlight / 2 else { return nil }
        isPaused = false
        return .resumeReading
    }
}
