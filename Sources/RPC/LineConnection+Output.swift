import JSON

extension LineConnection {
    /// A place for one call in flight.
    struct Slot {
        /// nil for a notification.
        var id: RequestID?
        /// Index in `batches` when the call came in one.
        var batch: Int?
        var generation: UInt64
        var isHeld: Bool
        /// How much of its line it is.
        var bytes: Int
    }

    /// The replies of a batch, which leave together when the last entry has been answered.
    struct Batch {
        var replies: [UInt8] = []
        var unanswered: Int
    }

    // MARK: Answers

    /// Answers a call with a result, which must be JSON text.
    public mutating func reply(_ token: CallToken, result: [UInt8]) {
        guard let slot = release(token) else { return }
        if let id = slot.id {
            let size = Self.replyStart.count + id.text.count + Self.replyMiddle.count + result.count + 2
            let waiting = slot.batch.flatMap { batches[$0]?.replies.count } ?? 0
            if waiting + size > limits.responseBytes {
                write(.responseTooLarge(limit: limits.responseBytes), id: id, batch: slot.batch)
            } else if let batch = slot.batch {
                gatheredCount -= waiting
                Self.separate(&batches[batch])
                Self.append(result, id: id, to: &batches[batch])
                gatheredCount += batches[batch]?.replies.count ?? 0
            } else {
                Self.append(result, id: id, to: &output)
                output.append(UInt8(ascii: "\n"))
            }
        }
        if let batch = slot.batch { countDown(batch) }
    }

    /// Answers a call with an error.
    public mutating func fail(_ token: CallToken, _ error: RPCError) {
        guard let slot = release(token) else { return }
        if let id = slot.id { write(error, id: id, batch: slot.batch) }
        if let batch = slot.batch { countDown(batch) }
    }

    /// The one line for a peer that is turned away before it said anything.
    public static func refusal(_ error: RPCError) -> [UInt8] {
        var connection = LineConnection()
        connection.write(error, id: .null, batch: nil)
        return connection.takeOutput()
    }

    /// Sends the client a notification about a call that is under way: its params are the call's `id` and some
    /// figures. Nothing is sent about a call that is answered, or that is a notification itself.
    public mutating func notify(
        _ method: String, about token: CallToken, _ figures: [(name: String, value: Int64)]
    ) {
        guard slots.indices.contains(token.slot) else { return }
        let slot = slots[token.slot]
        guard slot.isHeld, slot.generation == token.generation, let id = slot.id else { return }
        var params = JSONWriter(reserving: 96)
        params.beginObject()
        params.key("id")
        params.raw(id.text)
        for (name, value) in figures { params.member(name, value) }
        params.endObject()
        notify(method, params: params.take())
    }

    /// Sends the client a notification of our own; the parameters must be JSON text.
    public mutating func notify(_ method: String, params: [UInt8]) {
        if isClosed { return }
        var writer = JSONWriter(reserving: params.count + method.utf8.count + 48)
        writer.beginObject()
        writer.key("jsonrpc")
        writer.string("2.0")
        writer.key("method")
        writer.string(method)
        writer.key("params")
        writer.raw(params)
        writer.endObject()
        writer.endLine()
        output.append(contentsOf: writer.bytes)
    }

    // MARK: Taking output

    /// Bytes that wait to be sent, without those that gather in batches.
    public var outputCount: Int { output.count }

    /// Hands over what waits to be sent: whole lines.
    public mutating func takeOutput() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &output)
        return taken
    }

    // MARK: Slots and batches

    mutating func takeSlot(id: RequestID?, batch: Int?, bytes: Int) -> CallToken {
        inFlight += 1
        inFlightCount += bytes
        if let index = freeSlots.popLast() {
            slots[index].id = id
            slots[index].batch = batch
            slots[index].generation += 1
            slots[index].isHeld = true
            slots[index].bytes = bytes
            return CallToken(slot: index, generation: slots[index].generation)
        }
        slots.append(Slot(id: id, batch: batch, generation: 0, isHeld: true, bytes: bytes))
        return CallToken(slot: slots.count - 1, generation: 0)
    }

    /// Frees the slot of a call; nil when the connection is closed and nobody waits for the answer.
    private mutating func release(_ token: CallToken) -> Slot? {
        if isClosed { return nil }
        let slot = slots[token.slot]
        precondition(slot.isHeld && slot.generation == token.generation, "a call is answered once")
        slots[token.slot].isHeld = false
        slots[token.slot].id = nil
        freeSlots.append(token.slot)
        inFlight -= 1
        inFlightCount -= slot.bytes
        return slot
    }

    mutating func startBatch(entries: Int) -> Int {
        let batch = Batch(unanswered: entries)
        if let free = batches.firstIndex(where: { $0 == nil }) {
            batches[free] = batch
            return free
        }
        batches.append(batch)
        return batches.count - 1
    }

    /// Counts one entry of a batch as answered and sends the batch when it was the last.
    mutating func countDown(_ index: Int) {
        batches[index]?.unanswered -= 1
        guard let batch = batches[index], batch.unanswered == 0 else { return }
        batches[index] = nil
        gatheredCount -= batch.replies.count
        if batch.replies.isEmpty { return }
        output.append(contentsOf: batch.replies)
        output.append(contentsOf: [UInt8(ascii: "]"), UInt8(ascii: "\n")])
    }

    // MARK: Bytes

    /// Writes an error reply to the output or, for an entry of a batch, beside its other replies.
    mutating func write(_ error: RPCError, id: RequestID, batch: Int?) {
        var writer = JSONWriter(reserving: 256)
        writer.beginObject()
        writer.key("jsonrpc")
        writer.string("2.0")
        writer.key("id")
        writer.raw(id.text)
        writer.key("error")
        error.write(to: &writer)
        writer.endObject()
        if let batch {
            gatheredCount -= batches[batch]?.replies.count ?? 0
            Self.separate(&batches[batch])
            batches[batch]?.replies.append(contentsOf: writer.bytes)
            gatheredCount += batches[batch]?.replies.count ?? 0
        } else {
            writer.endLine()
            output.append(contentsOf: writer.bytes)
        }
    }

    private static func separate(_ batch: inout Batch?) {
        let first = batch?.replies.isEmpty ?? true
        batch?.replies.append(first ? UInt8(ascii: "[") : UInt8(ascii: ","))
    }

    private static func append(_ result: [UInt8], id: RequestID, to batch: inout Batch?) {
        guard var filled = batch else { return }
        batch = nil
        append(result, id: id, to: &filled.replies)
        batch = filled
    }

    private static func append(_ result: [UInt8], id: RequestID, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: replyStart)
        bytes.append(contentsOf: id.text)
        bytes.append(contentsOf: replyMiddle)
        bytes.append(contentsOf: result)
        bytes.append(UInt8(ascii: "}"))
    }

    private static let replyStart = Array(#"{"jsonrpc":"2.0","id":"#.utf8)
    private static let replyMiddle = Array(#","result":"#.utf8)
}
