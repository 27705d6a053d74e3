/// A connection takes any bytes in any pieces: it keeps its limits, answers every call once, says whole lines of JSON
/// only, and says the same whatever the pieces were.
///
/// The first bytes of an input choose the limits and the pieces, the rest is what the peer sends.
enum LineFuzz {
    static func run(_ bytes: [UInt8]) {
        guard bytes.count > 3 else { return }
        let limits = ConnectionLimits(
            lineBytes: 32 + Int(bytes[0]) * 4, depth: 8, batch: 1 + Int(bytes[1] & 7), inFlight: 1 + Int(bytes[1] >> 5),
            responseBytes: 600, outputBytes: 2000)
        let sent = Array(bytes[3...])
        let framing: LineConnection.Framing = bytes[2] & 128 == 0 ? .lines : .whole
        let piece = 1 + Int(bytes[2] & 63)
        let inPieces = converse(sent, piece: piece, limits, framing)
        let atOnce = converse(sent, piece: sent.count, limits, framing)
        promise(inPieces == atOnce, "the pieces do not matter", bytes)
        disorder(sent, piece: piece, limits, framing, bytes)
    }

    /// Answers each call at once.
    private static func converse(
        _ sent: [UInt8], piece: Int, _ limits: ConnectionLimits, _ framing: LineConnection.Framing
    ) -> [UInt8] {
        var connection = LineConnection(limits: limits, framing: framing)
        var said: [UInt8] = []
        var isClosed = false
        func work() {
            repeat {
                while let action = connection.next() {
                    switch action {
                    case .call(let call): answer(call.token, call.method.utf8.count, &connection)
                    case .close: isClosed = true
                    case .pauseReading, .resumeReading: break
                    }
                }
                let output = connection.takeOutput()
                said += output
                if output.isEmpty { return }
            } while true
        }
        for start in stride(from: 0, to: sent.count, by: max(1, piece)) {
            connection.receive(sent[start..<min(sent.count, start + piece)])
            work()
        }
        connection.receiveEnd()
        work()
        promise(isClosed, "after the end it closes", sent)
        checkLines(said, sent)
        return said
    }

    /// Answers calls late and in another order, drains in the middle, and gives up at the end.
    private static func disorder(
        _ sent: [UInt8], piece: Int, _ limits: ConnectionLimits, _ framing: LineConnection.Framing, _ bytes: [UInt8]
    ) {
        var connection = LineConnection(limits: limits, framing: framing)
        var open: [CallToken] = []
        var said: [UInt8] = []
        var turn = Int(bytes[0])
        var (isPaused, isDraining) = (false, false)
        func take() {
            while let action = connection.next() {
                switch action {
                case .call(let call): open.append(call.token)
                case .pauseReading: isPaused = true
                case .resumeReading: isPaused = false
                case .close: break
                }
                promise(connection.inFlight <= limits.inFlight, "calls in flight are limited", bytes)
                promise(connection.inFlight == open.count || connection.isClosed, "calls are counted", bytes)
            }
        }
        for start in stride(from: 0, to: sent.count, by: piece) {
            // Who is asked to wait does not send on.
            while isPaused, !isDraining, !connection.isClosed {
                take()
                guard isPaused, !connection.isClosed else { break }
                let isAnswered = !open.isEmpty
                if isAnswered { answer(open.removeFirst(), turn, &connection) }
                let output = connection.takeOutput()
                said += output
                promise(isAnswered || !output.isEmpty, "it waits for something", bytes)
            }
            if isPaused { break }
            connection.receive(sent[start..<min(sent.count, start + piece)])
            promise(connection.inputCount <= limits.lineBytes * 2 + 64, "input is limited", bytes)
            take()
            turn &+= 7
            if turn % 3 == 0, !open.isEmpty { answer(open.remove(at: turn % open.count), turn, &connection) }
            if turn % 5 == 0 { said += connection.takeOutput() }
            if start > sent.count / 2, turn % 11 == 0 {
                connection.drain()
                isDraining = true
            }
        }
        while !open.isEmpty, !connection.isClosed {
            answer(open.removeLast(), turn, &connection)
            said += connection.takeOutput()
            take()
        }
        said += connection.takeOutput()
        checkLines(said, bytes)
        connection.abandon()
        promise(connection.next() == nil, "nothing follows the end", bytes)
    }

    private static func answer(_ token: CallToken, _ number: Int, _ connection: inout LineConnection) {
        switch number % 4 {
        case 0: connection.fail(token, .notPermitted)
        case 1: connection.reply(token, result: Array("\"\(String(repeating: "x", count: 700))\"".utf8))
        default: connection.reply(token, result: Array("{\"ok\":true}".utf8))
        }
    }

    private static func checkLines(_ said: [UInt8], _ bytes: [UInt8]) {
        promise(said.isEmpty || said.last == UInt8(ascii: "\n"), "lines are whole", bytes)
        for line in said.split(separator: UInt8(ascii: "\n")) {
            guard let root = try? JSONDocument(Array(line)).root else {
                promise(false, "a line is JSON: \(String(decoding: line, as: UTF8.self))", bytes)
                continue
            }
            for reply in root.kind == .array ? Array(root.elements) : [root] {
                promise(reply["id"] != nil, "a reply has an id", bytes)
                promise((reply["result"] == nil) != (reply["error"] == nil), "a reply has a result or an error", bytes)
            }
        }
    }
}
