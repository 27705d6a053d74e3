/// Why a text is not acceptable JSON, and where.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Bytes between the start of the scanned text and the first byte that cannot be accepted.
    public let offset: Int
    /// What is wrong at that offset.
    public let reason: Reason

    /// Creates an error at an offset.
    public init(offset: Int, reason: Reason) {
        self.offset = offset
        self.reason = reason
    }

    /// The rule that was broken.
    public enum Reason: Hashable, Sendable, CaseIterable {
        case empty
        case byteOrderMark
        case tooLarge
        case tooDeep
        case unexpectedEnd
        case expectedValue
        case expectedKey
        case expectedColon
        case expectedCommaOrEnd
        case trailingContent
        case invalidLiteral
        case invalidNumber
        case invalidEscape
        case loneSurrogate
        case controlCharacter
        case invalidUTF8
        case duplicateKey
    }

    public var description: String { "\(reason) at byte \(offset)" }
}

extension JSONError.Reason: CustomStringConvertible {
    /// The rule in plain English; never a part of the text that was scanned.
    public var description: String {
        switch self {
        case .empty: "there is no value"
        case .byteOrderMark: "a byte order mark is not allowed"
        case .tooLarge: "the text is too large"
        case .tooDeep: "arrays and objects are nested too deeply"
        case .unexpectedEnd: "the text ends in the middle of a value"
        case .expectedValue: "a value was expected"
        case .expectedKey: "a member name in double quotes was expected"
        case .expectedColon: "a colon was expected after the member name"
        case .expectedCommaOrEnd: "a comma or the end of the array or object was expected"
        case .trailingContent: "there is something after the value"
        case .invalidLiteral: "only true, false and null are words"
        case .invalidNumber: "the number is not written as JSON writes numbers"
        case .invalidEscape: "the escape sequence is not one of JSON's"
        case .loneSurrogate: "an escaped surrogate has no partner"
        case .controlCharacter: "control characters in strings must be escaped"
        case .invalidUTF8: "the bytes are not valid UTF-8"
        case .duplicateKey: "the object has this member twice"
        }
    }
}
