import Ledger
public import Loyalty
public import RPC
public import Rules
import Time

// The one place where refusals get their codes, types and words. Codes are stable and never used again for something
// else. The words never repeat what was sent, so they hold no personal data.

extension RPCError {
    /// A refusal as it goes over the wire.
    public init(_ refusal: Refusal, in program: Program) {
        switch refusal {
        case .memberUnknown(let kind):
            self = .memberUnknown
            detail = "no member has this \(kind == .member ? "id" : kind.text)"
        case .keyReused(let original):
            self = .keyReused
            detail =
                (original.map { "operation \($0) was made" } ?? "another call was answered")
                + " with this key and other content; use a new key for a new call"
        case .answerErased(let original):
            self = .keyReused
            detail = "operation \(original) was made with this key; its answer is no longer kept"
        case .identifierTaken(let kind):
            self = .identifierTaken
            detail = "another member has this \(kind.text)"
        case .receiptPosted(let original):
            self = .receiptPosted
            detail =
                "operation \(original) posted this receipt of this store and terminal under another key, or for another client"
        case .receiptKept(let until):
            self = .receiptKept
            detail = "this receipt can be claimed with purchase.claim until \(until.rfc3339(in: program.zone))"
        case .memberNeeded:
            self = .memberNeeded
            detail = "the program \(program.id) keeps no sales without a member"
        case .claimTooLate(let until):
            self = .claimTooLate
            detail = "it could be claimed until \(until.rfc3339(in: program.zone))"
        case .currencyMismatch(let expected):
            self = .currencyMismatch
            detail = "the program \(program.id) counts in \(expected)"
        case .occurredInFuture(let now):
            self = .occurredInFuture
            detail = "the server's time is \(now.rfc3339(in: program.zone)); check the clock of the till"
        case .tooLate(let limit):
            self = .tooLate
            detail = "the program \(program.id) accepts what happened up to \(limit) ago"
        case .memberClosed: self = .memberClosed
        case .memberSuspended: self = .memberSuspended
        case .mergeWithSelf: self = .mergeRefused
        case .mergeOfPooled:
            self = .mergeRefused
            detail = "the other member is in a pool, which has to be left first"
        case .badAttribute(let name, let reason):
            self = .badAttribute
            // Only names that the program knows are told.
            let isKnown = ["tags", "segments"].contains(name) || program.profile.contains { $0.name == name }
            detail = isKnown ? "\(name): \(reason)" : reason
        case .overflow:
            self = .outOfRange
        case .currencyUnknown(let currency):
            self = .currencyUnknown
            let spendable = program.currencies.filter { $0.kind != .status }.map(\.id).joined(separator: ", ")
            detail =
                program.currency(currency.text) == nil
                ? "the program has \(spendable)" : "it is not for this: the program has \(spendable)"
        default:
            self.init(ofSpending: refusal, in: program)
        }
    }

    /// Refusals of what happens to points behind earning.
    private init(ofSpending refusal: Refusal, in program: Program) {
        switch refusal {
        case .otherStore(let other): self = .otherStore(other.store, ownStores: other.stores)
        case .recordUnknown(let kind):
            self = .recordUnknown
            detail =
                kind == .hold
                ? "the member has no such hold that is open: it may be spent, freed or timed out"
                : "there is no such \(kind.rawValue)"
        case .nothingLeft:
            self = .returnRefused
            detail = "all of this purchase came back already"
        case .lineUnknown(let line):
            self = .returnRefused
            detail = "the purchase has no line \(line); the first one is 0"
        case .returnExceeds(let line, let left):
            self = .returnRefused
            detail = "more came back of line \(line) than is left of it"
            figures = [.init("left", left)]
        case .returnExceedsMoney(let left):
            self = .returnRefused
            detail = "more money goes back than is left"
            figures = [.init("left", left)]
        case .nothingToConfirm:
            self = .nothingToConfirm
            detail = "no points of this purchase wait for a confirmation"
        case .insufficientPoints(let currency, let needed, let available, let debt):
            self = .insufficientPoints
            detail =
                debt > .zero
                ? "who owes points cannot spend any: \(debt.count) of \(currency.text) are owed"
                : "\(needed.count) of \(currency.text) are needed and \(available.count) are there"
            figures = [
                .init("needed", needed.count), .init("available", available.count), .init("debt", debt.count),
            ]
        case .paymentNotOffered:
            self = .paymentRefused
            detail = "points of this currency do not pay in the program \(program.id)"
        case .paymentOutOfBounds(let least, let most, let step):
            self = .paymentRefused
            detail =
                most < least
                ? "no points can be used here: the least is \(least), and at most \(most) would fit"
                : (most == .max ? "\(least) points or more" : "from \(least) to \(most) points")
                    + " can be used here, in steps of \(step)"
            figures = [.init("minimum", least), .init("step", step)] + (most == .max ? [] : [.init("most", most)])
        case .holdNotOpen(let end):
            self = .holdNotOpen
            detail =
                switch end {
                case .captured(let operation): "operation \(operation) spent it"
                case .released(let operation): "operation \(operation) freed it"
                case .timedOut(let instant): "it timed out at \(instant.rfc3339(in: program.zone))"
                }
        case .captureExceeds(let held):
            self = .captureExceeds
            detail = "only \(held.count) points are reserved"
            figures = [.init("held", held.count)]
        case .holdTooLong(let longest):
            self = .holdTooLong
            detail = "points can be reserved for \(program.redemption.holds.longest) at most"
            figures = [.init("longest_ms", longest)]
        case .tooManyHolds(let most):
            self = .tooManyHolds
            detail = "a member has at most \(most) holds at a time"
        case .allowanceRefused(let obstacle):
            self = .allowanceRefused
            detail = obstacle.words(in: program)
            figures = obstacle.figures
        case .rewardUnknown:
            self = .rewardUnknown
            detail = "the program \(program.id) has no such reward"
        case .rewardUnavailable(let obstacle):
            self = .rewardUnavailable
            detail = obstacle.words(in: program)
            figures = obstacle.figures
        case .voucherUsed(let operation):
            self = .voucherUsed
            detail = "operation \(operation) used it"
        case .voucherNotYet(let instant):
            self = .voucherNotYet
            detail = "it can be used from \(instant.rfc3339(in: program.zone)) on"
        case .voucherExpired(let instant):
            self = .voucherExpired
            detail = "it could be used until \(instant.rfc3339(in: program.zone))"
        case .voucherNotUsed:
            self = .voucherNotUsed
            detail = "it was not used, so there is nothing to undo"
        case .givingNotOffered:
            self = .givingRefused
            detail = "members of the program \(program.id) cannot give points to each other"
        case .sameMember:
            self = .givingRefused
            detail = "giver and receiver are the same member"
        case .givingLimit(let left):
            self = .givingRefused
            detail = "this member may give \(left) more for now"
            figures = [.init("left", left)]
        case .alreadyCancelled(let operation):
            self = .alreadyCancelled
            detail = "operation \(operation) undid it"
        case .tiersNotOffered:
            self = .tiersNotOffered
            detail = "the program \(program.id) has no tiers"
        case .levelUnknown:
            self = .levelUnknown
            detail = "there is \(program.tiers?.levels.map(\.id).joined(separator: ", ") ?? "none")"
        case .endPassed(let now):
            self = .endPassed
            detail = "the server's time is \(now.rfc3339(in: program.zone))"
        case .noTierGiven:
            self = .noTierGiven
            detail = "this member has no level that was given by hand"
        case .referralRefused(let obstacle):
            self = .referralRefused
            detail = obstacle.words(in: program)
        case .poolRefused(let obstacle):
            self = .poolRefused
            detail = obstacle.words(in: program)
            if case .limit(let left) = obstacle { figures = [.init("left", left)] }
        case .topUpSpent(let left):
            self = .topUpSpent
            detail = "\(left.count) minor units are left of what was paid in"
            figures = [.init("left", left.count)]
        case .memberUnknown, .keyReused, .identifierTaken, .receiptPosted, .receiptKept, .memberNeeded, .claimTooLate,
            .currencyMismatch, .occurredInFuture,
            .tooLate, .badAttribute, .overflow, .currencyUnknown, .memberClosed, .memberSuspended, .mergeWithSelf,
            .mergeOfPooled, .answerErased:
            self = .outOfRange
        }
    }

    static let memberUnknown = RPCError(code: 1001, message: "Unknown member", type: "member-unknown")
    static let keyReused = RPCError(code: 1002, message: "Idempotency key reused", type: "idempotency-key-reused")
    static let identifierTaken = RPCError(code: 1003, message: "Identifier taken", type: "identifier-taken")
    static let receiptPosted = RPCError(code: 1004, message: "Receipt posted before", type: "receipt-posted")
    static let currencyMismatch = RPCError(code: 1005, message: "Wrong currency", type: "currency-mismatch")
    static let occurredInFuture = RPCError(code: 1006, message: "In the future", type: "occurred-in-future")
    static let tooLate = RPCError(code: 1007, message: "Too late", type: "too-late")
    static let badAttribute = RPCError(code: 1009, message: "Attribute not accepted", type: "bad-attribute")
    /// All of history is too much for a server to decide again beside its work.
    static func historyTooLong(operations: Int64, limit: Int64) -> RPCError {
        var error = historyTooLong
        error.detail =
            "the database holds \(operations) operations, and a server decides at most \(limit) again; "
            + "use `kizuna rules backtest` on the database"
        error.figures = [Figure("operations", operations), Figure("limit", limit)]
        return error
    }

    static let historyTooLong = RPCError(code: 1027, message: "History too long", type: "history-too-long")
    static let outOfRange = RPCError(
        code: 1008, message: "Out of range", type: "out-of-range",
        detail: "an amount or a balance would not fit 64 bits")
    static let recordUnknown = RPCError(code: 1010, message: "Not found", type: "not-found")
    static let returnRefused = RPCError(code: 1011, message: "Return not possible", type: "return-not-possible")
    static let nothingToConfirm = RPCError(
        code: 1012, message: "Nothing to confirm", type: "nothing-to-confirm")
    static let memberClosed = RPCError(
        code: 1120, message: "Membership closed", type: "member-closed", detail: "this member has left the program")
    static let memberSuspended = RPCError(
        code: 1121, message: "Member suspended", type: "member-suspended",
        detail: "this member earns and spends nothing for the time being")
    static let mergeRefused = RPCError(
        code: 1122, message: "Not merged", type: "merge-not-possible", detail: "both are the same member")
    static let memberNeeded = RPCError(code: 1123, message: "Member needed", type: "member-needed")
    static let receiptKept = RPCError(code: 1124, message: "Waits to be claimed", type: "receipt-kept")
    static let claimTooLate = RPCError(code: 1125, message: "Too late to claim", type: "claim-too-late")
    static let allowanceRefused = RPCError(
        code: 1126, message: "Not for this till", type: "allowance-not-possible")
    static let tokenRefused = RPCError(
        code: 1127, message: "Token not accepted", type: "token-not-accepted",
        detail: "none of this server's keys has signed it for this program")
    static let currencyUnknown = RPCError(
        code: 1013, message: "Unknown point currency", type: "currency-unknown")
    static let insufficientPoints = RPCError(
        code: 1014, message: "Not enough points", type: "insufficient-points")
    static let paymentRefused = RPCError(
        code: 1015, message: "These points cannot pay", type: "payment-not-possible")
    static let holdNotOpen = RPCError(code: 1016, message: "The hold is over", type: "hold-not-open")
    static let captureExceeds = RPCError(
        code: 1017, message: "More than is reserved", type: "capture-exceeds-hold")
    static let holdTooLong = RPCError(code: 1018, message: "Reserved for too long", type: "hold-too-long")
    static let tooManyHolds = RPCError(code: 1019, message: "Too many holds", type: "too-many-holds")
    static let rewardUnknown = RPCError(code: 1020, message: "Unknown reward", type: "reward-unknown")
    static let rewardUnavailable = RPCError(
        code: 1021, message: "Reward not available", type: "reward-not-available")
    static let voucherUsed = RPCError(code: 1022, message: "Voucher used", type: "voucher-used")
    static let voucherExpired = RPCError(code: 1023, message: "Voucher expired", type: "voucher-expired")
    static let voucherNotYet = RPCError(code: 1028, message: "Too early", type: "voucher-not-yet")
    static let voucherNotUsed = RPCError(code: 1024, message: "Voucher not used", type: "voucher-not-used")
    static let givingRefused = RPCError(code: 1026, message: "Not given", type: "giving-not-possible")
    static let tiersNotOffered = RPCError(code: 1110, message: "No tiers", type: "tiers-not-offered")
    static let levelUnknown = RPCError(code: 1111, message: "Unknown level", type: "level-unknown")
    static let endPassed = RPCError(code: 1112, message: "Ended already", type: "end-passed")
    static let noTierGiven = RPCError(code: 1113, message: "No level given", type: "no-level-given")
    static let referralRefused = RPCError(code: 1151, message: "Not accepted", type: "referral-not-possible")
    static let poolRefused = RPCError(code: 1152, message: "Not in this pool", type: "pool-not-possible")
    static let topUpSpent = RPCError(code: 1150, message: "Spent already", type: "top-up-spent")
    static let alreadyCancelled = RPCError(code: 1025, message: "Cancelled before", type: "already-cancelled")
}

extension ReferralObstacle {
    fileprivate func words(in program: Program) -> String {
        switch self {
        case .notOffered: "members of the program \(program.id) get nothing for bringing others"
        case .codeUnknown: "nobody has this code"
        case .oneself: "it is the member's own code"
        case .mutual: "the owner of the code was brought by this member"
        case .claimedBefore: "this member has named a code before"
        case .notNew: "this member has bought something before"
        case .tooLate(let within): "a code can be named for \(within) after joining"
        }
    }
}

extension PoolObstacle {
    fileprivate func words(in program: Program) -> String {
        switch self {
        case .notOffered: "the program \(program.id) has no such pools"
        case .inPool: "the member is in a pool already"
        case .notInPool: "the member is in no pool"
        case .noPool: "the other member owns no pool"
        case .full(let most): "a pool has \(most) members at most"
        case .othersLeft(let count): "the owner leaves last, and others are in it: \(count)"
        case .earnOnly: "this member earns for its pool and spends nothing"
        case .limit(let left): "this member may use \(left) more of the others' points for now"
        }
    }
}

extension AllowanceObstacle {
    fileprivate func words(in program: Program) -> String {
        switch self {
        case .notOffered: "the program \(program.id) reserves no points for tills that cannot ask"
        case .tooMany(let most): "at most \(most) points are reserved at a time"
        case .tooLong(let most): "a till may use them for \(most) ms at most"
        case .usedTooLate(let validUntil): "the till could use them until \(validUntil.rfc3339(in: program.zone))"
        }
    }

    fileprivate var figures: [RPCError.Figure] {
        switch self {
        case .tooMany(let most): [.init("most", most)]
        case .tooLong(let most): [.init("longest_ms", most)]
        case .notOffered, .usedTooLate: []
        }
    }
}

extension RewardObstacle {
    fileprivate func words(in program: Program) -> String {
        switch self {
        case .notForPoints: "only a full stamp card gives it"
        case .notYet(let instant): "it can be had from \(instant.rfc3339(in: program.zone)) on"
        case .over: "it can no longer be had"
        case .outOfStock(let left): "there are \(left) left"
        case .limitReached(let left): "this member may have \(left) more for now"
        case .tooMany(let most): "at most \(most) vouchers are given at once"
        }
    }

    fileprivate var figures: [RPCError.Figure] {
        switch self {
        case .outOfStock(let left), .limitReached(let left): [.init("left", left)]
        case .tooMany(let most): [.init("most", most)]
        case .notForPoints, .notYet, .over: []
        }
    }
}
