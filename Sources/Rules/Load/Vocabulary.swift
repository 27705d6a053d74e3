/// The keys that a mapping may have.
struct Vocabulary {
    let keys: [String]
    /// Keys of the format that this version does not run. They are refused, so that no document is half obeyed.
    var later: [String] = []

    static let laterHint = "take it out; nothing in a document is silently ignored"

    func hint(for key: String) -> String {
        if key.unicodeScalars.contains(where: DocumentText.isFullWidth) {
            return "it has characters of full width; use ordinary ones"
        }
        if let nearest = Spelling.nearest(to: key, in: keys + later) {
            return "did you mean `\(nearest)`?"
        }
        return "known here: \(keys.joined(separator: ", "))"
    }
}

extension Vocabulary {
    static let program = Vocabulary(
        keys: [
            "schema", "id", "title", "money", "timezone", "enroll", "late_limit", "unclaimed", "points", "profile",
            "tiers",
            "eligible", "groups", "campaigns", "rules", "caps", "redemption", "returns", "referral",
            "pools", "transfers", "tests",
        ])
    static let money = Vocabulary(keys: ["currency", "base"])
    static let enroll = Vocabulary(keys: ["unknown_card"])
    static let unclaimed = Vocabulary(keys: ["keep"])

    static let currency = Vocabulary(
        keys: ["kind", "title", "decimals", "expiry", "vesting", "debt", "same_purchase"])
    static let expiry = Vocabulary(keys: ["after", "end_of", "dates", "at_least", "inactivity", "from"])
    static let vesting = Vocabulary(keys: ["after", "dates", "at_least", "until_event", "cancel_after"])
    static let debt = Vocabulary(keys: ["policy", "limit"])
    static let attribute = Vocabulary(keys: ["type", "max", "values", "from", "to"])

    static let tiers = Vocabulary(keys: ["metric", "window", "downgrade", "grace", "levels"])
    static let metric = Vocabulary(keys: ["earned"])
    static let level = Vocabulary(keys: ["id", "from", "title"])

    static let group = Vocabulary(keys: ["id", "mode"])
    static let campaign = Vocabulary(keys: ["id", "title", "effective", "budget", "holdout"])
    static let budget = Vocabulary(keys: ["points", "when_short"])
    static let holdout = Vocabulary(keys: ["percent", "salt"])
    static let rule = Vocabulary(
        keys: [
            "id", "event", "when", "campaign", "earn", "multiply", "each_item", "stamp", "limit", "group", "priority",
            "effective",
        ])
    static let earn = Vocabulary(keys: ["points", "per", "of", "into", "where", "exact", "carry", "rounding"])
    static let multiply = Vocabulary(keys: ["rules", "factor", "where"])
    static let eachItem = Vocabulary(keys: ["where", "points", "into"])
    static let stamp = Vocabulary(keys: ["card", "count", "size", "points", "into", "reward"])
    static let limit = Vocabulary(keys: ["count", "points", "per", "window"])
    static let cap = Vocabulary(keys: ["id", "per", "window", "points", "rules"])
    static let window = Vocabulary(keys: ["rolling"])
    static let effective = Vocabulary(keys: ["from", "until"])

    static let redemption = Vocabulary(keys: ["pay", "holds", "allowances", "rewards"])
    static let pay = Vocabulary(keys: ["points", "worth", "minimum", "step", "most", "earns"])
    static let holds = Vocabulary(keys: ["timeout", "longest"])
    static let allowances = Vocabulary(keys: ["valid", "longest", "settle_within", "most"])
    static let reward = Vocabulary(
        keys: ["id", "title", "points", "cost", "tiers", "stock", "limit", "voucher", "effective"])
    static let voucher = Vocabulary(keys: ["after", "from", "valid", "until"])
    static let returns = Vocabulary(keys: ["clawback", "restore", "goodwill", "tier"])
    static let referral = Vocabulary(keys: ["referrer", "referred", "limit", "within", "minimum"])
    static let bonus = Vocabulary(keys: ["points", "into", "after"])
    static let pools = Vocabulary(keys: ["kinds", "most_members", "limit"])
    static let transfers = Vocabulary(keys: ["allowed", "limit"])

    static let test = Vocabulary(keys: ["name", "member", "used", "order", "event", "expect"])
    static let scenario = Vocabulary(keys: ["name", "member", "joined", "used", "steps"])
    static let step = Vocabulary(
        keys: [
            "purchase", "return", "confirm", "event", "redeem", "cancel", "top_up", "refund", "claim", "pool", "wait",
            "expect",
        ])
    static let sale = Vocabulary(keys: order.keys + ["pay", "value"])
    static let payingIn = Vocabulary(keys: ["id", "time", "amount", "value"])
    static let payingOut = Vocabulary(keys: ["of", "time", "amount"])
    static let claiming = Vocabulary(keys: ["time"])
    static let joiningPool = Vocabulary(keys: ["time", "kind", "role", "balance"])
    static let givingBack = Vocabulary(keys: ["of", "time", "items", "amount"])
    static let returnedLine = Vocabulary(keys: ["line", "quantity", "amount"])
    static let confirming = Vocabulary(keys: ["of", "time"])
    static let redeeming = Vocabulary(keys: ["id", "time", "points", "reward", "quantity"])
    static let cancelling = Vocabulary(keys: ["of", "time"])
    static let waiting = Vocabulary(keys: ["until"])
    static let expected = Vocabulary(
        keys: [
            "refused", "earned", "rules", "taken_back", "refund", "balance", "pending", "debt", "tier", "vouchers",
            "referrer", "pool",
        ])
    static let used = Vocabulary(keys: ["campaigns", "caps", "limits", "stamps", "carried"])
    static let member = Vocabulary(
        keys: [
            "id", "tier", "attrs", "tags", "segments", "purchase_count", "days_since_last", "enrolled_days", "balance",
        ])
    static let order = Vocabulary(
        keys: ["time", "id", "store", "terminal", "channel", "tags", "coupons", "items"])
    static let item = Vocabulary(keys: ["sku", "category", "tags", "quantity", "amount", "tax"])
    static let event = Vocabulary(keys: ["time", "type", "attrs"])
}
