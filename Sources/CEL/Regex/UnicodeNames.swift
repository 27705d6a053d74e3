// The names `\p{…}` knows: general categories from the standard library's tables, and the scripts a shop's
// data is likely to hold, as block ranges, since the standard library has no script property.

/// General categories by name.
enum GeneralCategoryName {
    private static let all: [(name: String, category: Unicode.GeneralCategory)] = [
        ("Lu", .uppercaseLetter), ("Ll", .lowercaseLetter), ("Lt", .titlecaseLetter), ("Lm", .modifierLetter),
        ("Lo", .otherLetter), ("Mn", .nonspacingMark), ("Mc", .spacingMark), ("Me", .enclosingMark),
        ("Nd", .decimalNumber), ("Nl", .letterNumber), ("No", .otherNumber), ("Pc", .connectorPunctuation),
        ("Pd", .dashPunctuation), ("Ps", .openPunctuation), ("Pe", .closePunctuation),
        ("Pi", .initialPunctuation), ("Pf", .finalPunctuation), ("Po", .otherPunctuation), ("Sm", .mathSymbol),
        ("Sc", .currencySymbol), ("Sk", .modifierSymbol), ("So", .otherSymbol), ("Zs", .spaceSeparator),
        ("Zl", .lineSeparator), ("Zp", .paragraphSeparator), ("Cc", .control), ("Cf", .format),
        ("Cs", .surrogate), ("Co", .privateUse), ("Cn", .unassigned),
    ]

    /// The bit of a category.
    static func bit(of category: Unicode.GeneralCategory) -> UInt32 {
        switch category {
        case .uppercaseLetter: 1 << 0
        case .lowercaseLetter: 1 << 1
        case .titlecaseLetter: 1 << 2
        case .modifierLetter: 1 << 3
        case .otherLetter: 1 << 4
        case .nonspacingMark: 1 << 5
        case .spacingMark: 1 << 6
        case .enclosingMark: 1 << 7
        case .decimalNumber: 1 << 8
        case .letterNumber: 1 << 9
        case .otherNumber: 1 << 10
        case .connectorPunctuation: 1 << 11
        case .dashPunctuation: 1 << 12
        case .openPunctuation: 1 << 13
        case .closePunctuation: 1 << 14
        case .initialPunctuation: 1 << 15
        case .finalPunctuation: 1 << 16
        case .otherPunctuation: 1 << 17
        case .mathSymbol: 1 << 18
        case .currencySymbol: 1 << 19
        case .modifierSymbol: 1 << 20
        case .otherSymbol: 1 << 21
        case .spaceSeparator: 1 << 22
        case .lineSeparator: 1 << 23
        case .paragraphSeparator: 1 << 24
        case .control: 1 << 25
        case .format: 1 << 26
        case .surrogate: 1 << 27
        case .privateUse: 1 << 28
        case .unassigned: 1 << 29
        @unknown default: 0
        }
    }

    /// The bits of every category.
    static let allBits: UInt32 = (1 << 30) - 1

    /// The bits of a category such as `Lu`, or of a group of them such as `L`.
    static func bits(_ name: String) -> UInt32? {
        let matching = all.filter { $0.name == name || (name.utf8.count == 1 && $0.name.hasPrefix(name)) }
        return matching.isEmpty ? nil : matching.reduce(0) { $0 | bit(of: $1.category) }
    }
}

/// Scripts by name, as ranges of code points that hold mostly that script.
enum ScriptName {
    static func ranges(_ name: String) -> [ClosedRange<UInt32>]? {
        switch name {
        case "Latin":
            [
                0x41...0x5A, 0x61...0x7A, 0xAA...0xAA, 0xBA...0xBA, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2B8,
                0x2E0...0x2E4, 0x1E00...0x1EFF, 0x2071...0x2071, 0x207F...0x207F, 0x2090...0x209C,
                0x212A...0x212B, 0x2160...0x2188, 0x2C60...0x2C7F, 0xA722...0xA787, 0xAB30...0xAB5A,
                0xFB00...0xFB06, 0xFF21...0xFF3A, 0xFF41...0xFF5A,
            ]
        case "Greek":
            [
                0x370...0x373, 0x375...0x377, 0x37A...0x37D, 0x37F...0x37F, 0x384...0x384, 0x386...0x386,
                0x388...0x3E1, 0x3F0...0x3FF, 0x1D26...0x1D2A, 0x1F00...0x1FFE, 0x2126...0x2126,
            ]
        case "Cyrillic":
            [0x400...0x484, 0x487...0x52F, 0x1C80...0x1C88, 0x1D2B...0x1D2B, 0x2DE0...0x2DFF, 0xA640...0xA69F]
        case "Armenian": [0x531...0x58A, 0x58D...0x58F, 0xFB13...0xFB17]
        case "Hebrew": [0x591...0x5F4, 0xFB1D...0xFB4F]
        case "Arabic":
            [
                0x600...0x604, 0x606...0x60B, 0x60D...0x61A, 0x61C...0x61E, 0x620...0x63F, 0x641...0x64A,
                0x656...0x66F, 0x671...0x6DC, 0x6DE...0x6FF, 0x750...0x77F, 0x8A0...0x8FF, 0xFB50...0xFDFF,
                0xFE70...0xFEFC,
            ]
        case "Devanagari": [0x900...0x950, 0x955...0x963, 0x966...0x97F, 0xA8E0...0xA8FF]
        case "Thai": [0xE01...0xE3A, 0xE40...0xE5B]
        case "Hangul": [0x1100...0x11FF, 0x302E...0x302F, 0x3131...0x318E, 0xA960...0xA97C, 0xAC00...0xD7A3]
        case "Hiragana": [0x3041...0x3096, 0x309D...0x309F, 0x1B001...0x1B11F]
        case "Katakana":
            [0x30A1...0x30FA, 0x30FD...0x30FF, 0x31F0...0x31FF, 0x32D0...0x32FE, 0xFF66...0xFF6F, 0xFF71...0xFF9D]
        case "Han":
            [
                0x2E80...0x2FD5, 0x3005...0x3005, 0x3007...0x3007, 0x3021...0x3029, 0x3038...0x303B,
                0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAD9, 0x20000...0x323AF,
            ]
        default: nil
        }
    }
}
