import Loyalty
import Rules
import Time

/// The stretches of time for which sums are told, and what was sold in each of them.
struct BacktestRows {
    struct Row {
        let start: Instant
        var sales = BacktestSales()
    }

    /// Where something of the period counts.
    struct Place {
        /// `nil` where there are no rows.
        let row: Int?
    }

    private let period: CalendarPeriod?
    private let zone: Zone
    /// In the order in which they were met.
    private(set) var rows: [Row] = []
    private(set) var total = BacktestSales()
    private var indices: [Instant: Int] = [:]
    /// The row that was counted in last, which is nearly always the next one, too.
    private var last: (start: Instant, end: Instant, row: Int)?

    init(_ period: CalendarPeriod?, zone: Zone) {
        self.period = period
        self.zone = zone
    }

    /// The place of an instant, whose row may have to be made.
    mutating func place(of instant: Instant) -> Place {
        guard let period else { return Place(row: nil) }
        if let last, last.start <= instant, instant < last.end { return Place(row: last.row) }
        let start = zone.start(of: period, containing: instant)
        let row = indices[start] ?? rows.count
        if row == rows.count { rows.append(Row(start: start)) }
        indices[start] = row
        last = (start, zone.end(of: period, containing: instant), row)
        return Place(row: row)
    }

    /// Counts a sale of the period.
    mutating func add(_ purchase: Purchase, _ place: Place) {
        total.add(purchase)
        if let row = place.row { rows[row].sales.add(purchase) }
    }
}

/// What was sold.
public struct BacktestSales: Hashable, Sendable {
    public private(set) var purchases: Int64 = 0
    private var sum: Int128 = 0

    /// What the receipts come to, tax included, in minor units; the greatest number where they come to more.
    public var money: Int64 { Int64(clamping: sum) }

    mutating func add(_ purchase: Purchase) {
        purchases += 1
        for item in purchase.items { sum += Int128(item.amount) }
    }
}
