// What the loader's structure accepts, as a value: what a JSON Schema of program documents is written from. Keys come
// from the vocabularies that the loader itself checks against, words from its enumerations and bounds from its
// constants; a shape that leaves out a key of its vocabulary, or knows one more, is a fault of the program. What takes
// two places to see, such as a rule that is named and not there, is no structure.

/// The shape of a part of a document.
public indirect enum DocumentShape: Sendable {
    /// A text of 1 to so many characters without control characters.
    case text(longest: Int)
    /// A text that is one of some words.
    case words([String])
    /// A text of a form.
    case form(Form)
    /// A whole number.
    case integer(ClosedRange<Int64>)
    case boolean
    case list(of: DocumentShape, count: ClosedRange<Int>, isUnique: Bool)
    /// A mapping with the keys of a vocabulary.
    case section(SectionShape)
    /// A mapping with keys that the document chooses itself, apart from some that mean something.
    case map(keys: Form, values: DocumentShape, count: ClosedRange<Int>, named: [String: DocumentShape])
    /// Any of some shapes.
    case either([DocumentShape])

    /// A form of text.
    public enum Form: Sendable, CaseIterable {
        /// Lower-case letters, digits and hyphens, starting with a letter.
        case id
        /// An id that may have underscores.
        case name
        /// A point currency's own name, which tests must be able to tell from `rules`.
        case currencyName
        /// What expressions can write behind a dot.
        case attribute
        case language
        case span
        /// A span that is longer than nothing.
        case lifetime
        /// A span of whole days, longer than nothing.
        case days
        case dateTime
        /// A decimal from 1 to 1000 with at most three places.
        case factor
        /// A decimal above zero with at most three places.
        case decimal
        /// A decimal above zero and at most 1, with at most three places.
        case share
        /// A day of every year, such as 03-31.
        case yearDay
        /// Anything that is not blank.
        case expression
        /// Any key.
        case anything

        /// The form as a regular expression that ECMAScript, Python and others read alike.
        public var pattern: String {
            switch self {
            case .id: "^[a-z][a-z0-9-]{0,63}$"
            case .name: "^[a-z][a-z0-9_-]{0,63}$"
            case .currencyName: "^(?!rules$)[a-z][a-z0-9_-]{0,63}$"
            case .attribute: "^[a-z][a-z0-9_]{0,63}$"
            case .language: "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
            case .span: "^\(Form.number) (\(Form.dayUnits)|minute|hour)s?$"
            case .lifetime: "^(?!0+ )\(Form.number) (\(Form.dayUnits)|minute|hour)s?$"
            case .days: "^(?!0+ )\(Form.number) (\(Form.dayUnits))s?$"
            case .dateTime:
                "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)"
                    + "([.][0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
            case .factor: "^([1-9][0-9]{0,2}([.][0-9]{1,3})?|1000([.]0{1,3})?)$"
            case .decimal: "^(?!0+([.]0+)?$)[0-9]{1,9}([.][0-9]{1,3})?$"
            case .share: "^(?!0+[.]0+$)(0{1,9}[.][0-9]{1,3}|0{0,8}1([.]0{1,3})?)$"
            case .yearDay: "^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
            case .expression: "[^ \\t\\n\\r]"
            case .anything: ""
            }
        }

        private static let number = "([0-9]{1,6}|0[0-9]{6}|1000000)"
        private static let dayUnits = "day|week|month|year"
    }

    /// A number of items or keys that nothing bounds.
    static let any = 0...Int.max

    static func list(of shape: DocumentShape, _ count: ClosedRange<Int> = any) -> DocumentShape {
        .list(of: shape, count: count, isUnique: false)
    }

    static func map(_ keys: Form, _ values: DocumentShape, _ count: ClosedRange<Int> = any) -> DocumentShape {
        .map(keys: keys, values: values, count: count, named: [:])
    }

    static func words<Word: RawRepresentable<String> & CaseIterable>(of type: Word.Type) -> DocumentShape {
        .words(Word.allCases.map(\.rawValue))
    }

    /// A text in one line.
    static let text = DocumentShape.text(longest: 200)
    /// One text or several different ones.
    static let texts = DocumentShape.either([text, .list(of: text, count: 1...Int.max, isUnique: true)])
    static let expression = DocumentShape.form(.expression)
    /// Zero or more.
    static let amount = DocumentShape.integer(0...Int64.max)
}

/// A mapping with the keys of a vocabulary.
public struct SectionShape: Sendable {
    /// The keys and what they stand for, in the order of the vocabulary.
    public let fields: [(key: String, shape: DocumentShape)]
    public let required: [String]
    /// Keys of which exactly one has to be there; empty where there are none.
    public let oneOf: [String]
    /// How many keys there are at least.
    public let least: Int

    /// A mapping with all keys of a vocabulary.
    static func all(
        _ vocabulary: Vocabulary, required: [String] = [], oneOf: [String] = [], least: Int = 0,
        _ shapes: [String: DocumentShape]
    ) -> DocumentShape {
        precondition(Set(shapes.keys) == Set(vocabulary.keys), "a shape has the keys of its vocabulary: \(shapes.keys)")
        return part(vocabulary, required: required, oneOf: oneOf, least: least, shapes)
    }

    /// One of several kinds of a mapping, which together have all keys of a vocabulary.
    static func kinds(
        _ vocabulary: Vocabulary, _ kinds: [(required: [String], shapes: [String: DocumentShape])]
    ) -> DocumentShape {
        let keys = kinds.reduce(into: Set<String>()) { $0.formUnion($1.shapes.keys) }
        precondition(keys == Set(vocabulary.keys), "the kinds together have the keys of their vocabulary: \(keys)")
        return .either(kinds.map { part(vocabulary, required: $0.required, $0.shapes) })
    }

    private static func part(
        _ vocabulary: Vocabulary, required: [String], oneOf: [String] = [], least: Int = 0,
        _ shapes: [String: DocumentShape]
    ) -> DocumentShape {
        precondition(Set(required + oneOf).isSubset(of: shapes.keys), "what is required is known")
        return .section(
            SectionShape(
                fields: vocabulary.keys.compactMap { key in shapes[key].map { (key, $0) } }, required: required,
                oneOf: oneOf, least: least))
    }
}
