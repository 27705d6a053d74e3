/// The digits of integers.
enum Decimal {
    /// Appends a byte before, a sign and the digits.
    static func append(
        _ magnitude: UInt64, isNegative: Bool, to bytes: inout [UInt8], after separator: UInt8? = nil
    ) {
        let digits = count(magnitude)
        bytes.append(addingCapacity: digits + 2) { out in
            if let separator { out.append(separator) }
            if isNegative { out.append(UInt8(ascii: "-")) }
            if magnitude < 10 {
                out.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude))
                return
            }
            let first = out.count
            out.append(repeating: UInt8(ascii: "0"), count: digits)
            var rest = magnitude
            var at = first + digits - 1
            while at >= first {
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                out[at] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
                rest = quotient
                at -= 1
            }
        }
    }

    private static func count(_ magnitude: UInt64) -> Int {
        var digits = 1
        var power: UInt64 = 10
        while digits < 20, magnitude >= power {
            digits += 1
            power = power &* 10
        }
        return digits
    }
}
