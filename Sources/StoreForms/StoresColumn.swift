public import JSON
public import Ledger

/// The stores of a client: `[store, …]`.
public enum StoresColumn {
    /// Writes stores as JSON.
    public static func write(_ stores: [ExactText], to json: inout JSONWriter) {
        json.beginArray()
        for store in stores { json.string(store.text) }
        json.endArray()
    }

    /// Reads stores.
    public static func stores(_ text: [UInt8]) throws -> [ExactText] {
        try StoredFields.texts(text, of: "client.stores").map { ExactText($0) }
    }
}
