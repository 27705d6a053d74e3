/// An attribute that a member's profile may have, which rules read as `member.attrs.NAME`.
public struct ProfileAttribute: Hashable, Sendable {
    /// What its values are.
    public enum Kind: Hashable, Sendable {
        /// Texts of so many characters; only those listed where there is a list.
        case string(max: Int, values: [String])
        /// A whole number.
        case integer(ClosedRange<Int64>)
        case boolean
        /// A calendar date; rules see the text `2026-05-16`, whose order is that of time.
        case date
    }

    public let name: String
    public let type: Kind

    /// Whether it is the one from which `member.birth_month` is read.
    public var isBirthday: Bool { name == "birthday" && type == .date }

    /// Why a value cannot be one of this attribute; `nil` where it can.
    public func problem(with value: AttributeValue) -> String? {
        switch (type, value) {
        case (.string(let most, let values), .text(let text)):
            if text.unicodeScalars.count > most { return "must have at most \(most) characters" }
            if !values.isEmpty, !values.contains(where: { $0.utf8.elementsEqual(text.utf8) }) {
                return "must be one of \(values.joined(separator: ", "))"
            }
            return nil
        case (.integer(let range), .integer(let number)):
            return range.contains(number) ? nil : "must be from \(range.lowerBound) to \(range.upperBound)"
        case (.boolean, .truth), (.date, .date): return nil
        case (.string, _): return "must be a text"
        case (.integer, _): return "must be a whole number"
        case (.boolean, _): return "must be true or false"
        case (.date, _): return "must be a date such as 1990-05-03"
        }
    }
}
