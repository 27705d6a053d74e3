import Engine
import JSON
import Ledger
import Loyalty
import Rules
import Time

/// Everything about a member as one document.
extension ResultShapes {
    /// The result of `member.export`.
    ///
    /// - Parameters:
    ///   - operations: oldest first.
    ///   - next: where the next page of operations begins.
    func export(
        _ member: MemberState, _ profile: Profile, _ consents: [Consent], _ operations: [StoredOperation], next: Int64?
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
        json.key("operations")
        json.beginArray()
        for stored in operations { write(stored.sealed, to: &json) }
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

    private func write(_ sealed: SealedOperation, to json: inout JSONWriter) {
        let operation = sealed.operation
        json.beginObject()
        writeMembers(of: operation, to: &json)
        if let cause = operation.cause {
            json.member("client", cause.client)
            json.member("idempotency_key", cause.idempotencyKey.text)
        }
        if let event = operation.event { json.member("event", event.text) }
        if let purchase = operation.purchase {
            json.key("items")
            json.beginArray()
            for item in purchase.items {
                json.beginObject()
                json.member("sku", item.sku)
                json.member("category", item.category)
                json.member("quantity", item.quantity)
                json.member("amount", item.amount)
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
