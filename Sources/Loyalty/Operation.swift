public import Ledger
public import Rules
public import Time

/// What an operation did. The raw value is stored and hashed, so it never changes its meaning.
public enum OperationKind: UInt8, Sendable, CaseIterable {
    /// A member joined.
    case enroll = 1
    /// A member got one more identifier.
    case link = 2
    /// A purchase was posted.
    case purchase = 3
    /// Time passed: lots lapsed, a tier period ended.
    case due = 4
    /// Something other than a purchase happened.
    case event = 5
    /// What rules may know of the person changed.
    case traits = 6
    /// Goods of a purchase came back.
    case `return` = 7
    /// The points of a purchase were confirmed.
    case confirm = 8
    /// Points were reserved.
    case hold = 9
    /// Points that were reserved were spent.
    case capture = 10
    /// Points that were reserved were freed.
    case release = 11
    /// Points were spent.
    case redeem = 12
    /// A redemption was undone.
    case cancel = 13
    /// A voucher was used, or its use undone.
    case voucher = 14
    /// Points were corrected by hand.
    case adjust = 15
    /// Points went to another member.
    case give = 16
    /// Points came from another member.
    case receive = 17
    /// A birthday or an anniversary came.
    case celebrate = 18
    /// A level was given by hand.
    case grant = 20
    /// A level that was given by hand was taken away.
    case revoke = 21
    /// Another member was merged into this one.
    case merge = 25
    /// Everything went to another member, who is the same person.
    case surrender = 26
    /// A member lost an identifier.
    case unlink = 27
    /// A member was suspended, closed or reinstated.
    case status = 28
    /// Points were reserved for a till that cannot ask.
    case allowance = 29
    /// What a till used of such points was spent, and the rest freed.
    case settle = 30
    /// Money was paid in, to be spent later.
    case topUp = 35
    /// Money that was paid in and not spent was paid out again.
    case refund = 36
    /// A referral: a code, its claim, and what came of it.
    case refer = 37
    /// A member was paid for bringing another one, or for being brought.
    case referral = 38
    /// What a referral paid was taken back.
    case referralBack = 39
    /// A pool was made, or its members changed.
    case pool = 42
    /// Points were given to another member of the pool.
    case lend = 43
    /// Points of others in the pool came in, to be spent.
    case borrow = 44
    /// The member agreed to something, or took it back.
    case consent = 50
    /// What was personal was erased.
    case erase = 51

    /// The word for people.
    public var name: String {
        switch self {
        case .topUp: "top_up"
        case .referralBack: "referral_back"
        default: "\(self)"
        }
    }

    /// Whether time alone brings it about.
    public var comesWithTime: Bool { self == .due || self == .celebrate }

    /// Whether its operations name the event that they answer to.
    public var namesEvent: Bool {
        switch self {
        case .event, .celebrate, .referral, .referralBack: true
        default: false
        }
    }

    /// Whether its operations record a sale, with a receipt.
    public var hasReceipt: Bool { self == .purchase || self == .topUp }
}

/// Who asked for an operation, and how it is recognised when it is asked for again.
public struct Cause: Hashable, Sendable {
    /// The number of the API key's client.
    public let client: Int64
    public let idempotencyKey: ExactText
    /// SHA-256 of the method and the canonical params.
    public let fingerprint: Digest

    public init(client: Int64, idempotencyKey: ExactText, fingerprint: Digest) {
        self.client = client
        self.idempotencyKey = idempotencyKey
        self.fingerprint = fingerprint
    }
}

/// One accepted command, or what fell due: the unit of the ledger's history. A class, because it is handed on often and
/// never changes.
public final class Operation: Sendable {
    public let id: OperationID
    public let kind: OperationKind
    /// `nil` for what the engine did of itself.
    public let cause: Cause?
    /// When it happened in the shop.
    public let occurredAt: Instant
    /// When it was recorded.
    public let postedAt: Instant
    public let ruleSetVersion: Int64
    public let movements: Movements
    /// The sale, for an operation of the kind `purchase` or `topUp`.
    public let purchase: Purchase?
    /// What happened, for operations that an event other than a purchase brought about.
    public let event: EventName?
    /// The number of the earlier operation that it is about; see `OperationID.reference`.
    public let about: Int64?
    /// What was asked for, as far as nothing else tells.
    public let detail: Detail?
    /// What was used of limits, caps, budgets, carried money and stamps: changes.
    public let usages: [Usage]
    /// The levels that the member had by it, one after the other.
    public let tierChanges: [TierChange]
    /// What the rules saw besides the ledger.
    public let seen: Seen

    public init(
        id: OperationID, kind: OperationKind, cause: Cause?, occurredAt: Instant, postedAt: Instant,
        ruleSetVersion: Int64, movements: Movements, purchase: Purchase? = nil, event: EventName? = nil,
        about: Int64? = nil, detail: Detail? = nil, usages: [Usage] = [], tierChanges: [TierChange] = [],
        seen: Seen = Seen()
    ) {
        self.id = id
        self.kind = kind
        self.cause = cause
        self.occurredAt = occurredAt
        self.postedAt = postedAt
        self.ruleSetVersion = ruleSetVersion
        self.movements = movements
        self.purchase = purchase
        self.event = event
        self.about = about
        self.detail = detail
        self.usages = usages
        self.tierChanges = tierChanges
        self.seen = seen
    }

    /// Appends the hashed form behind the digest of the member's operation before this one.
    public func encode(after previous: Digest, into bytes: inout [UInt8]) {
        bytes.append(lengthPrefixed: "kizuna.operation.v1")
        previous.append(to: &bytes)
        bytes.append(bigEndian: id.member.value)
        bytes.append(bigEndian: id.sequence)
        bytes.append(kind.rawValue)
        bytes.append(optional: cause) {
            $0.append(bigEndian: $1.client)
            $0.append(lengthPrefixed: $1.idempotencyKey.text)
            $1.fingerprint.append(to: &$0)
        }
        bytes.append(bigEndian: occurredAt.milliseconds)
        bytes.append(bigEndian: postedAt.milliseconds)
        bytes.append(bigEndian: ruleSetVersion)
        bytes.append(bigEndian: Int64(movements.transfers.count))
        for transfer in movements.transfers { transfer.encode(into: &bytes) }
        bytes.append(bigEndian: Int64(movements.opened.count))
        for lot in movements.opened { lot.encodeOpening(into: &bytes) }
        bytes.append(optional: purchase) { $1.encode(by: id.member, into: &$0) }
        if let event {
            bytes.append(lengthPrefixed: "event")
            bytes.append(lengthPrefixed: event.text)
        }
        if let about {
            bytes.append(lengthPrefixed: "about")
            bytes.append(bigEndian: about)
        }
        if let detail {
            bytes.append(lengthPrefixed: "detail")
            detail.encode(into: &bytes)
        }
        if !tierChanges.isEmpty {
            bytes.append(lengthPrefixed: "tier")
            bytes.append(bigEndian: Int64(tierChanges.count))
            for change in tierChanges { change.encode(into: &bytes) }
        }
        guard !usages.isEmpty else { return }
        bytes.append(lengthPrefixed: "usages")
        bytes.append(bigEndian: Int64(usages.count))
        for usage in usages {
            bytes.append(usage.key.kind.rawValue)
            bytes.append(lengthPrefixed: usage.key.id)
            bytes.append(bigEndian: usage.key.window.milliseconds)
            bytes.append(bigEndian: usage.amount)
        }
    }
}

extension Operation: Hashable {
    public static func == (left: Operation, right: Operation) -> Bool {
        left === right
            || (left.id == right.id && left.kind == right.kind && left.cause == right.cause
                && left.tierChanges == right.tierChanges
                && left.occurredAt == right.occurredAt && left.postedAt == right.postedAt
                && left.ruleSetVersion == right.ruleSetVersion && left.movements == right.movements
                && left.purchase == right.purchase && left.event == right.event && left.about == right.about
                && left.detail == right.detail && left.usages == right.usages && left.seen == right.seen)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(id)
        hasher.combine(kind)
    }
}

/// What rules saw at an operation that its member's history does not tell, so that it can be explained and decided
/// again for ever.
///
/// It is not hashed: the traits are personal data, which can be erased, and what was used of budgets by others follows
/// from their operations.
public struct Seen: Hashable, Sendable {
    /// The member's traits then.
    public var traits: Traits
    /// What the event carried.
    public var attributes: [Attribute]
    /// What all members together had used of budgets.
    public var shared: [Usage]
    /// What the member had used, as far as it counted.
    public var used: [Usage]
    /// How the member stood; `nil` where no rule asks.
    public var standing: SeenStanding?
    /// The codes of the vouchers that were given. Whoever knows one may use it, so none is ever hashed.
    public var codes: [ExactText]

    public init(
        traits: Traits = Traits(), attributes: [Attribute] = [], shared: [Usage] = [], used: [Usage] = [],
        standing: SeenStanding? = nil, codes: [ExactText] = []
    ) {
        self.traits = traits
        self.attributes = attributes
        self.shared = shared
        self.used = used
        self.standing = standing
        self.codes = codes
    }

    public var isEmpty: Bool {
        traits.isEmpty && attributes.isEmpty && shared.isEmpty && used.isEmpty && standing == nil && codes.isEmpty
    }
}

/// How a member stood before an event, as rules see it.
public struct SeenStanding: Hashable, Sendable {
    /// The index of the level, where the program has tiers.
    public let tier: Int?
    /// How many purchases there were.
    public let purchaseCount: Int64
    /// Whole days since the latest purchase; `nil` before the first one.
    public let daysSinceLast: Int64?
    /// Whole days since enrolment.
    public let enrolledDays: Int64
    /// What could be spent, by the index of the currency.
    public let balances: [Int64]

    public init(tier: Int?, purchaseCount: Int64, daysSinceLast: Int64?, enrolledDays: Int64, balances: [Int64]) {
        self.tier = tier
        self.purchaseCount = purchaseCount
        self.daysSinceLast = daysSinceLast
        self.enrolledDays = enrolledDays
        self.balances = balances
    }
}

extension Purchase {
    /// Appends the hashed form.
    fileprivate func encode(by member: MemberNumber, into bytes: inout [UInt8]) {
        bytes.append(lengthPrefixed: receipt.store.text)
        bytes.append(lengthPrefixed: receipt.terminal.text)
        bytes.append(lengthPrefixed: receipt.number.text)
        bytes.append(lengthPrefixed: channel)
        bytes.append(lengthPrefixed: currency)
        bytes.append(bigEndian: Int64(items.count))
        for item in items {
            bytes.append(lengthPrefixed: item.sku)
            bytes.append(lengthPrefixed: item.category)
            bytes.append(bigEndian: Int64(item.tags.count))
            for tag in item.tags { bytes.append(lengthPrefixed: tag) }
            bytes.append(bigEndian: item.quantity)
            bytes.append(bigEndian: item.amount)
            bytes.append(bigEndian: item.tax)
        }
        if !tags.isEmpty || !coupons.isEmpty {
            bytes.append(lengthPrefixed: "words")
            for words in [tags, coupons] {
                bytes.append(bigEndian: Int64(words.count))
                for word in words { bytes.append(lengthPrefixed: word) }
            }
        }
        if let payment { payment.encode("payment", by: member, into: &bytes) }
        if let value { value.encode("value", by: member, into: &bytes) }
    }
}

extension Payment {
    /// Appends the hashed form.
    fileprivate func encode(_ name: String, by member: MemberNumber, into bytes: inout [UInt8]) {
        bytes.append(lengthPrefixed: name)
        bytes.append(lengthPrefixed: currency.text)
        bytes.append(bigEndian: points.count)
        bytes.append(optional: hold) { $0.append(bigEndian: $1.reference(in: member)) }
    }
}
