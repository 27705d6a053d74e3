import Engine
import JSON
import Ledger
import RPC

/// The stores for which a client may change something, held against the params of its calls.
///
/// What counts is the param `store`, of the call itself or of each element of its lists: where something happens now.
/// Where something happened that a call goes on with is known to the engine, which holds it against the same stores.
struct StoreScope {
    private static let field = "store"

    let stores: [ExactText]

    /// What a client that is bound to stores may not do; empty where it may do all of it.
    func problems(with params: JSONValue?, of method: Method) -> [Problem] {
        guard !stores.isEmpty, method.changes, let fields = method.fields else { return [] }
        var problems: [Problem] = []
        if fields.field(Self.field) != nil { check(params?[Self.field], at: "/params", &problems) }
        for field in fields.fields {
            guard case .array(.object(let element), _) = field.schema, element.field(Self.field) != nil else {
                continue
            }
            for (index, value) in (params?[field.name].map { Array($0.elements) } ?? []).enumerated() {
                check(value[Self.field], at: "/params/\(field.name)/\(index)", &problems)
            }
        }
        return Array(problems.prefix(20))
    }

    private func check(_ store: JSONValue?, at pointer: String, _ problems: inout [Problem]) {
        if let store, stores.contains(where: { store.isString(equalTo: $0.text) }) { return }
        problems.append(
            Problem(
                pointer: pointer + "/" + Self.field, detail: "must be a store of this key: \(stores.enumeration)"))
    }
}
