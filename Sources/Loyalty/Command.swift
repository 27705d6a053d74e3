public import Ledger
public import Rules
public import Time

/// What someone wants done. Commands are complete and checked for form; only the member's state decides the rest.
public enum Command: Hashable, Sendable {
    case enroll(Enrollment)
    case link(Linking)
    case consent(member: Identifier, Consent)
    /// Erases whoever it is; with an operation only somebody whose last one that is.
    case erase(member: Identifier, behind: OperationID? = nil)
    case purchase(member: Identifier, Purchase)
    /// A sale without a member, paid with nothing but money, which somebody may claim.
    case keep(Purchase)
    /// Says that a sale that was posted without a member is this member's.
    case claim(member: Identifier, ReceiptNumber)
    case event(member: Identifier, Happening)
    case traits(member: Identifier, TraitsChange)
    case `return`(Reference, Return)
    case confirm(Reference, occurredAt: Instant)
    case hold(member: Identifier, HoldRequest)
    /// Spends what a hold reserved: so many points, or all of them.
    case capture(OperationID, Points?)
    case release(OperationID)
    /// Reserves points for a till that will not be able to ask.
    case draw(member: Identifier, AllowanceRequest)
    /// Spends what a till used of such points, and frees the rest.
    case settle(OperationID, Settlement)
    case redeem(member: Identifier, RedemptionRequest)
    case cancel(OperationID)
    case voucher(code: ExactText, VoucherUse)
    case adjust(member: Identifier, Adjustment)
    case give(member: Identifier, to: Identifier, Gift)
    case setTier(member: Identifier, TierSetting)
    case unsetTier(member: Identifier, reason: String)
    /// Merges another member into this one.
    case merge(member: Identifier, from: Identifier)
    /// Takes an identifier away from the member who has it.
    case unlink(Identifier)
    case status(member: Identifier, StatusChange)
    case topUp(member: Identifier, TopUp)
    /// Pays out what was not spent of a top-up: so much of it, or all that is left.
    case refund(OperationID, Points?)
    /// Asks for the code by which the member refers others.
    case referralCode(member: Identifier)
    /// Names the code of who brought the member.
    case claimReferral(member: Identifier, code: ExactText)
    case pool(member: Identifier, PoolRequest)
}

/// Whom a command is about.
public enum Subject: Hashable, Sendable {
    /// Nobody yet: the command makes a member.
    case new
    /// Nobody at all.
    case nobody
    case identifier(Identifier)
    /// Whoever has an operation.
    case reference(Reference)
}

/// Something that happened to a member and is no purchase.
public struct Happening: Hashable, Sendable {
    public let name: EventName
    /// When it happened, by the caller's clock.
    public let occurredAt: Instant
    public let attributes: [Attribute]

    public init(name: EventName, occurredAt: Instant, attributes: [Attribute]) {
        self.name = name
        self.occurredAt = occurredAt
        self.attributes = attributes
    }
}

/// A new member.
public struct Enrollment: Hashable, Sendable {
    /// The id the caller wants; one is drawn where there is none.
    public let id: ExactText?
    /// The name to greet the member with; kept apart from the ledger.
    public let name: String?
    /// Cards and the like.
    public let identifiers: [Identifier]

    public init(id: ExactText?, name: String?, identifiers: [Identifier]) {
        self.id = id
        self.name = name
        self.identifiers = identifiers
    }
}

/// One more identifier for a member.
public struct Linking: Hashable, Sendable {
    public let member: Identifier
    public let identifier: Identifier

    public init(member: Identifier, identifier: Identifier) {
        self.member = member
        self.identifier = identifier
    }
}

extension Command {
    /// Whom the command is about.
    public var subject: Subject {
        switch self {
        case .enroll: .new
        case .keep: .nobody
        case .link(let linking): .identifier(linking.member)
        case .consent(let member, _), .erase(let member, _): .identifier(member)
        case .purchase(let member, _), .claim(let member, _), .draw(let member, _), .event(let member, _),
            .traits(let member, _),
            .hold(let member, _),
            .redeem(let member, _), .adjust(let member, _), .give(let member, _, _), .setTier(let member, _),
            .unsetTier(let member, _), .merge(let member, _), .unlink(let member), .status(let member, _),
            .topUp(let member, _), .referralCode(let member), .claimReferral(let member, _), .pool(let member, _):
            .identifier(member)
        case .voucher(let code, _): .identifier(Identifier(.voucher, code))
        case .return(let reference, _), .confirm(let reference, _): .reference(reference)
        case .capture(let operation, _), .settle(let operation, _), .release(let operation), .cancel(let operation),
            .refund(let operation, _):
            .reference(.operation(operation))
        }
    }

    /// The identifier that names the member; `nil` where there is none, or something else tells who it is.
    public var member: Identifier? {
        if case .identifier(let identifier) = subject { identifier } else { nil }
    }

    /// The identifier that names another member to whom something happens as well.
    public var counterpart: Identifier? {
        switch self {
        case .give(_, let receiver, _): receiver
        case .merge(_, let other): other
        case .claimReferral(_, let code): Identifier(.referral, code)
        case .pool(_, .join(let owner, _)): owner
        default: nil
        }
    }

    /// The earlier operation that the command is about.
    public var about: Reference? {
        if case .reference(let reference) = subject { reference } else { nil }
    }

    /// When what it tells of happened, by the caller's clock; `nil` for what happens as it is recorded.
    public var occurredAt: Instant? {
        switch self {
        case .consent, .erase: nil
        case .purchase(_, let purchase), .keep(let purchase): purchase.occurredAt
        case .event(_, let happening): happening.occurredAt
        case .topUp(_, let topUp): topUp.sale.occurredAt
        case .return, .confirm, .enroll, .link, .traits, .hold, .capture, .release, .redeem, .cancel, .voucher,
            .adjust, .give, .setTier, .unsetTier, .merge, .unlink, .status, .refund, .referralCode, .claimReferral,
            .pool, .claim, .draw, .settle:
            nil
        }
    }

    /// The identifiers that must be free, or the command is refused.
    public var claims: [Identifier] {
        switch self {
        case .enroll(let enrollment): (enrollment.id.map { [Identifier(.member, $0)] } ?? []) + enrollment.identifiers
        case .link(let linking): [linking.identifier]
        case .consent, .erase: []
        case .purchase, .keep, .claim, .draw, .settle, .event, .traits, .return, .confirm, .hold, .capture, .release,
            .redeem, .cancel,
            .voucher,
            .adjust, .give, .setTier, .unsetTier, .merge, .unlink, .status, .topUp, .refund, .referralCode,
            .claimReferral, .pool:
            []
        }
    }

    /// The receipt that must be new, or the command is refused.
    public var receipt: ReceiptNumber? {
        switch self {
        case .purchase(_, let purchase), .keep(let purchase): purchase.receipt
        case .claim(_, let receipt): receipt
        case .topUp(_, let topUp): topUp.sale.receipt
        default: nil
        }
    }
}
