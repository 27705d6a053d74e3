// What the model makes of sales without a member. They are no part of any history until somebody claims them.

/// A sale that somebody may claim.
struct ModelKept {
    let at: Int
    let lines: [Act.Line]
    var left: [Act.Line]
    let until: Int
    var isClaimed = false
    /// The keys of the calls that made and changed it.
    var calls: [String] = []

    func isOpen(at now: Int) -> Bool { !isClaimed && now < until }
    var isOver: Bool { left.allSatisfy { $0.quantity == 0 && $0.amount == 0 } }
}

extension Oracle {
    mutating func keep(_ receipt: String, _ lines: [Act.Line], at instant: Int, _ now: Int) throws -> String {
        let terms = inForce(at: instant).terms
        if let earlier = posted(receipt) { throw Refused("receipt posted by \(earlier)") }
        try checkKept(receipt, now)
        guard let unclaimed = terms.unclaimed else { throw Refused("no sale without a member") }
        try checkTime(instant, terms, now)
        let until = unclaimed.after(instant, terms.clock)
        guard now < until else { throw Refused("too late") }
        kept[receipt] = ModelKept(
            at: instant, lines: lines, left: lines, until: until, calls: kept[receipt]?.calls ?? [])
        return "kept until \(until)"
    }

    func checkKept(_ receipt: String, _ now: Int) throws {
        if let sale = kept[receipt], sale.isOpen(at: now) { throw Refused("receipt kept until \(sale.until)") }
    }

    /// Takes goods off a sale that nobody claimed; `nil` where there is none.
    mutating func takeOff(_ receipt: String, _ extent: Act.Extent, at instant: Int, _ now: Int) throws -> String? {
        guard posted(receipt) == nil, var sale = kept[receipt], sale.isOpen(at: now) else { return nil }
        try checkTime(instant, inForce(at: now).terms, now)
        let before = ModelSale.sum(sale.left)
        try ModelSale.take(extent, from: &sale.left, of: sale.lines)
        kept[receipt] = sale
        return "taken off for \(before - ModelSale.sum(sale.left))" + (sale.isOver ? ", over" : "")
    }

    mutating func claim(_ card: String, _ receipt: String, _ now: Int, _ newMember: Int) throws -> ([Row], String) {
        if let earlier = posted(receipt) { throw Refused("receipt posted by \(earlier)") }
        guard let sale = kept[receipt] else { throw Refused("no such sale that waits to be claimed") }
        guard now < sale.until else { throw Refused("could be claimed until \(sale.until)") }
        guard !sale.isOver else { throw Refused("nothing left") }
        kept[receipt]?.isClaimed = true
        return try buy(card, receipt, sale.left, at: sale.at, nil, now, newMember)
    }

    /// The model without the sale that a call was about, where a store may have forgotten it.
    func forgetting(_ key: String, until instant: Int) -> Oracle? {
        guard let receipt = receipt(ofCall: key), let sale = kept[receipt], sale.until <= instant else { return nil }
        var oracle = self
        oracle.forgetCalls(of: receipt)
        return oracle
    }

    /// The model without the sales that could be claimed until an instant at most, which a store may have forgotten by
    /// then with the calls that made and changed them.
    func forgetting(until instant: Int) -> Oracle {
        var oracle = self
        for (receipt, sale) in kept where sale.until <= instant {
            oracle.forgetCalls(of: receipt)
        }
        return oracle
    }
}
