import Ledger
import Rules
public import Time

/// Goods of a purchase that came back.
public struct Return: Hashable, Sendable {
    /// What came back.
    public enum Extent: Hashable, Sendable {
        /// All that is left: a void.
        case everything
        case lines([Line])
        /// So much money, over all lines in proportion, in minor units.
        case amount(Int64)
    }

    /// Some of one line.
    public struct Line: Hashable, Sendable {
        /// The index of the line in the purchase, from 0.
        public let index: Int
        /// How many came back; `nil` where only money did, or all that is left where `amount` is `nil` too.
        public let quantity: Int64?
        /// The money that goes back, in minor units; its share of the line where it is `nil`.
        public let amount: Int64?

        public init(index: Int, quantity: Int64? = nil, amount: Int64? = nil) {
            self.index = index
            self.quantity = quantity
            self.amount = amount
        }
    }

    public let extent: Extent
    /// The till's time.
    public let occurredAt: Instant

    public init(_ extent: Extent, occurredAt: Instant) {
        self.extent = extent
        self.occurredAt = occurredAt
    }
}

extension Return {
    /// Reads itself back from an operation.
    public init(_ operation: Operation) {
        self.init(operation.detail ?? Detail(), occurredAt: operation.occurredAt)
    }

    /// Reads itself back from what is kept of it.
    public init(_ detail: Detail, occurredAt: Instant) {
        let lines = detail.integers("lines")
        let extent: Extent
        if let amount = detail.integer("amount") {
            extent = .amount(amount)
        } else if lines.isEmpty {
            extent = .everything
        } else {
            extent = .lines(
                stride(from: 0, to: lines.count - 2, by: 3).map { place in
                    Line(
                        index: Int(lines[place]), quantity: lines[place + 1] < 0 ? nil : lines[place + 1],
                        amount: lines[place + 2] < 0 ? nil : lines[place + 2])
                })
        }
        self.init(extent, occurredAt: occurredAt)
    }

    /// What is kept of it, the time apart.
    public var detail: Detail { detail(lapsed: []) }

    /// What an operation keeps of it; `lapsed` is, by the index of each currency, what was not taken back because it
    /// had lapsed.
    func detail(lapsed: [Int64]) -> Detail {
        var detail = Detail()
        switch extent {
        case .everything: break
        case .amount(let amount): detail.add("amount", amount)
        case .lines(let lines):
            detail.add("lines", lines.flatMap { [Int64($0.index), $0.quantity ?? -1, $0.amount ?? -1] })
        }
        if lapsed.contains(where: { $0 > 0 }) { detail.add("lapsed", lapsed) }
        return detail
    }
}

/// A purchase less what came back of it.
public struct Sale: Hashable, Sendable {
    /// What is left of one line.
    public struct KeptLine: Hashable, Sendable {
        public var quantity: Int64
        /// In minor units.
        public var amount: Int64
    }

    public let purchase: Purchase
    /// By line of the purchase.
    public private(set) var lines: [KeptLine]

    /// A purchase of which nothing came back.
    public init(_ purchase: Purchase) {
        self.purchase = purchase
        lines = purchase.items.map { KeptLine(quantity: $0.quantity, amount: $0.amount) }
    }

    /// Whether all of it came back.
    public var isEmpty: Bool { lines.allSatisfy { $0.quantity == 0 && $0.amount == 0 } }

    /// The money of what is left, in minor units. The sum of the purchase fits, so any part of it does.
    public var amount: Int64 { lines.reduce(0) { $0 + $1.amount } }

    /// The part of the purchase's points that paid for what is left.
    public var paidPoints: Int64 { paid(of: purchase.payment) }

    /// The part of a payment that paid for what is left.
    func paid(of payment: Payment?) -> Int64 {
        guard let payment else { return 0 }
        let total = purchase.items.reduce(0) { $0 + $1.amount }
        guard total > 0, !isEmpty else { return 0 }
        return payment.points.count - share(of: payment.points.count, total - amount, of: total)
    }

    /// Takes out what came back.
    public mutating func take(_ request: Return) throws(Refusal) {
        guard !isEmpty else { throw .nothingLeft }
        switch request.extent {
        case .everything: for index in lines.indices { lines[index] = KeptLine(quantity: 0, amount: 0) }
        case .lines(let wanted): for line in wanted { try take(line) }
        case .amount(let money): try take(money)
        }
    }

    private mutating func take(_ wanted: Return.Line) throws(Refusal) {
        guard lines.indices.contains(wanted.index) else { throw .lineUnknown(wanted.index) }
        let item = purchase.items[wanted.index]
        let kept = lines[wanted.index]
        var quantity = wanted.quantity
        if quantity == nil, wanted.amount == nil { quantity = kept.quantity }
        let left = kept.quantity - (quantity ?? 0)
        guard left >= 0, kept.quantity > 0 || kept.amount > 0 else {
            throw .returnExceeds(line: wanted.index, left: kept.quantity)
        }
        var amount = kept.amount
        if let money = wanted.amount {
            guard money <= kept.amount else { throw .returnExceedsMoney(left: kept.amount) }
            amount -= money
        } else if left == 0 {
            amount = 0
        } else {
            // What is left of the line at its price, rounded down; where money came back by itself, or more or less than the
            // price with goods, at what every unit is left with.
            amount =
                amount == share(of: item.amount, kept.quantity, of: item.quantity)
                ? share(of: item.amount, left, of: item.quantity) : share(of: amount, left, of: kept.quantity)
        }
        lines[wanted.index] = KeptLine(quantity: left, amount: amount)
    }

    private mutating func take(_ money: Int64) throws(Refusal) {
        let total = amount
        guard money <= total else { throw .returnExceedsMoney(left: total) }
        var before: Int64 = 0
        var taken: Int64 = 0
        for index in lines.indices {
            before += lines[index].amount
            // Running shares, so that the parts add up to the whole.
            let share = share(of: money, before, of: total) - taken
            taken += share
            lines[index].amount -= share
            if money == total { lines[index].quantity = 0 }
        }
    }

    /// What is left of it as a purchase, in which every line keeps its place.
    public var rest: Purchase {
        let items = zip(purchase.items, lines).map { item, kept in
            Purchase.Item(
                sku: item.sku, category: item.category, tags: item.tags, quantity: kept.quantity, amount: kept.amount,
                tax: item.amount > 0 ? share(of: item.tax, kept.amount, of: item.amount) : 0)
        }
        return Purchase(
            receipt: purchase.receipt, channel: purchase.channel, occurredAt: purchase.occurredAt,
            currency: purchase.currency, tags: purchase.tags, coupons: purchase.coupons, items: items,
            payment: purchase.payment, value: purchase.value)
    }

    /// What rules see of it: what is left, less what points paid unless that earns; `nil` where nothing is left.
    func order(under program: Program) -> Facts.Order? {
        guard !isEmpty else { return nil }
        let money = program.redemption.pay.map { $0.earns ? 0 : $0.money(for: paidPoints) ?? 0 } ?? 0
        let total = amount
        var before: Int64 = 0
        var paid: Int64 = 0
        var kept: [Facts.Line] = []
        for (line, item) in zip(lines, purchase.items) {
            before += line.amount
            let share = total > 0 ? share(of: min(money, total), before, of: total) - paid : 0
            paid += share
            guard line.quantity > 0 || line.amount > 0 else { continue }
            let amount = line.amount - share
            let tax = item.amount > 0 ? self.share(of: item.tax, amount, of: item.amount) : 0
            kept.append(
                Facts.Line(
                    sku: item.sku, category: item.category, tags: item.tags, quantity: max(1, line.quantity),
                    amount: amount, tax: tax))
        }
        return Facts.Order(purchase, lines: kept)
    }

    /// `whole × part / parts`, rounded down; parts are never more than the whole of them.
    private func share(of whole: Int64, _ part: Int64, of parts: Int64) -> Int64 {
        Int64(Int128(whole) * Int128(part) / Int128(parts))
    }
}
