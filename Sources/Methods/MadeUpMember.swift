public import JSON
public import RPC
public import Rules
public import Time

/// A member that nobody is, as a call describes it. Whether a document knows the words is asked once it is loaded.
public struct MadeUpMember: Sendable {
    private let value: JSONValue
    private let pointer: String
    private let attributes: [Attribute]

    /// Reads a member that fits its schema.
    public init(_ value: JSONValue, at pointer: String) throws(RPCError) {
        self.value = value
        self.pointer = pointer
        attributes = try AttributeParams.read(value["attributes"], at: "\(pointer)/attributes").compactMap {
            name, value in
            value.map { Attribute(name, $0) }
        }
        if value["days_since_last"] != nil, value["purchase_count"]?.int64 ?? 0 == 0 {
            throw .invalidParams([
                Problem(pointer: "\(pointer)/days_since_last", detail: "needs a purchase_count of at least 1")
            ])
        }
    }

    /// What the rules of a program see of the member.
    public func facts(under program: Program) throws(RPCError) -> Facts.Member {
        var tier = program.tiers == nil ? nil : Int?.some(0)
        if let level = value["tier"]?.string {
            guard let index = program.tiers?.level(level) else {
                throw unknown("tier", "the program has no such level")
            }
            tier = index
        }
        var fitted: [Attribute] = []
        for attribute in attributes {
            let place = "attributes/\(AttributeParams.step(attribute.name))"
            guard let declared = program.profile.first(where: { $0.name == attribute.name }) else {
                throw unknown(place, "the profile has no such attribute")
            }
            let value = attribute.value.fitted(to: declared)
            if let problem = declared.problem(with: value) { throw unknown(place, problem) }
            fitted.append(Attribute(attribute.name, value))
        }
        var balances = [Int64](repeating: 0, count: program.currencies.count)
        for (currency, points) in amounts(value["balances"]) {
            guard let index = program.currency(currency) else {
                throw unknown("balances/\(AttributeParams.step(currency))", "the program has no such currency")
            }
            balances[index] = points
        }
        let count = value["purchase_count"]?.int64 ?? 0
        return Facts.Member(
            id: value["id"]?.string ?? "", tier: tier, attributes: fitted, tags: words("tags"),
            segments: words("segments"), purchaseCount: count,
            daysSinceLast: count > 0 ? value["days_since_last"]?.int64 ?? 0 : nil,
            enrolledDays: value["enrolled_days"]?.int64 ?? 0, balances: balances)
    }

    /// What was used before a sale, by the member and by all members together.
    public func usages(
        at instant: Instant, under program: Program
    ) throws(RPCError) -> (member: [Usage], shared: [Usage]) {
        let used = value["used"]
        var usages: [Usage] = []
        for (id, amount) in amounts(used?["limits"]) {
            guard let limit = program.rules.first(where: { $0.id == id })?.limit else {
                throw unknown("used/limits/\(AttributeParams.step(id))", "no such rule has a limit")
            }
            let kind: UsageKey.Kind = if case .count = limit.measure { .limitCount } else { .limitPoints }
            let start = limit.window.start(containing: instant, in: program.zone)
            usages.append(Usage(UsageKey(kind: kind, id: id, window: start), amount))
        }
        for (id, amount) in amounts(used?["caps"]) {
            guard let cap = program.caps.first(where: { $0.id == id }) else {
                throw unknown("used/caps/\(AttributeParams.step(id))", "the program has no such cap")
            }
            let start = cap.window.start(containing: instant, in: program.zone)
            usages.append(Usage(UsageKey(kind: .cap, id: id, window: start), amount))
        }
        for (id, amount) in amounts(used?["stamps"]) {
            guard program.rules.contains(where: { $0.action.card == id }) else {
                throw unknown("used/stamps/\(AttributeParams.step(id))", "the program has no such card")
            }
            usages.append(Usage(UsageKey(kind: .stamps, id: id), amount))
        }
        for (id, amount) in amounts(used?["carried"]) {
            guard program.rules.contains(where: { $0.id == id && $0.action.carries }) else {
                throw unknown("used/carried/\(AttributeParams.step(id))", "no such rule carries money")
            }
            usages.append(Usage(UsageKey(kind: .carry, id: id), amount))
        }
        var shared: [Usage] = []
        for (id, amount) in amounts(used?["campaigns"]) {
            guard program.campaigns.contains(where: { $0.id == id }) else {
                throw unknown("used/campaigns/\(AttributeParams.step(id))", "the program has no such campaign")
            }
            shared.append(Usage(UsageKey(kind: .budget, id: id), amount))
        }
        return (usages, shared)
    }

    private func words(_ name: String) -> [String] {
        value[name]?.elements.compactMap(\.string) ?? []
    }

    private func amounts(_ object: JSONValue?) -> [(String, Int64)] {
        object?.members.map { ($0.key.string ?? "", $0.value.int64 ?? 0) } ?? []
    }

    private func unknown(_ place: String, _ detail: String) -> RPCError {
        .invalidParams([Problem(pointer: "\(pointer)/\(place)", detail: detail)])
    }
}

extension Rule.Action {
    fileprivate var card: String? {
        if case .stamp(let card) = self { card.card } else { nil }
    }

    fileprivate var carries: Bool {
        if case .earn(let earning) = self { earning.carries } else { false }
    }
}
