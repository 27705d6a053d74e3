// What can be worked out before any purchase is seen: the rules in a form without references, which sets of lines they
// count, and the order in which groups can be decided.
//
// A multiplier can only compete with what its bases really pay, so a group waits for the groups that its multipliers'
// bases are in. The loader refuses documents in which groups wait for each other.

import Time

/// What evaluation needs of a program's rules.
struct EvaluationPlan: Sendable {
    /// By rule.
    let steps: [Step]
    /// What multipliers name; each has a range of them.
    let parts: [Part]
    /// The sets of lines whose amounts are counted; the first one is all lines.
    let selections: [LineSelection]
    /// The groups in which rules compete, in an order in which they can be decided.
    let contests: [Contest]

    /// A rule, flat, so that using it costs no reference counting. What its kind does not have is 0 or empty.
    struct Step: Sendable {
        enum Kind {
            case earn, award, multiply
        }

        let kind: Kind
        let from: Instant
        let until: Instant
        var points: Int64 = 0
        var per: Int64 = 1
        var currency = 0
        var isExact = false
        var rounding = Rounding.floor
        /// The lines that count.
        var selection = 0
        /// Whether a fixed award needs one of them.
        var needsLine = false
        /// A factor times 1000.
        var thousandths: Int64 = 0
        var parts = 0..<0
    }

    /// A rule that a multiplier names, and the lines whose share of it is multiplied.
    struct Part: Sendable {
        let base: Int
        let selection: Int
    }

    /// A group in which rules compete.
    struct Contest: Sendable {
        let mode: RuleGroup.Mode
        /// The rules of the group: by priority, the higher first, then in the order of the document.
        let rules: [Int]
    }

    init(rules: [Rule], groups: [RuleGroup], groupOrder: [Int]) {
        var selections = [LineSelection(all: [])]
        func select(_ tagLists: [String]...) -> Int {
            let selection = LineSelection(all: tagLists)
            if let index = selections.firstIndex(of: selection) { return index }
            selections.append(selection)
            return selections.count - 1
        }

        var parts: [Part] = []
        steps = rules.map { rule in
            let from = rule.effective.from ?? .distantPast
            let until = rule.effective.until ?? .distantFuture
            switch rule.action {
            case .earn(let earning):
                return Step(
                    kind: .earn, from: from, until: until, points: earning.points, per: earning.per,
                    currency: earning.into, isExact: earning.exact, rounding: earning.rounding,
                    selection: select(earning.tagged))
            case .award(let award):
                return Step(
                    kind: .award, from: from, until: until, points: award.points, currency: award.into,
                    selection: select(award.tagged), needsLine: !award.tagged.isEmpty)
            case .multiply(let multiplier):
                let first = parts.count
                for base in multiplier.rules {
                    guard case .earn(let earning) = rules[base].action else {
                        preconditionFailure("the loader lets a multiplier name only rules that earn")
                    }
                    parts.append(Part(base: base, selection: select(earning.tagged, multiplier.tagged)))
                }
                return Step(
                    kind: .multiply, from: from, until: until, thousandths: multiplier.factor.thousandths,
                    parts: first..<parts.count)
            }
        }
        self.parts = parts
        self.selections = selections
        contests = groupOrder.map { group in
            let members = rules.indices.filter { rules[$0].group == group }
            // The sort has to keep the order of the document among equals.
            return Contest(
                mode: groups[group].mode,
                rules: members.sorted { (-rules[$0].priority, $0) < (-rules[$1].priority, $1) })
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

/// A set of lines, chosen by their tags.
struct LineSelection: Hashable, Sendable {
    /// A line belongs when it has at least one tag out of each of these lists.
    private let tagLists: [[String]]

    /// The lines that are in every one of these choices; an empty list of tags chooses all lines.
    init(all choices: [[String]]) {
        var tagLists: [[String]] = []
        for tags in choices where !tags.isEmpty && !tagLists.contains(tags) { tagLists.append(tags) }
        self.tagLists = tagLists
    }

    /// Whether a line with these tags belongs.
    func contains(_ lineTags: [String]) -> Bool {
        for tags in tagLists where !lineTags.contains(where: tags.contains) { return false }
        return true
    }
}
