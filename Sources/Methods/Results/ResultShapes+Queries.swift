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
        for identifier in profile.identifiers where identifier.kind != .member && identifier.kind != .voucher {
            write(identifier, to: &json)
        }
        json.endArray()
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
    func balances(of member: MemberState, at now: Instant) -> [UInt8] {
        var json = JSONWriter(reserving: 512)
        json.beginObject()
        json.member("member", member.id.text)
        json.key("at")
        write(now, to: &json)
        write(balancesOf: member, to: &json)
        json.endObject()
        return json.take()
    }

    /// The result of `tier.get`: the level, what counts toward it, and what is missing.
    func tier(of member: MemberState, at now: Instant) -> [UInt8] {
        var json = JSONWriter(reserving: 512)
        json.beginObject()
        json.member("member", member.id.text)
        write(tierOf: member, to: &json)
        if let standing = member.tier, let policy = program.tiers {
            let year = program.zone.date(at: now).year
            let total = standing.total(of: year)
            let present = policy.level(standing.current.level) ?? 0
            json.key("metric")
            json.beginObject()
            switch policy.metric {
            case .earned(let currency): json.member("earned", program.currencies[currency].id)
            case .spend: json.member("spend", program.money.currency.code)
            }
            json.member("year", Int64(year))
            json.member("total", total)
            json.endObject()
            if present + 1 < policy.levels.count {
                let next = policy.levels[present + 1]
                json.key("next")
                json.beginObject()
                json.member("id", next.id)
                json.member("from", next.from)
                json.member("missing", max(0, next.from - total))
                json.endObject()
            }
            if let until = standing.until { writeKeeping(policy.levels[present], standing, until: until, to: &json) }
            json.key("history")
            json.beginArray()
            for period in standing.periods {
                json.beginObject()
                json.member("id", period.level)
                json.key("since")
                write(period.since, to: &json)
                json.endObject()
            }
            json.endArray()
        }
        json.endObject()
        return json.take()
    }

    /// What is still missing, in the last calendar year before the level ends, to keep it.
    private func writeKeeping(
        _ level: TierLevel, _ standing: TierStanding, until: Instant, to json: inout JSONWriter
    ) {
        let year = program.zone.date(at: until).year - 1
        json.key("keep")
        json.beginObject()
        json.member("year", Int64(year))
        json.member("missing", max(0, level.from - standing.total(of: year)))
        json.key("by")
        write(until, to: &json)
        json.endObject()
    }

    /// The result of `lots.list`: the open lots in the order in which they are spent.
    func lots(of member: MemberState) -> [UInt8] {
        var json = JSONWriter(reserving: 1024)
        json.beginObject()
        json.member("member", member.id.text)
        json.key("lots")
        json.beginArray()
        for lot in member.ledger.lots {
            json.beginObject()
            json.member("lot", lot.number)
            json.member("currency", lot.currency.text)
            json.member("operation", OperationID(member: member.number, sequence: lot.origin).description)
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
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.take()
    }

    /// The result of `statement.list`: operations newest first, each with its transfers.
    ///
    /// - Parameter next: the cursor of the next page, where there is one.
    func statement(of member: MemberState, _ operations: [Operation], next: Int64?) -> [UInt8] {
        var json = JSONWriter(reserving: 4096)
        json.beginObject()
        json.member("member", member.id.text)
        json.key("operations")
        json.beginArray()
        for operation in operations { write(operation, to: &json) }
        json.endArray()
        if let next { json.member("next_cursor", String(next)) }
        json.endObject()
        return json.take()
    }

    private func write(_ operation: Operation, to json: inout JSONWriter) {
        json.beginObject()
        writeMembers(of: operation, to: &json)
        json.endObject()
    }

    /// What happened and how points moved, as members of an object.
    func writeMembers(of operation: Operation, to json: inout JSONWriter) {
        json.member("operation", operation.id.description)
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
        if let about = operation.about {
            json.member("about", OperationID(member: operation.id.member, sequence: about).description)
        }
        if let reason = operation.detail?.text("reason") { json.member("reason", reason) }
        json.key("transfers")
        json.beginArray()
        for transfer in operation.movements.transfers {
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
}
