// What can be worked out before any purchase is seen: which sets of lines the rules count, and the order in which
// groups can be decided.
//
// A multiplier can only compete with what its bases really pay, so a group waits for the groups that its multipliers'
// bases are in. The loader refuses documents in which groups wait for each other.

/// What the evaluation of a program needs besides its rules.
struct EvaluationPlan: Sendable {
    /// The sets of lines whose amounts are counted; the first one is all lines.
    let selections: [LineSelection]
    /// For each rule, the index of the selection it counts; for a multiplier one for each rule it names.
    let selectionsOfRule: [[Int]]
    /// The groups in which rules compete, in an order in which they can be decided.
    let contests: [Contest]

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

        selectionsOfRule = rules.indices.map { index in
            switch rules[index].action {
            case .earn(let earning):
                return [select(earning.tagged)]
            case .award(let award):
                return [select(award.tagged)]
            case .multiply(let multiplier):
                return multiplier.rules.map { base in
                    guard case .earn(let earning) = rules[base].action else {
                        preconditionFailure("the loader lets a multiplier name only rules that earn")
                    }
                    return select(earning.tagged, multiplier.tagged)
                }
            }
        }
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
    let tagSets: [[String]]

    /// The lines that are in every one of these choices; an empty list of tags chooses all lines.
    init(all tagLists: [[String]]) {
        var tagSets: [[String]] = []
        for tags in tagLists where !tags.isEmpty && !tagSets.contains(tags) { tagSets.append(tags) }
        self.tagSets = tagSets
    }

    func contains(_ line: PurchaseFacts.Line) -> Bool {
        for tags in tagSets where !line.tags.contains(where: tags.contains) { return false }
        return true
    }
}
