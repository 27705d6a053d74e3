import Engine
import JSON
import Ledger
import Loyalty
import Rules
import Time

extension ResultShapes {
    /// The result of `member.get`.
    func member(_ member: MemberState, _ profile: Profile) -> [UInt8] {
        var json = JSONWriter(reserving: 1024)
        json.beginObject()
        json.member("member", member.id.text)
        if let name = profile.name { json.member("name", name) }
        json.key("identifiers")
        json.beginArray()
        for identifier in profile.identifiers where identifier.kind.isShown {
            write(identifier, to: &json)
        }
        json.endArray()
        if member.status != .active { write(member.status, to: &json) }
        json.key("enrolled_at")
        write(member.enrolledAt, to: &json)
        json.member("purchases", member.counters.purchases)
        if let first = member.counters.firstPurchaseAt {
            json.key("first_purchase_at")
            write(first, to: &json)
        }
        if let last = member.counters.lastPurchaseAt {
            json.key("last_purchase_at")
            write(last, to: &json)
        }
        write(balancesOf: member, to: &json)
        write(tierOf: member, to: &json)
        write(member.traits, to: &json)
        json.endObject()
        return json.take()
    }

    func write(_ identifier: Identifier, to json: inout JSONWriter) {
        json.beginObject()
        if case .external(let system) = identifier.kind {
            json.key("external")
            json.beginObject()
            json.member(system.text, identifier.value.text)
            json.endObject()
        } else {
            json.member(identifier.kind.text, identifier.value.text)
        }
        json.endObject()
    }

    func write(_ traits: Traits, to json: inout JSONWriter) {
        if !traits.attributes.isEmpty {
            json.key("attributes")
            json.beginObject()
            for attribute in traits.attributes {
                json.key(attribute.name)
                switch attribute.value {
                case .text(let text): json.string(text)
                case .integer(let number): json.int(number)
                case .truth(let truth): json.bool(truth)
                case .date(let date): json.string(date.description)
                }
            }
            json.endObject()
        }
        for (name, words) in [("tags", traits.tags), ("segments", traits.segments)] where !words.isEmpty {
            json.key(name)
            json.beginArray()
            for word in words { json.string(word) }
            json.endArray()
        }
    }

    /// The result of `balance.get`.
    func balances(of member: MemberState, _ pool: Pool?, at now: Instant) -> [UInt8] {
        var json = JSONWriter(reserving: 512)
        json.beginObject()
        json.member("member", member.id.text)
        json.key("at")
        write(now, to: &json)
        write(balancesOf: member, to: &json)
        if let pool { write(pool, for: member, to: &json) }
        json.endObject()
        return json.take()
    }

    /// The result of `lots.list`.
    func lots(of member: MemberState, _ page: LotPage) -> [UInt8] {
        var json = JSONWriter(reserving: 1024)
        json.beginObject()
        json.member("member", member.id.text)
        write(page.lots, of: member, to: &json)
        if let next = page.next { json.member("next_cursor", LotCursor.text(next)) }
        json.endObject()
        return json.take()
    }

    /// The result of `balance.at`.
    ///
    /// - Parameter member: with the points of that time.
    func points(of member: MemberState, at instant: Instant, madeBy origins: [Int64: Operation]) -> [UInt8] {
        var json = JSONWriter(reserving: 1024)
        json.beginObject()
        json.member("member", member.id.text)
        json.key("at")
        write(instant, to: &json)
        write(balancesOf: member, to: &json)
        write(member.ledger.lots, of: member, madeBy: origins, to: &json)
        json.endObject()
        return json.take()
    }

    func write(
        _ lots: [Lot], of member: MemberState, madeBy origins: [Int64: Operation] = [:], to json: inout JSONWriter
    ) {
        json.key("lots")
        json.beginArray()
        for lot in lots {
            json.beginObject()
            json.member("lot", lot.number)
            json.member("currency", lot.currency.text)
            json.member("operation", OperationID(reference: lot.origin, in: member.number).description)
            json.member("original", lot.original.count)
            json.member("remaining", lot.remaining.count)
            if lot.held > .zero { json.member("held", lot.held.count) }
            switch lot.vesting {
            case .vested: break
            case .at(let instant):
                json.key("vests_at")
                write(instant, to: &json)
            case .onConfirmation: json.member("awaits", "confirmation")
            }
            json.key("earned_at")
            write(lot.earnedAt, to: &json)
            if let expiresAt = lot.expiresAt {
                json.key("expires_at")
                write(expiresAt, to: &json)
            }
            if let origin = origins[lot.origin] {
                json.key("made_by")
                json.beginObject()
                write(naming: origin, to: &json)
                json.endObject()
            }
            json.endObject()
        }
        json.endArray()
    }

    /// The result of `statement.list`: operations newest first, each with its transfers, or those of one currency.
    func statement(of member: MemberState, _ page: StatementPage, currency: CurrencyID?) -> [UInt8] {
        var json = JSONWriter(reserving: 4096)
        json.beginObject()
        json.member("member", member.id.text)
        json.key("operations")
        json.beginArray()
        for operation in page.operations { write(operation, currency, to: &json) }
        json.endArray()
        if let next = page.next { json.member("next_cursor", String(next)) }
        json.endObject()
        return json.take()
    }

    private func write(_ operation: Operation, _ currency: CurrencyID?, to json: inout JSONWriter) {
        json.beginObject()
        writeMembers(of: operation, currency, to: &json)
        json.endObject()
    }

    /// What happened and how points moved, as members of an object.
    ///
    /// - Parameter currency: the only one of which transfers are told; `nil` for all.
    func writeMembers(of operation: Operation, _ currency: CurrencyID? = nil, to json: inout JSONWriter) {
        json.member("operation", operation.id.description)
        write(naming: operation, to: &json)
        json.key("transfers")
        json.beginArray()
        for transfer in operation.movements.transfers where currency.map({ $0 == transfer.currency }) ?? true {
            json.beginObject()
            json.member("number", transfer.number)
            json.member("currency", transfer.currency.text)
            json.member("from", transfer.from.name)
            json.member("to", transfer.to.name)
            json.member("amount", transfer.amount.count)
            json.member("lot", transfer.lot)
            json.member("available_after", transfer.availableAfter.count)
            json.endObject()
        }
        json.endArray()
    }

    /// Writes what an operation was, without its points.
    private func write(naming operation: Operation, to json: inout JSONWriter) {
        json.member("kind", operation.kind.name)
        json.key("occurred_at")
        write(operation.occurredAt, to: &json)
        json.key("posted_at")
        write(operation.postedAt, to: &json)
        if let purchase = operation.purchase {
            json.member("store", purchase.receipt.store.text)
            json.member("terminal", purchase.receipt.terminal.text)
            json.member("receipt", purchase.receipt.number.text)
            json.member("amount", purchase.amount ?? 0)
            json.member("currency", purchase.currency)
        }
        if let subject = operation.subject {
            json.member("about", subject.description)
        }
        if let reason = operation.detail?.text("reason") { json.member("reason", reason) }
        write(operation.tierChanges, to: &json)
    }
}
