import JSON

/// Why a rule paid what it paid, or did not.
struct TraceSentence {
    private let entry: JSONValue
    private let money: String
    private let figures: PointFigures

    /// - Parameter entry: one of the `rules` of a result.
    init(_ entry: JSONValue, money: String, figures: PointFigures) {
        self.entry = entry
        self.money = money
        self.figures = figures
    }

    var text: String {
        ([outcome] + cuts + (lines.map { [$0] } ?? [])).filter { !$0.isEmpty }.joined(separator: "; ")
    }

    private var by: String { entry["by"]?.string ?? "" }

    private var outcome: String {
        switch entry["outcome"]?.string {
        case "paid": counted
        case "not_effective": "it did not hold at that time"
        case "held_out": "the member is held out of its campaign, to measure the effect"
        case "condition_unmet": "its condition was not true"
        case "failed":
            "\(entry["expression"]?.string ?? "an expression") had no value: \(entry["reason"]?.string ?? "")"
        case "nothing_counted": "too little counted for a point"
        case "collected": "nothing is paid yet, and what counted is kept for the next time"
        case "lost": "\(by) beat it in their group"
        case "base_unpaid": "the rule that it multiplies paid nothing"
        case "limit_reached": "its limit was used up before"
        case "budget_spent": "the budget of its campaign had too little left"
        case "capped": "the cap \(by) left nothing"
        case let other: other ?? ""
        }
    }

    private var counted: String {
        let counted = entry["counted"]?.int64 ?? 0
        if entry["unit"] != nil { return "\(Numbers.grouped(counted)) stamps counted" }
        return counted > 0 ? "\(Numbers.money(counted, money)) counted" : "it applied"
    }

    private var cuts: [String] {
        (entry["cuts"]?.elements.map(\.self) ?? []).map { cut in
            let points = points(cut["points"]?.int64 ?? 0)
            switch cut["by"]?.string {
            case "limit": return "its limit took \(points) away"
            case "budget": return "the budget of its campaign took \(points) away"
            default: return "the cap \(cut["cap"]?.string ?? "") took \(points) away"
            }
        }
    }

    private func points(_ points: Int64) -> String { figures.text(points, of: entry.text("into")) }

    /// The lines that counted, counted from 1 as on the receipt.
    private var lines: String? {
        let shares = entry["lines"]?.elements.map(\.self) ?? []
        guard !shares.isEmpty else { return nil }
        let named = shares.prefix(8).map { share in
            let number = Numbers.grouped((share["line"]?.int64 ?? 0) + 1)
            return share["points"]?.int64.map { "\(number) (\(points($0)))" } ?? number
        }
        let more = shares.count > named.count ? " and \(shares.count - named.count) more" : ""
        return "\(shares.count == 1 ? "line" : "lines") \(named.joined(separator: ", "))\(more)"
    }
}
