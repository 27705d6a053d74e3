/// A parsed regular expression.
indirect enum RegexNode: Sendable {
    case empty
    case character(UInt32, ignoresCase: Bool)
    case set(CharacterSet)
    case assertion(RegexAssertion)
    case concatenation([RegexNode])
    case alternation([RegexNode])
    /// From `least` to `most` times (nil for any number); as many as possible if greedy.
    case repetition(RegexNode, least: Int, most: Int?, isGreedy: Bool)
    /// A capturing group; groups are numbered from 1.
    case group(RegexNode, number: Int)
}

/// A condition on a place between two characters.
enum RegexAssertion: Sendable {
    case textStart
    case textEnd
    case lineStart
    case lineEnd
    case wordBoundary
    case notWordBoundary
}

/// Why a pattern is not accepted, and where.
public struct RegexError: Error, Hashable, Sendable {
    /// What is wrong.
    public let message: String
    /// The offset in the pattern, in Unicode scalars.
    public let offset: Int

    init(_ message: String, at offset: Int) {
        self.message = message
        self.offset = offset
    }
}
