import JSON

extension LineConnection {
    /// A batch that has been read but not wholly handed out.
    struct OpenBatch {
        /// Index in `batches`, where its replies gather.
        let index: Int
        var entries: JSONElements
        let lineBytes: Int
        /// How much of the line each entry is.
        let share: Int
    }

    // MARK: Bytes

    /// Takes bytes from the peer; copies them once.
    @inlinable
    public mutating func receive(_ bytes: some Collection<UInt8>) {
        if prepare(toReceive: bytes.count) {
            input.append(contentsOf: bytes)
        } else {
            receiveWithinLimit(Array(bytes))
        }
    }

    /// The peer will send no more: what it has sent is still answered, then the connection closes.
    ///
    /// A last line without line feed is taken like any other. That is safe, because a request is an object and a cut
    /// object is not JSON: it cannot be mistaken for a shorter request.
    public mutating func receiveEnd() {
        hasEnded = true
    }

    /// Makes room; the result is whether the bytes certainly stay within the limit of a line.
    @usableFromInline
    mutating func prepare(toReceive count: Int) -> Bool {
        if isClosed || hasEnded || isCutOff { return false }
        let waiting = input.count - cursor
        if cursor > 0 {
            var rest: [UInt8] = []
            rest.reserveCapacity(waiting + count)
            rest.append(contentsOf: input[cursor...])
            input = rest
            searched -= cursor
            cursor = 0
        }
        return waiting + count <= limits.lineBytes
    }

    /// Appends up to where a line becomes too long.
    @usableFromInline
    mutating func receiveWithinLimit(_ bytes: [UInt8]) {
        if isClosed || hasEnded || isCutOff { return }
        let lastFeed = framing == .lines ? input.lastIndex(of: UInt8(ascii: "\n")) : nil
        var length = input.count - (lastFeed ?? -1) - 1
        for byte in bytes {
            if byte == UInt8(ascii: "\n") && framing == .lines {
                length = 0
            } else {
                length += 1
                guard length <= limits.lineBytes else {
                    isCutOff = true
                    return
                }
            }
            input.append(byte)
        }
    }

    /// The bytes of the next complete line, without its line feed.
    mutating func takeLine() -> Range<Int>? {
        let start = cursor
        if framing == .lines {
            searched = ByteSearch.firstIndex(of: UInt8(ascii: "\n"), in: input.span, from: searched)
            if searched < input.count {
                let end = searched
                searched = end + 1
                cursor = searched
                lineCount += 1
                return start..<end
            }
        }
        guard hasEnded, !isCutOff, framing == .lines ? cursor < input.count : !isWholeTaken else { return nil }
        isWholeTaken = true
        cursor = input.count
        searched = cursor
        return start..<input.count
    }

    private mutating func forgetInput() {
        input = []
        cursor = 0
        searched = 0
    }

    // MARK: Messages

    /// Reads one line; the result is its call, unless it is blank, wrong or a batch.
    mutating func takeMessage(_ line: Range<Int>) -> Call? {
        // From here on the document owns the bytes; a long line must not stay until the next one comes.
        defer { if cursor == input.count { forgetInput() } }
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(input, in: line, maxDepth: limits.depth)
        } catch {
            if error.reason != .empty || framing == .whole { complain(.parseError(error), id: .null, batch: nil) }
            return nil
        }
        let root = document.root
        guard root.kind == .array else {
            return takeEntry(root, batch: nil, lineBytes: line.count, share: line.count)
        }
        guard 1...limits.batch ~= root.count else {
            complain(.invalidRequest("a batch has 1 to \(limits.batch) entries"), id: .null, batch: nil)
            return nil
        }
        let index = startBatch(entries: root.count)
        openBatch = OpenBatch(
            index: index, entries: root.elements, lineBytes: line.count, share: line.count / root.count)
        return nil
    }

    /// The next entry of the open batch that is a call; entries that are none are answered on the way.
    mutating func takeBatchEntry() -> Call? {
        while let batch = openBatch {
            guard let entry = openBatch?.entries.next() else {
                openBatch = nil
                return nil
            }
            if let call = takeEntry(entry, batch: batch.index, lineBytes: batch.lineBytes, share: batch.share) {
                return call
            }
        }
        return nil
    }

    private static let members = JSONNames(["jsonrpc", "id", "method", "params"])

    /// Reads one request object. Members the standard does not know are ignored.
    private mutating func takeEntry(_ entry: JSONValue, batch: Int?, lineBytes: Int, share: Int) -> Call? {
        var version: JSONValue?
        var method: JSONValue?
        var params: JSONValue?
        var idValue: JSONValue?
        var guess = 0
        guard entry.kind == .object else { return refuse("a request is an object", .null, batch) }
        for (key, value) in entry.members {
            guard let member = Self.members.index(of: key, from: guess) else { continue }
            guess = member + 1
            switch member {
            case 0: version = value
            case 1: idValue = value
            case 2: method = value
            default: params = value
            }
        }
        var id: RequestID?
        if let idValue {
            id = RequestID(idValue)
            if id == nil { return refuse("id must be a string, a number or null", .null, batch) }
        }
        guard let version, version.isString(equalTo: "2.0") else {
            return refuse("jsonrpc must be \"2.0\"", id ?? .null, batch)
        }
        guard let name = method?.string else { return refuse("method must be a string", id ?? .null, batch) }
        if let params, params.kind != .object, params.kind != .array {
            return refuse("params must be an object or an array", id ?? .null, batch)
        }
        return Call(
            token: takeSlot(id: id, batch: batch, bytes: share), method: name, params: params,
            isNotification: id == nil,
            lineBytes: lineBytes)
    }

    private mutating func refuse(_ detail: String, _ id: RequestID, _ batch: Int?) -> Call? {
        complain(.invalidRequest(detail), id: id, batch: batch)
        if let batch { countDown(batch) }
        return nil
    }

    /// Answers what is no call.
    mutating func complain(_ error: RPCError, id: RequestID, batch: Int?) {
        unreadableCount += 1
        write(error, id: id, batch: batch)
    }
}
