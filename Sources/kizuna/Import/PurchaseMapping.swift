import JSON

/// How foreign purchases become params of `purchase.post`.
struct PurchaseMapping {
    /// As which of its names the field `member` names a member.
    enum MemberName: String, CaseIterable {
        case card, member, phone, email
    }

    let map: FieldMap
    var memberName = MemberName.card
    /// Written before every card number.
    var cardPrefix = ""
    /// For purchases whose map says nothing about it.
    var currency: String?
    var store: String?

    /// Writes the params of one purchase.
    func params(of purchase: JSONValue) throws(Rejection) -> [UInt8] {
        var draft = PurchaseDraft()
        let member = draft.text(map[.member], in: purchase, isRequired: true)
        let store = draft.text(map[.store], in: purchase, isRequired: true) ?? store
        let terminal = draft.text(map[.terminal], in: purchase)
        let receipt = draft.text(map[.receipt], in: purchase, isRequired: true)
        let key = draft.text(map[.idempotencyKey], in: purchase)
        let fields: [(String, String?)] = [
            (
                "idempotency_key",
                key ?? ReceiptKey.key(store: store ?? "", terminal: terminal ?? "", receipt: receipt ?? "")
            ),
            (memberName.rawValue, member.map { memberName == .card ? cardPrefix + $0 : $0 }),
            ("store", store), ("terminal", terminal), ("receipt", receipt),
            ("channel", draft.text(map[.channel], in: purchase)),
            ("occurred_at", draft.text(map[.occurredAt], in: purchase, isRequired: true)),
            ("currency", draft.text(map[.currency], in: purchase, isRequired: true) ?? currency),
        ]
        var json = JSONWriter(reserving: 1024)
        json.beginObject()
        for (name, value) in fields {
            if let value { json.member(name, value) }
        }
        json.key("items")
        writeItems(of: purchase, &draft, to: &json)
        json.endObject()
        guard draft.problems.isEmpty else { throw Rejection(draft.problems) }
        return json.take()
    }

    private func writeItems(of purchase: JSONValue, _ draft: inout PurchaseDraft, to json: inout JSONWriter) {
        json.beginArray()
        defer { json.endArray() }
        guard let path = map[.items], let list = draft.value(path, in: purchase, isRequired: true) else { return }
        guard list.kind == .array else { return draft.report("\(path) must be an array, not \(list.kind)") }
        for (index, item) in list.elements.enumerated() {
            draft.prefix = "\(path)[\(index)]"
            guard item.kind == .object else {
                draft.report("must be an object, not \(item.kind)")
                continue
            }
            json.beginObject()
            writeItem(item, &draft, to: &json)
            json.endObject()
        }
        draft.prefix = ""
    }

    private func writeItem(_ item: JSONValue, _ draft: inout PurchaseDraft, to json: inout JSONWriter) {
        if let sku = draft.text(map[.itemSKU], in: item) { json.member("sku", sku) }
        if let category = draft.text(map[.itemCategory], in: item) { json.member("category", category) }
        let tags = map.all(.itemTags).flatMap { draft.texts($0, in: item) }
        if !tags.isEmpty {
            json.key("tags")
            json.beginArray()
            for tag in tags { json.string(tag) }
            json.endArray()
        }
        if let quantity = draft.integer(map[.itemQuantity], in: item) { json.member("quantity", quantity) }
        if let amount = draft.integer(map[.itemAmount], in: item, isRequired: true) { json.member("amount", amount) }
        if let tax = draft.integer(map[.itemTax], in: item) { json.member("tax", tax) }
    }

    // MARK: Places

    /// The place in the file that a place in the params came from: `items[2].amount` is `lines[2].sales_cents`.
    func place(of place: String) -> String {
        guard place.hasPrefix("items"), let items = map[.items] else {
            let name = place == memberName.rawValue ? FieldMap.Target.member.rawValue : place
            if let path = FieldMap.Target(rawValue: name).flatMap({ map[$0] }) { return path.description }
            return ["store", "currency"].contains(place) ? "--\(place)" : place
        }
        let rest = place.dropFirst("items".count)
        guard let dot = rest.firstIndex(of: ".") else { return "\(items)\(rest)" }
        // The tags of an item have places of their own, `tags[0]`, which belong to the field as a whole.
        let field = rest[rest.index(after: dot)...].prefix { $0 != "[" }
        let source = FieldMap.Target(rawValue: "item.\(field)").flatMap { map[$0] }?.description ?? String(field)
        return "\(items)\(rest[..<dot]).\(source)"
    }
}
