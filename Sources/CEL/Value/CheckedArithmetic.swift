// All arithmetic that user input can drive out of range: every function here either returns the exact result
// or fails. Nothing else in this room adds or multiplies numbers that an expression chose.

/// Arithmetic that fails instead of wrapping or trapping.
enum CheckedArithmetic {
    @inline(__always)
    static func add<T: FixedWidthInteger>(_ left: T, _ right: T) throws(EvaluationError) -> T {
        let (result, overflow) = left.addingReportingOverflow(right)
        if overflow { throw .integerOverflow }
        return result
    }

    @inline(__always)
    static func subtract<T: FixedWidthInteger>(_ left: T, _ right: T) throws(EvaluationError) -> T {
        let (result, overflow) = left.subtractingReportingOverflow(right)
        if overflow { throw .integerOverflow }
        return result
    }

    @inline(__always)
    static func multiply<T: FixedWidthInteger>(_ left: T, _ right: T) throws(EvaluationError) -> T {
        let (result, overflow) = left.multipliedReportingOverflow(by: right)
        if overflow { throw .integerOverflow }
        return result
    }

    /// The quotient, rounded toward zero.
    @inline(__always)
    static func divide<T: FixedWidthInteger>(_ left: T, _ right: T) throws(EvaluationError) -> T {
        if right == 0 { throw .divisionByZero }
        let (result, overflow) = left.dividedReportingOverflow(by: right)
        if overflow { throw .integerOverflow }
        return result
    }

    /// The remainder, with the sign of the dividend.
    @inline(__always)
    static func modulo<T: FixedWidthInteger>(_ left: T, _ right: T) throws(EvaluationError) -> T {
        if right == 0 { throw .moduloByZero }
        let (result, overflow) = left.remainderReportingOverflow(dividingBy: right)
        if overflow { throw .integerOverflow }
        return result
    }

    static func negate(_ value: Int64) throws(EvaluationError) -> Int64 { try subtract(0, value) }

    /// `a * b / c` rounded toward minus infinity, with the product taken in 128 bits.
    static func multiplyDivide(_ a: Int64, _ b: Int64, _ c: Int64) throws(EvaluationError) -> Int64 {
        if c == 0 { throw .divisionByZero }
        let product = Int128(a) * Int128(b)
        let divisor = Int128(c)
        // The product is at most 2^126 in size, so neither step can overflow.
        var (quotient, remainder) = product.quotientAndRemainder(dividingBy: divisor)
        if remainder != 0, (remainder < 0) != (divisor < 0) { quotient -= 1 }
        guard let result = Int64(exactly: quotient) else { throw .integerOverflow }
        return result
    }

    /// The whole part of a double, which must lie strictly between -2^63 and 2^63.
    static func int(_ value: Double) throws(EvaluationError) -> Int64 {
        guard value > -0x1p63, value < 0x1p63 else { throw EvaluationError(.outOfRange, "integer out of range") }
        return Int64(value)
    }

    /// The whole part of a double, which must lie between 0 and 2^64.
    static func uint(_ value: Double) throws(EvaluationError) -> UInt64 {
        guard value >= 0, value < 0x1p64 else {
            throw EvaluationError(.outOfRange, "unsigned integer out of range")
        }
        return UInt64(value)
    }
}
