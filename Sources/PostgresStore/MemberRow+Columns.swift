import Engine
import Ledger
import Loyalty
import Rules
import StoreForms
import Time

extension MemberRow {
    /// The columns of `member`, and the traits, in the order in which `state` reads them.
    static let columns = """
        member.member_no, member.id, member.enrolled_at, member.version, member.head, member.balances, member.lots,
        member.last_lot, member.last_transfer, member.tier, member.purchases, member.first_purchase_at,
        member.last_purchase_at, member.usages, member.holds, member.vouchers,
        member.celebrated_until, member_traits.traits, member.status, member.bonds, member.erased_at
        """

    /// Where those columns come from.
    static let tables = "member LEFT JOIN member_traits ON member_traits.member_no = member.member_no"

    /// Reads the member whose first column is `first`.
    static func state(_ row: borrowing Row, first: Int = 0) throws -> MemberState {
        let counters = PurchaseCounters(
            purchases: try row.int64(first + 10), firstPurchaseAt: try row.optionalInstant(first + 11),
            lastPurchaseAt: try row.optionalInstant(first + 12))
        let (status, renamedAt) =
            row.isNull(first + 18) ? (.active, 0) : try StatusColumn.status(row.plain(first + 18))
        return MemberState(
            number: try row.member(first), id: row.exactText(first + 1), enrolledAt: try row.instant(first + 2),
            version: try row.int64(first + 3), head: try row.digest(first + 4),
            ledger: MemberLedger(
                balances: try balances(row.plain(first + 5)), lots: try lots(row.plain(first + 6)),
                lastLot: try row.int64(first + 7), lastTransfer: try row.int64(first + 8)),
            tier: row.isNull(first + 9) ? nil : try tier(row.plain(first + 9)), counters: counters,
            usages: row.isNull(first + 13) ? [] : try UsageColumn.usages(row.plain(first + 13)),
            holds: row.isNull(first + 14) ? [] : try HoldsColumn.holds(row.plain(first + 14)),
            vouchers: row.isNull(first + 15) ? [] : try VouchersColumn.vouchers(row.plain(first + 15)),
            celebratedUntil: try row.optionalInstant(first + 16),
            traits: row.isNull(first + 17) ? Traits() : try TraitsColumn.traits(row.plain(first + 17)),
            status: status, renamedAt: renamedAt,
            bonds: row.isNull(first + 19) ? Bonds() : try BondsColumn.bonds(row.plain(first + 19)),
            erasedAt: try row.optionalInstant(first + 20))
    }
}
