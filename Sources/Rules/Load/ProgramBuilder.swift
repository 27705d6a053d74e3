// From the mapping of a document to a program. Each part is read by its own extension. A value that is missing or wrong
// is in the report and replaced by whatever is at hand, so that reading goes on; the program exists only if the report
// has no errors in the end.

import Time

/// Builds one program.
struct ProgramBuilder {
    let section: Section
    let zones: ZoneProvider
    /// UTC until the zone of the document is known.
    var zone = Zone.utc
    /// The money of the document, once it is known.
    var money: MoneyCurrency?
    var currencyNames = Names("point currency")
    var levelNames = Names("level")
    var groupNames = Names("group")
    var campaignNames = Names("campaign")
    var ruleNames = Names("rule")
    var cardNames = Names("stamp card")
    var capNames = Names("cap")
    var rewardNames = Names("reward")
    /// The ids of rewards whose vouchers end at an instant.
    var endingRewards: Set<String> = []
    var currencies: [PointCurrency] = []
    var profile: [ProfileAttribute] = []
    var groups: [RuleGroup] = []
    var campaigns: [Campaign] = []
    /// What expressions can name; known once currencies, profile and levels are.
    var language = ConditionLanguage(levels: [], currencies: [], profile: [])
    /// `nil` where a rule could not be read, so that indices stay those of the document.
    var rules: [Rule?] = []

    var report: Report { section.field.report }

    init(section: Section, zones: @escaping ZoneProvider) {
        self.section = section
        self.zones = zones
    }

    /// The program, or `nil` with the reasons in the report.
    mutating func build(source: String) -> Program? {
        readSchema()
        let id = section.required("id")?.id()
        let title = readTitle(section["title"])
        let money = readMoney()
        self.money = money?.currency
        readZone()
        let unknownCard = readEnroll()
        let lateLimit = section["late_limit"].map { $0.span() } ?? CalendarSpan(30, .day)
        let unclaimed = readUnclaimed(lateLimit)
        readCurrencies()
        readProfile()
        let tiers = readTiers()
        language = ConditionLanguage(
            levels: levelNames.ids.compactMap(\.self), currencies: currencies.map(\.id), profile: profile)
        let eligible = section["eligible"].map { $0.condition(language, about: .eligibility) }
        let redemption = readRedemption(tiers)
        readGroups()
        readCampaigns()
        readRules()
        let caps = readCaps()
        let returns = readReturns()
        let transfers = readTransfers()
        let tests = readTests(hasTiers: tiers != nil, caps: caps)
        let scenarios = readScenarios(hasTiers: tiers != nil)
        let pools = readPools()
        // Behind whatever names rules, so that nothing can name these.
        let referral = readReferral()

        guard !report.hasErrors, let id, let money, let lateLimit else { return nil }
        let rules = rules.compactMap(\.self)
        guard let groupOrder = groupOrder(rules) else { return nil }
        warnOfUnused(tiers)
        return Program(
            id: id, title: title, money: money, zone: zone, unknownCard: unknownCard, lateLimit: lateLimit,
            unclaimed: unclaimed, currencies: currencies,
            defaultCurrency: currencies.firstIndex { $0.kind == .spendable },
            profile: profile, tiers: tiers, eligible: eligible ?? nil, groups: groups, campaigns: campaigns,
            rules: rules, caps: caps, redemption: redemption, returns: returns, referral: referral, pools: pools,
            transfers: transfers, tests: tests, scenarios: scenarios, source: source,
            plan: EvaluationPlan(
                rules: rules, groups: groups, groupOrder: groupOrder, campaigns: campaigns, caps: caps,
                eligible: eligible ?? nil,
                shapes: language.shapes, id: id, currency: money.currency, zone: zone))
    }

    private func readSchema() {
        guard let field = section.required("schema"), let schema = field.text() else { return }
        if schema != "kizuna.program/v1" {
            field.refuse("\(quoted(schema)) is not a schema that this version reads", hint: "write kizuna.program/v1")
        }
    }

    /// A mapping of languages to texts.
    func readTitle(_ field: Field?) -> LocalizedText {
        guard let field else { return LocalizedText(entries: []) }
        if case .scalar(let text, _) = field.node.content, PlainScalar(text) == .text {
            field.refuse("must be a mapping of languages to texts", hint: "write { en: \(text) }")
            return LocalizedText(entries: [])
        }
        var entries: [LocalizedText.Entry] = []
        for (language, keyField, value) in field.openSection()?.fields ?? [] {
            if !ProgramBuilder.isLanguage(language) {
                keyField.refuse("\(quoted(language)) is not a language tag", hint: "such as en, ja or zh-Hant")
            }
            guard let text = value.text() else { continue }
            entries.append(LocalizedText.Entry(language: language, text: text))
        }
        return LocalizedText(entries: entries)
    }

    /// Whether a text has the form of a language tag: two or three letters, then parts of two to eight.
    private static func isLanguage(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let language = parts.first, (2...3).contains(language.utf8.count),
            language.utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) })
        else { return false }
        return parts.dropFirst().allSatisfy { part in
            (2...8).contains(part.utf8.count) && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        }
    }

    private func readMoney() -> MoneyPolicy? {
        guard let section = section.required("money")?.section(.money) else { return nil }
        let base = section.required("base")?.choice(MoneyPolicy.Base.self)
        guard let field = section.required("currency"), let code = field.text() else { return nil }
        guard let currency = MoneyCurrency(code: code) else {
            field.refuse(
                "\(quoted(code)) is not an active ISO 4217 currency with a minor unit",
                hint: MoneyCurrency(code: code.uppercased()).map { "write \($0.code)" })
            return nil
        }
        return base.map { MoneyPolicy(currency: currency, base: $0) }
    }

    private mutating func readZone() {
        guard let field = section.required("timezone"), let name = field.text() else { return }
        if let zone = zones(name) {
            self.zone = zone
        } else {
            field.refuse("there is no time zone \(quoted(name))", hint: "an IANA name such as Asia/Tokyo")
        }
    }

    private func readEnroll() -> UnknownCard {
        let section = section["enroll"]?.section(.enroll)
        return section?["unknown_card"]?.choice(UnknownCard.self) ?? .refuse
    }

    /// Reads how long sales without a member are kept. Whoever claims one has it posted late, which the late limit bounds.
    private func readUnclaimed(_ lateLimit: CalendarSpan?) -> UnclaimedPolicy? {
        guard let field = section["unclaimed"], let section = field.section(.unclaimed),
            let keep = section.required("keep"), let span = keep.span()
        else { return nil }
        let start = Instant(milliseconds: 0)
        let end = Zone.utc.adding(span, to: start)
        if end <= start { keep.refuse("must be more than nothing") }
        if let lateLimit, Zone.utc.adding(lateLimit, to: start) < end {
            keep.refuse(
                "must be at most `late_limit` (\(lateLimit))", hint: "what is claimed is a purchase that comes in late")
        }
        return UnclaimedPolicy(keep: span)
    }

    /// Things that are allowed but that nobody means.
    private func warnOfUnused(_ tiers: TierPolicy?) {
        func warn(_ field: Field?, _ message: String, hint: String? = nil) {
            let field = field ?? section.field
            report.warning(field.node.position, field.path, message, hint: hint)
        }
        let rules = rules.compactMap(\.self)
        if rules.isEmpty { warn(section["rules"], "no rule: nothing earns points") }
        let paid = Set(rules.compactMap(\.currency))
        for (index, entry) in (section["points"]?.openSection()?.fields ?? []).enumerated() {
            let isPaidInto = !currencies.indices.contains(index) || currencies[index].kind != .storedValue
            if !rules.isEmpty, isPaidInto, !paid.contains(index) {
                warn(entry.keyField, "no rule pays into `\(entry.key)`")
            }
        }
        for (index, item) in (section["groups"]?.list() ?? []).enumerated() {
            if !rules.contains(where: { $0.group == index }) { warn(item, "no rule is in this group") }
        }
        let multiplied = Set(rules.flatMap(\.bases))
        for (index, (item, rule)) in zip(section["rules"]?.list() ?? [], rules).enumerated() {
            guard let section = item.openSection() else { continue }
            if rule.group == nil, let priority = section["priority"] {
                warn(priority, "a priority decides only inside a group")
            }
            if let campaign = rule.campaign, campaigns.indices.contains(campaign),
                let effective = section["effective"], !rule.effective.overlaps(campaigns[campaign].effective)
            {
                warn(
                    effective,
                    "the campaign `\(campaigns[campaign].id)` is over before, or begins later: the rule never pays",
                    hint: "take `effective` out to have the campaign's")
            }
            if let lines = section["multiply"]?.openSection()?["where"],
                let base = rule.bases.first(where: { rules.indices.contains($0) && rules[$0].carries })
            {
                warn(
                    lines, "what `\(rules[base].id)` carried over from earlier purchases is not multiplied",
                    hint: "leave `where` out to multiply all of it")
            }
            if rule.roundsOnlyMultipliers, !multiplied.contains(index),
                let rounding = section["earn"]?.openSection()?["rounding"]
            {
                warn(
                    rounding, "whole steps are counted, and no multiplier names the rule: nothing is rounded",
                    hint: "add `exact: true` to round what is left over, or take `rounding` out")
            }
        }
        for (index, item) in (section["campaigns"]?.list() ?? []).enumerated() {
            if !rules.contains(where: { $0.campaign == index }) { warn(item, "no rule is in this campaign") }
        }
        if section["tests"] == nil {
            warn(nil, "the document has no tests", hint: "add `tests`: orders and what they must earn")
        }
    }
}

extension Rule {
    /// The indices of the rules it multiplies.
    fileprivate var bases: [Int] {
        if case .multiply(let multiplier) = action { multiplier.rules } else { [] }
    }

    /// Whether it counts whole steps and says how to round something else than down, which only multipliers do.
    fileprivate var roundsOnlyMultipliers: Bool {
        if case .earn(let earning) = action { !earning.exact && earning.rounding != .floor } else { false }
    }

    /// The index of the currency the rule pays into by itself; `nil` for multipliers.
    var currency: Int? {
        switch action {
        case .earn(let earning): earning.into
        case .award(let award): award.into
        case .eachItem(let award): award.into
        case .stamp(let card): card.reward == nil ? card.into : nil
        case .multiply: nil
        }
    }
}
