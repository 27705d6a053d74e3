/// The text between the quotes of a string that the scanner accepted, turned into plain UTF-8.
enum EscapedText {
    /// Appends the unescaped form; the text must have passed the scanner.
    static func append(_ text: Span<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(addingCapacity: text.count) { out in
            var at = 0
            while at < text.count {
                let byte = text[at]
                guard byte == UInt8(ascii: "\\") else {
                    out.append(byte)
                    at += 1
                    continue
                }
                at = appendEscape(text, from: at + 1, to: &out)
            }
        }
    }

    /// Appends what the escape behind a backslash stands for: never more bytes than the escape has.
    private static func appendEscape(_ text: Span<UInt8>, from start: Int, to out: inout OutputSpan<UInt8>) -> Int {
        switch text[start] {
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"):
            let unit = unit(text, from: start + 1)
            if unit & 0xF800 != 0xD800 {
                appendUTF8(unit, to: &out)
                return start + 5
            }
            let low = self.unit(text, from: start + 7)
            appendUTF8(0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF, to: &out)
            return start + 11
        default: out.append(text[start])
        }
        return start + 1
    }

    /// The value of a hexadecimal digit.
    static func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) - 0x30
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte) - 0x57
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte) - 0x37
        default: nil
        }
    }

    private static func unit(_ text: Span<UInt8>, from start: Int) -> UInt32 {
        var unit: UInt32 = 0
        for at in start..<start + 4 { unit = unit << 4 | (hexDigit(text[at]) ?? 0) }
        return unit
    }

    private static func appendUTF8(_ scalar: UInt32, to out: inout OutputSpan<UInt8>) {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: 0x80 | scalar >> shift & 0x3F) }
        switch scalar {
        case 0..<0x80:
            out.append(UInt8(truncatingIfNeeded: scalar))
        case 0x80..<0x800:
            out.append(UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6))
            out.append(tail(0))
        case 0x800..<0x10000:
            out.append(UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12))
            out.append(tail(6))
            out.append(tail(0))
        default:
            out.append(UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18))
            out.append(tail(12))
            out.append(tail(6))
            out.append(tail(0))
        }
    }
}
