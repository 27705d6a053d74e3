import Engine
import JSON
import Ledger
import Loyalty
import Rules
import Time

/// The words for how a program counts toward levels.
enum TierWords {
    static let metrics = ["earned", "spend", "visits"]
    static let windows = [
        "calendar_month", "calendar_quarter", "calendar_year", "rolling", "membership_year", "lifetime",
    ]

    static func word(for metric: TierPolicy.Metric) -> String {
        switch metric {
        case .earned: "earned"
        case .spend: "spend"
        case .visits: "visits"
        }
    }

    static func word(for window: TierPolicy.Window) -> String {
        switch window {
        case .calendar(let period): "calendar_\(period.rawValue)"
        case .rolling: "rolling"
        case .membershipYear: "membership_year"
        case .lifetime: "lifetime"
        }
    }
}

extension ResultShapes {
    /// The member `tier`, where the program has tiers.
    func write(tierOf member: MemberState, to json: inout JSONWriter) {
        guard let standing = member.standing(in: program) else { return }
        json.key("tier")
        json.beginObject()
        json.member("id", standing.current.level)
        json.key("since")
        write(standing.current.since, to: &json)
        write("until", program.tiers.map(standing.presentUntil) ?? standing.until, to: &json)
        json.endObject()
    }

    /// The result of `tier.get`: the level, what counts toward it, and what is missing.
    func tier(of member: MemberState, at now: Instant) -> [UInt8] {
        var json = JSONWriter(reserving: 512)
        json.beginObject()
        json.member("member", member.id.text)
        write(tierOf: member, to: &json)
        if let outlook = member.tierOutlook(in: program, at: now), let policy = program.tiers {
            json.key("metric")
            json.beginObject()
            write(policy, to: &json)
            write(outlook.window, to: &json)
            json.member("total", outlook.total)
            json.endObject()
            if let next = outlook.next {
                json.key("next")
                json.beginObject()
                json.member("id", next.level.id)
                json.member("from", next.level.from)
                json.member("missing", next.missing)
                json.endObject()
            }
            if let keep = outlook.keep {
                json.key("keep")
                json.beginObject()
                write(keep.window, to: &json)
                json.member("missing", keep.missing)
                json.key("by")
                write(keep.by, to: &json)
                json.endObject()
            }
            write(outlook.standing.floor, to: &json)
        }
        json.endObject()
        return json.take()
    }

    /// The result of `tier.list`: the levels, and how members move between them.
    func tiers() -> [UInt8] {
        var json = JSONWriter(reserving: 512)
        json.beginObject()
        if let policy = program.tiers {
            write(policy, to: &json)
            if case .rolling(let span) = policy.window { json.member("span", span.description) }
            if policy.window != .lifetime { json.member("downgrade", policy.downgrade.rawValue) }
            if let grace = policy.grace { json.member("grace", grace.description) }
        }
        json.key("levels")
        json.beginArray()
        for level in program.tiers?.levels ?? [] {
            json.beginObject()
            json.member("id", level.id)
            write(level.title, to: &json)
            json.member("from", level.from)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.take()
    }

    /// The result of `tier.history`.
    ///
    /// - Parameters:
    ///   - history: oldest first.
    ///   - limit: how many are told, the latest ones.
    ///   - instant: the moment that is asked about, if one is.
    func tierHistory(_ history: TierHistory, of member: MemberState, limit: Int, at instant: Instant?) -> [UInt8] {
        var json = JSONWriter(reserving: 1024)
        json.beginObject()
        json.member("member", member.id.text)
        if let instant, let standing = history.standing(at: instant) {
            json.key("then")
            write(standing, of: member, to: &json)
        }
        json.key("history")
        json.beginArray()
        for standing in history.standings.suffix(limit).reversed() { write(standing, of: member, to: &json) }
        json.endArray()
        json.endObject()
        return json.take()
    }

    private func write(_ standing: TierHistory.Standing, of member: MemberState, to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", standing.level)
        json.key("since")
        write(standing.since, to: &json)
        write("until", standing.until, to: &json)
        json.member("why", standing.reason.rawValue)
        if let operation = standing.operation { json.member("operation", operation.description) }
        if let words = standing.words { json.member("reason", words) }
        json.endObject()
    }

    /// The members `counts`, `currency` and `window`.
    private func write(_ policy: TierPolicy, to json: inout JSONWriter) {
        json.member("counts", TierWords.word(for: policy.metric))
        switch policy.metric {
        case .earned(let currency): json.member("currency", program.currencies[currency].id)
        case .spend: json.member("currency", program.money.currency.code)
        case .visits: break
        }
        json.member("window", TierWords.word(for: policy.window))
    }

    private func write(_ window: TierOutlook.Window, to json: inout JSONWriter) {
        write("from", window.from, to: &json)
        write("until", window.until, to: &json)
    }

    private func write(_ floor: TierStanding.Floor?, to json: inout JSONWriter) {
        guard let floor else { return }
        json.key("given")
        json.beginObject()
        json.member("id", floor.level)
        json.key("since")
        write(floor.since, to: &json)
        write("until", floor.until, to: &json)
        json.endObject()
    }

    /// The member `levels`: how an operation changed the level, where it did.
    func write(_ changes: [TierChange], to json: inout JSONWriter) {
        guard !changes.isEmpty else { return }
        json.key("levels")
        json.beginArray()
        for change in changes {
            json.beginObject()
            json.member("from", change.from)
            json.member("to", change.to)
            json.key("since")
            write(change.since, to: &json)
            json.member("why", change.reason.rawValue)
            json.endObject()
        }
        json.endArray()
    }

    private func write(_ name: String, _ instant: Instant?, to json: inout JSONWriter) {
        guard let instant else { return }
        json.key(name)
        write(instant, to: &json)
    }
}
