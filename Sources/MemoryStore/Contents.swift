import Engine
import Ledger
import Loyalty
import Rules
import Time

/// Everything a memory store holds at one moment: a value.
struct Contents: Sendable {
    /// A member and what belongs to it.
    struct Member: Sendable {
        var state: MemberState
        var name: String?
        var identifiers: [Identifier] = []
        /// By sequence, without holes.
        var operations: [StoredOperation] = []
        /// Every lot as it is now, closed ones included, by number.
        var lots: [Int64: Lot] = [:]
        /// By purpose.
        var consents: [String: Consent] = [:]
    }

    private(set) var members: [MemberNumber: Member] = [:]
    private(set) var owners: [Identifier: MemberNumber] = [:]
    private(set) var answers: [IdempotencyKey: StoredAnswer] = [:]
    private(set) var receipts: [ReceiptNumber: OperationID] = [:]
    /// By writer, and then by number.
    private(set) var blocks: [WriterID: [Int64: (block: Block, digests: [Digest])]] = [:]
    /// What each batch moved on accounts of the program, by writer and then by number.
    private(set) var totals: [WriterID: [Int64: [ProgramTotal]]] = [:]
    /// All operations in the order in which they were recorded.
    private(set) var history: [OperationID] = []
    private(set) var shared: [UsageKey: Int64] = [:]
    /// In the order of their numbers.
    private(set) var writers: [(id: WriterID, registeredAt: Instant)] = []
    private(set) var counts = StoreCounts(members: 0, operations: 0, transfers: 0, blocks: 0)
    private var refusals: [IdempotencyKey: (place: Int64, note: RefusalNote)] = [:]
    /// The oldest one first.
    private var refusalOrder: [(place: Int64, note: RefusalNote)] = []
    private var lastRefusal: Int64 = 0
    private var kept: [ReceiptNumber: KeptSale] = [:]
    private var keptCalls: [ReceiptNumber: [IdempotencyKey]] = [:]
    var nextMemberNumber: Int64 = 1
    private(set) var ruleSets: [StoredRuleSet] = []
    private(set) var audit: [AuditEntry] = []
    private(set) var clients: [Client] = []
    private(set) var signingKeys: [SigningKey] = []
    private(set) var dueTimes: [MemberNumber: Instant] = [:]
    private(set) var dueSurvey = DueSurvey(ruleSet: 0, upTo: MemberNumber(0))
    private var dueLease: (writer: WriterID, until: Instant)?

    mutating func addWriter(at instant: Instant) -> WriterID {
        let writer = WriterID((writers.last?.id.value ?? 0) + 1)
        writers.append((writer, instant))
        return writer
    }

    // MARK: Rule sets and clients

    mutating func add(_ new: NewRuleSet, at now: Instant) -> AddingOutcome {
        if let key = new.request?.key, let known = ruleSets.first(where: { $0.request?.key == key }) {
            return .keyUsed(known)
        }
        let outcome = new.placed(behind: ruleSets, at: now)
        guard case .added(let stored) = outcome else { return outcome }
        audit.append(AuditEntry(new.auditNote(of: stored, behind: ruleSets), behind: audit.last))
        ruleSets.append(stored)
        return outcome
    }

    /// Whether a batch was decided under every rule set there is.
    func knowsRules(_ batch: Batch) -> Bool {
        ruleSets.last?.version ?? 0 <= batch.block.newestRuleSet
    }

    mutating func change(_ change: ClientChange) -> ClientOutcome {
        let outcome = change.outcome(among: clients)
        guard case .done(let client) = outcome else { return outcome }
        if let index = clients.firstIndex(where: { $0.number == client.number }) {
            clients[index] = client
        } else {
            clients.append(client)
        }
        audit.append(AuditEntry(change.auditNote(of: client), behind: audit.last))
        return outcome
    }

    mutating func record(_ note: AuditNote) {
        audit.append(AuditEntry(note, behind: audit.last))
    }

    mutating func add(_ key: SigningKey) {
        guard !signingKeys.contains(where: { $0.number == key.number }) else { return }
        signingKeys.append(key)
        signingKeys.sort { $0.number < $1.number }
    }

    mutating func rotateSigningKey(_ rotation: SigningKeyRotation) -> SigningKey {
        let key = rotation.key(behind: signingKeys)
        record(rotation.auditNote(behind: signingKeys))
        if rotation.endsEarlier { signingKeys.removeAll() }
        signingKeys.append(key)
        return key
    }

    // MARK: What is due

    mutating func leaseDueWork(to writer: WriterID, at now: Instant, until: Instant) -> Bool {
        if let dueLease, dueLease.writer != writer, dueLease.until > now { return false }
        dueLease = (writer, until)
        return true
    }

    mutating func schedule(_ corrections: [DueCorrection], survey: DueSurvey?) {
        for correction in corrections where members[correction.time.member]?.state.version == correction.version {
            dueTimes[correction.time.member] = correction.time.at
        }
        dueSurvey = survey ?? dueSurvey
    }

    // MARK: Writing

    /// The members for which a batch does not fit: others changed them, or took what they claim.
    func conflicts(with batch: Batch) -> Set<MemberNumber> {
        var conflicts: Set<MemberNumber> = []
        for write in batch.members where members[write.state.number]?.state.version ?? 0 != write.expectedVersion {
            conflicts.insert(write.state.number)
        }
        for read in batch.reads where members[read.member]?.state.version != read.version {
            conflicts.insert(read.member)
        }
        var keys: Set<IdempotencyKey> = []
        var posted: Set<ReceiptNumber> = []
        for operation in batch.operations.map(\.operation) {
            if let key = operation.key,
                answers[key] != nil || isRefused(key, batch.refusals) || !keys.insert(key).inserted
            {
                conflicts.insert(operation.id.member)
            }
            if let receipt = operation.purchase?.receipt, receipts[receipt] != nil || !posted.insert(receipt).inserted {
                conflicts.insert(operation.id.member)
            }
            if let receipt = operation.purchase?.receipt, isKept(receipt, behind: batch.kept) {
                conflicts.insert(operation.id.member)
            }
        }
        var claimed: Set<Identifier> = []
        for new in batch.identifiers {
            let isFree =
                owners[new.identifier].map { owner in
                    batch.freed.contains(new.identifier)
                        || new.identifier.kind.isErased && batch.erasures.contains(owner)
                } ?? true
            if !isFree || !claimed.insert(new.identifier).inserted { conflicts.insert(new.member) }
        }
        for profile in batch.profiles where members[profile.member]?.name != nil { conflicts.insert(profile.member) }
        return conflicts
    }

    /// Whether what a batch uses of what members share is still there.
    func fits(_ uses: [SharedUse]) -> Bool {
        uses.allSatisfy { $0.fits(on: shared[$0.key] ?? 0) }
    }

    /// Whether sales without a member are as changes of them expect it, and what has to be new is new.
    func fits(_ changes: KeptChanges, _ refusals: RefusalNotes) -> Bool {
        var keys: Set<IdempotencyKey> = []
        return changes.sales.allSatisfy { write in
            let receipt = write.sale.purchase.receipt
            let isPosted = write.expectedVersion == 0 && receipts[receipt] != nil
            return (kept[receipt]?.version ?? 0) == write.expectedVersion && !isPosted
        }
            && changes.calls.allSatisfy {
                answers[$0.key] == nil && !isRefused($0.key, refusals) && keys.insert($0.key).inserted
            }
    }

    /// Whether a receipt is that of a sale that nobody has claimed behind changes.
    private func isKept(_ receipt: ReceiptNumber, behind changes: KeptChanges) -> Bool {
        let sale = changes.sales.last { $0.sale.purchase.receipt == receipt }?.sale ?? kept[receipt]
        return sale.map { !$0.isClaimed } ?? false
    }

    /// Writes changes of sales without a member, which fit, and forgets those that can no longer be claimed.
    mutating func apply(_ changes: KeptChanges, _ refusals: RefusalNotes) {
        defer { note(refusals) }
        guard !changes.isEmpty else { return }
        for key in refusals.outlived { forget(key) }
        for write in changes.sales { kept[write.sale.purchase.receipt] = write.sale }
        for call in changes.calls { add(call) }
        let over = kept.values.filter { $0.until <= changes.now }.sorted { $0.until < $1.until }
        for sale in over.prefix(changes.pruning) {
            kept[sale.purchase.receipt] = nil
            for key in keptCalls.removeValue(forKey: sale.purchase.receipt) ?? [] { answers[key] = nil }
        }
    }

    private mutating func add(_ call: KeptCall) {
        answers[call.key] = StoredAnswer(operation: nil, fingerprint: call.fingerprint, result: call.result)
        keptCalls[call.receipt, default: []].append(call.key)
    }

    /// Writes a batch that has no conflicts.
    mutating func apply(_ batch: Batch) throws {
        guard !hasBatch(writer: batch.block.writer, number: batch.block.number) else {
            throw StoreError(.unavailable, "the batch is there already")
        }
        let before = batch.members.map { write in
            members[write.state.number].map {
                MemberBefore(balances: $0.state.ledger.balances, lastTransfer: $0.state.ledger.lastTransfer)
            }
        }
        if let fault = batch.fault(before: before) {
            throw StoreError(.corrupt, "the batch does not add up: \(fault)")
        }

        // From here on the batch is written.
        for write in batch.members {
            let number = write.state.number
            if members[number] == nil { counts.members += 1 }
            members[number, default: Member(state: write.state)].state = write.state
        }
        for member in batch.erasures { erase(member) }
        for sealed in batch.operations { add(sealed, of: batch.block) }
        for identifier in batch.freed {
            guard let owner = owners.removeValue(forKey: identifier) else { continue }
            members[owner]?.identifiers.removeAll { $0 == identifier }
        }
        for write in batch.consents { members[write.member]?.consents[write.consent.purpose] = write.consent }
        for new in batch.identifiers {
            owners[new.identifier] = new.member
            members[new.member]?.identifiers.append(new.identifier)
        }
        for profile in batch.profiles { members[profile.member]?.name = profile.name }
        for merge in batch.merges {
            let moved = members[merge.from]?.identifiers ?? []
            for identifier in moved { owners[identifier] = merge.to }
            members[merge.to]?.identifiers += moved
            members[merge.from]?.identifiers = []
            let name = members[merge.from]?.name
            if members[merge.to]?.name == nil { members[merge.to]?.name = name }
            members[merge.from]?.name = nil
            let consents = members[merge.from]?.consents ?? [:]
            members[merge.to]?.consents.merge(consents) { $0.saidAt < $1.saidAt ? $1 : $0 }
            members[merge.from]?.consents = [:]
        }
        for use in batch.shared where use.change != 0 { shared[use.key, default: 0] += use.change }
        for note in batch.notes { audit.append(AuditEntry(note, behind: audit.last)) }
        apply(batch.kept, batch.refusals)
        add(batch.block, digests: batch.operations.map(\.digest), batch.totals)
        for time in batch.due { dueTimes[time.member] = time.at }
    }

    private mutating func add(_ block: Block, digests: [Digest], _ totals: [ProgramTotal]) {
        blocks[block.writer, default: [:]][block.number] = (block, digests)
        counts.blocks += 1
        self.totals[block.writer, default: [:]][block.number] = totals
    }

    /// Writes refusals down, and forgets old ones.
    mutating func note(_ notes: RefusalNotes) {
        for key in notes.outlived { forget(key) }
        let oldest = refusalOrder.prefix(notes.pruning).map { (place: $0.place, at: $0.note.at) }
        for place in notes.forgotten(among: oldest, last: lastRefusal) {
            guard let entry = refusalOrder.first(where: { $0.place == place }) else { continue }
            forget(entry.note.key)
        }
        for note in notes.new where answers[note.key] == nil && refusals[note.key] == nil { add(note) }
    }

    private mutating func add(_ note: RefusalNote) {
        lastRefusal += 1
        refusals[note.key] = (lastRefusal, note)
        refusalOrder.append((lastRefusal, note))
    }

    private mutating func forget(_ key: IdempotencyKey) {
        guard let place = refusals.removeValue(forKey: key)?.place else { return }
        refusalOrder.removeAll { $0.place == place }
    }

    /// Whether a call was refused under a key, and it is not known that this holds no longer.
    private func isRefused(_ key: IdempotencyKey, _ notes: RefusalNotes) -> Bool {
        refusals[key] != nil && !notes.outlived.contains(key)
    }

    private mutating func erase(_ number: MemberNumber) {
        guard var member = members[number] else { return }
        member.name = nil
        member.consents = [:]
        for identifier in member.identifiers where identifier.kind.isErased { owners[identifier] = nil }
        member.identifiers.removeAll { $0.kind.isErased }
        member.operations = member.operations.map {
            StoredOperation(sealed: $0.sealed.withoutPerson, writer: $0.writer, batch: $0.batch)
        }
        for (key, answer) in answers where answer.operation?.member == number {
            answers[key] = answer.withoutResult
        }
        members[number] = member
    }

    /// Up to which batch of a writer answers are forgotten.
    private var answersForgotten: [WriterID: Int64] = [:]

    mutating func forgetAnswers(recordedBefore instant: Instant, batches: Int) -> Int {
        var forgotten = 0
        for writer in blocks.keys.sorted(by: { $0.value < $1.value }) {
            while forgotten < batches, let block = blocks[writer]?[answersForgotten[writer, default: 0] + 1]?.block,
                block.recordedAt < instant
            {
                forgetAnswers(of: block)
                answersForgotten[writer] = block.number
                forgotten += 1
            }
        }
        return forgotten
    }

    private mutating func forgetAnswers(of block: Block) {
        for number in members.keys {
            for index in members[number]?.operations.indices ?? 0..<0 {
                guard let stored = members[number]?.operations[index], stored.writer == block.writer,
                    stored.batch == block.number
                else { continue }
                members[number]?.operations[index] = StoredOperation(
                    sealed: stored.sealed.withoutAnswer, writer: stored.writer, batch: stored.batch)
                guard let key = stored.sealed.operation.key, let answer = answers[key] else { continue }
                answers[key] = answer.withoutResult
            }
        }
    }

    private mutating func add(_ sealed: SealedOperation, of block: Block) {
        let operation = sealed.operation
        let member = operation.id.member
        if let cause = operation.cause, let key = operation.key {
            answers[key] = StoredAnswer(
                operation: operation.id, fingerprint: cause.fingerprint, salt: sealed.salt, result: sealed.result)
        }
        if let purchase = operation.purchase { receipts[purchase.receipt] = operation.id }
        members[member]?.operations.append(
            StoredOperation(sealed: sealed, writer: block.writer, batch: block.number))
        for lot in operation.movements.opened + operation.movements.changed { members[member]?.lots[lot.number] = lot }
        history.append(operation.id)
        counts.operations += 1
        counts.transfers += Int64(operation.movements.transfers.count)
    }

    // MARK: Copying

    var registeredWriters: [RegisteredWriter] {
        writers.map {
            RegisteredWriter(
                id: $0.id, registeredAt: $0.registeredAt, answersForgotten: answersForgotten[$0.id] ?? 0)
        }
    }

    /// The oldest one first.
    var placedRefusals: [PlacedRefusal] { refusalOrder.map { PlacedRefusal(place: $0.place, note: $0.note) } }

    var keptReceipts: [ReceiptNumber] { Array(kept.keys) }

    func keptRecord(of receipt: ReceiptNumber) -> KeptRecord? {
        kept[receipt].map { sale in
            let calls = (keptCalls[receipt] ?? []).compactMap { key in
                answers[key].map {
                    KeptCall(key: key, fingerprint: $0.fingerprint, result: $0.result, receipt: receipt)
                }
            }
            return KeptRecord(sale: sale, calls: calls)
        }
    }

    /// What is there besides what the audit trail says of the schema; `nil` for nothing.
    var whatIsThere: String? {
        if !members.isEmpty { return "members" }
        if !writers.isEmpty { return "servers that worked on it" }
        if !ruleSets.isEmpty { return "rule sets" }
        if !clients.isEmpty { return "clients" }
        if !signingKeys.isEmpty { return "keys that sign" }
        if audit.contains(where: { $0.note.action != .migrate }) { return "an audit trail" }
        return nextMemberNumber > 1 || !refusals.isEmpty || !kept.isEmpty || !shared.isEmpty ? "other data" : nil
    }

    /// Takes in a part of another store, into what was empty before.
    mutating func add(_ part: StorePart) {
        switch part {
        case .writers(let registered):
            for writer in registered {
                writers.append((writer.id, writer.registeredAt))
                if writer.answersForgotten > 0 { answersForgotten[writer.id] = writer.answersForgotten }
            }
        case .ruleSets(let page): ruleSets += page
        case .clients(let page): clients += page
        case .signingKeys(let page): signingKeys += page
        case .audit(let page): audit += page
        case .members(let page): for member in page { add(member) }
        case .kept(let page):
            for record in page {
                kept[record.sale.purchase.receipt] = record.sale
                for call in record.calls { add(call) }
            }
        case .batches(let page):
            for batch in page {
                for sealed in batch.operations { add(sealed, of: batch.block) }
                add(batch.block, digests: batch.operations.map(\.digest), batch.totals)
            }
        case .refusals(let page): for note in page { add(note) }
        case .shared(let page): for usage in page { shared[usage.key] = usage.amount }
        case .course(let nextMember, let survey):
            nextMemberNumber = nextMember
            dueSurvey = survey
        }
    }

    private mutating func add(_ member: RecordedMember) {
        let number = member.state.number
        counts.members += 1
        members[number] = Member(
            state: member.state, name: member.profile.name, identifiers: member.profile.identifiers,
            consents: Dictionary(uniqueKeysWithValues: member.consents.map { ($0.purpose, $0) }))
        for identifier in member.profile.identifiers { owners[identifier] = number }
        dueTimes[number] = member.scheduled.dueAt
    }

    // MARK: Reading

    func load(_ keys: LoadKeys) -> Loaded {
        var loaded = Loaded()
        for key in keys.causes {
            loaded.answers[key] = answers[key]
            loaded.refusals[key] = refusals[key]?.note
        }
        for receipt in keys.receipts { loaded.receipts[receipt] = receipts[receipt] }
        for receipt in keys.kept { loaded.kept[receipt] = kept[receipt] }
        for identifier in keys.identifiers {
            guard let owner = owners[identifier] else { continue }
            loaded.owners[identifier] = owner
            loaded.states[owner] = members[owner]?.state
        }
        for reference in keys.records {
            guard let record = record(of: reference) else { continue }
            let member = record.operation.id.member
            loaded.records[reference] = record
            loaded.states[member] = members[member]?.state
        }
        for member in keys.members { loaded.states[member] = members[member]?.state }
        loaded.shared = keys.shared.compactMap { key in shared[key].map { Usage(key, $0) } }
        return loaded
    }

    /// An operation and every later one of its member.
    private func record(of reference: Reference) -> OperationRecord? {
        let id: OperationID?
        switch reference {
        case .operation(let operation): id = operation
        case .receipt(let receipt): id = receipts[receipt]
        }
        guard let id, let operations = members[id.member]?.operations.map(\.sealed.operation) else { return nil }
        let behind = operations.drop { $0.id.sequence < id.sequence }
        guard let first = behind.first, first.id == id else { return nil }
        return OperationRecord(first, later: Array(behind.dropFirst()))
    }

    func hasBatch(writer: WriterID, number: Int64) -> Bool {
        blocks[writer]?[number] != nil
    }
}

extension Operation {
    fileprivate var key: IdempotencyKey? {
        cause.map { IdempotencyKey(client: $0.client, key: $0.idempotencyKey) }
    }
}
