public import Time

/// What rules may know of one event: a purchase, or something else that happened to a member. A class, because an
/// evaluation and its expressions all look at the same facts.
public final class Facts: Sendable {
    /// When it happened: the till's time.
    public let occurredAt: Instant
    public let event: EventName
    /// What the event carries besides, by name.
    public let attributes: [Attribute]
    /// The sale; only purchases have one.
    public let order: Order?
    public let member: Member

    /// Facts of a purchase.
    public init(occurredAt: Instant, order: Order, member: Member = Member()) {
        self.occurredAt = occurredAt
        self.event = .purchase
        self.attributes = []
        self.order = order
        self.member = member
    }

    /// Facts of another event.
    public init(occurredAt: Instant, event: EventName, attributes: [Attribute] = [], member: Member = Member()) {
        self.occurredAt = occurredAt
        self.event = event
        self.attributes = attributes
        self.order = nil
        self.member = member
    }

    /// One sale.
    public struct Order: Hashable, Sendable {
        /// The receipt's number.
        public let id: String
        public let store: String
        /// Empty where the store has no terminals.
        public let terminal: String
        public let channel: String
        public let tags: [String]
        /// The codes of the coupons that were used.
        public let coupons: [String]
        public let lines: [Line]

        public init(
            id: String = "", store: String = "", terminal: String = "", channel: String = "", tags: [String] = [],
            coupons: [String] = [], lines: [Line]
        ) {
            self.id = id
            self.store = store
            self.terminal = terminal
            self.channel = channel
            self.tags = tags
            self.coupons = coupons
            self.lines = lines
        }
    }

    /// One line of the receipt.
    public struct Line: Hashable, Sendable {
        public let sku: String
        public let category: String
        public let tags: [String]
        public let quantity: Int64
        /// What the line cost after discounts, tax included, in minor units.
        public let amount: Int64
        /// The tax contained in `amount`, in minor units.
        public let tax: Int64

        public init(
            sku: String = "", category: String = "", tags: [String] = [], quantity: Int64 = 1, amount: Int64,
            tax: Int64 = 0
        ) {
            self.sku = sku
            self.category = category
            self.tags = tags
            self.quantity = quantity
            self.amount = amount
            self.tax = tax
        }
    }

    /// The member as before the event.
    public struct Member: Hashable, Sendable {
        public let id: String
        /// The index of the member's level, where the program has tiers.
        public let tier: Int?
        /// What the profile holds, by name; attributes that the program does not declare are not seen by rules.
        public let attributes: [Attribute]
        public let tags: [String]
        /// The groups that marketing counts the member to.
        public let segments: [String]
        /// How many purchases there were before this event.
        public let purchaseCount: Int64
        /// Whole days of the program's zone since the latest purchase; `nil` before the first one.
        public let daysSinceLast: Int64?
        /// Whole days of the program's zone since enrolment.
        public let enrolledDays: Int64
        /// What can be spent, by the index of the currency; 0 where the list is shorter.
        public let balances: [Int64]

        public init(
            id: String = "", tier: Int? = nil, attributes: [Attribute] = [], tags: [String] = [],
            segments: [String] = [],
            purchaseCount: Int64 = 0, daysSinceLast: Int64? = nil, enrolledDays: Int64 = 0, balances: [Int64] = []
        ) {
            self.id = id
            self.tier = tier
            self.attributes = attributes
            self.tags = tags
            self.segments = segments
            self.purchaseCount = purchaseCount
            self.daysSinceLast = daysSinceLast
            self.enrolledDays = enrolledDays
            self.balances = balances
        }
    }
}

/// A named value of a member's profile or of an event.
public struct Attribute: Hashable, Sendable {
    public let name: String
    public let value: AttributeValue

    public init(_ name: String, _ value: AttributeValue) {
        self.name = name
        self.value = value
    }
}

/// The value of an attribute.
public enum AttributeValue: Hashable, Sendable {
    case text(String)
    case integer(Int64)
    case truth(Bool)
    case date(CivilDate)
}
