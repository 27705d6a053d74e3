// What happens to points behind earning: how they are spent, taken back and given away.

import Time

extension ProgramBuilder {
    static let mostRewards = 1000
    private static let greatestWorth: Int64 = 1_000_000_000_000

    /// Reads `redemption`.
    mutating func readRedemption(_ tiers: TierPolicy?) -> RedemptionPolicy {
        guard let field = section["redemption"], let section = field.section(.redemption) else { return .standard }
        let rewards = section["rewards"].map { readRewards($0, tiers) } ?? []
        return RedemptionPolicy(
            pay: section["pay"].flatMap(readPayment),
            holds: section["holds"].flatMap(readHolds) ?? RedemptionPolicy.standard.holds,
            allowances: section["allowances"].flatMap(readAllowances), rewards: rewards)
    }

    private func readPayment(_ field: Field) -> PointsPayment? {
        guard let section = field.section(.pay) else { return nil }
        let currency = section["points"].map(readSpendable) ?? currencies.firstIndex { $0.kind == .spendable }
        let worth = section.required("worth")?.thousandths(in: 1...ProgramBuilder.greatestWorth, allowsWhole: true)
        let range = 1...ProgramBuilder.greatestBudget
        let minimum = section["minimum"].map { $0.integer(in: range) } ?? 1
        let step = section["step"].map { $0.integer(in: range) } ?? 1
        let most = section["most"].map { $0.thousandths(in: 1...1000, allowsWhole: false) } ?? 1000
        let earns = section["earns"].map { $0.boolean() } ?? false
        guard let currency, let worth, let minimum, let step, let most, let earns else { return nil }
        if currencies.indices.contains(currency), currencies[currency].samePurchase, !earns {
            section.field.refuse(
                "points that pay the purchase that earns them need `earns: true`",
                hint: "else what is earned would hang on what is paid, and that on what is earned")
        }
        return PointsPayment(
            currency: currency, worth: worth, minimum: minimum, step: step, most: most, earns: earns)
    }

    private func readHolds(_ field: Field) -> HoldPolicy? {
        guard let section = field.section(.holds) else { return nil }
        let standard = RedemptionPolicy.standard.holds
        let longest = section["longest"].map { readHoldSpan($0) } ?? standard.longest
        let timeout = section["timeout"].map { readHoldSpan($0) } ?? standard.timeout
        guard let timeout, let longest else { return nil }
        let start = Instant(milliseconds: 0)
        if Zone.utc.adding(timeout, to: start) > Zone.utc.adding(longest, to: start) {
            (section["timeout"] ?? section["longest"])?.refuse("`timeout` must be at most `longest` (\(longest))")
        }
        return HoldPolicy(timeout: timeout, longest: longest)
    }

    private func readAllowances(_ field: Field) -> AllowancePolicy? {
        guard let section = field.section(.allowances) else { return nil }
        let standard = AllowancePolicy.standard
        let longest = section["longest"].map { readHoldSpan($0) } ?? standard.longest
        let valid = section["valid"].map { readHoldSpan($0) } ?? standard.valid
        let settleWithin = section["settle_within"].map { readHoldSpan($0) } ?? standard.settleWithin
        let most = section["most"].map { $0.integer(in: 1...ProgramBuilder.greatestBudget) }
        guard let valid, let longest, let settleWithin else { return nil }
        let start = Instant(milliseconds: 0)
        if Zone.utc.adding(valid, to: start) > Zone.utc.adding(longest, to: start) {
            (section["valid"] ?? section["longest"])?.refuse("`valid` must be at most `longest` (\(longest))")
        }
        return AllowancePolicy(valid: valid, longest: longest, settleWithin: settleWithin, most: most ?? nil)
    }

    private func readHoldSpan(_ field: Field) -> CalendarSpan? {
        guard let span = field.span() else { return nil }
        let start = Instant(milliseconds: 0)
        let end = Zone.utc.adding(span, to: start)
        guard start < end, end <= Zone.utc.adding(CalendarSpan(trusted: 1, .year), to: start) else {
            field.refuse("must be more than nothing and at most a year")
            return nil
        }
        return span
    }

    private func readSpendable(_ field: Field) -> Int? {
        guard let index = currencyNames.index(of: field) else { return nil }
        if currencies.indices.contains(index), currencies[index].kind != .spendable {
            let isMoney = currencies[index].kind == .storedValue
            field.refuse(
                "`\(currencies[index].id)` \(isMoney ? "is money already, and no points" : "cannot be spent")")
        }
        return index
    }

    private mutating func readRewards(_ field: Field, _ tiers: TierPolicy?) -> [Reward] {
        guard let items = field.list() else { return [] }
        if items.count > ProgramBuilder.mostRewards {
            field.refuse("there must be at most \(ProgramBuilder.mostRewards) rewards")
        }
        var rewards: [Reward] = []
        for item in items {
            guard let section = item.section(.reward) else {
                rewardNames.add(nil, at: nil)
                continue
            }
            let idField = section.required("id")
            let id = idField?.id()
            rewardNames.add(id, at: idField)
            guard let reward = readReward(section, id: id, tiers) else { continue }
            if reward.voucher?.until != nil { endingRewards.insert(reward.id) }
            rewards.append(reward)
        }
        return rewards
    }

    private func readReward(_ section: Section, id: String?, _ tiers: TierPolicy?) -> Reward? {
        let range = 1...ProgramBuilder.greatestBudget
        let currency = section["points"].map(readSpendable) ?? currencies.firstIndex { $0.kind == .spendable }
        // A reward without a cost is what stamp cards give.
        let cost = section["cost"].map { $0.integer(in: range) } ?? 0
        var tierCosts: [Reward.TierCost] = []
        for (level, keyField, value) in section["tiers"]?.openSection()?.fields ?? [] {
            guard let index = levelNames.index(of: level, at: keyField), let cost = value.integer(in: range) else {
                continue
            }
            tierCosts.append(Reward.TierCost(level: index, cost: cost))
        }
        if section["cost"] == nil { section["tiers"]?.refuse("goes with a `cost`, which holds for the other levels") }
        let stock = section["stock"].map { $0.integer(in: 0...ProgramBuilder.greatestBudget) }
        let limit = section["limit"].map(readLimit)
        if case .points? = limit??.measure {
            section["limit"]?.refuse("a reward is limited by `count`", hint: "such as { count: 2, per: member, … }")
        }
        let voucher = section["voucher"].map(readVoucher)
        let effective = readEffective(section["effective"])
        guard let id, let currency, let cost else { return nil }
        return Reward(
            id: id, title: readTitle(section["title"]), currency: currency, cost: cost, tierCosts: tierCosts,
            stock: stock ?? nil, limit: limit ?? nil, voucher: voucher ?? nil, effective: effective)
    }

    private func readVoucher(_ field: Field) -> VoucherPolicy? {
        guard let section = field.section(.voucher) else { return nil }
        let (after, valid) = (section["after"]?.span(), section["valid"]?.span())
        if after?.count == 0 { section["after"]?.refuse("must be more than nothing", hint: "take it out") }
        if valid?.count == 0 { section["valid"]?.refuse("a voucher must live longer than that") }
        let (from, until) = (section["from"]?.instant(in: zone), section["until"]?.instant(in: zone))
        if let from, let until, from >= until {
            section["until"]?.refuse("must be later than `from`", hint: "`until` is the first instant that is too late")
        }
        return VoucherPolicy(after: after, from: from, valid: valid, until: until)
    }

    /// Reads `returns`.
    func readReturns() -> ReturnPolicy {
        guard let field = section["returns"], let section = field.section(.returns) else { return .standard }
        let standard = ReturnPolicy.standard
        let goodwill = section["goodwill"].flatMap { $0.span() }
        return ReturnPolicy(
            clawback: section["clawback"].flatMap { $0.choice(ReturnPolicy.Clawback.self) } ?? standard.clawback,
            restore: section["restore"].flatMap { $0.choice(ReturnPolicy.Restore.self) } ?? standard.restore,
            goodwill: goodwill.flatMap { $0.count == 0 ? nil : $0 },
            tier: section["tier"].flatMap { $0.choice(ReturnPolicy.TierFall.self) } ?? standard.tier)
    }

    /// Reads `transfers`.
    func readTransfers() -> TransferPolicy {
        guard let field = section["transfers"], let section = field.section(.transfers) else { return .standard }
        let allowed = section.required("allowed")?.boolean() ?? false
        let limit = section["limit"].flatMap(readLimit)
        return TransferPolicy(isAllowed: allowed, limit: limit)
    }
}

extension Field {
    /// A decimal in quotes with at most three places, in thousandths; a whole number needs no quotes where it may be one.
    fileprivate func thousandths(in range: ClosedRange<Int64>, allowsWhole: Bool) -> Int64? {
        let wanted = "must be a decimal in quotes with at most three places"
        guard case .scalar(let text, let isPlain) = node.content, let value = Field.thousandths(text) else {
            refuse(wanted)
            return nil
        }
        if isPlain, !(allowsWhole && value % 1000 == 0 && !text.contains(".")) {
            refuse("\(wanted), so that no reader takes it for a binary fraction", hint: "write \"\(text)\"")
            return nil
        }
        guard range.contains(value) else {
            refuse(
                "must be from \(Field.decimal(range.lowerBound)) to \(Field.decimal(range.upperBound))")
            return nil
        }
        return value
    }

    private static func thousandths(_ text: String) -> Int64? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let places = parts.count == 2 ? parts[1] : "0"
        guard (1...9).contains(parts[0].utf8.count), (1...3).contains(places.utf8.count),
            (parts[0] + places).utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let whole = Int64(parts[0]),
            let rest = Int64(places + String(repeating: "0", count: 3 - places.utf8.count))
        else { return nil }
        return whole * 1000 + rest
    }

    private static func decimal(_ thousandths: Int64) -> String {
        let places = String(1000 + thousandths % 1000).dropFirst()
        let rest = places.reversed().drop { $0 == "0" }.reversed()
        return rest.isEmpty ? "\(thousandths / 1000)" : "\(thousandths / 1000).\(String(rest))"
    }
}
