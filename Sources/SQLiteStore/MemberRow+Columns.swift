import Engine
import Ledger
import Loyalty
import Rules
import StoreForms
import Time

extension MemberRow {
    /// The columns of `member` in the order in which `state` reads them.
    static let columns = """
        member_no, id, enrolled_at, version, head, balances, lots, last_lot, last_transfer, tier,
        purchases, first_purchase_at, last_purchase_at, usages, holds, vouchers, celebrated_until,
        (SELECT traits FROM member_traits WHERE member_traits.member_no = member.member_no), status, bonds,
        erased_at
        """

    /// How many those are.
    static let columnCount: Int32 = 21

    /// Reads the member in the statement's present row.
    static func state(_ row: RawStatement) throws -> MemberState {
        let counters = PurchaseCounters(
            purchases: row.int64(10), firstPurchaseAt: row.optionalInstant(11), lastPurchaseAt: row.optionalInstant(12))
        let (status, renamedAt) = row.isNull(18) ? (.active, 0) : try StatusColumn.status(row.bytes(18))
        return MemberState(
            number: row.member(0), id: row.exactText(1), enrolledAt: row.instant(2), version: row.int64(3),
            head: try row.digest(4),
            ledger: MemberLedger(
                balances: try balances(row.bytes(5)), lots: try lots(row.bytes(6)), lastLot: row.int64(7),
                lastTransfer: row.int64(8)),
            tier: row.isNull(9) ? nil : try tier(row.bytes(9)), counters: counters,
            usages: row.isNull(13) ? [] : try UsageColumn.usages(row.bytes(13)),
            holds: row.isNull(14) ? [] : try HoldsColumn.holds(row.bytes(14)),
            vouchers: row.isNull(15) ? [] : try VouchersColumn.vouchers(row.bytes(15)),
            celebratedUntil: row.optionalInstant(16),
            traits: row.isNull(17) ? Traits() : try TraitsColumn.traits(row.bytes(17)),
            status: status, renamedAt: renamedAt,
            bonds: row.isNull(19) ? Bonds() : try BondsColumn.bonds(row.bytes(19)),
            erasedAt: row.optionalInstant(20))
    }
}
