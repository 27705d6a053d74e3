public import Ledger
public import Loyalty
public import Time

// Sales without a member are kept beside the ledger and go once nobody can claim them. While one is there, its receipt is
// as good as posted, and so are the keys of the calls that made and changed it.

/// What a batch changes of sales without a member.
public struct KeptChanges: Hashable, Sendable {
    /// A sale after the batch, and the version it must have had before it.
    public struct Write: Hashable, Sendable {
        public var sale: KeptSale
        /// 0 for a sale that is new.
        public let expectedVersion: Int64
    }

    /// Each receipt at most once.
    public private(set) var sales: [Write] = []
    /// What was answered; each key at most once.
    public var calls: [KeptCall] = []
    /// When the newest change was decided. Sales that could be claimed until then at most may be forgotten, with their
    /// receipts, unless those are posted, and with the keys.
    public private(set) var now = Instant.distantPast
    private var tidies = false

    public init() {}

    /// Changes nothing but forgets sales that could be claimed until an instant at most.
    public init(tidyingAt instant: Instant) {
        now = instant
        tidies = true
    }

    public var isEmpty: Bool { sales.isEmpty && !tidies }

    /// How many sales that can no longer be claimed a store looks at to forget them, whenever it writes others: more
    /// than come in, so that it gets ahead.
    public var pruning: Int { isEmpty ? 0 : tidies ? RefusalNotes.tidied : 2 * sales.count + 8 }

    /// Adds a change.
    ///
    /// - Parameter version: what it had before; 0 for a new one.
    public mutating func write(_ sale: KeptSale, behind version: Int64, at now: Instant) {
        self.now = max(self.now, now)
        if let index = sales.firstIndex(where: { $0.sale.purchase.receipt == sale.purchase.receipt }) {
            sales[index].sale = sale
        } else {
            sales.append(Write(sale: sale, expectedVersion: version))
        }
    }
}

/// A call that made or changed a sale without a member, and what was answered.
public struct KeptCall: Hashable, Sendable {
    public let key: IdempotencyKey
    public let fingerprint: Digest
    /// The result object less its `replayed` member.
    public let result: [UInt8]
    public let receipt: ReceiptNumber

    public init(key: IdempotencyKey, fingerprint: Digest, result: [UInt8], receipt: ReceiptNumber) {
        self.key = key
        self.fingerprint = fingerprint
        self.result = result
        self.receipt = receipt
    }
}
