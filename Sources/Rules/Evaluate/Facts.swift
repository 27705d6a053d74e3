package import Time

/// What rules may know of one event: a purchase, or something else that happened to a member. A class, because an
/// evaluation and its expressions all look at the same facts.
package final class Facts: Sendable {
    /// When it happened: the till's time.
    package let occurredAt: Instant
    package let event: EventName
    /// What the event carries besides, by name.
    package let attributes: [Attribute]
    /// The sale; only purchases have one.
    package let order: Order?
    package let member: Member

    /// Facts of a purchase.
    package init(occurredAt: Instant, order: Order, member: Member = Member()) {
        self.occurredAt = occurredAt
        self.event = .purchase
        self.attributes = []
        self.order = order
        self.member = member
    }

    /// Facts of another event.
    package init(occurredAt: Instant, event: EventName, attributes: [Attribute] = [], member: Member = Member()) {
        self.occurredAt = occurredAt
        self.event = event
        self.attributes = attributes
        self.order = nil
        self.member = member
    }

    /// One sale.
    package struct Order: Hashable, Sendable {
        /// The receipt's number.
        package let id: String
        package let store: String
        /// Empty where the store has no terminals.
        package let terminal: String
        package let channel: String
        package let tags: [String]
        /// The codes of the coupons that were used.
        package let coupons: [String]
        package let lines: [Line]

        package init(
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
    package struct Line: Hashable, Sendable {
        package let sku: String
        package let category: String
        package let tags: [String]
        package let quantity: Int64
        /// What the line cost after discounts, tax included, in minor units.
        package let amount: Int64
        /// The tax contained in `amount`, in minor units.
        package let tax: Int64

        package init(
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
    package struct Member: Hashable, Sendable {
        package let id: String
        /// The index of the member's level, where the program has tiers.
        package let tier: Int?
        /// What the profile holds, by name; attributes that the program does not declare are not seen by rules.
        package let attributes: [Attribute]
        package let tags: [String]
        /// The groups that marketing counts the member to.
        package let segments: [String]
        /// How many purchases there were before this event.
        package let purchaseCount: Int64
        /// Whole days of the program's zone since the latest purchase; `nil` before the first one.
        package let daysSinceLast: Int64?
        /// Whole days of the program's zone since enrolment.
        package let enrolledDays: Int64
        /// What can be spent, by the index of the currency; 0 where the list is shorter.
        package let balances: [Int64]

        package init(
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
package struct Attribute: Hashable, Sendable {
    package let name: String
    package let value: AttributeValue

    package init(_ name: String, _ value: AttributeValue) {
        self.name = name
        self.value = value
    }
}

/// The value of an attribute.
package enum AttributeValue: Hashable, Sendable {
    case text(String)
    case integer(Int64)
    case truth(Bool)
    case date(CivilDate)
}
