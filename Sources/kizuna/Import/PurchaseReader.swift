import JSON
import Methods
import RPC

/// Turns a line of a file into the params of `purchase.post`, or says what is wrong with it.
///
/// The params are checked against the same schema as the server's, so that a line that cannot be posted is rejected
/// here with the place of every mistake, and in the words of the file: the names to the right in the map.
struct PurchaseReader {
    /// How the lines are written.
    enum Format {
        /// As the params of `purchase.post`; a missing idempotency key is made from the receipt.
        case own
        case mapped(PurchaseMapping)
    }

    private let format: Format
    private let method: Method

    init(_ format: Format) {
        guard let method = MethodTable(MethodTable<Handling>.product)[Self.method]?.method else {
            preconditionFailure("purchases are posted with \(Self.method)")
        }
        self.format = format
        self.method = method
    }

    /// The method that the params are for.
    static let method = "purchase.post"

    /// The params as JSON text.
    func params(of line: [UInt8]) throws(Rejection) -> [UInt8] {
        let root: JSONValue
        do throws(JSONError) {
            root = try JSONDocument(line).root
        } catch {
            throw Rejection("not JSON: \(error)")
        }
        guard root.kind == .object else { throw Rejection("must be an object, not \(root.kind)") }
        let params: [UInt8]
        switch format {
        case .own: params = root["idempotency_key"] == nil ? Self.withKey(root) : Array(root.rawText)
        case .mapped(let mapping): params = try mapping.params(of: root)
        }
        try check(params, root)
        return params
    }

    private func check(_ params: [UInt8], _ root: JSONValue) throws(Rejection) {
        let problems: [Problem]
        do throws(JSONError) {
            problems = method.check(try JSONDocument(params).root)
        } catch {
            preconditionFailure("what the writer wrote is JSON: \(error)")
        }
        guard !problems.isEmpty else { return }
        throw Rejection(
            problems.map { problem in
                let place = Rejection.place(problem.pointer)
                if case .mapped(let mapping) = format {
                    return Rejection.reason(mapping.place(of: place), problem.detail)
                }
                return Rejection.reason(place, problem.detail)
            })
    }

    private static func withKey(_ root: JSONValue) -> [UInt8] {
        var json = JSONWriter(reserving: root.rawText.count + 128)
        json.beginObject()
        json.member(
            "idempotency_key",
            ReceiptKey.key(
                store: root["store"]?.string ?? "", terminal: root["terminal"]?.string ?? "",
                receipt: root["receipt"]?.string ?? ""))
        for (key, value) in root.members { json.member(key.string ?? "", value) }
        json.endObject()
        return json.take()
    }
}
