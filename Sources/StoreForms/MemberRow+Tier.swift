import Engine
public import JSON
import Ledger
public import Loyalty
import Time

// Where a member stands among the tiers:
//
//     {"periods": [[level, since, reason, operation], …], "reached": level, "until": … or null, "end": day,
//      "floor": [level, since, until or null], "tallies": [[metric, grain, bucket, total, …], …]}
//
// Reason and operation are left out of a period that began with joining, `reached` where it is the present level, `end`
// and `floor` where there is none. Days are counted since 1970. Of buckets all but the first tell how far they are from
// the one before, because what rolling windows count is a number a day. A row from before there were windows has
// "totals": [[year, total], …].

extension MemberRow {
    /// Writes a tier as JSON.
    public static func write(_ tier: TierStanding, to json: inout JSONWriter) {
        json.beginObject()
        json.key("periods")
        json.beginArray()
        for period in tier.periods {
            json.beginArray()
            json.string(period.level)
            json.int(period.since.milliseconds)
            if period.operation != 0 || period.reason != .joined {
                json.string(period.reason.rawValue)
                json.int(period.operation)
            }
            json.endArray()
        }
        json.endArray()
        if tier.reached != tier.current.level { json.member("reached", tier.reached) }
        json.key("until")
        json.optionalInt(tier.until?.milliseconds)
        if let end = tier.end { json.member("end", Int64(end.daysSinceEpoch)) }
        if let floor = tier.floor {
            json.key("floor")
            json.beginArray()
            json.string(floor.level)
            json.int(floor.since.milliseconds)
            json.optionalInt(floor.until?.milliseconds)
            json.endArray()
        }
        json.key("tallies")
        json.beginArray()
        for tally in tier.tallies { write(tally, to: &json) }
        json.endArray()
        json.endObject()
    }

    private static func write(_ tally: TierTally, to json: inout JSONWriter) {
        json.beginArray()
        json.string(tally.measure.metric?.stored ?? "")
        json.string(tally.measure.grain.rawValue)
        var last = 0
        for bucket in tally.buckets {
            json.int(Int64(bucket.number &- last))
            json.int(bucket.total)
            last = bucket.number
        }
        json.endArray()
    }

    /// Reads a tier.
    public static func tier(_ text: [UInt8]) throws -> TierStanding {
        let root = try StoredFields.document(text, of: "tier")
        let periods = try StoredFields.rows(root["periods"], of: "tier") { fields in
            let (level, since) = (try fields.text(), Instant(milliseconds: try fields.int()))
            if fields.isAtEnd { return TierStanding.Period(level: level, since: since) }
            guard let reason = TierChange.Reason(rawValue: try fields.text()) else {
                throw StoredFields.corrupt("tier")
            }
            return TierStanding.Period(level: level, since: since, reason: reason, operation: try fields.int())
        }
        guard !periods.isEmpty, let until = root["until"], until.isNull || until.int64 != nil else {
            throw StoredFields.corrupt("tier")
        }
        return TierStanding(
            periods: periods, reached: root["reached"]?.string, until: until.int64.map(Instant.init(milliseconds:)),
            end: try root["end"].flatMap(day), floor: try floor(root["floor"]),
            tallies: try root["totals"].map { [try oldTally($0)] }
                ?? StoredFields.rows(root["tallies"], of: "tier") { try tally(&$0) })
    }

    private static func day(_ value: JSONValue) throws -> CivilDate? {
        if value.isNull { return nil }
        // Far beyond every calendar, and far below overflow.
        guard let day = value.int64, (-1 << 40...1 << 40).contains(day) else { throw StoredFields.corrupt("tier") }
        return CivilDate(daysSinceEpoch: Int(day))
    }

    private static func floor(_ value: JSONValue?) throws -> TierStanding.Floor? {
        guard let value, !value.isNull else { return nil }
        var fields = try StoredFields(value, of: "tier")
        return TierStanding.Floor(
            level: try fields.text(), since: Instant(milliseconds: try fields.int()),
            until: try fields.optionalInt().map(Instant.init(milliseconds:)))
    }

    private static func tally(_ fields: inout StoredFields) throws -> TierTally {
        let (metric, grain) = (try fields.text(), try fields.text())
        guard let grain = TierTally.Grain(rawValue: grain) else { throw StoredFields.corrupt("tier") }
        var buckets: [TierTally.Bucket] = []
        var number = 0
        while !fields.isAtEnd {
            number &+= Int(try fields.int())
            buckets.append(TierTally.Bucket(number: number, total: try fields.int()))
        }
        return TierTally(TierTally.Measure(TierTally.Metric(stored: metric), by: grain), buckets: buckets)
    }

    private static func oldTally(_ totals: JSONValue) throws -> TierTally {
        let buckets = try StoredFields.rows(totals, of: "tier") {
            TierTally.Bucket(number: Int(try $0.int()), total: try $0.int())
        }
        return TierTally(TierTally.Measure(nil, by: .year), buckets: buckets)
    }
}

extension TierTally.Metric {
    /// `earned` with the point currency behind a space, `spend`, or `visits`.
    fileprivate var stored: String {
        switch self {
        case .earned(let currency): "earned \(currency.text)"
        case .spend: "spend"
        case .visits: "visits"
        }
    }

    fileprivate init?(stored text: String) {
        switch text {
        case "spend": self = .spend
        case "visits": self = .visits
        case _ where text.hasPrefix("earned "): self = .earned(CurrencyID(String(text.dropFirst(7))))
        default: return nil
        }
    }
}

/// How an operation changed a member's level: `[[from, to, since, reason], …]`.
public enum TierChangesColumn {
    /// Writes changes as JSON.
    public static func write(_ changes: [TierChange], to json: inout JSONWriter) {
        json.beginArray()
        for change in changes {
            json.beginArray()
            json.string(change.from)
            json.string(change.to)
            json.int(change.since.milliseconds)
            json.string(change.reason.rawValue)
            json.endArray()
        }
        json.endArray()
    }

    /// Reads changes.
    public static func changes(_ text: [UInt8]) throws -> [TierChange] {
        try StoredFields.rows(text, of: "tier_changes") { fields in
            let (from, to) = (try fields.text(), try fields.text())
            let since = Instant(milliseconds: try fields.int())
            guard let reason = TierChange.Reason(rawValue: try fields.text()) else {
                throw StoredFields.corrupt("tier_changes")
            }
            return TierChange(from: from, to: to, since: since, reason: reason)
        }
    }
}
