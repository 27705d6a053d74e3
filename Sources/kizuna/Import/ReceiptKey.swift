import Engine
import Ledger

/// The idempotency key of a purchase that brings none, made of what makes its receipt unique, so that the same line
/// has the same key whenever it is imported.
enum ReceiptKey {
    /// The longest key that a call may have.
    private static let longest = 255

    /// `import/store/terminal/receipt`, with what is not plain written as `%XX`; a digest where that is too long.
    static func key(store: String, terminal: String, receipt: String) -> String {
        let plain = "import/" + [store, terminal, receipt].map(escape).joined(separator: "/")
        guard plain.utf8.count > longest else { return plain }
        return "import/sha256/\(Digest(hashing: Array(plain.utf8)))"
    }

    private static func escape(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            if (0x21...0x7E).contains(byte), byte != UInt8(ascii: "/"), byte != UInt8(ascii: "%") {
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let hex = String(byte, radix: 16, uppercase: true)
                escaped += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return escaped
    }
}
