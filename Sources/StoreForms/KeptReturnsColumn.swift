import Engine
public import JSON
public import Loyalty
import Time

/// What came back of a sale before somebody claimed it: `[[occurred_at, what came back as in a detail], …]`.
public enum KeptReturnsColumn {
    /// Writes it as JSON.
    public static func write(_ returns: [Return], to json: inout JSONWriter) {
        json.beginArray()
        for request in returns {
            json.beginArray()
            json.int(request.occurredAt.milliseconds)
            DetailColumn.write(request.detail, to: &json)
            json.endArray()
        }
        json.endArray()
    }

    /// Reads it.
    public static func returns(_ text: [UInt8]) throws -> [Return] {
        try StoredFields.rows(text, of: "returns") { fields in
            let occurredAt = Instant(milliseconds: try fields.int())
            return Return(try DetailColumn.detail(fields.array()), occurredAt: occurredAt)
        }
    }
}
