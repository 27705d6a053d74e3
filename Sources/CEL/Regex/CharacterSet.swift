// A set of code points: ranges, general categories of Unicode, or the complement of both. Membership of ASCII
// is kept as a bitmap; categories are looked up in the standard library's tables.

/// A set of code points.
struct CharacterSet: Hashable, Sendable {
    private(set) var ranges: [ClosedRange<UInt32>] = []
    /// A bit for each general category, in the order of `GeneralCategoryName.all`.
    private(set) var categories: UInt32 = 0
    var isNegated = false
    var ignoresCase = false
    private var asciiLow: UInt64 = 0
    private var asciiHigh: UInt64 = 0

    init(_ ranges: [ClosedRange<UInt32>] = []) { self.ranges = ranges }

    mutating func insert(_ range: ClosedRange<UInt32>) { ranges.append(range) }

    /// Adds the members of another set. Only categories and ranges can be complemented into a union.
    mutating func formUnion(_ other: CharacterSet) {
        if other.isNegated {
            ranges += Self.complement(of: other.ranges)
            return
        }
        ranges += other.ranges
        categories |= other.categories
    }

    mutating func insert(categories mask: UInt32) { categories |= mask }

    /// Everything but what the ranges hold.
    static func complement(of ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
            next = max(next, range.upperBound + 1)
        }
        if next <= 0x10FFFF { result.append(next...0x10FFFF) }
        return result
    }

    /// The same set, ready to be asked.
    func prepared() -> CharacterSet {
        var result = self
        result.ranges.sort { $0.lowerBound < $1.lowerBound }
        for code in UInt32(0)..<128 where result.containsSlowly(code) {
            if code < 64 { result.asciiLow |= 1 << UInt64(code) } else { result.asciiHigh |= 1 << UInt64(code - 64) }
        }
        return result
    }

    /// Whether a code point is a member. The set must have been prepared.
    @inline(__always)
    func contains(_ code: UInt32) -> Bool {
        if code < 64 { return asciiLow >> UInt64(code) & 1 == 1 }
        if code < 128 { return asciiHigh >> UInt64(code - 64) & 1 == 1 }
        return containsSlowly(code)
    }

    private func containsSlowly(_ code: UInt32) -> Bool {
        if holds(code) { return !isNegated }
        if ignoresCase, CaseFolding.variants(of: code).contains(where: holds) { return !isNegated }
        return isNegated
    }

    private func holds(_ code: UInt32) -> Bool {
        if ranges.count > 16 ? holdsBinary(code) : ranges.contains(where: { $0.contains(code) }) { return true }
        guard categories != 0, let scalar = Unicode.Scalar(code) else { return false }
        return categories & GeneralCategoryName.bit(of: scalar.properties.generalCategory) != 0
    }

    // Ranges may overlap, so only the lower bounds are in order; scripts and the like do not, in practice.
    private func holdsBinary(_ code: UInt32) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].lowerBound <= code { low = middle + 1 } else { high = middle }
        }
        return ranges[..<low].contains { $0.contains(code) }
    }

    static let digits = CharacterSet([0x30...0x39])
    static let spaces = CharacterSet([0x09...0x0A, 0x0C...0x0D, 0x20...0x20])
    static let word = CharacterSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])

    /// The set of a bracketed name such as `[:alpha:]`; nil if there is none.
    static func posix(_ name: String) -> CharacterSet? {
        switch name {
        case "alnum": CharacterSet([0x30...0x39, 0x41...0x5A, 0x61...0x7A])
        case "alpha": CharacterSet([0x41...0x5A, 0x61...0x7A])
        case "ascii": CharacterSet([0x00...0x7F])
        case "blank": CharacterSet([0x09...0x09, 0x20...0x20])
        case "cntrl": CharacterSet([0x00...0x1F, 0x7F...0x7F])
        case "digit": digits
        case "graph": CharacterSet([0x21...0x7E])
        case "lower": CharacterSet([0x61...0x7A])
        case "print": CharacterSet([0x20...0x7E])
        case "punct": CharacterSet([0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E])
        case "space": CharacterSet([0x09...0x0D, 0x20...0x20])
        case "upper": CharacterSet([0x41...0x5A])
        case "word": word
        case "xdigit": CharacterSet([0x30...0x39, 0x41...0x46, 0x61...0x66])
        default: nil
        }
    }
}

/// Simple case variants of code points.
enum CaseFolding {
    /// The other case of a code point; empty if it has none.
    static func variants(of code: UInt32) -> [UInt32] {
        switch code {
        case 0x41...0x5A: return code == 0x4B ? [0x6B, 0x212A] : code == 0x53 ? [0x73, 0x17F] : [code + 32]
        case 0x61...0x7A: return code == 0x6B ? [0x4B, 0x212A] : code == 0x73 ? [0x53, 0x17F] : [code - 32]
        case 0..<128: return []
        default: break
        }
        guard let properties = Unicode.Scalar(code)?.properties else { return [] }
        var result: [UInt32] = []
        for mapping in [properties.lowercaseMapping, properties.uppercaseMapping] {
            let scalars = mapping.unicodeScalars
            if let only = scalars.first, scalars.count == 1, only.value != code { result.append(only.value) }
        }
        return result
    }
}
