import Foundation

/// Which field of a foreign purchase becomes which param of `purchase.post`.
///
/// Written as `receipt=basket_id,items=lines,item.amount=sales_cents`: the param to the left, where its value is found
/// to the right, with or without spaces between. Fields of `item.` are looked for in each element of `items`.
struct FieldMap: Equatable {
    /// A param that a map can fill.
    enum Target: String, CaseIterable {
        case member, receipt, store, terminal, channel
        case occurredAt = "occurred_at"
        case currency
        case idempotencyKey = "idempotency_key"
        case items
        case itemSKU = "item.sku"
        case itemCategory = "item.category"
        case itemTags = "item.tags"
        case itemQuantity = "item.quantity"
        case itemAmount = "item.amount"
        case itemTax = "item.tax"
    }

    /// Why a map makes no sense, in words for whoever wrote it.
    struct Mistake: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    private var sources: [Target: [FieldPath]] = [:]

    init(_ text: String) throws {
        for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                let written = pair.trimmingCharacters(in: .whitespacesAndNewlines)
                throw Mistake(description: "'\(written)' is not of the form param=field")
            }
            guard let target = Target(rawValue: parts[0]) else {
                let known = Target.allCases.map(\.rawValue).joined(separator: ", ")
                throw Mistake(description: "there is no param '\(parts[0])'; there are \(known)")
            }
            guard target == .itemTags || sources[target] == nil else {
                throw Mistake(description: "'\(parts[0])' is given twice; only item.tags may be")
            }
            sources[target, default: []].append(FieldPath(parts[1]))
        }
        for target in [Target.member, .receipt, .occurredAt, .items, .itemAmount] where sources[target] == nil {
            throw Mistake(description: "'\(target.rawValue)' is missing; every purchase needs it")
        }
    }

    /// Where the value of a param is found.
    subscript(_ target: Target) -> FieldPath? { sources[target]?.first }

    /// Where the values of a param are found that may have several.
    func all(_ target: Target) -> [FieldPath] { sources[target] ?? [] }
}
