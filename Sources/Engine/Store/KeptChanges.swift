package import Ledger
package import Loyalty
package import Time

// Sales without a member are kept beside the ledger and go once nobody can claim them. While one is there, its receipt is
// as good as posted, and so are the keys of the calls that made and changed it.

/// What a batch changes of sales without a member.
package struct KeptChanges: Hashable, Sendable {
    /// A sale after the batch, and the version it must have had before it.
    package struct Write: Hashable, Sendable {
        package var sale: KeptSale
        /// 0 for a sale that is new.
        package let expectedVersion: Int64
    }

    /// Each receipt at most once.
    package private(set) var sales: [Write] = []
    /// What was answered; each key at most once.
    package var calls: [KeptCall] = []
    /// When the newest change was decided. Sales that could be claimed until then at most may be forgotten, with their
    /// receipts, unless those are posted, and with the keys.
    package private(set) var now = Instant.distantPast
    private var tidies = false

    package init() {}

    /// Changes nothing but forgets sales that could be claimed until an instant at most.
    package init(tidyingAt instant: Instant) {
        now = instant
        tidies = true
    }

    package var isEmpty: Bool { sales.isEmpty && !tidies }

    /// How many sales that can no longer be claimed a store looks at to forget them, whenever it writes others: more
    /// than come in, so that it gets ahead.
    package var pruning: Int { isEmpty ? 0 : tidies ? RefusalNotes.tidied : 2 * sales.count + 8 }

    /// Adds a change.
    ///
    /// - Parameter version: what it had before; 0 for a new one.
    package mutating func write(_ sale: KeptSale, behind version: Int64, at now: Instant) {
        self.now = max(self.now, now)
        if let index = sales.firstIndex(where: { $0.sale.purchase.receipt == sale.purchase.receipt }) {
            sales[index].sale = sale
        } else {
            sales.append(Write(sale: sale, expectedVersion: version))
        }
    }
}

/// A call that made or changed a sale without a member, and what was answered.
package struct KeptCall: Hashable, Sendable {
    package let key: IdempotencyKey
    package let fingerprint: Digest
    /// The result object less its `replayed` member.
    package let result: [UInt8]
    package let receipt: ReceiptNumber

    package init(key: IdempotencyKey, fingerprint: Digest, result: [UInt8], receipt: ReceiptNumber) {
        self.key = key
        self.fingerprint = fingerprint
        self.result = result
        self.receipt = receipt
    }
}
