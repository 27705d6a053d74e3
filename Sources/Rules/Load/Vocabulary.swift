/// The keys that a mapping may have.
struct Vocabulary {
    /// Why a key of the format is refused for now.
    enum Later {
        case feature
        /// An expression in CEL.
        case condition
    }

    let keys: [String]
    /// Keys of the format that this version does not run. They are refused, so that no document is half obeyed.
    var later: [String: Later] = [:]

    static let laterHint = "take it out; nothing in a document is silently ignored"

    func hint(for key: String) -> String {
        if let nearest = Spelling.nearest(to: key, in: keys + later.keys.sorted()) {
            return "did you mean `\(nearest)`?"
        }
        return "known here: \(keys.joined(separator: ", "))"
    }
}

extension Vocabulary {
    static let program = Vocabulary(
        keys: [
            "schema", "id", "title", "money", "timezone", "enroll", "late_limit", "points", "tiers", "groups", "rules",
            "tests",
        ],
        later: [
            "profile": .feature, "eligible": .condition, "campaigns": .feature, "caps": .feature,
            "redemption": .feature, "returns": .feature, "referral": .feature, "pools": .feature, "transfers": .feature,
        ])
    static let money = Vocabulary(keys: ["currency", "base"])
    static let enroll = Vocabulary(keys: ["unknown_card"])

    static let currency = Vocabulary(
        keys: ["kind", "title", "decimals", "expiry"],
        later: ["vesting": .feature, "debt": .feature, "same_purchase": .feature])
    static let expiry = Vocabulary(
        keys: ["after", "end_of"], later: ["dates": .feature, "at_least": .feature, "inactivity": .feature])

    static let tiers = Vocabulary(keys: ["metric", "window", "downgrade", "levels"], later: ["grace": .feature])
    static let metric = Vocabulary(keys: ["earned"])
    static let level = Vocabulary(keys: ["id", "from", "title"])

    static let group = Vocabulary(keys: ["id", "mode"])
    static let rule = Vocabulary(
        keys: ["id", "event", "earn", "multiply", "group", "priority", "effective"],
        later: [
            "when": .condition, "campaign": .feature, "each_item": .condition, "limit": .feature, "stamp": .feature,
        ])
    static let earn = Vocabulary(
        keys: ["points", "per", "of", "into", "tagged", "exact", "rounding"],
        later: ["carry": .feature, "where": .condition])
    static let multiply = Vocabulary(keys: ["rules", "factor", "tagged"], later: ["where": .condition])
    static let effective = Vocabulary(keys: ["from", "until"])

    static let test = Vocabulary(keys: ["name", "member", "order", "expect"])
    static let member = Vocabulary(
        keys: ["id", "tier"],
        later: [
            "attrs": .feature, "tags": .feature, "segments": .feature, "purchase_count": .feature,
            "first_purchase": .feature, "days_since_last": .feature, "enrolled_days": .feature, "balance": .feature,
        ])
    static let order = Vocabulary(
        keys: ["time", "store", "terminal", "channel", "items"], later: ["coupons": .feature, "id": .feature])
    static let item = Vocabulary(keys: ["sku", "category", "tags", "quantity", "amount", "tax"])
}
