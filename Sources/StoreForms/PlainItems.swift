import Loyalty
import Rules

// History is read purchase by purchase, and most of that was reading items as any JSON text. What the writer of items
// writes has one form: no blanks, and rarely an escape. This reads that form alone and leaves every other to JSON.

/// Reads items in the form in which they are written, where no text in them is escaped.
struct PlainItems {
    private let bytes: [UInt8]
    private var at = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The items; `nil` where the text has another form.
    static func read(_ text: [UInt8]) -> [Purchase.Item]? {
        var reader = PlainItems(text)
        guard reader.take("[") else { return nil }
        if reader.take("]") { return reader.isAtEnd ? [] : nil }
        var items: [Purchase.Item] = []
        // An item is seldom shorter.
        items.reserveCapacity(text.count / 40 + 1)
        repeat {
            guard let item = reader.item() else { return nil }
            items.append(item)
        } while reader.take(",")
        return reader.take("]") && reader.isAtEnd ? items : nil
    }

    private var isAtEnd: Bool { at == bytes.count }

    private mutating func item() -> Purchase.Item? {
        guard take("["), let sku = text(), take(","), let category = text(), take(","), let tags = texts(), take(","),
            let quantity = integer(), take(","), let amount = integer(), take(","), let tax = integer(), take("]")
        else { return nil }
        return Purchase.Item(
            sku: sku, category: category, tags: tags, quantity: quantity, amount: amount, tax: tax)
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func texts() -> [String]? {
        guard take("[") else { return nil }
        if take("]") { return [] }
        var texts: [String] = []
        repeat {
            guard let text = text() else { return nil }
            texts.append(text)
        } while take(",")
        return take("]") ? texts : nil
    }

    private mutating func text() -> String? {
        guard take("\"") else { return nil }
        let start = at
        var isASCII = true
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
            guard bytes[at] != UInt8(ascii: "\\"), bytes[at] >= 0x20 else { return nil }
            if bytes[at] >= 0x80 { isASCII = false }
            at += 1
        }
        let text = bytes[start..<at]
        guard take("\"") else { return nil }
        // Validating costs five times as much, and of ASCII there is nothing to validate.
        return isASCII ? String(decoding: text, as: UTF8.self) : String(validating: text, as: UTF8.self)
    }

    /// A whole number of at most 18 digits.
    private mutating func integer() -> Int64? {
        let isNegative = take("-")
        let start = at
        var value: Int64 = 0
        while at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]), at - start < 18 {
            value = value * 10 + Int64(bytes[at] - UInt8(ascii: "0"))
            at += 1
        }
        // JSON has no zeros in front.
        guard at > start, at == start + 1 || bytes[start] != UInt8(ascii: "0") else { return nil }
        return isNegative ? -value : value
    }
}
