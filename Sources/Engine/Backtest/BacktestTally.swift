import Ledger
import Loyalty
import Rules
import Time

// What one course of history comes to in the period. Sums have 128 bits, which no history fills.

/// The sums of one course of history over the period.
struct BacktestTally {
    /// A rule's awards of one currency.
    struct Awards {
        var points: Int128 = 0
        var times: Int64 = 0
    }

    /// How often a level was reached from below and from above.
    struct Moves {
        var ups: Int64 = 0
        var downs: Int64 = 0

        mutating func add(isUp: Bool) {
            if isUp { ups += 1 } else { downs += 1 }
        }
    }

    /// What became of a reward.
    struct Rewards {
        /// Those that full stamp cards gave.
        var given: Int64 = 0
        /// Those that were had for points.
        var redeemed: Int64 = 0
        /// By how many the stock fell.
        var stock: Int64 = 0
    }

    private let currencyCount: Int
    /// By rule and currency.
    private(set) var awards: [Awards]
    /// By currency.
    private(set) var earned: [Int128]
    private(set) var expired: [Int128]
    private(set) var takenBack: [Int128]
    /// By row and currency; shorter where nothing was earned in the last rows.
    private(set) var rows: [Int128] = []
    /// By slot and currency.
    private(set) var members: [Int64] = []
    /// By campaign.
    private(set) var budgets: [String: Int64] = [:]
    /// By reward.
    private(set) var rewards: [String: Rewards] = [:]
    /// By level.
    private(set) var moves: [String: Moves] = [:]
    private(set) var refusals: [String: Int64] = [:]
    private(set) var failures: [ConditionFailure: Int64] = [:]

    init(_ terms: BacktestTerms) {
        currencyCount = terms.currencies.count
        awards = [Awards](repeating: Awards(), count: terms.rules.count * currencyCount)
        earned = [Int128](repeating: 0, count: currencyCount)
        expired = earned
        takenBack = earned
    }

    mutating func addSlot() {
        members.append(contentsOf: repeatElement(0, count: currencyCount))
    }

    /// Counts what a command in the period earned.
    mutating func count(_ acceptance: Acceptance, slot: Int, _ place: BacktestRows.Place, _ terms: BacktestTerms) {
        switch acceptance.outcome {
        case .enrolled(let sum), .purchased(let sum), .happened(let sum): count(sum, slot: slot, place, terms)
        case .linked, .traitsChanged, .returned, .confirmed, .held, .captured, .released, .redeemed, .cancelled,
            .voucher, .adjusted, .given, .tierSet, .tierUnset, .merged, .unlinked, .statusChanged, .toppedUp, .refunded,
            .referralCode, .referralClaimed, .pooled, .consented, .erased, .kept, .takenOff, .drawn,
            .settled:
            break
        }
        count(acceptance.failures)
    }

    /// Counts expressions that had no value.
    mutating func count(_ new: [ConditionFailure]) {
        for failure in new { failures[failure, default: 0] += 1 }
    }

    /// Counts what rules paid.
    mutating func count(_ sum: Earned, slot: Int, _ place: BacktestRows.Place, _ terms: BacktestTerms) {
        for award in sum.awards {
            let index = terms.index(ofRule: award.rule) * currencyCount + terms.index(of: award.currency)
            awards[index].points += Int128(award.points.count)
            awards[index].times += 1
        }
        for given in sum.rewards { rewards[given.reward, default: Rewards()].given += given.count }
        for points in sum.earned {
            let currency = terms.index(of: points.currency)
            earned[currency] += Int128(points.points.count)
            members[slot * currencyCount + currency] &+= points.points.count
            guard let row = place.row else { continue }
            while rows.count < (row + 1) * currencyCount { rows.append(0) }
            rows[row * currencyCount + currency] += Int128(points.points.count)
        }
    }

    /// Counts points that were earned besides what rules are known to have paid, or fewer.
    mutating func correct(
        _ points: Int128, of currency: CurrencyID, slot: Int, _ place: BacktestRows.Place, _ terms: BacktestTerms
    ) {
        let currency = terms.index(of: currency)
        earned[currency] += points
        members[slot * currencyCount + currency] &+= Int64(truncatingIfNeeded: points)
        guard let row = place.row else { return }
        while rows.count < (row + 1) * currencyCount { rows.append(0) }
        rows[row * currencyCount + currency] += points
    }

    /// Counts what an operation of the period used of budgets and stocks, and the rewards that were had for points.
    mutating func count(usesOf operation: Operation) {
        for usage in operation.usages where usage.key.isShared {
            if usage.key.kind == .budget { budgets[usage.key.id, default: 0] += usage.amount }
            if usage.key.kind == .stock { rewards[usage.key.id, default: Rewards()].stock += usage.amount }
        }
        guard operation.kind == .redeem, let detail = operation.detail,
            case .reward(let reward, let quantity)? = RedemptionRequest(detail)
        else { return }
        rewards[reward, default: Rewards()].redeemed += quantity
    }

    /// Counts points that lapsed in the period, and awards that were taken back.
    mutating func count(movementsOf operation: Operation, _ terms: BacktestTerms) {
        for transfer in operation.movements.transfers {
            switch transfer.to {
            case .expired: expired[terms.index(of: transfer.currency)] += Int128(transfer.amount.count)
            case .issued: takenBack[terms.index(of: transfer.currency)] += Int128(transfer.amount.count)
            default: continue
            }
        }
    }

    /// Counts a move from one level to another one.
    mutating func countMove(from earlier: String, to later: String, in policy: TierPolicy?) {
        let isUp = (policy?.level(later) ?? 0) > (policy?.level(earlier) ?? 0)
        moves[later, default: Moves()].add(isUp: isUp)
    }

    mutating func count(_ refusal: Refusal) {
        refusals[refusal.reason, default: 0] += 1
    }
}

extension Refusal {
    /// A few words, the same for every refusal of a kind.
    var reason: String {
        switch self {
        case .keyReused: "the idempotency key was used before"
        case .answerErased: "the answer of the call is no longer kept"
        case .memberUnknown: "nobody has this identifier"
        case .identifierTaken: "another member has this identifier"
        case .receiptPosted: "the receipt was posted before"
        case .receiptKept: "the receipt waits to be claimed"
        case .memberNeeded: "sales without a member are not kept"
        case .claimTooLate: "it can no longer be claimed"
        case .currencyMismatch: "the amounts are in another currency"
        case .occurredInFuture: "it is in the future"
        case .tooLate: "it comes too late"
        case .otherStore: "it is another store's"
        case .memberClosed: "the member has left"
        case .memberSuspended: "the member is suspended"
        case .mergeWithSelf: "nobody is merged with themselves"
        case .mergeOfPooled: "a member of a pool is not merged away"
        case .badAttribute: "an attribute does not fit the profile"
        case .overflow: "a balance would not fit 64 bits"
        case .recordUnknown(let kind): "there is no such \(kind.rawValue)"
        case .nothingLeft, .lineUnknown, .returnExceeds, .returnExceedsMoney: "more comes back than is left"
        case .nothingToConfirm: "nothing waits for a confirmation"
        case .currencyUnknown: "there is no such currency that can be spent"
        case .insufficientPoints: "there are too few points"
        case .paymentNotOffered: "points pay no purchases"
        case .paymentOutOfBounds: "so many points cannot pay this"
        case .holdNotOpen: "the points are no longer reserved"
        case .captureExceeds: "more is taken than is reserved"
        case .holdTooLong: "points cannot be reserved for so long"
        case .tooManyHolds: "there are too many holds"
        case .allowanceRefused: "no points are at a till's hand for this"
        case .rewardUnknown: "there is no such reward"
        case .rewardUnavailable: "the reward cannot be had"
        case .voucherUsed: "the voucher was used before"
        case .voucherNotYet: "the voucher cannot be used yet"
        case .voucherExpired: "the voucher has lapsed"
        case .voucherNotUsed: "the voucher was not used"
        case .givingNotOffered: "members cannot give points to each other"
        case .sameMember: "nobody gives points to themselves"
        case .givingLimit: "more is given than a member may give"
        case .alreadyCancelled: "it was undone before"
        case .tiersNotOffered: "there are no tiers"
        case .levelUnknown: "there is no such level"
        case .endPassed: "the level would have ended already"
        case .noTierGiven: "no level was given by hand"
        case .referralRefused: "the code is not accepted of this member"
        case .poolRefused: "the pool does not allow it"
        case .topUpSpent: "more is paid out than is left of what was paid in"
        }
    }
}
