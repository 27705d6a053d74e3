import Engine
import JSON
import Ledger
import Loyalty
import Rules
import StoreForms
import Time

/// All rows of a batch, by table and sorted as they must be locked.
struct BatchRows {
    var updatedMembers = Rows(BatchStatements.updatedMember)
    var newMembers = Rows(BatchStatements.newMember)
    var identifiers = Rows(BatchStatements.identifier)
    var claims = Rows(BatchStatements.claim)
    var profiles = Rows(BatchStatements.profile)
    var traits = Rows(BatchStatements.traits)
    var operations = Rows(BatchStatements.operation)
    var transfers = Rows(BatchStatements.transfer)
    var lotEntries = Rows(BatchStatements.lotEntry)
    var usages = Rows(BatchStatements.usage)
    var seen = Rows(BatchStatements.seen)
    var totals = Rows(BatchStatements.total)
    var shared = Rows(BatchStatements.shared)
    private var json = JSONWriter(reserving: 4096)

    // MARK: Members

    mutating func addMembers(of batch: Batch) {
        for write in batch.members.sorted(by: { $0.state.number < $1.state.number }) {
            let state = write.state
            if write.expectedVersion == 0 {
                add(state, to: \.newMembers)
                newMembers.add(state.id)
                newMembers.add(state.enrolledAt)
            } else {
                add(state, to: \.updatedMembers)
                updatedMembers.add(write.expectedVersion)
            }
        }
    }

    /// The columns that change, and the member's number.
    private mutating func add(_ state: MemberState, to path: WritableKeyPath<BatchRows, Rows>) {
        var json = JSONWriter()
        swap(&json, &self.json)
        var rows = Rows([Column("none", .bigint)])
        swap(&rows, &self[keyPath: path])
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
        rows.add(state.celebratedUntil == state.enrolledAt ? nil : state.celebratedUntil)
        rows.add(state.number)
        swap(&rows, &self[keyPath: path])
        swap(&json, &self.json)
    }

    mutating func addNames(of batch: Batch) {
        var places: [MemberNumber: Int64] = [:]
        let new = batch.identifiers.map { new in
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
        for profile in batch.profiles.sorted(by: { $0.member < $1.member }) {
            profiles.add(profile.member)
            profiles.add(text: profile.name)
        }
        // A member's last traits count.
        let newest = Dictionary(batch.traits.map { ($0.member, $0.traits) }) { _, last in last }
        for (member, value) in newest.sorted(by: { $0.key < $1.key }) {
            traits.add(member)
            traits.add(by: &json) { TraitsColumn.write(value, to: &$0) }
        }
    }

    // MARK: History

    mutating func addClaims(of batch: Batch) {
        var all: [(key: HashedKey, operation: OperationID)] = []
        all.reserveCapacity(batch.operations.count * 2)
        for operation in batch.operations.map(\.operation) {
            if let key = operation.idempotencyKey { all.append((HashedKey(key), operation.id)) }
            if let purchase = operation.purchase { all.append((HashedKey(purchase.receipt), operation.id)) }
        }
        for entry in all.sorted(by: { $0.key < $1.key }) {
            claims.add(entry.key)
            claims.add(entry.operation)
        }
    }

    mutating func addOperations(of batch: Batch) {
        for sealed in batch.operations {
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
            operations.add(operation.about)
            operations.add(operation.detail, by: &json) { DetailColumn.write($0, to: &$1) }
            if let event = operation.event { operations.add(text: event.text) } else { operations.addNull() }
            add(operation.purchase)
            let seen = operation.seen
            operations.addUnless(seen.shared.isEmpty, by: &json) { UsageColumn.write(seen.shared, to: &$0) }
            operations.addUnless(seen.used.isEmpty, by: &json) { UsageColumn.write(seen.used, to: &$0) }
            operations.addUnless(seen.standing == nil, by: &json) { StandingColumn.write(seen.standing, to: &$0) }
        }
    }

    private mutating func add(_ purchase: Purchase?) {
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
        operations.add(purchase.payment, by: &json) { PaymentColumn.write($0, to: &$1) }
    }

    mutating func addMovements(of batch: Batch) {
        for operation in batch.operations.map(\.operation) {
            for (leg, transfer) in operation.movements.transfers.enumerated() {
                transfers.add(operation.id)
                transfers.add(leg)
                transfers.add(transfer.number)
                transfers.add(transfer.currency)
                transfers.add(transfer.from)
                transfers.add(transfer.to)
                transfers.add(transfer.amount)
                transfers.add(transfer.lot)
                transfers.add(transfer.availableAfter)
            }
            let opened = operation.movements.opened.count
            for (position, lot) in (operation.movements.opened + operation.movements.changed).enumerated() {
                lotEntries.add(operation.id)
                lotEntries.add(position)
                lotEntries.add(position < opened)
                lotEntries.add(lot.number)
                lotEntries.add(lot.currency)
                lotEntries.add(lot.origin)
                lotEntries.add(lot.ruleSetVersion)
                lotEntries.add(lot.original)
                lotEntries.add(lot.remaining)
                lotEntries.add(lot.held)
                lotEntries.add(lot.earnedAt)
                lotEntries.add(lot.vesting.stored)
                lotEntries.add(lot.expiresAt)
            }
        }
    }

    mutating func addRuleMemory(of batch: Batch) {
        for operation in batch.operations.map(\.operation) {
            for (position, usage) in operation.usages.enumerated() {
                usages.add(operation.id)
                usages.add(position)
                usages.add(usage.key)
                usages.add(usage.amount)
            }
            let seen = operation.seen
            guard !seen.traits.isEmpty || !seen.attributes.isEmpty || !seen.codes.isEmpty else { continue }
            self.seen.add(operation.id)
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

    mutating func addTotals(of batch: Batch) {
        for total in batch.totals {
            totals.add(batch.block.writer.value)
            totals.add(batch.block.number)
            totals.add(total.currency)
            totals.add(total.account)
            totals.add(total.change)
        }
    }

    mutating func addShared(of batch: Batch) {
        func order(_ use: SharedUse) -> (UInt8, [UInt8], Int64) {
            (use.key.kind.rawValue, Array(use.key.id.utf8), use.key.window.milliseconds)
        }
        let sorted = batch.shared.sorted { left, right in
            let (one, other) = (order(left), order(right))
            if one.0 != other.0 { return one.0 < other.0 }
            if one.1 != other.1 { return one.1.lexicographicallyPrecedes(other.1) }
            return one.2 < other.2
        }
        for use in sorted {
            shared.add(use.key)
            shared.add(use.change)
            shared.add(use.limit)
        }
    }
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
