import Engine
import Ledger
import Loyalty
import Rules
import Time

/// One moment of a memory store.
struct MemoryReader: StoreReader {
    let contents: Contents

    func owner(of identifier: Identifier) -> MemberNumber? {
        contents.owners[identifier]
    }

    func state(of member: MemberNumber) -> MemberState? {
        contents.members[member]?.state
    }

    func profile(of member: MemberNumber) -> Profile {
        let found = contents.members[member]
        return Profile(name: found?.name, identifiers: found?.identifiers ?? [])
    }

    func consents(of member: MemberNumber) -> [Consent] {
        (contents.members[member]?.consents.values.sorted { $0.purpose < $1.purpose }) ?? []
    }

    func operations(of member: MemberNumber, after sequence: Int64, limit: Int) -> [StoredOperation] {
        let behind = contents.members[member]?.operations.filter { $0.sealed.operation.id.sequence > sequence } ?? []
        return Array(behind.prefix(max(0, limit)))
    }

    func operations(of member: MemberNumber, before sequence: Int64, limit: Int) -> [StoredOperation] {
        let ahead = contents.members[member]?.operations.filter { $0.sealed.operation.id.sequence < sequence } ?? []
        return Array(ahead.reversed().prefix(max(0, limit)))
    }

    func tierChanges(of member: MemberNumber) -> [StoredTierChange] {
        contents.members[member]?.operations.flatMap(\.sealed.operation.storedTierChanges) ?? []
    }

    func operation(of receipt: ReceiptNumber) -> OperationID? {
        contents.receipts[receipt]
    }

    func history(after position: HistoryPosition, limit: Int, _ detail: HistoryDetail) -> [HistoryEntry] {
        let start = min(max(0, position.value), Int64(contents.history.count))
        let ids = contents.history.dropFirst(Int(start)).prefix(max(0, limit))
        return zip(Int(start)..., ids).compactMap { index, id in
            guard let member = contents.members[id.member] else { return nil }
            let operation = member.operations[Int(id.sequence) - 1].sealed.operation
            return HistoryEntry(
                position: HistoryPosition(Int64(index) + 1),
                operation: operation.told(in: detail),
                joined: id.sequence == 1 ? JoinedMember(id: member.state.id, traits: member.state.traits) : nil)
        }
    }

    func operationsReferredTo() -> Set<OperationID> {
        contents.members.reduce(into: []) { ids, member in
            for stored in member.value.operations {
                guard let subject = stored.sealed.operation.subject else { continue }
                ids.insert(subject)
            }
        }
    }

    func lots(of member: MemberNumber) -> [Lot] {
        (contents.members[member]?.lots.values.sorted { $0.number < $1.number }) ?? []
    }

    func members(after member: MemberNumber, limit: Int) -> [MemberNumber] {
        Array(contents.members.keys.filter { $0 > member }.sorted().prefix(max(0, limit)))
    }

    func due(upTo instant: Instant, after place: DuePlace, limit: Int) -> [ScheduledMember] {
        let found = contents.dueTimes.filter { member, at in
            at <= instant && (at, member) > (place.at, place.member)
        }
        return found.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.prefix(max(0, limit))
            .compactMap { scheduled($0.key) }
    }

    func scheduled(after member: MemberNumber, limit: Int) -> [ScheduledMember] {
        members(after: member, limit: limit).compactMap(scheduled)
    }

    private func scheduled(_ member: MemberNumber) -> ScheduledMember? {
        state(of: member).map { ScheduledMember(state: $0, dueAt: contents.dueTimes[member]) }
    }

    func dueSurvey() -> DueSurvey {
        contents.dueSurvey
    }

    func writers() -> [WriterID] {
        contents.writers.map(\.id)
    }

    func blocks(of writer: WriterID, after number: Int64, limit: Int) -> [Block] {
        let behind = (contents.blocks[writer] ?? [:]).values.map(\.block).filter { $0.number > number }
        return Array(behind.sorted { $0.number < $1.number }.prefix(max(0, limit)))
    }

    func digests(writer: WriterID, number: Int64) -> [Digest] {
        contents.blocks[writer]?[number]?.digests ?? []
    }

    func totals() throws -> [ProgramTotal] {
        var sums: [CurrencyID: [Account: Int128]] = [:]
        for total in contents.totals.values.flatMap(\.values).joined() {
            sums[total.currency, default: [:]][total.account, default: 0] += Int128(total.change.count)
        }
        return try sums.sorted { $0.key < $1.key }.flatMap { currency, accounts in
            try accounts.sorted { $0.key.rawValue < $1.key.rawValue }.map { account, sum in
                guard let change = Int64(exactly: sum) else {
                    throw StoreError(.corrupt, "the total of \(account.name) does not fit 64 bits")
                }
                return ProgramTotal(currency: currency, account: account, change: Points(change))
            }
        }
    }

    func sharedUsages() -> [Usage] {
        contents.shared.map { Usage($0.key, $0.value) }
            .sorted { ($0.key.kind.rawValue, $0.key.id) < ($1.key.kind.rawValue, $1.key.id) }
    }

    func counts() -> StoreCounts {
        contents.counts
    }

    func ruleSets(after version: Int64) -> [StoredRuleSet] {
        contents.ruleSets.filter { $0.version > version }
    }

    func bookSteps() -> [BookStep] {
        writers().flatMap { writer in
            var steps: [BookStep] = []
            for block in blocks(of: writer, after: 0, limit: .max)
            where !steps.contains(where: { $0.newestRuleSet == block.newestRuleSet }) {
                steps.append(
                    BookStep(writer: writer, firstBlock: block.number, newestRuleSet: block.newestRuleSet))
            }
            return steps
        }
    }

    func audit(after number: Int64, limit: Int) -> [AuditEntry] {
        Array(contents.audit.filter { $0.number > number }.prefix(max(0, limit)))
    }

    func audit(before number: Int64, limit: Int) -> [AuditEntry] {
        Array(contents.audit.reversed().filter { $0.number < number }.prefix(max(0, limit)))
    }

    func signingKeys() -> [SigningKey] { contents.signingKeys }

    func clients() -> [Client] {
        contents.clients
    }

    // MARK: Copying

    func registeredWriters() -> [RegisteredWriter] { contents.registeredWriters }

    func nextMemberNumber() -> Int64 { contents.nextMemberNumber }

    func batches(after position: HistoryPosition, limit: Int) -> [PlacedBatch] {
        var found: [PlacedBatch] = []
        var place = Int(max(0, position.value))
        while found.count < limit, place < contents.history.count,
            let first = stored(contents.history[place]),
            let block = contents.blocks[first.writer]?[first.batch]?.block
        {
            // A batch's operations lie behind each other.
            let ids = contents.history[place...].prefix(Int(block.count))
            place += ids.count
            found.append(
                PlacedBatch(
                    position: HistoryPosition(Int64(place)),
                    batch: RecordedBatch(
                        block: block, operations: ids.compactMap { stored($0)?.sealed },
                        totals: contents.totals[block.writer]?[block.number] ?? [])))
        }
        return found
    }

    private func stored(_ id: OperationID) -> StoredOperation? {
        contents.members[id.member]?.operations[Int(id.sequence) - 1]
    }

    func refusals(after place: Int64, limit: Int) -> [PlacedRefusal] {
        Array(contents.placedRefusals.lazy.filter { $0.place > place }.prefix(max(0, limit)))
    }

    func keptReceipts(after receipt: ReceiptNumber?, limit: Int) -> [ReceiptNumber] {
        func parts(_ receipt: ReceiptNumber) -> [[UInt8]] {
            [receipt.store, receipt.terminal, receipt.number].map { Array($0.text.utf8) }
        }
        func isBefore(_ left: ReceiptNumber, _ right: ReceiptNumber) -> Bool {
            parts(left).lexicographicallyPrecedes(parts(right)) { $0.lexicographicallyPrecedes($1) }
        }
        let behind = contents.keptReceipts.filter { kept in receipt.map { isBefore($0, kept) } ?? true }
        return Array(behind.sorted(by: isBefore).prefix(max(0, limit)))
    }

    func keptRecord(of receipt: ReceiptNumber) -> KeptRecord? { contents.keptRecord(of: receipt) }
}
