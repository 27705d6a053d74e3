/// What the customers of a busy shop want, drawn by chance from what they know: their receipts, and the reservations and
/// redemptions of which they heard.
package struct Customers: Sendable {
    private struct Memory {
        var receipts: [String] = []
        var holds: [Act.Place] = []
        var spendings: [Act.Place] = []
    }

    private var dice: Dice
    private var memories: [String: Memory] = [:]

    package init(seed: UInt64) {
        dice = Dice(seed: seed)
    }

    /// What a customer does next.
    ///
    /// - Parameters:
    ///   - receipt: the receipt of the sale, should it be one.
    ///   - now: what the clock shows, in milliseconds.
    package mutating func next(_ card: String, receipt: String, at now: Int) -> Act {
        let memory = memories[card] ?? Memory()
        switch dice.roll(1...20) {
        case 1...3 where !memory.receipts.isEmpty:
            return .giveBack(.receipt(dice.pick(recent(memory.receipts))), extent(), at: now)
        case 4, 5: return .hold(card: card, currency: "a", dice.roll(1...15), ms: nil)
        case 6...7 where !memory.holds.isEmpty:
            return .capture(dice.pick(recent(memory.holds)), dice.oneOf(2) ? nil : dice.roll(1...15))
        case 8 where !memory.holds.isEmpty: return .release(dice.pick(recent(memory.holds)))
        case 9, 10: return .redeem(card: card, dice.roll(1...25))
        case 11, 12: return .reward(card: card, dice.roll(1...4))
        case 13 where !memory.spendings.isEmpty: return .cancel(dice.pick(recent(memory.spendings)))
        default:
            memories[card, default: Memory()].receipts.append(receipt)
            return .buy(card: card, receipt: receipt, lines(), at: now, paying: payment(memory))
        }
    }

    /// Notes the operation that something was answered with.
    package mutating func hear(_ act: Act, became place: Act.Place) {
        switch act {
        case .hold(let card, _, _, _): memories[card, default: Memory()].holds.append(place)
        case .redeem(let card, _), .reward(let card, _): memories[card, default: Memory()].spendings.append(place)
        case .capture(let hold, _):
            for (card, memory) in memories where memory.holds.contains(hold) {
                memories[card]?.spendings.append(place)
            }
        default: break
        }
    }

    /// Those that are not too old to be in any state but the last one.
    private func recent<Value>(_ values: [Value]) -> [Value] { values.suffix(6) }

    private mutating func lines() -> [Act.Line] {
        (0..<dice.roll(1...2)).map { _ in Act.Line(quantity: dice.roll(1...3), amount: 50 * dice.roll(1...30)) }
    }

    private mutating func payment(_ memory: Memory) -> Act.Payment? {
        switch dice.roll(1...8) {
        case 1: .free(dice.roll(1...20))
        case 2 where !memory.holds.isEmpty: .held(dice.roll(1...10), dice.pick(recent(memory.holds)))
        default: nil
        }
    }

    private mutating func extent() -> Act.Extent {
        switch dice.roll(1...3) {
        case 1: .everything
        case 2: .line(dice.roll(0...1), quantity: dice.oneOf(2) ? nil : 1)
        default: .amount(dice.roll(1...1500))
        }
    }
}
