import Ledger
import Time

// What is refused for lack of points, stock or the like would perhaps be accepted a moment later. A till that sent it
// twice, and got the refusal of the first one, must not find that the second one went through. So such refusals are
// remembered for a while under their idempotency keys. What is wrong with a call itself, or with whom it names, is not:
// there a repetition that succeeds once it was set right is what the caller hopes for.

extension Refusal {
    /// How long a refusal is given again, in milliseconds: 72 hours.
    public static let memoryMs: Int64 = 72 * 3_600_000

    /// What a store keeps of a refusal that is given again to the same call; `nil` for one that is not.
    public var memory: Detail? {
        var detail = Detail()
        switch self {
        case .insufficientPoints(let currency, let needed, let available, let debt):
            detail.add("insufficient", [needed.count, available.count, debt.count])
            detail.add("currency", currency.text)
        case .paymentOutOfBounds(let least, let most, let step): detail.add("payment", [least, most, step])
        case .captureExceeds(let held): detail.add("held", held.count)
        case .tooManyHolds(let most): detail.add("holds", Int64(most))
        case .givingLimit(let left): detail.add("giving", left)
        case .voucherUsed(let operation): detail.add("used", operation.numbers)
        case .voucherNotYet(let instant): detail.add("usable_from", instant.milliseconds)
        case .voucherExpired(let instant): detail.add("expired", instant.milliseconds)
        case .voucherNotUsed: detail.add("unused", 1)
        case .holdNotOpen(.captured(let operation)): detail.add("captured", operation.numbers)
        case .holdNotOpen(.released(let operation)): detail.add("released", operation.numbers)
        case .holdNotOpen(.timedOut(let instant)): detail.add("timed_out", instant.milliseconds)
        case .rewardUnavailable(.notYet(let instant)): detail.add("not_yet", instant.milliseconds)
        case .rewardUnavailable(.over): detail.add("over", 1)
        case .rewardUnavailable(.outOfStock(let left)): detail.add("stock", left)
        case .rewardUnavailable(.limitReached(let left)): detail.add("limit", left)
        case .poolRefused(.limit(let left)): detail.add("pool", left)
        case .topUpSpent(let left): detail.add("top_up", left.count)
        default: return nil
        }
        return detail
    }

    /// Reads back what a store kept; `nil` for what no refusal writes.
    public init?(memory detail: Detail) {
        guard let first = detail.entries.first else { return nil }
        switch (first.name, first.value) {
        case ("insufficient", .integers(let figures)) where figures.count == 3:
            self = .insufficientPoints(
                CurrencyID(detail.text("currency") ?? ""), needed: Points(figures[0]), available: Points(figures[1]),
                debt: Points(figures[2]))
        case ("payment", .integers(let figures)) where figures.count == 3:
            self = .paymentOutOfBounds(least: figures[0], most: figures[1], step: figures[2])
        case ("held", .integer(let points)): self = .captureExceeds(held: Points(points))
        case ("holds", .integer(let most)): self = .tooManyHolds(Int(most))
        case ("giving", .integer(let left)): self = .givingLimit(left: left)
        case ("used", .integers(let numbers)) where numbers.count == 2:
            self = .voucherUsed(by: OperationID(numbers))
        case ("usable_from", .integer(let instant)): self = .voucherNotYet(Instant(milliseconds: instant))
        case ("expired", .integer(let instant)): self = .voucherExpired(Instant(milliseconds: instant))
        case ("unused", _): self = .voucherNotUsed
        case ("captured", .integers(let numbers)) where numbers.count == 2:
            self = .holdNotOpen(.captured(OperationID(numbers)))
        case ("released", .integers(let numbers)) where numbers.count == 2:
            self = .holdNotOpen(.released(OperationID(numbers)))
        case ("timed_out", .integer(let instant)): self = .holdNotOpen(.timedOut(Instant(milliseconds: instant)))
        case ("not_yet", .integer(let instant)): self = .rewardUnavailable(.notYet(Instant(milliseconds: instant)))
        case ("over", _): self = .rewardUnavailable(.over)
        case ("stock", .integer(let left)): self = .rewardUnavailable(.outOfStock(left: left))
        case ("limit", .integer(let left)): self = .rewardUnavailable(.limitReached(left: left))
        case ("pool", .integer(let left)): self = .poolRefused(.limit(left: left))
        case ("top_up", .integer(let left)): self = .topUpSpent(left: Points(left))
        default: return nil
        }
    }
}

extension OperationID {
    fileprivate var numbers: [Int64] { [member.value, sequence] }

    /// - Parameter numbers: two of them.
    fileprivate init(_ numbers: [Int64]) {
        self.init(member: MemberNumber(numbers[0]), sequence: numbers[1])
    }
}
