import Engine
import JSON
import Ledger
import Loyalty
import Rules
import Time

/// Everything about a member as one document.
extension ResultShapes {
    /// A page of operations is over once the document has so many bytes.
    private static var exportBytes: Int { 1 << 20 }

    /// The result of `member.export`.
    ///
    /// - Parameters:
    ///   - operations: oldest first.
    ///   - hasMore: whether there are operations behind these.
    func export(
        _ member: MemberState, _ profile: Profile, _ consents: [Consent], _ operations: [StoredOperation], hasMore: Bool
    ) -> [UInt8] {
        var json = JSONWriter(reserving: 16384)
        json.beginObject()
        json.member("member", member.id.text)
        if let name = profile.name { json.member("name", name) }
        json.key("identifiers")
        json.beginArray()
        for identifier in profile.identifiers where identifier.kind.isShown {
            write(identifier, to: &json)
        }
        json.endArray()
        json.key("enrolled_at")
        write(member.enrolledAt, to: &json)
        if let erasedAt = member.erasedAt {
            json.key("erased_at")
            write(erasedAt, to: &json)
        }
        write(member.traits, to: &json)
        write(consents, to: &json)
        write(balancesOf: member, to: &json)
        write(tierOf: member, to: &json)
        write(member.vouchers, to: &json)
        write(member.ledger.lots, of: member, to: &json)
        write(member.holds, of: member, to: &json)
        if let code = member.bonds.code { json.member("referral_code", code.text) }
        json.key("operations")
        json.beginArray()
        var next: Int64?
        for (index, stored) in operations.enumerated() {
            write(stored.sealed, to: &json)
            guard json.bytes.count >= Self.exportBytes || index == operations.count - 1 else { continue }
            if hasMore || index < operations.count - 1 { next = stored.sealed.operation.id.sequence }
            break
        }
        json.endArray()
        if let next { json.member("next_cursor", String(next)) }
        json.endObject()
        return json.take()
    }

    private func write(_ consents: [Consent], to json: inout JSONWriter) {
        json.key("consents")
        json.beginArray()
        for consent in consents {
            json.beginObject()
            json.member("purpose", consent.purpose)
            json.member("granted", consent.isGranted)
            json.member("source", consent.source)
            json.key("said_at")
            write(consent.saidAt, to: &json)
            json.endObject()
        }
        json.endArray()
    }

    private func write(_ holds: [Hold], of member: MemberState, to json: inout JSONWriter) {
        json.key("holds")
        json.beginArray()
        for hold in holds {
            json.beginObject()
            json.member("hold", OperationID(reference: hold.operation, in: member.number).description)
            json.member("currency", hold.currency.text)
            json.member("points", hold.shares.reduce(0) { $0 + $1.points.count })
            json.key("until")
            write(hold.until, to: &json)
            json.endObject()
        }
        json.endArray()
    }

    private func write(_ words: [String], as name: String, to json: inout JSONWriter) {
        guard !words.isEmpty else { return }
        json.key(name)
        json.beginArray()
        for word in words { json.string(word) }
        json.endArray()
    }

    private func write(_ payment: Payment?, as name: String, to json: inout JSONWriter) {
        guard let payment else { return }
        json.key(name)
        json.beginObject()
        json.member("currency", payment.currency.text)
        json.member("points", payment.points.count)
        if let hold = payment.hold { json.member("hold", hold.description) }
        json.endObject()
    }

    private func write(_ detail: Detail?, to json: inout JSONWriter) {
        guard let detail, !detail.entries.isEmpty else { return }
        json.key("detail")
        json.beginObject()
        for entry in detail.entries {
            switch entry.value {
            case .integer(let number): json.member(entry.name, number)
            case .text(let text): json.member(entry.name, text)
            case .integers(let numbers):
                json.key(entry.name)
                json.beginArray()
                for number in numbers { json.int(number) }
                json.endArray()
            }
        }
        json.endObject()
    }

    private func write(_ sealed: SealedOperation, to json: inout JSONWriter) {
        let operation = sealed.operation
        json.beginObject()
        writeMembers(of: operation, to: &json)
        if let cause = operation.cause {
            json.member("client", cause.client)
            json.member("idempotency_key", cause.idempotencyKey.text)
        }
        if let event = operation.event { json.member("event", event.text) }
        write(operation.detail, to: &json)
        if let purchase = operation.purchase {
            json.member("channel", purchase.channel)
            write(purchase.tags, as: "tags", to: &json)
            write(purchase.coupons, as: "coupons", to: &json)
            write(purchase.payment, as: "paid_with", to: &json)
            write(purchase.value, as: "value", to: &json)
            json.key("items")
            json.beginArray()
            for item in purchase.items {
                json.beginObject()
                json.member("sku", item.sku)
                json.member("category", item.category)
                json.member("quantity", item.quantity)
                json.member("amount", item.amount)
                json.member("tax", item.tax)
                write(item.tags, as: "tags", to: &json)
                json.endObject()
            }
            json.endArray()
        }
        let seen = operation.seen
        if !seen.traits.isEmpty || !seen.attributes.isEmpty {
            json.key("seen")
            json.beginObject()
            write(seen.traits, to: &json)
            if !seen.attributes.isEmpty {
                json.key("event")
                json.beginObject()
                write(Traits(attributes: seen.attributes), to: &json)
                json.endObject()
            }
            json.endObject()
        }
        if !sealed.result.isEmpty {
            json.key("answer")
            json.raw(sealed.result)
        }
        json.endObject()
    }
}
