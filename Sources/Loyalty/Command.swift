package import Ledger
package import Rules
package import Time

/// What someone wants done. Commands are complete and checked for form; only the member's state decides the rest.
package enum Command: Hashable, Sendable {
    case enroll(Enrollment)
    case link(Linking)
    case purchase(member: Identifier, Purchase)
    case event(member: Identifier, Happening)
    case traits(member: Identifier, TraitsChange)
}

/// Something that happened to a member and is no purchase.
package struct Happening: Hashable, Sendable {
    package let name: EventName
    /// When it happened, by the caller's clock.
    package let occurredAt: Instant
    package let attributes: [Attribute]

    package init(name: EventName, occurredAt: Instant, attributes: [Attribute]) {
        self.name = name
        self.occurredAt = occurredAt
        self.attributes = attributes
    }
}

/// A new member.
package struct Enrollment: Hashable, Sendable {
    /// The id the caller wants; one is drawn where there is none.
    package let id: ExactText?
    /// The name to greet the member with; kept apart from the ledger.
    package let name: String?
    /// Cards and the like.
    package let identifiers: [Identifier]

    package init(id: ExactText?, name: String?, identifiers: [Identifier]) {
        self.id = id
        self.name = name
        self.identifiers = identifiers
    }
}

/// One more identifier for a member.
package struct Linking: Hashable, Sendable {
    package let member: Identifier
    package let identifier: Identifier

    package init(member: Identifier, identifier: Identifier) {
        self.member = member
        self.identifier = identifier
    }
}

extension Command {
    /// The identifier that names the member the command is about; `nil` where it makes a new one.
    package var member: Identifier? {
        switch self {
        case .enroll: nil
        case .link(let linking): linking.member
        case .purchase(let member, _): member
        case .event(let member, _): member
        case .traits(let member, _): member
        }
    }

    /// The identifiers that must be free, or the command is refused.
    package var claims: [Identifier] {
        switch self {
        case .enroll(let enrollment): (enrollment.id.map { [Identifier(.member, $0)] } ?? []) + enrollment.identifiers
        case .link(let linking): [linking.identifier]
        case .purchase, .event, .traits: []
        }
    }

    /// The receipt that must be new, or the command is refused.
    package var receipt: ReceiptNumber? {
        guard case .purchase(_, let purchase) = self else { return nil }
        return purchase.receipt
    }

    /// When it happened, for what happened in the world outside; rules judge it by that time.
    package var occurredAt: Instant? {
        switch self {
        case .purchase(_, let purchase): purchase.occurredAt
        case .event(_, let happening): happening.occurredAt
        case .enroll, .link, .traits: nil
        }
    }
}
