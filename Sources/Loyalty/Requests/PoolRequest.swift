import Ledger
public import Rules
import Time

/// What is asked for of a pool.
public enum PoolRequest: Hashable, Sendable {
    /// The member becomes the owner of a new one.
    case create(PoolPolicy.Kind)
    /// The member joins somebody's pool.
    case join(owner: Identifier, PoolRole)
    /// The member leaves the pool; an owner, once nobody else is in it.
    case leave
}

/// Points of others in a pool that a member uses: where they come from, when they were earned and when they lapse.
struct Loan: Hashable, Sendable {
    /// The points of one lot of a lender.
    struct Part: Hashable, Sendable {
        let lender: MemberNumber
        let points: Points
        let earnedAt: Instant
        let expiresAt: Instant?
    }

    let currency: CurrencyID
    let parts: [Part]

    init(currency: CurrencyID, parts: [Part]) {
        self.currency = currency
        self.parts = parts
    }

    /// Reads itself back from the operation by which it arrived.
    init?(_ detail: Detail) {
        guard let currency = detail.text("currency") else { return nil }
        let fields = detail.integers("parts")
        guard fields.count % 4 == 0 else { return nil }
        self.init(
            currency: CurrencyID(currency),
            parts: stride(from: 0, to: fields.count, by: 4).map {
                Part(
                    lender: MemberNumber(fields[$0]), points: Points(fields[$0 + 1]),
                    earnedAt: Instant(milliseconds: fields[$0 + 2]),
                    expiresAt: fields[$0 + 3] == .max ? nil : Instant(milliseconds: fields[$0 + 3]))
            })
    }

    var detail: Detail {
        var detail = Detail()
        detail.add("currency", currency.text)
        detail.add(
            "parts",
            parts.flatMap {
                [$0.lender.value, $0.points.count, $0.earnedAt.milliseconds, $0.expiresAt?.milliseconds ?? .max]
            })
        return detail
    }
}
