/// The digits of integers.
enum Decimal {
    /// Appends a sign, if any, and the digits.
    static func append(_ magnitude: UInt64, isNegative: Bool, to bytes: inout [UInt8]) {
        bytes.append(addingCapacity: 20) { out in
            if isNegative { out.append(UInt8(ascii: "-")) }
            var power: UInt64 = 1
            var rest = magnitude
            while rest >= 10 {
                rest /= 10
                power *= 10
            }
            rest = magnitude
            while power > 0 {
                out.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / power))
                rest %= power
                power /= 10
            }
        }
    }
}
