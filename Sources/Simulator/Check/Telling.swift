import Engine
import Ledger
package import Loyalty
import Rules
import Time

// What the engine says and writes, in the words of the model, so that both can be compared.

extension Outcome {
    /// What is answered.
    var told: String {
        switch self {
        case .enrolled(let earned): "enrolled \(earned.operation)"
        case .purchased(let earned):
            "bought \(earned.operation):" + earned.earned.map { " \($0.points.count) \($0.currency.text)" }.joined()
        case .returned(let returned):
            "returned \(returned.operation) of \(returned.purchase):"
                + (returned.restored.map { " " + $0.told } ?? "")
                + returned.claims.map {
                    " \($0.currency.text) \($0.claim.taken.count) taken \($0.claim.owed.count) owed "
                        + "\($0.claim.waived.count) waived"
                }.joined()
                + " refund \(returned.refund)" + (returned.isComplete ? " over" : "")
        case .confirmed(let id, let purchase, let points):
            "confirmed \(id) of \(purchase):" + points.map { " \($0.points.count) \($0.currency.text)" }.joined()
        case .held(let id, let currency, let points, let until):
            "held \(id): \(points.count) \(currency.text) until \(until.milliseconds)"
        case .captured(let id, let hold, let currency, let captured, let released):
            "captured \(id) of \(hold): \(captured.count) \(currency.text), \(released.count) freed"
        case .released(let id, let hold, let currency, let released):
            "released \(id) of \(hold): \(released.count) \(currency.text)"
        case .redeemed(let redeemed):
            "redeemed \(redeemed.operation): \(redeemed.points.count) \(redeemed.currency.text)"
                + (redeemed.reward.map { " for \($0)" } ?? "")
                + redeemed.vouchers.map { " " + $0.code.text }.joined()
        case .cancelled(let id, let redemption, let restored, let withdrawn):
            "cancelled \(id) of \(redemption):" + (restored.map { " " + $0.told } ?? "")
                + (withdrawn > 0 ? " \(withdrawn) withdrawn" : "")
        case .adjusted(let id, let adjustment): "adjusted \(id): \(adjustment.points) \(adjustment.currency.text)"
        case .given(let id, let gift): "given \(id): \(gift.points.count) \(gift.currency.text)"
        case .merged(let id, _): "merged \(id)"
        case .drawn(let drawn):
            "drawn \(drawn.operation): \(drawn.points.count) \(drawn.currency.text) "
                + "valid until \(drawn.validUntil.milliseconds), until \(drawn.until.milliseconds)"
        case .settled(let id, let allowance, let currency, let used, let released):
            "settled \(id) of \(allowance): \(used.count) \(currency.text), \(released.count) freed"
        case .voucher(let id, let voucher):
            "voucher \(id): \(voucher.code.text) \(voucher.used == nil ? "given back" : "used")"
        case .statusChanged(let id, let status): "status \(id): \(status.told)"
        case .referralCode(let id, let code): "code \(id): \(code.text)"
        case .referralClaimed(let id, let welcome):
            "referred \(id):" + (welcome?.earned.map { " \($0.points.count) \($0.currency.text)" }.joined() ?? "")
        case .pooled(let id, _): "pooled \(id)"
        case .kept(let sale): "kept until \(sale.until.milliseconds)"
        case .takenOff(let sale, let refund): "taken off for \(refund)" + (sale.sale.isEmpty ? ", over" : "")
        default: "\(self)"
        }
    }
}

extension MemberStatus {
    fileprivate var told: String {
        switch self {
        case .active: "active"
        case .suspended: "suspended"
        case .closed(let until): "closed until \(until.milliseconds)"
        case .merged: "merged"
        }
    }
}

extension Restored {
    fileprivate var told: String { "restored \(usable.count) usable \(lapsed.count) lapsed" }
}

extension Refusal {
    /// Why not, with the figures.
    package var told: String {
        switch self {
        case .keyReused(let original?): "key used for \(original)"
        case .keyReused(nil): "key used for something refused"
        case .memberUnknown(let kind): "member unknown by \(kind.text)"
        case .identifierTaken(let kind): "\(kind.text) taken"
        case .receiptPosted(let id): "receipt posted by \(id)"
        case .occurredInFuture(let now): "in the future of \(now.milliseconds)"
        case .tooLate: "too late"
        case .recordUnknown(let kind): "no such \(kind.rawValue)"
        case .nothingLeft: "nothing left"
        case .lineUnknown(let index): "no line \(index)"
        case .returnExceeds(let line, let left): "line \(line) has \(left) left"
        case .returnExceedsMoney(let left): "only \(left) left"
        case .nothingToConfirm: "nothing to confirm"
        case .currencyUnknown(let currency): "no currency \(currency.text)"
        case .insufficientPoints(let currency, let needed, let available, let debt):
            "\(needed.count) \(currency.text) wanted, \(available.count) there, \(debt.count) owed"
        case .paymentOutOfBounds(let least, let most, let step): "pay \(least) to \(most) by \(step)"
        case .holdNotOpen(.captured(let id)): "hold captured by \(id)"
        case .holdNotOpen(.released(let id)): "hold released by \(id)"
        case .holdNotOpen(.timedOut(let until)): "hold timed out at \(until.milliseconds)"
        case .captureExceeds(let held): "only \(held.count) held"
        case .holdTooLong(let longest): "hold longer than \(longest)"
        case .tooManyHolds(let most): "more than \(most) holds"
        case .rewardUnknown: "no such reward"
        case .rewardUnavailable(.outOfStock(let left)): "\(left) in stock"
        case .rewardUnavailable(.limitReached(let left)): "\(left) more allowed"
        case .givingNotOffered: "nobody gives here"
        case .sameMember: "gives to itself"
        case .mergeWithSelf: "merges with itself"
        case .givingLimit(let left): "\(left) more may be given"
        case .alreadyCancelled(let id): "cancelled by \(id)"
        case .memberClosed: "closed"
        case .memberSuspended: "suspended"
        case .mergeOfPooled: "merges away from a pool"
        case .receiptKept(let until): "receipt kept until \(until.milliseconds)"
        case .memberNeeded: "no sale without a member"
        case .claimTooLate(let until): "could be claimed until \(until.milliseconds)"
        case .allowanceRefused(.notOffered): "no allowances"
        case .allowanceRefused(.tooMany(let most)): "at most \(most) at a time"
        case .allowanceRefused(.tooLong(let most)): "allowance longer than \(most)"
        case .allowanceRefused(.usedTooLate(let until)): "used behind \(until.milliseconds)"
        case .voucherUsed(let id): "voucher used by \(id)"
        case .voucherNotYet(let start): "voucher can be used from \(start.milliseconds)"
        case .voucherExpired(let end): "voucher expired at \(end.milliseconds)"
        case .voucherNotUsed: "voucher not used"
        case .referralRefused(let obstacle): "referral: \(obstacle.told)"
        case .poolRefused(let obstacle): "pool: \(obstacle.told)"
        default: "\(self)"
        }
    }
}

extension ReferralObstacle {
    fileprivate var told: String {
        switch self {
        case .tooLate: "too late"
        default: "\(self)"
        }
    }
}

extension PoolObstacle {
    fileprivate var told: String {
        switch self {
        case .full: "full"
        case .othersLeft(let count): "\(count) are left"
        case .limit(let left): "\(left) more may be used"
        default: "\(self)"
        }
    }
}

extension Row {
    init(_ operation: Operation) {
        self.init(
            member: Int(operation.id.member.value), sequence: Int(operation.id.sequence), kind: operation.kind.name,
            occurredAt: Int(operation.occurredAt.milliseconds), postedAt: Int(operation.postedAt.milliseconds),
            version: Int(operation.ruleSetVersion),
            moves: operation.movements.transfers.map {
                Move(
                    currency: $0.currency.text, from: $0.from.name, to: $0.to.name, points: Int($0.amount.count),
                    lot: Int($0.lot))
            }.sorted(), levels: operation.tierChanges.map(\.to))
    }
}

extension Picture {
    init(_ state: MemberState) {
        self.init(
            version: Int(state.version), balances: Balance.all(of: state.ledger),
            lots: state.ledger.lots.map { Lot($0, of: state.number) }.sorted { $0.number < $1.number },
            holds: state.holds.map { hold in
                Hold(
                    operation: Act.Place(OperationID(reference: hold.operation, in: state.number)),
                    points: hold.shares.map { [Int($0.lot), Int($0.points.count)] },
                    until: Int(hold.until.milliseconds), validUntil: hold.validUntil.map { Int($0.milliseconds) })
            }, standing: state.status.told, purchases: Int(state.counters.purchases),
            vouchers: state.vouchers.map { voucher in
                Voucher(
                    code: voucher.code.text,
                    origin: Act.Place(OperationID(reference: voucher.operation, in: state.number)),
                    usableFrom: voucher.usableFrom.map { Int($0.milliseconds) },
                    expiresAt: voucher.expiresAt.map { Int($0.milliseconds) },
                    used: voucher.used.map { Act.Place(OperationID(reference: $0.operation, in: state.number)) })
            }, bonds: state.bonds.told(of: state.number), level: state.tier?.told ?? "")
    }
}

extension TierStanding {
    fileprivate var told: String {
        if current.level == "l0", reached == "l0", until == nil { return "" }
        return "\(current.level), \(reached) reached to \(until.map { "\($0.milliseconds)" } ?? "no end")"
    }
}

extension Bonds {
    /// Who is tied to a member; whoever was merged into it is told by what came of that.
    fileprivate func told(of member: MemberNumber) -> [String] {
        var told: [String] = []
        if let code { told.append("code \(code.text)") }
        if let referral {
            told.append(
                "by \(referral.by.value)"
                    + (referral.purchase.map { " with \(OperationID(reference: $0, in: member))" } ?? "")
                    + (referral.reward.map { " for \(OperationID(reference: $0, in: referral.by))" } ?? ""))
        }
        for referral in ended {
            told.append(
                "ended: by \(referral.by.value)"
                    + (referral.purchase.map { " with \(OperationID(reference: $0, in: member))" } ?? ""))
        }
        switch pool {
        case .owner(_, let mates)?:
            told.append(
                "pool" + mates.map { " \($0.number.value) \($0.role == .spend ? "spends" : "earns")" }.joined())
        case .member(let owner, let role)?:
            told.append("pool of \(owner.value) \(role == .spend ? "spends" : "earns")")
        case nil: break
        }
        return told
    }
}

extension Picture.Balance {
    /// Those of all currencies of which there is or is owed anything.
    static func all(of ledger: MemberLedger) -> [String: Picture.Balance] {
        var balances: [String: Picture.Balance] = [:]
        for balance in ledger.balances {
            let own = Picture.Balance(
                available: Int(balance.available.count), pending: Int(balance.pending.count),
                held: Int(balance.held.count), debt: Int(balance.debt.count))
            if own.available != 0 || own.pending != 0 || own.held != 0 || own.debt != 0 {
                balances[balance.currency.text] = own
            }
        }
        return balances
    }
}

extension Picture.Lot {
    init(_ lot: Ledger.Lot, of member: MemberNumber) {
        let vesting =
            switch lot.vesting {
            case .vested: "vested"
            case .at(let instant): "\(instant.milliseconds)"
            case .onConfirmation: "on confirmation"
            }
        self.init(
            number: Int(lot.number), currency: lot.currency.text,
            origin: Act.Place(OperationID(reference: lot.origin, in: member)),
            original: Int(lot.original.count), remaining: Int(lot.remaining.count), held: Int(lot.held.count),
            earnedAt: Int(lot.earnedAt.milliseconds), vesting: vesting,
            expiresAt: lot.expiresAt.map { Int($0.milliseconds) })
    }
}
