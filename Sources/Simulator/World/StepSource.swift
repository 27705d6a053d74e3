/// Draws the steps of a world. Every step is drawn without looking at what came of the earlier ones.
struct StepSource {
    private let frame: Terms.Frame
    private var dice: Dice
    private var number = 0
    /// The steps that may have brought something about that later ones can be about.
    private var sales: [Int] = []
    private var holds: [Int] = []
    private var spendings: [Int] = []
    private var allowances: [Int] = []
    private var vouchers: [Int] = []
    private var kept: [Int] = []
    /// The newest of those who may be there.
    private var newest = Self.members

    static let members = 8
    static let nodes = 2

    init(_ frame: Terms.Frame, seed: UInt64) {
        self.frame = frame
        dice = Dice(seed: seed)
    }

    mutating func next() -> Step {
        number += 1
        let kind = kind()
        var ends: [Int] = []
        for node in 0..<Self.nodes where dice.oneOf(2) { ends.append(node) }
        let pause = [0, 0, dice.roll(0...minute), dice.roll(0...4 * hour)][dice.roll(0...3)]
        return Step(number: number, kind: kind, ends: ends, pause: pause)
    }

    private mutating func kind() -> Step.Kind {
        switch dice.roll(0...199) {
        case 0...3: return .clock(dice.roll(1...40) * day + dice.roll(0...day))
        case 4...9: return .due(dice.roll(-1...1))
        case 10: return .clock(-dice.roll(1...3 * hour))
        case 11, 12: return .crash(node: dice.roll(0...Self.nodes - 1), finishes: dice.oneOf(2))
        case 13...18: return .fault(dice.pick(Fault.allCases))
        case 19:
            return .publish(
                Terms(frame, &dice), lead: dice.oneOf(2) ? dice.roll(0...3 * day) : 1000, supersedes: dice.oneOf(2))
        case 20...23: return .look
        default: return .deed(deed(), journey())
        }
    }

    private mutating func journey() -> Journey {
        var copies = [copy()]
        if dice.oneOf(12) { copies.append(copy()) }
        return Journey(
            copies: copies, losesReply: dice.oneOf(15), keyOf: dice.oneOf(100) ? dice.roll(1...number) : nil)
    }

    private mutating func copy() -> Journey.Copy {
        Journey.Copy(
            node: dice.roll(0...Self.nodes - 1), delay: dice.oneOf(8) ? dice.roll(1...12) : 0,
            arrives: !dice.oneOf(30))
    }

    private mutating func deed() -> Deed {
        if number <= Self.members { return .enroll(number - 1) }
        let member = someone()
        let currency = ["a", "b", "c"][dice.roll(0...frame.currencies - 1)]
        let points = dice.oneOf(6) ? dice.roll(1...60) : dice.roll(1...9)
        switch dice.roll(0...40) {
        case 0...8:
            sales.append(number)
            return .buy(
                member, (0..<dice.roll(1...3)).map { _ in line() },
                late: dice.oneOf(4) ? (dice.oneOf(8) ? -dice.roll(0...8 * minute) : dice.roll(1...40) * hour) : 0,
                pay: dice.oneOf(3) ? points : 0, hold: dice.oneOf(2) ? recent(holds) : nil,
                receiptOf: dice.oneOf(40) ? recent(sales) : nil)
        case 9...13:
            guard let sale = recent(sales) else { return .enroll(member) }
            return .giveBack(sale, extent(), byReceipt: dice.oneOf(2))
        case 14:
            guard let sale = recent(sales) else { return .enroll(member) }
            return .confirm(sale)
        case 15, 16:
            holds.append(number)
            return .hold(
                member, currency: dice.oneOf(60) ? "x" : currency, points,
                ms: dice.oneOf(4) ? nil : dice.roll(1...60) * hour)
        case 17, 18:
            guard let hold = recent(holds) else { return .enroll(member) }
            spendings.append(number)
            return .capture(hold, dice.oneOf(3) ? nil : points)
        case 19:
            guard let hold = recent(holds) else { return .enroll(member) }
            return .release(hold)
        case 20, 21:
            spendings.append(number)
            return .redeem(member, points)
        case 22:
            spendings.append(number)
            return .reward(member, dice.roll(1...2))
        case 23, 24:
            guard let spending = recent(spendings) else { return .enroll(member) }
            return .cancel(spending)
        case 25: return .adjust(member, currency: currency, dice.oneOf(3) ? -points : points)
        case 26, 27: return .give(member, to: someone(), currency: currency, points)
        case 28:
            // Few, or nobody would be left.
            guard dice.oneOf(12) else { return .enroll(someone()) }
            return .merge(member, from: someone())
        case 29: return .redeem(member, 1)
        case 30:
            allowances.append(number)
            return .draw(member, currency: currency, points, ms: dice.oneOf(2) ? nil : dice.roll(1...60) * hour)
        case 31:
            guard let allowance = recent(allowances) else { return .enroll(member) }
            spendings.append(number)
            return .settle(
                allowance, dice.oneOf(4) ? 0 : points, late: dice.oneOf(2) ? 0 : dice.roll(-8...20) * 30 * minute)
        case 32:
            spendings.append(number)
            vouchers.append(number)
            return .vouchers(member, dice.roll(1...3))
        case 33:
            guard let giver = recent(vouchers) else { return .enroll(member) }
            return .voucher(giver, place: dice.roll(0...2), givesBack: dice.oneOf(4))
        case 34: return .standing(member, standing())
        case 35: return .code(member)
        case 36:
            guard dice.oneOf(3) else { return .refer(dice.oneOf(2) ? newest : member, by: someone()) }
            newest += 1
            return .enroll(newest)
        case 37:
            switch dice.roll(0...5) {
            case 0: return .leave(member)
            case 1, 2: return .found(member)
            default: return .join(member, of: someone(), spends: !dice.oneOf(4))
            }
        case 38, 39:
            sales.append(number)
            kept.append(number)
            return .keep(
                (0..<dice.roll(1...3)).map { _ in line() }, late: dice.oneOf(3) ? dice.roll(-1...20) * hour : 0)
        default:
            guard let sale = recent(kept) else { return .enroll(member) }
            return .claim(member, sale: sale)
        }
    }

    /// Mostly one of those who were there from the beginning.
    private mutating func someone() -> Int { dice.roll(0...(dice.oneOf(4) ? newest : Self.members)) }

    /// Few leave, or nobody would be left.
    private mutating func standing() -> Act.Standing {
        switch dice.roll(0...11) {
        case 0: .suspended
        case 1: .closed(grace: dice.oneOf(2) ? 0 : dice.roll(1...200) * hour)
        default: .active
        }
    }

    private mutating func line() -> Act.Line {
        Act.Line(quantity: dice.roll(1...3), amount: dice.oneOf(5) ? dice.roll(0...300) : dice.roll(1...60))
    }

    private mutating func extent() -> Act.Extent {
        switch dice.roll(0...3) {
        case 0: .everything
        case 1: .amount(dice.roll(1...60))
        default: .line(dice.roll(0...2), quantity: dice.oneOf(2) ? nil : dice.roll(1...2))
        }
    }

    private mutating func recent(_ steps: [Int]) -> Int? {
        guard !steps.isEmpty else { return nil }
        // Most are about what just happened, some about what is long past.
        let reach = dice.oneOf(10) ? 200 : 10
        return steps[max(0, steps.count - dice.roll(1...min(reach, steps.count)))]
    }
}
