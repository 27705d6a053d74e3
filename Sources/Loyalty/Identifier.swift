public import Ledger

/// One of the names by which a member can be called: a card number, a phone number, an id of another system.
///
/// Unique in the program; compared byte by byte.
public struct Identifier: Hashable, Sendable {
    /// What kind of name it is.
    public enum Kind: Hashable, Sendable {
        /// The member's own id, given at enrolment or made then.
        case member
        case card
        case phone
        case email
        /// The id in another system, such as `crm`.
        case external(ExactText)
        /// The code of a voucher, which leads to the member who was given it.
        case voucher
        /// The code by which a member refers others.
        case referral
    }

    public let kind: Kind
    public let value: ExactText

    public init(_ kind: Kind, _ value: ExactText) {
        self.kind = kind
        self.value = value
    }
}

extension Identifier.Kind {
    private static let externalPrefix = "external."

    /// The stored form: `member`, `card`, `phone`, `email` or `external.crm`.
    public var text: String {
        switch self {
        case .member: "member"
        case .card: "card"
        case .phone: "phone"
        case .email: "email"
        case .external(let system): Self.externalPrefix + system.text
        case .voucher: "voucher"
        case .referral: "referral"
        }
    }

    /// Whether it is shown among the names of a member, and is no code that leads to it.
    public var isShown: Bool {
        switch self {
        case .member, .voucher, .referral: false
        case .card, .phone, .email, .external: true
        }
    }

    /// Reads the stored form; `nil` for an unknown kind.
    public init?(text: String) {
        switch text {
        case "member": self = .member
        case "card": self = .card
        case "phone": self = .phone
        case "email": self = .email
        case "voucher": self = .voucher
        case "referral": self = .referral
        default:
            // Byte by byte: a system whose name begins with a combining mark would melt into the dot before it.
            let prefix = Self.externalPrefix.utf8
            guard text.utf8.starts(with: prefix), let system = String(text.utf8.dropFirst(prefix.count)) else {
                return nil
            }
            self = .external(ExactText(system))
        }
    }
}
