/// Numbers as ECMAScript's `Number::toString` writes them (ECMA-262 §6.1.6.1.20, required by RFC 8785 §3.2.2.3).
enum ECMANumber {
    /// Appends a finite double.
    static func append(_ value: Double, to bytes: inout [UInt8]) {
        if value.magnitude < 0x1p53, value == Double(Int64(value)) {
            let whole = Int64(value)
            return Decimal.append(whole.magnitude, isNegative: whole < 0, to: &bytes)
        }
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        let (digits, point) = shortest(value.magnitude)
        switch point {
        case digits.count...21:
            bytes.append(contentsOf: digits)
            bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: point - digits.count))
        case 1...21:
            bytes.append(contentsOf: digits[..<point])
            bytes.append(UInt8(ascii: "."))
            bytes.append(contentsOf: digits[point...])
        case -5...0:
            bytes.append(contentsOf: [UInt8(ascii: "0"), UInt8(ascii: ".")])
            bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: -point))
            bytes.append(contentsOf: digits)
        default:
            bytes.append(digits[0])
            if digits.count > 1 {
                bytes.append(UInt8(ascii: "."))
                bytes.append(contentsOf: digits[1...])
            }
            bytes.append(UInt8(ascii: "e"))
            bytes.append(point > 0 ? UInt8(ascii: "+") : UInt8(ascii: "-"))
            Decimal.append(UInt64((point - 1).magnitude), isNegative: false, to: &bytes)
        }
    }

    /// The fewest digits that name a positive double, without zeros at either end, and the position of the decimal
    /// point counted from their start. Swift's description has exactly these digits; only its layout differs.
    private static func shortest(_ value: Double) -> (digits: [UInt8], point: Int) {
        var digits: [UInt8] = []
        var point: Int?
        var exponent = 0
        let text = value.description.utf8
        let mantissa = text.prefix { $0 != UInt8(ascii: "e") }
        for byte in mantissa {
            if byte == UInt8(ascii: ".") { point = digits.count } else { digits.append(byte) }
        }
        let tail = text.dropFirst(mantissa.count + 1)
        for byte in tail where byte != UInt8(ascii: "+") && byte != UInt8(ascii: "-") {
            exponent = exponent * 10 + Int(byte - UInt8(ascii: "0"))
        }
        if tail.first == UInt8(ascii: "-") { exponent = -exponent }
        let leading = digits.prefix { $0 == UInt8(ascii: "0") }.count
        let position = (point ?? digits.count) + exponent - leading
        digits.removeFirst(leading)
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return (digits, position)
    }
}
