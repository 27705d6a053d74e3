/// The name that somebody probably meant.
public enum NearestName {
    /// The closest of some names, if it is close: at most one slip in three letters, never more than three slips.
    public static func find(_ name: String, in names: [String]) -> String? {
        let typed = Array(name.utf8.prefix(65))
        guard (1...64).contains(typed.count) else { return nil }
        let allowed = min(3, max(1, typed.count / 3))
        var best: (name: String, slips: Int)?
        for candidate in names {
            let slips = distance(typed, Array(candidate.utf8))
            if slips <= allowed, slips < best?.slips ?? .max { best = (candidate, slips) }
        }
        return best?.name
    }

    /// Letters to insert, delete, replace or swap with their neighbour, with case and - _ . treated as equal.
    private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
        let one = one.map(folded)
        let other = other.map(folded)
        var beforeLast: [Int] = []
        var last = Array(0...other.count)
        for (row, letter) in one.enumerated() {
            var current = [row + 1]
            for (column, counterpart) in other.enumerated() {
                var slips = min(last[column + 1], current[column]) + 1
                slips = min(slips, last[column] + (letter == counterpart ? 0 : 1))
                if row > 0, column > 0, letter == other[column - 1], one[row - 1] == counterpart {
                    slips = min(slips, beforeLast[column - 1] + 1)
                }
                current.append(slips)
            }
            beforeLast = last
            last = current
        }
        return last[other.count]
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case UInt8(ascii: "-"), UInt8(ascii: "."): UInt8(ascii: "_")
        default: byte
        }
    }
}
