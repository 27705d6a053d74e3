import JSON

/// What an operation was, in a sentence.
struct KindSentence {
    /// The sentence; `nil` for a kind that a newer server knows.
    let text: String?

    /// - Parameter result: what `operation.explain` told.
    init(_ result: JSONValue) {
        let other = result["with"]?.string.map { "member \($0)" } ?? "another member"
        let about = result["about"]?.string.map { "operation \($0)" } ?? "an earlier operation"
        let change = result["change"]?.string ?? ""
        text =
            switch result.text("kind") {
            case "enroll": "The member joined."
            case "link": "The member got one more identifier."
            case "purchase": "The member bought something."
            case "event": "Something other than a purchase happened."
            case "traits": "What rules may know of the member changed."
            case "hold": "Points were reserved."
            case "redeem": "Points were spent."
            case "adjust": "Points were corrected by hand."
            case "celebrate": "A day of the member came round."
            case "grant": "A level was given by hand."
            case "revoke": "The level that was given by hand was taken away."
            case "top_up": "Money was paid in, to be spent later."
            case "consent": "The member agreed to something, or no longer does."
            case "erase": "What was personal was erased."
            case "return": "Goods of \(about) came back."
            case "confirm": "What \(about) earned may be spent."
            case "capture": "Points that \(about) had reserved were spent."
            case "allowance": "Points were reserved for a till that could not ask."
            case "settle": "What a till used of \(about) was spent, and the rest let go."
            case "release": "Points that \(about) had reserved were let go."
            case "cancel": "It undid \(about)."
            case "voucher": "A voucher of \(about): \(change)."
            case "give": "Points went to \(other)."
            case "receive": "Points came from \(other)."
            case "merge": "Everything of \(other), who is the same person, is this member's."
            case "surrender": "Everything went to \(other), who is the same person."
            case "status": "The member is \(change) from then on."
            case "unlink": "The member lost an identifier."
            case "refund": "What was left of \(about) was paid out."
            case "refer": Self.referral(change, other)
            case "referral": "A bonus for a referral, with \(other)."
            case "referral_back": "The bonus of \(about) was taken back: the purchase of \(other) came back."
            case "pool": Self.pool(change, other)
            case "lend": "Points went to \(other), who spent them for the pool."
            case "borrow": "Points of others in the pool came in, to be spent."
            case "due": "Time brought it about."
            default: nil
            }
    }

    private static func referral(_ change: String, _ other: String) -> String {
        switch change {
        case "code": "The member has a code to give away."
        case "claimed": "The member was brought by \(other)."
        case "named": "The member brought \(other)."
        default: "The first purchase that counts, after \(other) had brought the member."
        }
    }

    private static func pool(_ change: String, _ other: String) -> String {
        switch change {
        case "created": "The member made a pool."
        case "joined": "The member joined the pool of \(other)."
        case "left": "The member left the pool."
        case "gained": "\(other) joined the member's pool."
        default: "\(other) left the member's pool."
        }
    }
}
