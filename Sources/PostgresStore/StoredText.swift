import Foundation

// Texts from outside may hold U+0000, which PostgreSQL's text cannot. It is stored as U+10FFFF and a `0`, and U+10FFFF
// itself, which no text has any business with, as U+10FFFF and a `1`. So two texts are the same where they are stored
// if and only if they were the same before, and all others are stored as they are.

/// The stored form of texts from outside.
enum StoredText {
    private static let mark: [4 of UInt8] = [0xF4, 0x8F, 0xBF, 0xBF]

    /// Whether a text is stored as it is. Looks for the two bytes that only the exceptions have: a zero, and the first
    /// one of the last planes.
    static func isPlain(_ utf8: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let start = utf8.baseAddress else { return true }
        return memchr(start, 0, utf8.count) == nil && memchr(start, 0xF4, utf8.count) == nil
    }

    /// Appends the stored form of a text.
    static func append(escaping utf8: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        var index = 0
        while index < utf8.count {
            if utf8[index] == 0 {
                appendMark(UInt8(ascii: "0"), to: &bytes)
            } else if isMark(utf8, at: index) {
                appendMark(UInt8(ascii: "1"), to: &bytes)
                index += 3
            } else {
                bytes.append(utf8[index])
            }
            index += 1
        }
    }

    /// Reads a stored form that is not plain.
    static func unescape(_ utf8: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count)
        var index = 0
        while index < utf8.count {
            guard isMark(utf8, at: index), index + 4 < utf8.count else {
                bytes.append(utf8[index])
                index += 1
                continue
            }
            if utf8[index + 4] == UInt8(ascii: "0") {
                bytes.append(0)
            } else {
                for place in mark.indices { bytes.append(mark[place]) }
            }
            index += 5
        }
        return bytes
    }

    private static func isMark(_ utf8: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        guard utf8[index] == mark[0], index + 3 < utf8.count else { return false }
        return utf8[index + 1] == mark[1] && utf8[index + 2] == mark[2] && utf8[index + 3] == mark[3]
    }

    private static func appendMark(_ digit: UInt8, to bytes: inout [UInt8]) {
        for place in mark.indices { bytes.append(mark[place]) }
        bytes.append(digit)
    }
}
