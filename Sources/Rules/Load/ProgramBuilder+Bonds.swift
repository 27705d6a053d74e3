// What ties members to each other: who brought whom, and who shares points with whom.

import Time

extension ProgramBuilder {
    static let mostPoolMembers: Int64 = 32

    /// Reads `referral`, and adds the rules by which it pays.
    mutating func readReferral() -> ReferralPolicy? {
        guard let field = section["referral"], let section = field.section(.referral) else { return nil }
        if section["referrer"] == nil, section["referred"] == nil {
            field.refuse("needs `referrer`, `referred` or both", hint: "who gets something")
        }
        let limit = section["limit"].flatMap(readLimit)
        if section["referrer"] == nil { section["limit"]?.refuse("limits what the referrer gets: needs `referrer`") }
        let within = section["within"].map { readWithin($0) } ?? CalendarSpan(trusted: 30, .day)
        let minimum = section["minimum"].map { $0.integer(in: 1...ProgramBuilder.greatestMoney) } ?? 1
        let referrer = section["referrer"].flatMap {
            readBonus($0, .referral, ReferralPolicy.referrerRule, standard: .firstPurchase, limit)
        }
        let referred = section["referred"].flatMap {
            readBonus($0, .referred, ReferralPolicy.referredRule, standard: .claim, nil)
        }
        guard let within, let minimum else { return nil }
        return ReferralPolicy(referrer: referrer, referred: referred, within: within, minimum: minimum)
    }

    private func readWithin(_ field: Field) -> CalendarSpan? {
        guard let span = field.span() else { return nil }
        if span.count == 0 { field.refuse("must be more than nothing") }
        return span
    }

    /// Reads what one side gets, and adds the rule.
    private mutating func readBonus(
        _ field: Field, _ event: EventName, _ id: String, standard: ReferralPolicy.Moment, _ limit: UsageLimit?
    ) -> ReferralPolicy.Moment? {
        guard let section = field.section(.bonus) else { return nil }
        let points = section.required("points")?.integer(in: 1...ProgramBuilder.greatestPoints)
        let moment = section["after"].map { $0.choice(ReferralPolicy.Moment.self) } ?? standard
        guard let into = readInto(section), let points, let moment else { return nil }
        rules.append(
            Rule(
                id: id, event: event, condition: nil,
                action: .award(FixedAward(points: .fixed(points), into: into, lines: nil)), campaign: nil, limit: limit,
                group: nil, priority: 0, effective: EffectivePeriod(from: nil, until: nil), line: section.position.line)
        )
        return moment
    }

    /// Reads `pools`.
    func readPools() -> PoolPolicy? {
        guard let field = section["pools"], let section = field.section(.pools) else { return nil }
        let most = section["most_members"].map { $0.integer(in: 2...ProgramBuilder.mostPoolMembers) } ?? 8
        let limit = section["limit"].flatMap(readLimit)
        if case .count? = limit?.measure {
            section["limit"]?.refuse("what members use of each other is limited by `points`")
        }
        guard let list = section.required("kinds"), let items = list.list() else { return nil }
        if items.isEmpty { list.refuse("must not be empty") }
        var kinds: [PoolPolicy.Kind] = []
        for item in items {
            guard let kind = item.choice(PoolPolicy.Kind.self) else { continue }
            if kinds.contains(kind) { item.refuse("`\(kind.rawValue)` is there twice") }
            kinds.append(kind)
        }
        return most.map { PoolPolicy(kinds: kinds, mostMembers: $0, limit: limit) }
    }
}
