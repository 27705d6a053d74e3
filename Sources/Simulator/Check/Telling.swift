import Engine
import Ledger
import Loyalty
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
        case .cancelled(let id, let redemption, let restored, _):
            "cancelled \(id) of \(redemption):" + (restored.map { " " + $0.told } ?? "")
        case .adjusted(let id, let adjustment): "adjusted \(id): \(adjustment.points) \(adjustment.currency.text)"
        case .given(let id, let gift): "given \(id): \(gift.points.count) \(gift.currency.text)"
        case .merged(let id, _): "merged \(id)"
        default: "\(self)"
        }
    }
}

extension Restored {
    fileprivate var told: String { "restored \(usable.count) usable \(lapsed.count) lapsed" }
}

extension Refusal {
    /// Why not, with the figures.
    var told: String {
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
            }.sorted())
    }
}

extension Picture {
    init(_ state: MemberState) {
        var balances: [String: Balance] = [:]
        for balance in state.ledger.balances {
            let own = Balance(
                available: Int(balance.available.count), pending: Int(balance.pending.count),
                held: Int(balance.held.count), debt: Int(balance.debt.count))
            if own.available != 0 || own.pending != 0 || own.held != 0 || own.debt != 0 {
                balances[balance.currency.text] = own
            }
        }
        self.init(
            version: Int(state.version), balances: balances,
            lots: state.ledger.lots.map { Lot($0, of: state.number) }.sorted { $0.number < $1.number },
            holds: state.holds.map { hold in
                Hold(
                    operation: Act.Place(OperationID(reference: hold.operation, in: state.number)),
                    points: hold.shares.map { [Int($0.lot), Int($0.points.count)] },
                    until: Int(hold.until.milliseconds))
            })
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
