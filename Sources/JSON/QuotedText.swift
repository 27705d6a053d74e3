/// The text of a JSON string: quotes around it and the fewest escapes in it.
enum QuotedText {
    /// Appends text that is valid UTF-8, quoted, with a byte before and after it.
    static func append(_ text: Span<UInt8>, to bytes: inout [UInt8], before: UInt8? = nil, after: UInt8? = nil) {
        var at = 0
        bytes.append(addingCapacity: text.count + 4) { out in
            if let before { out.append(before) }
            out.append(UInt8(ascii: "\""))
            at = appendPlain(text, from: 0, to: &out)
            guard at == text.count else { return }
            out.append(UInt8(ascii: "\""))
            if let after { out.append(after) }
        }
        guard at < text.count else { return }
        bytes.append(addingCapacity: (text.count - at) * 6 + 2) { out in
            while at < text.count {
                appendEscape(text[at], to: &out)
                at = appendPlain(text, from: at + 1, to: &out)
            }
            out.append(UInt8(ascii: "\""))
            if let after { out.append(after) }
        }
    }

    /// Appends up to the first byte that needs an escape; the result is its position, or the end.
    @inline(__always)
    private static func appendPlain(_ text: Span<UInt8>, from start: Int, to out: inout OutputSpan<UInt8>) -> Int {
        var at = start
        while at < text.count {
            let byte = text[at]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            out.append(byte)
            at += 1
        }
        return at
    }

    private static func appendEscape(_ byte: UInt8, to out: inout OutputSpan<UInt8>) {
        out.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: out.append(UInt8(ascii: "b"))
        case 0x09: out.append(UInt8(ascii: "t"))
        case 0x0A: out.append(UInt8(ascii: "n"))
        case 0x0C: out.append(UInt8(ascii: "f"))
        case 0x0D: out.append(UInt8(ascii: "r"))
        case 0..<0x20:
            out.append(UInt8(ascii: "u"))
            out.append(UInt8(ascii: "0"))
            out.append(UInt8(ascii: "0"))
            out.append(UInt8(ascii: "0") + byte >> 4)
            out.append(byte & 15 < 10 ? UInt8(ascii: "0") + byte & 15 : UInt8(ascii: "a") + byte & 15 - 10)
        default: out.append(byte)
        }
    }
}
