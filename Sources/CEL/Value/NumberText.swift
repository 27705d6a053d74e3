// Numbers as text: the shortest decimal that reads back as the same double, in the form C's `%g` chooses, and
// exact roundings to a number of places for `format`.

/// Decimal text of numbers.
enum NumberText {
    /// The digits of the shortest decimal that reads back as `value`, and the power of ten of the first.
    /// `value` is finite.
    static func shortestDigits(_ value: Double) -> (digits: [UInt8], exponent: Int) {
        // Swift's own description is shortest too, in one of two notations: 123.45 and 1.2345e+20.
        var digits: [UInt8] = []
        var exponent = 0
        var point: Int?
        var bytes = Array(value.magnitude.description.utf8)[...]
        if let mark = bytes.firstIndex(of: UInt8(ascii: "e")) {
            exponent = Int(String(decoding: bytes[(mark + 1)...], as: UTF8.self)) ?? 0
            bytes = bytes[..<mark]
        }
        for byte in bytes {
            if byte == UInt8(ascii: ".") { point = digits.count } else { digits.append(byte) }
        }
        exponent += (point ?? digits.count) - 1
        let leading = digits.prefix { $0 == UInt8(ascii: "0") }.count
        if leading == digits.count { return ([UInt8(ascii: "0")], 0) }
        digits.removeFirst(leading)
        exponent -= leading
        while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return (digits, exponent)
    }

    /// A double as `string()` shows it: shortest, with an exponent below 1e-4 and from 1e+06.
    static func text(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        let sign = value.sign == .minus ? "-" : ""
        if value.isInfinite { return sign + "inf" }
        let (digits, exponent) = shortestDigits(value)
        if exponent < -4 || exponent >= 6 {
            return sign + scientific(digits, exponent: exponent)
        }
        return sign + plain(digits, exponent: exponent)
    }

    private static func scientific(_ digits: [UInt8], exponent: Int) -> String {
        var result = String(decoding: digits.prefix(1), as: UTF8.self)
        if digits.count > 1 { result += "." + String(decoding: digits.dropFirst(), as: UTF8.self) }
        let magnitude = String(exponent.magnitude)
        return result + (exponent < 0 ? "e-" : "e+") + (magnitude.count < 2 ? "0" : "") + magnitude
    }

    private static func plain(_ digits: [UInt8], exponent: Int) -> String {
        if exponent < 0 {
            return "0." + String(repeating: "0", count: -exponent - 1) + String(decoding: digits, as: UTF8.self)
        }
        let whole = exponent + 1
        if digits.count <= whole {
            return String(decoding: digits, as: UTF8.self) + String(repeating: "0", count: whole - digits.count)
        }
        return String(decoding: digits.prefix(whole), as: UTF8.self) + "."
            + String(decoding: digits.dropFirst(whole), as: UTF8.self)
    }

    /// A finite double with a number of digits after the point, rounded half to even on its exact value.
    static func fixed(_ value: Double, places: Int) -> String {
        let decimal = ExactDecimal(value.magnitude)
        let digits = decimal.rounded(places: places)
        let padded = [UInt8](repeating: UInt8(ascii: "0"), count: max(0, places + 1 - digits.count)) + digits
        let whole = String(decoding: padded.dropLast(places), as: UTF8.self)
        let fraction = places > 0 ? "." + String(decoding: padded.suffix(places), as: UTF8.self) : ""
        return (value.sign == .minus ? "-" : "") + whole + fraction
    }

    /// A finite double as d.ddde±dd with a number of digits after the point.
    static func exponential(_ value: Double, places: Int) -> String {
        let sign = value.sign == .minus ? "-" : ""
        if value == 0 {
            return sign + "0" + (places > 0 ? "." + String(repeating: "0", count: places) : "") + "e+00"
        }
        let decimal = ExactDecimal(value.magnitude)
        var exponent = decimal.exponent
        var digits = decimal.rounded(places: places - exponent)
        if digits.count > places + 1 {
            // Rounding carried into a new digit: 9.99 became 10.0.
            digits.removeLast()
            exponent += 1
        }
        digits += [UInt8](repeating: UInt8(ascii: "0"), count: max(0, places + 1 - digits.count))
        var result = sign + String(decoding: digits.prefix(1), as: UTF8.self)
        if places > 0 { result += "." + String(decoding: digits.dropFirst(), as: UTF8.self) }
        let magnitude = String(exponent.magnitude)
        return result + (exponent < 0 ? "e-" : "e+") + (magnitude.count < 2 ? "0" : "") + magnitude
    }
}

/// The exact decimal expansion of a non-negative finite double: at most 1,075 digits after the point.
private struct ExactDecimal {
    /// Decimal digits 0...9, most significant first, without leading zeros; empty for zero.
    private var digits: [UInt8] = []
    /// How many of the digits stand after the point.
    private var scale = 0

    init(_ value: Double) {
        guard value > 0 else { return }
        var significand = value.significandBitPattern
        if value.isNormal { significand |= 1 << 52 }
        var exponent = (value.isNormal ? Int(value.exponentBitPattern) - 1023 : -1022) - 52
        while significand & 1 == 0, exponent < 0 {
            significand >>= 1
            exponent += 1
        }
        // value = significand · 2^exponent; a negative power of two is a product of fives, shifted by tens.
        var limbs = Self.limbs(significand)
        for _ in 0..<exponent.magnitude { Self.multiply(&limbs, by: exponent < 0 ? 5 : 2) }
        scale = exponent < 0 ? -exponent : 0
        digits = Self.decimal(limbs)
    }

    /// The power of ten of the first digit.
    var exponent: Int { digits.count - scale - 1 }

    /// The digits of the value times 10^places as ASCII, rounded half to even; at least "0".
    func rounded(places: Int) -> [UInt8] {
        let dropped = scale - places
        var kept: [UInt8]
        if dropped <= 0 {
            kept = digits.isEmpty ? [] : digits + [UInt8](repeating: 0, count: -dropped)
        } else {
            kept = Array(digits.dropLast(dropped))
            let rest = digits.suffix(dropped)
            // With more digits dropped than there are, the first dropped digit is a zero.
            let first = dropped > digits.count ? 0 : rest.first ?? 0
            let isHalf = first == 5 && rest.dropFirst().allSatisfy { $0 == 0 }
            if first > 5 || (first == 5 && (!isHalf || (kept.last ?? 0) % 2 == 1)) { Self.increment(&kept) }
        }
        if kept.isEmpty { kept = [0] }
        return kept.map { $0 + UInt8(ascii: "0") }
    }

    private static let base: UInt64 = 1_000_000_000

    // Least significant first, nine digits each.
    private static func limbs(_ value: UInt64) -> [UInt64] {
        var rest = value
        var result: [UInt64] = []
        while rest > 0 {
            result.append(rest % base)
            rest /= base
        }
        return result
    }

    private static func multiply(_ limbs: inout [UInt64], by factor: UInt64) {
        var carry: UInt64 = 0
        for index in limbs.indices {
            let product = limbs[index] * factor + carry
            limbs[index] = product % base
            carry = product / base
        }
        if carry > 0 { limbs.append(carry) }
    }

    private static func decimal(_ limbs: [UInt64]) -> [UInt8] {
        var result: [UInt8] = []
        for limb in limbs.reversed() {
            let text = Array(String(limb).utf8).map { $0 - UInt8(ascii: "0") }
            if !result.isEmpty { result += [UInt8](repeating: 0, count: 9 - text.count) }
            result += text
        }
        return result
    }

    private static func increment(_ digits: inout [UInt8]) {
        for index in digits.indices.reversed() {
            if digits[index] < 9 {
                digits[index] += 1
                return
            }
            digits[index] = 0
        }
        digits.insert(1, at: 0)
    }
}
