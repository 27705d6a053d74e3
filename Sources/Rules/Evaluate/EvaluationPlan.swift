// What can be worked out before any event is seen: the rules in a form without references, which sets of lines they
// count, and the order in which groups can be decided.
//
// A multiplier can only compete with what its bases really pay, so a group waits for the groups that its multipliers'
// bases are in. The loader refuses documents in which groups wait for each other.

import CEL
import Time

/// What evaluation needs of a program's rules. A class, so that using it costs one reference.
final class EvaluationPlan: Sendable {
    /// By rule.
    let steps: [Step]
    /// What each event but a purchase sets going.
    private let others: [EventName: Event]
    /// What a purchase sets going.
    private let purchases: Event?
    /// Every expression of the document.
    let conditions: [Condition]
    /// By expression.
    let programs: [CEL.Program]
    /// By expression: the variables it may look at.
    let needs: [ConditionVariable.Set]
    /// By rule: what it counts over several events.
    let meters: [Meters]
    /// The expression that tells which lines may earn; −1 where all may.
    let eligibility: Int
    /// What multipliers name; each has a range of them.
    let parts: [Part]
    /// The sets of lines whose amounts are counted; the first one is all lines, the second one those that may earn.
    let selections: [Lines]
    /// The expressions about lines; each selection has a range of them.
    let lineConditions: [Int]
    /// By rule: its standing before anything is known. An evaluation begins with a copy, which is cheaper than a new list.
    let untouched: [Standing]
    /// By selection: nothing is counted yet.
    let uncounted: [LineTally?]
    let shapes: ConditionShapes
    /// Whether any expression reads anything of the member.
    let readsMember: Bool
    /// Whether any expression reads attributes, tags or segments of the member.
    let readsTraits: Bool
    /// `program`, which is the same for every event.
    let programRecord: CEL.Value
    let zones: any CEL.ZoneProvider

    /// The places of the selections that every plan has.
    static let allLines = 0
    static let eligibleLines = 1

    /// The rules that answer to an event. A class, so that using it costs one reference.
    final class Event: Sendable {
        /// Ascending.
        let rules: [Int]
        /// The groups in which some of them compete, in an order in which they can be decided.
        let contests: [Contest]
        /// What they count over several events, each once.
        let counted: [Counted]

        init(rules: [Int], contests: [Contest], counted: [Counted]) {
            self.rules = rules
            self.contests = contests
            self.counted = counted
        }
    }

    /// Something that is counted over several events.
    struct Counted: Hashable, Sendable {
        let kind: UsageKey.Kind
        let id: String
        let window: UsageWindow
    }

    /// What a rule counts over several events, by the names it has in the document. A class, so that using it costs one
    /// reference.
    final class Meters: Sendable {
        let rule: String
        let limit: UsageLimit?
        /// Where it keeps what is over: carried money, or stamps.
        let kept: (kind: UsageKey.Kind, id: String)?

        init(_ rule: Rule) {
            self.rule = rule.id
            limit = rule.limit
            switch rule.action {
            case .earn(let earning) where earning.carries: kept = (.carry, rule.id)
            case .stamp(let card): kept = (.stamps, card.card)
            case .earn, .award, .multiply, .eachItem: kept = nil
            }
        }
    }

    /// A rule, flat, so that using it costs no reference counting. What its kind does not have is 0, empty or −1.
    struct Step: Sendable {
        enum Kind {
            case earn, award, multiply, eachItem, stamp
        }

        let kind: Kind
        let from: Instant
        let until: Instant
        /// The expression that must be true.
        var condition = -1
        var campaign = -1
        var hasLimit = false
        /// Whether it keeps something for the next time: carried money, or stamps.
        var keeps = false
        var points: Int64 = 0
        /// The expression that computes the points, or the number of stamps.
        var computed = -1
        var per: Int64 = 1
        var currency = 0
        var isExact = false
        var carries = false
        var rounding = Rounding.floor
        /// The lines that count.
        var selection = 0
        /// Whether a fixed award needs one of them.
        var needsLine = false
        /// A factor times 1000.
        var thousandths: Int64 = 0
        var parts = 0..<0
        /// The number of stamps, where it is not computed, and how many fill the card.
        var stamps: Int64 = 0
        var size: Int64 = 1
        /// The reward that a full card gives.
        var reward = -1
    }

    /// A rule that a multiplier names, and the lines whose share of it is multiplied.
    struct Part: Sendable {
        let base: Int
        let selection: Int
        /// Whether the multiplier takes the rule as a whole, and not the share of some lines.
        let isWhole: Bool
    }

    /// A set of lines, flat.
    struct Lines: Sendable {
        /// Whether lines that may not earn are left out.
        let isEligibleOnly: Bool
        /// The expressions that must all be true of a line, by their places among all about lines.
        let conditions: Range<Int>
    }

    /// A group in which rules compete.
    struct Contest: Sendable {
        let mode: RuleGroup.Mode
        /// The rules of the group: by priority, the higher first, then in the order of the document.
        let rules: [Int]
    }

    init(
        rules: [Rule], groups: [RuleGroup], groupOrder: [Int], campaigns: [Campaign], caps: [Cap], eligible: Condition?,
        shapes: ConditionShapes, id: String, currency: MoneyCurrency, zone: Zone
    ) {
        // Alike expressions are evaluated once, and alike selections counted once, wherever they stand.
        var conditions: [Condition] = []
        var places: [String: Int] = [:]
        func add(_ condition: Condition?) -> Int {
            guard let condition else { return -1 }
            if let place = places[condition.source] { return place }
            places[condition.source] = conditions.count
            conditions.append(condition)
            return conditions.count - 1
        }
        var selections = [
            LineSelection(isEligibleOnly: false, conditions: []), LineSelection(isEligibleOnly: true, conditions: []),
        ]
        var selectionPlaces = [selections[0]: EvaluationPlan.allLines, selections[1]: EvaluationPlan.eligibleLines]
        func select(_ figure: Earning.Figure, _ choices: Condition?...) -> Int {
            let selection = LineSelection(
                isEligibleOnly: figure == .eligibleAmount, conditions: choices.map(add).filter { $0 >= 0 })
            if let place = selectionPlaces[selection] { return place }
            selectionPlaces[selection] = selections.count
            selections.append(selection)
            return selections.count - 1
        }

        var parts: [Part] = []
        eligibility = add(eligible)
        steps = rules.map { rule in
            let campaign = rule.campaign.map { campaigns[$0].effective }
            var step = Step(
                kind: rule.action.kind,
                from: max(rule.effective.from ?? .distantPast, campaign?.from ?? .distantPast),
                until: min(rule.effective.until ?? .distantFuture, campaign?.until ?? .distantFuture),
                condition: add(rule.condition), campaign: rule.campaign ?? -1, hasLimit: rule.limit != nil)
            switch rule.action {
            case .earn(let earning):
                step.points = earning.points
                step.per = earning.per
                step.currency = earning.into
                step.isExact = earning.exact
                step.carries = earning.carries
                step.keeps = earning.carries
                step.rounding = earning.rounding
                step.selection = select(earning.of, earning.lines)
            case .award(let award):
                (step.points, step.computed) = award.points.fixedOrComputed(add)
                step.currency = award.into
                step.selection = select(.eligibleAmount, award.lines)
                step.needsLine = award.lines != nil
            case .eachItem(let award):
                (step.points, step.computed) = award.points.fixedOrComputed(add)
                step.currency = award.into
                step.selection = select(.eligibleAmount, award.lines)
            case .stamp(let card):
                step.keeps = true
                (step.stamps, step.computed) = card.count.fixedOrComputed(add)
                step.points = card.points
                step.currency = card.into
                step.size = card.size
                step.reward = card.reward ?? -1
            case .multiply(let multiplier):
                let first = parts.count
                for base in multiplier.rules {
                    guard case .earn(let earning) = rules[base].action else {
                        preconditionFailure("the loader lets a multiplier name only rules that earn")
                    }
                    parts.append(
                        Part(
                            base: base, selection: select(earning.of, earning.lines, multiplier.lines),
                            isWhole: multiplier.lines == nil))
                }
                step.thousandths = multiplier.factor.thousandths
                step.parts = first..<parts.count
            }
            return step
        }
        self.parts = parts
        var lineConditions: [Int] = []
        self.selections = selections.map { selection in
            let first = lineConditions.count
            lineConditions += selection.conditions
            return Lines(isEligibleOnly: selection.isEligibleOnly, conditions: first..<lineConditions.count)
        }
        self.lineConditions = lineConditions
        self.conditions = conditions
        programs = conditions.map(\.program)
        needs = conditions.map { ConditionVariable.mentioned(in: $0.source) }
        let meters = rules.map(Meters.init)
        self.meters = meters
        self.shapes = shapes
        // By the words alone: saying yes too often only keeps more than is needed.
        readsMember = conditions.contains { $0.source.contains("member") }
        readsTraits = conditions.contains { condition in
            condition.source.contains("member")
                && ["attrs", "tags", "segments", "birth_month"].contains { condition.source.contains($0) }
        }
        zones = ConditionZones(zone: zone)
        programRecord = .record(
            ArrayRecord(shape: ConditionShapes.program, values: [.string(id), .string(currency.code)]))
        var events = Dictionary(grouping: rules.indices, by: { rules[$0].event }).mapValues { members in
            Event(
                rules: members, contests: EvaluationPlan.contests(of: members, rules, groups, groupOrder),
                counted: EvaluationPlan.counted(by: members, meters, caps))
        }
        purchases = events.removeValue(forKey: .purchase)
        others = events
        untouched = [Standing](repeating: Standing(), count: steps.count)
        uncounted = [LineTally?](repeating: nil, count: selections.count)
    }

    /// What an event sets going; `nil` where no rule answers to it.
    func event(_ name: EventName) -> Event? {
        name == .purchase ? purchases : others[name]
    }

    /// What rules of one event count.
    private static func counted(by members: [Int], _ meters: [Meters], _ caps: [Cap]) -> [Counted] {
        var counted: [Counted] = []
        func add(_ kind: UsageKey.Kind, _ id: String, _ window: UsageWindow = .lifetime) {
            let new = Counted(kind: kind, id: id, window: window)
            if !counted.contains(new) { counted.append(new) }
        }
        for rule in members {
            switch meters[rule].limit?.measure {
            case .count?: add(.limitCount, meters[rule].rule, meters[rule].limit?.window ?? .lifetime)
            case .points?: add(.limitPoints, meters[rule].rule, meters[rule].limit?.window ?? .lifetime)
            case nil: break
            }
            if let kept = meters[rule].kept { add(kept.kind, kept.id) }
        }
        for cap in caps where cap.rules.contains(where: members.contains) { add(.cap, cap.id, cap.window) }
        return counted
    }

    /// The groups in which rules of one event compete.
    private static func contests(
        of members: [Int], _ rules: [Rule], _ groups: [RuleGroup], _ groupOrder: [Int]
    ) -> [Contest] {
        groupOrder.compactMap { group in
            // The sort has to keep the order of the document among equals.
            let rivals = members.filter { rules[$0].group == group }
                .sorted { (-rules[$0].priority, $0) < (-rules[$1].priority, $1) }
            return rivals.isEmpty ? nil : Contest(mode: groups[group].mode, rules: rivals)
        }
    }

    /// The groups that are not `all`, so ordered that each comes after those it waits for; `nil` where some wait for
    /// each other.
    static func groupOrder(of groups: [RuleGroup], rules: [Rule]) -> [Int]? {
        var waiting = groups.indices.filter { groups[$0].mode != .all }
        var order: [Int] = []
        while !waiting.isEmpty {
            let ready = waiting.filter { group in
                !rules.contains { rule in
                    guard rule.group == group, case .multiply(let multiplier) = rule.action else { return false }
                    return multiplier.rules.contains { rules[$0].group.map(waiting.contains) ?? false }
                }
            }
            guard !ready.isEmpty else { return nil }
            order += ready
            waiting.removeAll(where: ready.contains)
        }
        return order
    }
}

/// A set of lines while a plan is made, in which alike ones are one.
private struct LineSelection: Hashable {
    /// Whether lines that may not earn are left out.
    let isEligibleOnly: Bool
    /// The expressions that must all be true of a line.
    let conditions: [Int]

    init(isEligibleOnly: Bool, conditions: [Int]) {
        self.isEligibleOnly = isEligibleOnly
        var different: [Int] = []
        for condition in conditions where !different.contains(condition) { different.append(condition) }
        self.conditions = different
    }
}

extension Rule.Action {
    fileprivate var kind: EvaluationPlan.Step.Kind {
        switch self {
        case .earn: .earn
        case .award: .award
        case .multiply: .multiply
        case .eachItem: .eachItem
        case .stamp: .stamp
        }
    }
}

extension Quantity {
    /// The number, or the place of the expression.
    fileprivate func fixedOrComputed(_ add: (Condition?) -> Int) -> (fixed: Int64, computed: Int) {
        switch self {
        case .fixed(let number): (number, -1)
        case .computed(let condition): (0, add(condition))
        }
    }
}
