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

    /// Most figures fit 64 bits, where the machine divides by itself.
    private static func quotientAndRemainder(_ numerator: Int128, by denominator: Int128) -> (Int128, Int128) {
        guard let small = Int64(exactly: numerator), let smallDenominator = Int64(exactly: denominator) else {
            return numerator.quotientAndRemainder(dividingBy: denominator)
        }
        let (quotient, remainder) = small.quotientAndRemainder(dividingBy: smallDenominator)
        return (Int128(quotient), Int128(remainder))
    }
}
