import Engine
import JSON
import Ledger
import Loyalty
import Rules
import StoreForms
import Time

/// All rows of a batch, by table and sorted as they must be locked. One batch after the other uses them, because memory
/// that is taken anew for each costs more than filling it.
struct BatchRows {
    var updatedMembers = Rows(BatchStatements.updatedMember)
    /// Their places among the members of the batch.
    private(set) var updatedPlaces: [Int] = []
    var newMembers = Rows(BatchStatements.newMember)
    var identifiers = Rows(BatchStatements.identifier)
    var claims = Rows(BatchStatements.claim)
    var profiles = Rows(BatchStatements.profile)
    var traits = Rows(BatchStatements.traits)
    var due = Rows(DueStatements.time)
    var consents = Rows(BatchStatements.consent)
    var erased = Rows(BatchStatements.erased)
    var operations = Rows(BatchStatements.operation)
    var seen = Rows(BatchStatements.seen)
    var shared = Rows(BatchStatements.shared)
    var sharedBounds = Rows(BatchStatements.sharedBounds)
    private var json = JSONWriter(reserving: 4096)

    /// Forgets all rows and keeps the memory.
    mutating func removeAll() {
        updatedMembers.removeAll()
        updatedPlaces.removeAll(keepingCapacity: true)
        newMembers.removeAll()
        identifiers.removeAll()
        claims.removeAll()
        profiles.removeAll()
        traits.removeAll()
        due.removeAll()
        consents.removeAll()
        erased.removeAll()
        operations.removeAll()
        seen.removeAll()
        shared.removeAll()
        sharedBounds.removeAll()
    }

    // MARK: Members

    mutating func add(_ members: [MemberWrite]) {
        // Places are sorted, not members, who are dear to move.
        let order = members.indices.sorted { members[$0].state.number < members[$1].state.number }
        for index in order {
            let (state, version) = (members[index].state, members[index].expectedVersion)
            if version == 0 {
                Self.add(state, to: &newMembers, by: &json)
                newMembers.add(state.id)
                newMembers.add(state.enrolledAt)
            } else {
                Self.add(state, to: &updatedMembers, by: &json)
                updatedMembers.add(version)
                updatedPlaces.append(index)
            }
        }
    }

    /// The columns that change, and the member's number.
    private static func add(_ state: MemberState, to rows: inout Rows, by json: inout JSONWriter) {
        rows.add(state.version)
        rows.add(state.ledger.lastLot)
        rows.add(state.ledger.lastTransfer)
        rows.add(state.counters.purchases)
        rows.add(state.counters.firstPurchaseAt)
        rows.add(state.counters.lastPurchaseAt)
        rows.add(state.head)
        rows.add(by: &json) { MemberRow.write(state.ledger.balances, to: &$0) }
        rows.add(by: &json) { MemberRow.write(state.ledger.lots, to: &$0) }
        rows.add(state.tier, by: &json) { MemberRow.write($0, to: &$1) }
        rows.addUnless(state.usages.isEmpty, by: &json) { UsageColumn.write(state.usages, to: &$0) }
        rows.addUnless(state.holds.isEmpty, by: &json) { HoldsColumn.write(state.holds, to: &$0) }
        rows.addUnless(state.vouchers.isEmpty, by: &json) { VouchersColumn.write(state.vouchers, to: &$0) }
        rows.addUnless(state.bonds.isEmpty, by: &json) { BondsColumn.write(state.bonds, to: &$0) }
        rows.add(state.celebratedUntil == state.enrolledAt ? nil : state.celebratedUntil)
        rows.addUnless(StatusColumn.isPlain(state), by: &json) { StatusColumn.write(state, to: &$0) }
        rows.add(state.erasedAt)
        rows.add(state.number)
    }

    mutating func add(_ names: [NewIdentifier], _ profiles: [NewProfile], _ traits: [TraitsWrite]) {
        var places: [MemberNumber: Int64] = [:]
        let new = names.map { new in
            places[new.member, default: 0] += 1
            return (key: HashedKey(new.identifier), new: new, place: places[new.member, default: 0])
        }
        for entry in new.sorted(by: { $0.key < $1.key }) {
            identifiers.add(entry.key)
            identifiers.add(text: entry.new.identifier.kind.text)
            identifiers.add(entry.new.identifier.value)
            identifiers.add(entry.new.member)
            identifiers.add(entry.place)
        }
        for profile in profiles.sorted(by: { $0.member < $1.member }) {
            self.profiles.add(profile.member)
            self.profiles.add(text: profile.name)
        }
        // A member's last traits count.
        let newest = Dictionary(traits.map { ($0.member, $0.traits) }) { _, last in last }
        for (member, value) in newest.sorted(by: { $0.key < $1.key }) {
            self.traits.add(member)
            self.traits.add(by: &json) { TraitsColumn.write(value, to: &$0) }
        }
    }

    mutating func add(_ times: [DueTime]) {
        for time in times.sorted(by: { $0.member < $1.member }) {
            due.add(time.member)
            due.add(time.at)
        }
    }

    mutating func add(erasures: [MemberNumber]) {
        for member in erasures.sorted() {
            erased.add(member)
            erased.add(MemberState.pseudonym(of: member))
        }
    }

    mutating func add(_ consents: [ConsentWrite]) {
        // Of a member and purpose the last counts.
        var newest: [(write: ConsentWrite, place: Int)] = []
        for (place, write) in consents.enumerated() {
            newest.removeAll { $0.write.member == write.member && $0.write.consent.purpose == write.consent.purpose }
            newest.append((write, place))
        }
        for (write, _) in newest.sorted(by: {
            ($0.write.member, $0.write.consent.purpose) < ($1.write.member, $1.write.consent.purpose)
        }) {
            self.consents.add(write.member)
            self.consents.add(text: write.consent.purpose)
            self.consents.add(write.consent.isGranted)
            self.consents.add(text: write.consent.source)
            self.consents.add(write.consent.saidAt)
        }
    }

    // MARK: History

    mutating func addClaims(of operations: [SealedOperation], _ kept: [HashedKey]) {
        var all = kept.map { (key: $0, operation: OperationID.none) }
        all.reserveCapacity(kept.count + operations.count * 2)
        for index in operations.indices {
            let id = operations[index].operation.id
            if let key = operations[index].operation.idempotencyKey { all.append((HashedKey(key), id)) }
            if let receipt = operations[index].operation.purchase?.receipt {
                all.append((HashedKey(receipt), id))
            }
        }
        for entry in all.sorted(by: { $0.key < $1.key }) {
            claims.add(entry.key)
            claims.add(entry.operation)
        }
    }

    mutating func add(_ sealed: [SealedOperation]) {
        for sealed in sealed {
            let operation = sealed.operation
            operations.add(operation.id)
            operations.add(Int64(operation.kind.rawValue))
            if let cause = operation.cause {
                operations.add(cause.client)
                operations.add(cause.idempotencyKey)
                operations.add(cause.fingerprint)
            } else {
                for _ in 0..<3 { operations.addNull() }
            }
            operations.add(operation.occurredAt)
            operations.add(operation.postedAt)
            operations.add(operation.ruleSetVersion)
            operations.add(sealed.digest)
            operations.add(text: sealed.result)
            if let salt = sealed.salt { operations.add(HashedKey(salt)) } else { operations.addNull() }
            operations.add(operation.about)
            operations.add(operation.detail, by: &json) { DetailColumn.write($0, to: &$1) }
            if let event = operation.event { operations.add(text: event.text) } else { operations.addNull() }
            add(operation.purchase, of: operation.id.member)
            add(operation.movements)
            operations.addUnless(operation.usages.isEmpty, by: &json) { UsageColumn.write(operation.usages, to: &$0) }
            let seen = operation.seen
            operations.addUnless(seen.shared.isEmpty, by: &json) { UsageColumn.write(seen.shared, to: &$0) }
            operations.addUnless(seen.used.isEmpty, by: &json) { UsageColumn.write(seen.used, to: &$0) }
            operations.addUnless(seen.standing == nil, by: &json) { StandingColumn.write(seen.standing, to: &$0) }
            operations.addUnless(operation.tierChanges.isEmpty, by: &json) {
                TierChangesColumn.write(operation.tierChanges, to: &$0)
            }
        }
    }

    private mutating func add(_ purchase: Purchase?, of member: MemberNumber) {
        guard let purchase else {
            for _ in 0..<9 { operations.addNull() }
            return
        }
        operations.add(purchase.receipt.store)
        operations.add(purchase.receipt.terminal)
        operations.add(purchase.receipt.number)
        operations.add(text: purchase.channel)
        operations.add(purchase.occurredAt)
        operations.add(text: purchase.currency)
        operations.add(by: &json) { PurchaseRow.write(purchase.items, to: &$0) }
        operations.addUnless(purchase.tags.isEmpty && purchase.coupons.isEmpty, by: &json) {
            PurchaseRow.writeWords(of: purchase, to: &$0)
        }
        operations.addUnless(purchase.isPaidWithMoney, by: &json) {
            PaymentColumn.write(purchase, of: member, to: &$0)
        }
    }

    /// What an operation moved, beside it.
    private mutating func add(_ movements: Movements) {
        operations.addUnless(movements.transfers.isEmpty, by: &json) {
            TransfersColumn.write(movements.transfers, to: &$0)
        }
        operations.addUnless(movements.opened.isEmpty, by: &json) { MemberRow.write(movements.opened, to: &$0) }
        operations.addUnless(movements.changed.isEmpty, by: &json) { MemberRow.write(movements.changed, to: &$0) }
    }

    mutating func addSeen(of operations: [SealedOperation]) {
        for index in operations.indices {
            let seen = operations[index].operation.seen
            guard !seen.traits.isEmpty || !seen.attributes.isEmpty || !seen.codes.isEmpty else { continue }
            self.seen.add(operations[index].operation.id)
            self.seen.addUnless(seen.traits.isEmpty, by: &json) { TraitsColumn.write(seen.traits, to: &$0) }
            self.seen.addUnless(seen.attributes.isEmpty, by: &json) { TraitsColumn.write(seen.attributes, to: &$0) }
            self.seen.addUnless(seen.codes.isEmpty, by: &json) { json in
                json.beginArray()
                for code in seen.codes { json.string(code.text) }
                json.endArray()
            }
        }
    }

    // MARK: The batch

    mutating func add(_ uses: [SharedUse]) {
        func order(_ use: SharedUse) -> (UInt8, [UInt8], Int64) {
            (use.key.kind.rawValue, Array(use.key.id.utf8), use.key.window.milliseconds)
        }
        let sorted = uses.sorted { left, right in
            let (one, other) = (order(left), order(right))
            if one.0 != other.0 { return one.0 < other.0 }
            if one.1 != other.1 { return one.1.lexicographicallyPrecedes(other.1) }
            return one.2 < other.2
        }
        for use in sorted {
            if use.change == 0 {
                sharedBounds.add(use.key)
                sharedBounds.add(use.least)
                sharedBounds.add(use.limit)
            } else {
                shared.add(use.key)
                shared.add(use.change)
                shared.add(use.least)
                shared.add(use.limit)
            }
        }
    }
}

extension OperationID {
    /// What a claim says that leads to no operation.
    static let none = OperationID(member: MemberNumber(0), sequence: 0)
}

extension Rows {
    mutating func add(_ operation: OperationID) {
        add(operation.member)
        add(operation.sequence)
    }
}

extension Operation {
    /// The idempotency key in its scope; `nil` for what the engine did of itself.
    var idempotencyKey: IdempotencyKey? {
        cause.map { IdempotencyKey(client: $0.client, key: $0.idempotencyKey) }
    }
}
