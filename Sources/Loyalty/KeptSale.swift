public import Time

// A sale that was posted without a member. It waits for somebody to claim it and is no part of the ledger: whoever claims
// it gets it as a purchase at its own time, under the rules, level and limits of then, which is what it would have been
// as a purchase that came in late. So histories know only purchases.

/// A sale that somebody may claim.
public struct KeptSale: Hashable, Sendable {
    /// As it was posted, paid with nothing but money.
    public let purchase: Purchase
    /// The first instant at which it can no longer be claimed.
    public let until: Instant
    /// What came back before anybody claimed it, oldest first.
    public let returns: [Return]
    /// Whether somebody did claim it.
    public let isClaimed: Bool
    /// Counts its changes. A commit changes it only while this is still what was loaded.
    public let version: Int64

    public init(purchase: Purchase, until: Instant, returns: [Return] = [], isClaimed: Bool = false, version: Int64) {
        self.purchase = purchase
        self.until = until
        self.returns = returns
        self.isClaimed = isClaimed
        self.version = version
    }

    /// Whether it can be claimed at an instant, should anything be left of it.
    public func isOpen(at now: Instant) -> Bool { !isClaimed && now < until }

    /// What is left of it.
    public var sale: Sale {
        var sale = Sale(purchase)
        // What was recorded had been accepted.
        for request in returns { try? sale.take(request) }
        return sale
    }

    /// The same one after somebody claimed it.
    public var claimed: KeptSale {
        KeptSale(purchase: purchase, until: until, returns: returns, isClaimed: true, version: version + 1)
    }

    /// The same one after goods came back.
    func taking(_ request: Return) -> KeptSale {
        KeptSale(purchase: purchase, until: until, returns: returns + [request], version: version + 1)
    }
}

extension Command {
    /// The receipt of a sale that may be kept, which deciding has to know.
    public var keptReceipt: ReceiptNumber? {
        switch self {
        case .keep(let purchase), .purchase(_, let purchase): purchase.receipt
        case .topUp(_, let topUp): topUp.sale.receipt
        case .claim(_, let receipt), .return(.receipt(let receipt), _): receipt
        default: nil
        }
    }

    /// Whether what is kept decides it, and not only a repetition.
    public var isAboutKept: Bool {
        switch self {
        case .keep, .claim, .return(.receipt, _): true
        default: false
        }
    }

    /// The purchase that a claim comes to; the command itself where it claims nothing that is there.
    public func claiming(_ kept: KeptSale?) -> Command {
        guard case .claim(let member, _) = self, let kept else { return self }
        return .purchase(member: member, kept.sale.rest)
    }
}
