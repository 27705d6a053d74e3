public import Engine
public import JSON

/// What an entry of the audit trail says besides: `[[name, value], …]`.
public enum AuditColumn {
    /// Writes details as JSON.
    public static func write(_ details: [AuditNote.Detail], to json: inout JSONWriter) {
        json.beginArray()
        for detail in details {
            json.beginArray()
            json.string(detail.name)
            json.string(detail.value)
            json.endArray()
        }
        json.endArray()
    }

    /// Reads details.
    public static func details(_ text: [UInt8]) throws -> [AuditNote.Detail] {
        try StoredFields.rows(text, of: "audit.details") { AuditNote.Detail(try $0.text(), try $0.text()) }
    }
}
