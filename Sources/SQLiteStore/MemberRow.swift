import Engine
import JSON
import Ledger
import Loyalty
import Rules
import Time

// A member's hot row: what deciding needs, in one place.
//
// Balances, open lots and the tier are JSON inside the row, because they are always read and written as a whole: one
// page changes per purchase and member instead of one page per lot.

/// The columns of `member` in the order in which `MemberRow` reads them.
enum MemberRow {
    static let columns = """
        member_no, id, enrolled_at, version, head, balances, lots, last_lot, last_transfer, tier,
        purchases, first_purchase_at, last_purchase_at, usages, holds, vouchers, celebrated_until,
        (SELECT traits FROM member_traits WHERE member_traits.member_no = member.member_no)
        """

    /// Reads the member in the statement's present row.
    static func state(_ row: RawStatement) throws -> MemberState {
        let counters = PurchaseCounters(
            purchases: row.int64(10), firstPurchaseAt: row.optionalInstant(11), lastPurchaseAt: row.optionalInstant(12))
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
            traits: row.isNull(17) ? Traits() : try TraitsColumn.traits(row.bytes(17)))
    }

    // MARK: Balances

    static func write(_ balances: [Balance], to json: inout JSONWriter) {
        json.beginArray()
        for balance in balances {
            json.beginArray()
            json.string(balance.currency.text)
            for points in [balance.available, balance.pending, balance.held, balance.debt] { json.int(points.count) }
            json.endArray()
        }
        json.endArray()
    }

    static func balances(_ text: [UInt8]) throws -> [Balance] {
        try StoredFields.rows(text, of: "balances") { fields in
            Balance(
                currency: CurrencyID(try fields.text()), available: Points(try fields.int()),
                pending: Points(try fields.int()), held: Points(try fields.int()), debt: Points(try fields.int()))
        }
    }

    // MARK: Lots

    static func write(_ lots: [Lot], to json: inout JSONWriter) {
        json.beginArray()
        for lot in lots {
            json.beginArray()
            json.int(lot.number)
            json.string(lot.currency.text)
            json.int(lot.origin)
            json.int(lot.ruleSetVersion)
            json.int(lot.original.count)
            json.int(lot.remaining.count)
            json.int(lot.earnedAt.milliseconds)
            json.optionalInt(lot.expiresAt?.milliseconds)
            if lot.held > .zero || lot.isPending {
                json.int(lot.held.count)
                json.optionalInt(lot.vesting.stored)
            }
            json.endArray()
        }
        json.endArray()
    }

    static func lots(_ text: [UInt8]) throws -> [Lot] {
        try StoredFields.rows(text, of: "lots") { fields in
            let (number, currency, origin) = (try fields.int(), CurrencyID(try fields.text()), try fields.int())
            let (version, original, remaining) = (try fields.int(), try fields.int(), try fields.int())
            let earnedAt = Instant(milliseconds: try fields.int())
            let expiresAt = try fields.optionalInt().map(Instant.init(milliseconds:))
            let isPlain = fields.isAtEnd
            return try Lot(
                storedNumber: number, currency: currency, origin: origin, ruleSetVersion: version,
                original: original, remaining: remaining, held: isPlain ? 0 : fields.int(), earnedAt: earnedAt,
                vesting: Lot.Vesting(stored: isPlain ? nil : fields.optionalInt()), expiresAt: expiresAt)
        }
    }

    // MARK: Tier

    static func write(_ tier: TierStanding, to json: inout JSONWriter) {
        json.beginObject()
        json.key("periods")
        json.beginArray()
        for period in tier.periods {
            json.beginArray()
            json.string(period.level)
            json.int(period.since.milliseconds)
            json.endArray()
        }
        json.endArray()
        json.key("until")
        if let until = tier.until { json.int(until.milliseconds) } else { json.null() }
        json.key("totals")
        json.beginArray()
        for total in tier.totals {
            json.beginArray()
            json.int(total.year)
            json.int(total.total)
            json.endArray()
        }
        json.endArray()
        json.endObject()
    }

    static func tier(_ text: [UInt8]) throws -> TierStanding {
        let root = try StoredFields.document(text, of: "tier")
        let periods = try StoredFields.rows(root["periods"], of: "tier") {
            TierStanding.Period(level: try $0.text(), since: Instant(milliseconds: try $0.int()))
        }
        let totals = try StoredFields.rows(root["totals"], of: "tier") {
            TierStanding.YearTotal(year: Int(try $0.int()), total: try $0.int())
        }
        guard !periods.isEmpty, let until = root["until"], until.isNull || until.int64 != nil else {
            throw StoredFields.corrupt("tier")
        }
        return TierStanding(
            periods: periods, until: until.int64.map(Instant.init(milliseconds:)), totals: totals)
    }
}

extension Lot {
    /// A lot as it was stored, checked before the initializer would insist.
    init(
        storedNumber number: Int64, currency: CurrencyID, origin: Int64, ruleSetVersion: Int64, original: Int64,
        remaining: Int64, held: Int64, earnedAt: Instant, vesting: Vesting, expiresAt: Instant?
    ) throws {
        guard 0 < original, 0 <= held, held <= remaining, remaining <= original else {
            throw StoreError(.corrupt, "a lot does not hold between nothing and what came in")
        }
        self.init(
            number: number, currency: currency, origin: origin, ruleSetVersion: ruleSetVersion,
            original: Points(original), remaining: Points(remaining), held: Points(held), earnedAt: earnedAt,
            vesting: vesting,
            expiresAt: expiresAt)
    }
}
