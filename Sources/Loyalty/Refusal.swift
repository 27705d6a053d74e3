public import Ledger
public import Time

/// Why a command was not carried out, in the order of precedence. Nothing has changed then.
public enum Refusal: Error, Hashable, Sendable {
    /// The idempotency key was used before for something else; `nil` where that was refused.
    case keyReused(original: OperationID?)
    /// The call was answered, and the answer is no longer kept.
    case answerErased(OperationID)
    /// Nobody has this identifier.
    case memberUnknown(Identifier.Kind)
    /// The member left the program.
    case memberClosed
    /// For the time being the member earns and spends nothing.
    case memberSuspended
    /// Nobody is merged with themselves.
    case mergeWithSelf
    /// The member that shall become another one shares points in a pool.
    case mergeOfPooled
    /// The identifier belongs to another member.
    case identifierTaken(Identifier.Kind)
    /// The receipt was posted before, under another key.
    case receiptPosted(OperationID)
    /// The receipt is that of a sale without a member, which can be claimed until an instant.
    case receiptKept(until: Instant)
    /// A sale without a member is not kept in this program.
    case memberNeeded
    /// The sale could be claimed until an instant.
    case claimTooLate(until: Instant)
    /// The amounts are in another currency than the program's.
    case currencyMismatch(expected: String)
    /// The till's clock is ahead of ours by more than the tolerance.
    case occurredInFuture(now: Instant)
    /// The purchase is older than the program accepts.
    case tooLate(limit: CalendarSpan)
    /// What the command is about happened at a store that is not the caller's.
    case otherStore(OtherStore)
    /// The program's profile does not take this value of an attribute.
    case badAttribute(name: String, reason: String)
    /// There is no such purchase, hold or redemption.
    case recordUnknown(RecordKind)
    /// Everything came back already.
    case nothingLeft
    /// The purchase has no line with this index.
    case lineUnknown(Int)
    /// More came back of a line than is left of it.
    case returnExceeds(line: Int, left: Int64)
    /// More money goes back than is left, in minor units.
    case returnExceedsMoney(left: Int64)
    /// There is nothing of the purchase that waits for a confirmation.
    case nothingToConfirm
    /// The program has no such point currency, or it cannot be spent.
    case currencyUnknown(CurrencyID)
    /// The member has too few points, or owes some.
    case insufficientPoints(CurrencyID, needed: Points, available: Points, debt: Points)
    /// Points do not pay purchases in this program.
    case paymentNotOffered
    /// So many points cannot pay this basket.
    case paymentOutOfBounds(least: Int64, most: Int64, step: Int64)
    /// The points are no longer reserved: the hold was captured, released, or timed out.
    case holdNotOpen(HoldEnd)
    /// More is taken than is reserved.
    case captureExceeds(held: Points)
    /// Points cannot be reserved for so long.
    case holdTooLong(longestMs: Int64)
    /// The member has as many holds as anyone may have.
    case tooManyHolds(Int)
    case allowanceRefused(AllowanceObstacle)
    case rewardUnknown
    /// The reward cannot be had now.
    case rewardUnavailable(RewardObstacle)
    case voucherUsed(by: OperationID)
    /// The voucher can be used from this instant on.
    case voucherNotYet(Instant)
    case voucherExpired(Instant)
    /// The voucher was not used, so no use can be undone.
    case voucherNotUsed
    /// Members cannot give points to each other in this program.
    case givingNotOffered
    /// Nobody gives points to themselves.
    case sameMember
    /// So much more may the member give away in the present window.
    case givingLimit(left: Int64)
    /// It was undone before.
    case alreadyCancelled(OperationID)
    /// The program has no levels.
    case tiersNotOffered
    /// The program has no such level.
    case levelUnknown
    /// What is given would have ended already.
    case endPassed(now: Instant)
    /// No level was given by hand.
    case noTierGiven
    /// No more than this is left of what was paid in, in minor units.
    case topUpSpent(left: Points)
    case referralRefused(ReferralObstacle)
    case poolRefused(PoolObstacle)
    /// An amount or a balance would leave the range of 64 bits.
    case overflow
}

/// Why a code is not accepted of a member.
public enum ReferralObstacle: Hashable, Sendable {
    /// Nobody gets anything for bringing others.
    case notOffered
    case codeUnknown
    /// Nobody brings oneself.
    case oneself
    /// The member brought the owner of the code.
    case mutual
    /// Somebody's code was named before.
    case claimedBefore
    /// The member has bought something before.
    case notNew
    /// The member joined longer ago than this.
    case tooLate(CalendarSpan)
}

/// Why something cannot be done with a pool.
public enum PoolObstacle: Hashable, Sendable {
    /// The program has no pools of this kind.
    case notOffered
    /// The member is in a pool already.
    case inPool
    case notInPool
    /// The other member does not own a pool.
    case noPool
    case full(most: Int64)
    /// An owner leaves last.
    case othersLeft(Int)
    /// The member earns for the pool and spends nothing.
    case earnOnly
    /// So many more points of the others may the member use in the present window.
    case limit(left: Int64)
}

/// What an operation should have been that a command is about.
public enum RecordKind: String, Hashable, Sendable {
    case purchase, hold, allowance, redemption
    case topUp = "top-up"
    case keptSale = "sale that waits to be claimed"
    /// Anything that was recorded.
    case operation
}

/// How a hold ended.
public enum HoldEnd: Hashable, Sendable {
    case captured(OperationID)
    case released(OperationID)
    case timedOut(Instant)
}

/// Why points are not reserved for a till that cannot ask, or not spent by it.
public enum AllowanceObstacle: Hashable, Sendable {
    /// The program does not offer it.
    case notOffered
    case tooMany(most: Int64)
    /// The till may use them for so long at most, in milliseconds.
    case tooLong(mostMs: Int64)
    /// The till used some when it no longer could.
    case usedTooLate(validUntil: Instant)
}

/// A store, and those for which the caller may change something instead.
public struct OtherStore: Hashable, Sendable {
    public let store: ExactText
    public let stores: [ExactText]
}

/// Why a reward cannot be had.
public enum RewardObstacle: Hashable, Sendable {
    /// Only stamp cards give it.
    case notForPoints
    case notYet(Instant)
    case over
    case outOfStock(left: Int64)
    /// So many more may the member have in the present window.
    case limitReached(left: Int64)
    /// So many vouchers cannot be given at once.
    case tooMany(most: Int64)
}
