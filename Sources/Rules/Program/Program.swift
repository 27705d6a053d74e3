// A program document after loading: immutable, checked, every reference resolved to an index.
//
// Only the loader makes one, so whoever holds a `Program` holds a document without errors: currencies, groups, levels
// and rules that are named exist, numbers are within the bounds that keep the arithmetic from overflowing, and the
// groups can be decided one after another.

public import Time

/// One loyalty program, as its document describes it. A class, because every command looks at it and a copy would cost
/// one reference for each of its lists.
public final class Program: Sendable {
    public let id: String
    public let title: LocalizedText
    public let money: MoneyPolicy
    /// The zone that every calendar word of the program means.
    public let zone: Zone
    public let unknownCard: UnknownCard
    /// How long after the sale a purchase is still accepted.
    public let lateLimit: CalendarSpan
    /// `nil` where a sale without a member is refused.
    public let unclaimed: UnclaimedPolicy?
    /// In the order of the document.
    public let currencies: [PointCurrency]
    /// The index of the currency that rules pay into unless they say otherwise: the first spendable one.
    public let defaultCurrency: Int?
    /// The attributes that members' profiles may have.
    public let profile: [ProfileAttribute]
    public let tiers: TierPolicy?
    /// Which lines may earn; all of them without one.
    public let eligible: Condition?
    public let groups: [RuleGroup]
    public let campaigns: [Campaign]
    /// In the order of the document, which is the order in which awards are listed.
    public let rules: [Rule]
    /// In the order of the document, in which they cut.
    public let caps: [Cap]
    public let redemption: RedemptionPolicy
    public let returns: ReturnPolicy
    /// `nil` where nobody gets anything for bringing others.
    public let referral: ReferralPolicy?
    /// `nil` where members share nothing.
    public let pools: PoolPolicy?
    public let transfers: TransferPolicy
    /// The tests about one event.
    public let tests: [ProgramTest]
    /// The tests that go on for several steps.
    public let scenarios: [Scenario]
    /// The document itself.
    public let source: String
    /// What evaluation needs, worked out once.
    let plan: EvaluationPlan

    init(
        id: String, title: LocalizedText, money: MoneyPolicy, zone: Zone, unknownCard: UnknownCard,
        lateLimit: CalendarSpan, unclaimed: UnclaimedPolicy?, currencies: [PointCurrency], defaultCurrency: Int?,
        profile: [ProfileAttribute],
        tiers: TierPolicy?, eligible: Condition?, groups: [RuleGroup], campaigns: [Campaign], rules: [Rule],
        caps: [Cap], redemption: RedemptionPolicy, returns: ReturnPolicy, referral: ReferralPolicy?,
        pools: PoolPolicy?, transfers: TransferPolicy,
        tests: [ProgramTest], scenarios: [Scenario], source: String, plan: EvaluationPlan
    ) {
        self.id = id
        self.title = title
        self.money = money
        self.zone = zone
        self.unknownCard = unknownCard
        self.lateLimit = lateLimit
        self.unclaimed = unclaimed
        self.currencies = currencies
        self.defaultCurrency = defaultCurrency
        self.profile = profile
        self.tiers = tiers
        self.eligible = eligible
        self.groups = groups
        self.campaigns = campaigns
        self.rules = rules
        self.caps = caps
        self.redemption = redemption
        self.returns = returns
        self.referral = referral
        self.pools = pools
        self.transfers = transfers
        self.tests = tests
        self.scenarios = scenarios
        self.source = source
        self.plan = plan
    }

    /// Where each expression stands, such as `rules[2].when`; of alike ones the first.
    public var expressionPaths: [String] { plan.conditions.map(\.path) }

    /// The index of a point currency.
    public func currency(_ id: String) -> Int? {
        currencies.firstIndex { $0.id == id }
    }

    /// The index of a rule.
    public func rule(_ id: String) -> Int? {
        rules.firstIndex { $0.id == id }
    }
}

/// How a program counts money.
public struct MoneyPolicy: Hashable, Sendable {
    /// Whether tax counts when points are earned.
    public enum Base: String, Hashable, Sendable, CaseIterable {
        case taxExcluded = "tax_excluded"
        case taxIncluded = "tax_included"
    }

    public let currency: MoneyCurrency
    public let base: Base
}

/// What happens when a purchase names a card that nobody has.
public enum UnknownCard: String, Hashable, Sendable, CaseIterable {
    case refuse, enroll
}

/// What happens to sales without a member.
public struct UnclaimedPolicy: Hashable, Sendable {
    /// How long after the sale somebody can claim it; at most the late limit.
    public let keep: CalendarSpan
}

/// A text in several languages.
public struct LocalizedText: Hashable, Sendable {
    /// One language of a text.
    public struct Entry: Hashable, Sendable {
        /// A language tag such as `en` or `zh-Hant`.
        public let language: String
        public let text: String
    }

    /// In the order of the document; may be empty.
    public let entries: [Entry]

    /// The text in a language, else in the first one of the document; `nil` where there is none at all.
    public func text(in language: String) -> String? {
        (entries.first { $0.language == language } ?? entries.first)?.text
    }
}
