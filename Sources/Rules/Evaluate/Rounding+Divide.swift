extension Rounding {
    /// The quotient of a number that is not negative and one that is greater than zero, rounded.
    func divide(_ numerator: Int128, by denominator: Int128) -> Int128 {
        let (quotient, remainder) = Rounding.quotientAndRemainder(numerator, by: denominator)
        let roundsUp =
            switch self {
            case .floor: false
            case .ceiling: remainder > 0
            case .halfUp: remainder >= denominator - remainder
            case .halfEven:
                remainder > denominator - remainder || (remainder == denominator - remainder && quotient % 2 == 1)
            }
        return roundsUp ? quotient + 1 : quotient
    }

    /// The least number whose quotient, rounded, is at least so much; both are greater than zero.
    func least(_ quotient: Int128, by denominator: Int128) -> Int128 {
        // Twice the number that lies half way to the quotient from the one below it.
        let half = (2 * quotient - 1) * denominator
        return switch self {
        case .floor: quotient * denominator
        case .ceiling: (quotient - 1) * denominator + 1
        case .halfEven where quotient % 2 == 1: half / 2 + 1
        case .halfUp, .halfEven: (half + 1) / 2
        }
    }

    /// Most figures fit 64 bits, where the machine divides by itself.
    private static func quotientAndRemainder(_ numerator: Int128, by denominator: Int128) -> (Int128, Int128) {
        guard let small = Int64(exactly: numerator), let smallDenominator = Int64(exactly: denominator) else {
            return numerator.quotientAndRemainder(dividingBy: denominator)
        }
        let (quotient, remainder) = small.quotientAndRemainder(dividingBy: smallDenominator)
        return (Int128(quotient), Int128(remainder))
    }
}
