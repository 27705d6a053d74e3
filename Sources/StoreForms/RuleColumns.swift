import Engine
public import JSON
public import Loyalty
public import Rules
import Time

// What rules remember and see, as JSON in columns that nothing searches in.

/// Uses: `[[kind, id, window_start, amount], …]`.
public enum UsageColumn {
    /// Writes uses as JSON.
    public static func write(_ usages: [Usage], to json: inout JSONWriter) {
        json.beginArray()
        for usage in usages {
            json.beginArray()
            json.int(Int64(usage.key.kind.rawValue))
            json.string(usage.key.id)
            json.int(usage.key.window.milliseconds)
            json.int(usage.amount)
            json.endArray()
        }
        json.endArray()
    }

    /// Reads uses.
    public static func usages(_ text: [UInt8]) throws -> [Usage] {
        try StoredFields.rows(text, of: "usages") { fields in
            Usage(
                try key(kind: fields.int(), id: fields.text(), window: fields.int()), try fields.int())
        }
    }

    /// The key of a use from its columns; throws for a kind that is not known.
    public static func key(kind: Int64, id: String, window: Int64) throws -> UsageKey {
        guard let kind = UInt8(exactly: kind).flatMap(UsageKey.Kind.init(rawValue:)) else {
            throw StoreError(.corrupt, "there is no kind of use \(kind)")
        }
        return UsageKey(kind: kind, id: id, window: Instant(milliseconds: window))
    }
}

/// Traits: `{"attributes": {name: value, …}, "tags": [tag, …], "segments": [segment, …]}`; a date is `{"date": "1990-05-03"}`.
public enum TraitsColumn {
    /// Writes traits as JSON.
    public static func write(_ traits: Traits, to json: inout JSONWriter) {
        json.beginObject()
        json.key("attributes")
        write(traits.attributes, to: &json)
        for (name, words) in [("tags", traits.tags), ("segments", traits.segments)] {
            json.key(name)
            json.beginArray()
            for word in words { json.string(word) }
            json.endArray()
        }
        json.endObject()
    }

    /// Writes attributes as JSON.
    public static func write(_ attributes: [Attribute], to json: inout JSONWriter) {
        json.beginObject()
        for attribute in attributes {
            json.key(attribute.name)
            switch attribute.value {
            case .text(let text): json.string(text)
            case .integer(let number): json.int(number)
            case .truth(let truth): json.bool(truth)
            case .date(let date):
                json.beginObject()
                json.member("date", date.description)
                json.endObject()
            }
        }
        json.endObject()
    }

    /// Reads traits.
    public static func traits(_ text: [UInt8]) throws -> Traits {
        let root = try StoredFields.document(text, of: "traits")
        return Traits(
            attributes: try attributes(root["attributes"]), tags: try words(root["tags"]),
            segments: try words(root["segments"]))
    }

    private static func words(_ list: JSONValue?) throws -> [String] {
        guard let list, list.kind == .array else { throw StoredFields.corrupt("traits") }
        return try list.elements.map {
            guard let word = $0.string else { throw StoredFields.corrupt("traits") }
            return word
        }
    }

    /// Reads attributes.
    public static func attributes(_ text: [UInt8]) throws -> [Attribute] {
        try attributes(StoredFields.document(text, of: "attributes"))
    }

    private static func attributes(_ object: JSONValue?) throws -> [Attribute] {
        guard let object, object.kind == .object else { throw StoredFields.corrupt("attributes") }
        return try object.members.map { key, value in
            guard let name = key.string, let read = self.value(value) else { throw StoredFields.corrupt("attributes") }
            return Attribute(name, read)
        }
    }

    private static func value(_ value: JSONValue) -> AttributeValue? {
        if let text = value.string { return .text(text) }
        if let number = value.int64 { return .integer(number) }
        if let truth = value.bool { return .truth(truth) }
        guard let text = value["date"]?.string, let date = try? CivilDate(rfc3339: text) else { return nil }
        return .date(date)
    }
}

/// How a member stood: `[tier or null, purchases, days since the last or null, days since enrolment, [balance, …]]`.
public enum StandingColumn {
    /// Writes a standing as JSON.
    public static func write(_ standing: SeenStanding?, to json: inout JSONWriter) {
        guard let standing else { return json.null() }
        json.beginArray()
        if let tier = standing.tier { json.int(Int64(tier)) } else { json.null() }
        json.int(standing.purchaseCount)
        if let days = standing.daysSinceLast { json.int(days) } else { json.null() }
        json.int(standing.enrolledDays)
        json.beginArray()
        for balance in standing.balances { json.int(balance) }
        json.endArray()
        json.endArray()
    }

    /// Reads a standing.
    public static func standing(_ text: [UInt8]) throws -> SeenStanding {
        var fields = try StoredFields(text, of: "standing")
        return SeenStanding(
            tier: try fields.optionalInt().map(Int.init), purchaseCount: try fields.int(),
            daysSinceLast: try fields.optionalInt(), enrolledDays: try fields.int(), balances: try fields.ints())
    }
}
