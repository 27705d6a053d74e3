import JSON

/// What an import has done so far.
struct ImportTally: Equatable {
    /// Points by whether they were awarded now or when the line was first imported.
    struct Points: Equatable {
        var new: Int64 = 0
        var replayed: Int64 = 0
    }

    struct RuleKey: Hashable {
        let currency: String
        let rule: String
    }

    private(set) var new: Int64 = 0
    private(set) var replayed: Int64 = 0
    private(set) var rejected: Int64 = 0
    private(set) var byCurrency: [String: Points] = [:]
    private(set) var byRule: [RuleKey: Points] = [:]

    /// Lines that have been dealt with.
    var read: Int64 { new + replayed + rejected }

    /// Counts a purchase by the result of `purchase.post`.
    mutating func count(_ result: JSONValue) {
        let isReplayed = result["replayed"]?.bool ?? false
        if isReplayed { replayed += 1 } else { new += 1 }
        for (currency, points) in result["earned"]?.members.map(\.self) ?? [] {
            byCurrency[currency.string ?? "", default: Points()].add(points.int64 ?? 0, isReplayed)
        }
        for award in result["awards"]?.elements.map(\.self) ?? [] {
            let key = RuleKey(currency: award.text("into"), rule: award.text("rule"))
            byRule[key, default: Points()].add(award["points"]?.int64 ?? 0, isReplayed)
        }
    }

    mutating func countRejection() {
        rejected += 1
    }

    /// The rules in the order in which they are listed.
    var rules: [RuleKey] {
        byRule.keys.sorted { ($0.currency, $0.rule) < ($1.currency, $1.rule) }
    }

    /// Every point currency that was earned or is paid into, sorted.
    var currencies: [String] {
        Set(byCurrency.keys).union(byRule.keys.map(\.currency)).sorted()
    }
}

extension ImportTally.Points {
    fileprivate mutating func add(_ points: Int64, _ isReplayed: Bool) {
        if isReplayed { replayed += points } else { new += points }
    }
}
