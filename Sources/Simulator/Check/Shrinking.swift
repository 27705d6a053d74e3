extension World {
    /// The fewest steps found with which a difference comes about: steps are taken out of a history, many at a time and
    /// then one by one, for as long as something still differs.
    ///
    /// - Parameter differs: whether a history still ends in a difference.
    package static func shrink(_ steps: [Step], where differs: ([Step]) throws -> Bool) rethrows -> [Step] {
        var steps = steps
        var size = max(1, steps.count / 2)
        while true {
            var start = 0
            var isShorter = false
            while start < steps.count {
                let candidate = Array(steps[..<start] + steps[min(steps.count, start + size)...])
                if try differs(candidate) {
                    steps = candidate
                    isShorter = true
                } else {
                    start += size
                }
            }
            if size > 1 {
                size /= 2
            } else if !isShorter {
                return steps
            }
        }
    }
}

extension Step: CustomStringConvertible {
    /// The step for people.
    package var description: String {
        let what =
            switch kind {
            case .deed(let deed, let journey): "\(deed.told)\(journey.told)"
            case .clock(let change): "the clock jumps by \(change) ms"
            case .due(let offset): "the clock goes to what is due next, \(offset) ms"
            case .crash(let node, let finishes): "node \(node) crashes\(finishes ? " behind its commit" : "")"
            case .fault(let fault): "fault: \(fault.rawValue)"
            case .publish(let terms, let lead, let supersedes):
                "a program is published, in force in \(lead) ms\(supersedes ? " and ever after" : ""):\n\(terms.document)"
            case .look: "somebody looks"
            }
        let ends = ends.isEmpty ? "" : "; commits of \(ends) end"
        return "\(number): \(what)\(ends)\(pause > 0 ? "; \(pause) ms pass" : "")"
    }
}

extension Deed {
    fileprivate var told: String {
        switch self {
        case .enroll(let member): "m\(member) joins"
        case .buy(let member, let lines, let late, let pay, let hold, let receiptOf):
            "m\(member) buys " + lines.map { "\($0.quantity) for \($0.amount)" }.joined(separator: " and ")
                + (late == 0 ? "" : ", \(late) ms ago")
                + (pay == 0 ? "" : ", paying \(pay) points" + (hold.map { " of hold \($0)" } ?? ""))
                + (receiptOf.map { ", on the receipt of \($0)" } ?? "")
        case .giveBack(let sale, let extent, let byReceipt):
            "\(extent) of \(sale) comes back\(byReceipt ? ", by receipt" : "")"
        case .confirm(let sale): "\(sale) is confirmed"
        case .hold(let member, let currency, let points, let ms):
            "m\(member) reserves \(points) \(currency)" + (ms.map { " for \($0) ms" } ?? "")
        case .capture(let hold, let points): "\(points.map { "\($0)" } ?? "all") of hold \(hold) is spent"
        case .release(let hold): "hold \(hold) is freed"
        case .redeem(let member, let points): "m\(member) spends \(points) a"
        case .reward(let member, let quantity): "m\(member) takes \(quantity) mugs"
        case .cancel(let spending): "\(spending) is cancelled"
        case .adjust(let member, let currency, let points): "m\(member) is given \(points) \(currency)"
        case .give(let member, let other, let currency, let points):
            "m\(member) gives \(points) \(currency) to m\(other)"
        case .merge(let member, let other): "m\(other) becomes m\(member)"
        case .draw(let member, let currency, let points, let ms):
            "a till draws \(points) \(currency) of m\(member)" + (ms.map { " for \($0) ms" } ?? "")
        case .settle(let allowance, let used, let late):
            "\(used) of allowance \(allowance) were used" + (late == 0 ? "" : ", \(late) ms ago")
        case .vouchers(let member, let quantity): "m\(member) takes \(quantity) slips"
        case .voucher(let giver, let place, let givesBack):
            "slip \(place) of \(giver) is \(givesBack ? "given back" : "used")"
        case .standing(let member, let standing): "m\(member) is \(standing)"
        case .code(let member): "m\(member) asks for a code"
        case .refer(let member, let other): "m\(member) was brought by m\(other)"
        case .found(let member): "m\(member) makes a pool"
        case .join(let member, let owner, let spends):
            "m\(member) joins the pool of m\(owner) and \(spends ? "spends" : "earns")"
        case .leave(let member): "m\(member) leaves its pool"
        case .keep(let lines, let late):
            "somebody buys " + lines.map { "\($0.quantity) for \($0.amount)" }.joined(separator: " and ")
                + (late == 0 ? "" : ", \(late) ms ago")
        case .claim(let member, let sale): "m\(member) claims \(sale)"
        }
    }
}

extension Journey {
    fileprivate var told: String {
        let ways = copies.map { copy in
            copy.arrives
                ? "to node \(copy.node)" + (copy.delay > 0 ? " \(copy.delay) steps late" : "") : "lost on its way"
        }
        return ", " + ways.joined(separator: " and again ") + (losesReply ? ", reply lost" : "")
            + (keyOf.map { ", under the key of \($0)" } ?? "")
    }
}
