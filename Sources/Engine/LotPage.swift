public import Ledger
public import Loyalty

/// Which of a member's lots are listed.
public struct LotFilter: Hashable, Sendable {
    /// Only those of a currency.
    public var currency: CurrencyID?
    /// Also those of which nothing is left.
    public var includesClosed: Bool

    public init(currency: CurrencyID? = nil, includesClosed: Bool = false) {
        self.currency = currency
        self.includesClosed = includesClosed
    }
}

/// Some of a member's lots, in the order of spending.
public struct LotPage: Sendable {
    public let lots: [Lot]
    /// The next page has what comes behind this place; `nil` where there is no more.
    public let next: LotPlace?
}

extension StoreReader {
    /// The next lots of a list, those behind a place. A lot that keeps its expiry while pages are read is on exactly one
    /// of them, whatever else is recorded meanwhile.
    ///
    /// - Parameter member: the member as it is now, with what fell due applied.
    public func lots(
        of member: MemberState, behind place: LotPlace?, limit: Int, _ filter: LotFilter
    ) throws -> LotPage {
        var lots = member.ledger.lots
        if filter.includesClosed {
            let open = Set(lots.map(\.number))
            lots += try self.lots(of: member.number).filter { !open.contains($0.number) }.map(\.emptied)
            lots.sort { $0.spendsBefore($1) }
        }
        let listed = lots.filter { lot in
            (filter.currency.map { $0 == lot.currency } ?? true) && (place.map { $0 < lot.place } ?? true)
        }
        let page = Array(listed.prefix(limit))
        return LotPage(lots: page, next: listed.count > limit ? page.last?.place : nil)
    }
}
