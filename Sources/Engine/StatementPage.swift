public import Ledger
public import Loyalty
public import Time

/// Which of a member's operations a statement lists.
public struct StatementFilter: Hashable, Sendable {
    /// Only those that moved points of a currency.
    public var currency: CurrencyID?
    /// Only those that happened at an instant or later.
    public var from: Instant?
    /// Only those that happened before an instant.
    public var until: Instant?
    /// Only those of some kinds; of all where there are none.
    public var kinds: Set<OperationKind>

    public init(
        currency: CurrencyID? = nil, from: Instant? = nil, until: Instant? = nil, kinds: Set<OperationKind> = []
    ) {
        self.currency = currency
        self.from = from
        self.until = until
        self.kinds = kinds
    }

    /// Whether a statement lists an operation.
    public func admits(_ operation: Operation) -> Bool {
        if let from, operation.occurredAt < from { return false }
        if let until, operation.occurredAt >= until { return false }
        guard kinds.isEmpty || kinds.contains(operation.kind) else { return false }
        guard let currency else { return true }
        return operation.movements.transfers.contains { $0.currency == currency }
    }

    /// Whether nothing recorded before an operation can be listed: nothing happens long after it was recorded.
    fileprivate func isOver(at operation: Operation) -> Bool {
        guard let from else { return false }
        // An hour more than a till's clock may be ahead, for engines whose clocks differ.
        return operation.postedAt + clockToleranceMs + 3_600_000 < from
    }
}

/// Some of a member's operations, newest first.
public struct StatementPage: Sendable {
    public let operations: [Operation]
    /// The next page has what comes before this sequence; `nil` where there is no more.
    public let next: Int64?
}

extension StoreReader {
    /// The next operations of a statement, those before a sequence. Which they are does not change while others are
    /// recorded, because sequences do not.
    ///
    /// A page may hold fewer than asked for, or none, and still not be the last one: no more than `mostRead` recorded
    /// operations are looked at for it.
    ///
    /// - Parameter stored: the member as last recorded.
    public func statement(
        of stored: MemberState, before sequence: Int64, limit: Int, _ filter: StatementFilter, at now: Instant,
        under book: RuleBook, mostRead: Int = 2000
    ) throws -> StatementPage {
        var state = stored
        var found: [Operation] = []
        var last = sequence
        // What has fallen due and is not written down yet is part of the statement all the same.
        var batch = Array(state.advance(to: now, under: book).reversed()).filter { $0.id.sequence < sequence }
        var read = 0
        while true {
            for operation in batch {
                if filter.isOver(at: operation) { return StatementPage(operations: found, next: nil) }
                if filter.admits(operation) {
                    if found.count == limit { return StatementPage(operations: found, next: last) }
                    found.append(operation)
                }
                last = operation.id.sequence
            }
            if last <= 1 { return StatementPage(operations: found, next: nil) }
            if read >= mostRead { return StatementPage(operations: found, next: last) }
            let size = min(mostRead - read, filter == StatementFilter() ? limit + 1 - found.count : 200)
            batch = try operations(of: stored.number, before: min(last, stored.version + 1), limit: size)
                .map(\.sealed.operation)
            if batch.isEmpty { return StatementPage(operations: found, next: nil) }
            read += batch.count
        }
    }
}
