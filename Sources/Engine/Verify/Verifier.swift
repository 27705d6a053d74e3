import Ledger
public import Loyalty
import Rules

// Proves a store from its rows alone, trusting nothing that it could work out itself:
//   1. every member's operations are numbered without holes, and each digest is the one its content gives;
//   2. every member's transfers are numbered without holes and add up to the balances and the lots that are stored;
//   3. every command, decided again under the rule sets of its own time, gives the same operations and the same state;
//   4. every writer's blocks are chained, each Merkle root is the one its operations give, and each operation has its
//      member;
//   5. what members used together is the sum of what their operations used;
//   6. over all accounts of a currency the sum is zero;
//   7. no member is due sooner than what is kept of it says;
//   8. the audit trail is chained, and rule sets are what it says was published;
//   9. idempotency keys and receipts lead to their operations, and members' ids to their members.
// It reads one member after the other, so its memory does not grow with the store.

/// Checks all of a store.
public struct Verifier {
    private let store: any Store
    private let book: RuleBook
    private var bookmarks: Bookmarks
    private var report = VerificationReport()
    private var programAccounts: [ProgramAccount: Int128] = [:]
    private var sharedUses: [UsageKey: Int128] = [:]
    /// How many operations the blocks name.
    private var sealed: Int64 = 0
    /// The member who was looked at last.
    private var checked = MemberNumber(0)
    /// Whether everything could be read so far.
    private var isWhole = true
    /// Operations and members whose keys are still to be looked up, many at a time.
    private var unclaimed: [SealedOperation] = []
    private var unnamed: [MemberState] = []

    private static let pageSize = 1000

    /// - Parameter book: every rule set of the store.
    public init(store: any Store, book: RuleBook) {
        self.store = store
        self.book = book
        self.bookmarks = Bookmarks(book: book, steps: [])
    }

    /// Reads everything and tells what it found.
    ///
    /// - Parameter progress: called after each page of members with the number checked and the number there are.
    public consuming func run(progress: (_ done: Int64, _ total: Int64) -> Void = { _, _ in }) throws
        -> VerificationReport
    {
        try store.read { reader in
            let total = try reader.counts().members
            bookmarks = Bookmarks(book: book, steps: try reader.bookSteps())
            let survey = try reader.dueSurvey()
            var last = MemberNumber(0)
            while true {
                let numbers = try reader.members(after: last, limit: Self.pageSize)
                guard let newest = numbers.last else { break }
                do {
                    for member in try reader.scheduled(after: last, limit: numbers.count) {
                        try check(member, survey, in: reader)
                    }
                } catch let failure as StoreError where failure.code == .corrupt {
                    // One of them cannot be read: each by itself, from where the others were left.
                    for number in numbers where number > checked { try checkAlone(number, survey, in: reader) }
                }
                try read(.program) { try $0.checkNames(in: reader) }
                last = newest
                progress(report.members, total)
            }
            for writer in try reader.writers() { try read(.program) { try $0.checkBlocks(of: writer, in: reader) } }
            try read(.program) { try $0.checkMembers(in: reader) }
            try read(.program) { try $0.checkTotals(in: reader) }
            try read(.program) { try $0.checkShared(in: reader) }
            try read(.program) { try $0.checkAudit(in: reader) }
        }
        return report
    }

    /// Checks a part, of which it is a finding that it cannot be read.
    private mutating func read(
        _ subject: VerificationReport.Subject, _ body: (inout Self) throws -> Void
    ) throws {
        do {
            try body(&self)
        } catch let failure as StoreError where failure.code == .corrupt {
            isWhole = false
            report.add(subject, failure.description)
        }
    }

    private mutating func checkAlone(
        _ number: MemberNumber, _ survey: DueSurvey, in reader: any StoreReader
    ) throws {
        try read(.member(number)) { verifier in
            let found = try reader.scheduled(after: MemberNumber(number.value - 1), limit: 1).first
            guard let found, found.state.number == number else { return }
            try verifier.check(found, survey, in: reader)
        }
    }

    private mutating func check(
        _ member: ScheduledMember, _ survey: DueSurvey, in reader: any StoreReader
    ) throws {
        checked = member.state.number
        try read(.member(member.state.number)) { try $0.check(member.state, in: reader) }
        checkDue(member, survey)
    }

    private mutating func check(_ state: MemberState, in reader: any StoreReader) throws {
        let member = state.number
        report.members += 1
        let stored = try Self.allOperations(of: member, in: reader)
        let operations = stored.map(\.sealed)
        report.operations += Int64(operations.count)
        for usage in operations.lazy.flatMap(\.operation.usages) where usage.key.isShared {
            sharedUses[usage.key, default: 0] += Int128(usage.amount)
        }
        let isAsSealed = checkChain(operations, of: state)
        checkTransfers(operations, of: state)
        checkLots(try reader.lots(of: member), operations, of: state)
        unclaimed += operations
        if unclaimed.count >= Self.pageSize { try checkNames(in: reader) }
        // What was written over is not what was decided, and might make no sense at all.
        guard isAsSealed else { return }
        if state.erasedAt != nil { return try checkErased(state, stored, in: reader) }
        // A merged member's id leads to who took over.
        if case .merged = state.status {} else { unnamed.append(state) }
        var replay = Replay(bookmarks: bookmarks, member: state) { member in
            guard let state = try reader.state(of: member) else { return nil }
            return (state, try Self.allOperations(of: member, in: reader))
        }
        for finding in try replay.run(stored) { report.add(.member(member), finding) }
    }

    /// Keys and receipts lead to their operations, and ids to their members.
    private mutating func checkNames(in reader: any StoreReader) throws {
        for id in try reader.lostClaims(of: unclaimed) {
            report.add(.operation(id), "its idempotency key or its receipt does not lead to it")
        }
        for member in try reader.lostIDs(of: unnamed) { report.add(.member(member), "its id does not lead to it") }
        unclaimed.removeAll(keepingCapacity: true)
        unnamed.removeAll(keepingCapacity: true)
    }

    /// What no survey has come by yet may be later, or be missing.
    private mutating func checkDue(_ member: ScheduledMember, _ survey: DueSurvey) {
        guard survey.ruleSet >= book.newestVersion, member.state.number <= survey.upTo,
            let next = member.state.nextDue(under: book)
        else { return }
        if member.dueAt.map({ next < $0 }) ?? true {
            report.add(.member(member.state.number), "is due sooner than what is kept of it says")
        }
    }

    /// Of an erased member nothing personal may be left, and what rules saw is gone, so that not every command can be
    /// decided again. The chain, the transfers and the lots were proven from rows that erasing does not touch.
    private mutating func checkErased(
        _ state: MemberState, _ stored: [StoredOperation], in reader: any StoreReader
    ) throws {
        report.erased += 1
        let subject = VerificationReport.Subject.member(state.number)
        guard let erasing = stored.last(where: { $0.sealed.operation.kind == .erase })?.sealed.operation,
            erasing.postedAt == state.erasedAt, state.id == MemberState.pseudonym(of: state.number)
        else { return report.add(subject, "is erased, and no operation says so") }
        let profile = try reader.profile(of: state.number)
        let others = profile.identifiers.filter { $0.kind.isErased && $0.value != state.id }
        let consents = try reader.consents(of: state.number)
        if profile.name != nil || !others.isEmpty || !state.traits.isEmpty || !consents.isEmpty {
            report.add(subject, "is erased and still has something personal")
        }
        for sealed in stored.lazy.map(\.sealed) where sealed.operation.id.sequence < erasing.id.sequence {
            if !sealed.result.isEmpty || sealed.salt != nil
                || sealed.operation.seen != sealed.operation.seen.withoutPerson
            {
                report.add(.operation(sealed.operation.id), "tells of a member who is erased")
            }
        }
    }

    private static func allOperations(of member: MemberNumber, in reader: any StoreReader) throws -> [StoredOperation] {
        var operations: [StoredOperation] = []
        while true {
            let page = try reader.operations(
                of: member, after: operations.last?.sealed.operation.id.sequence ?? 0, limit: pageSize)
            operations += page
            if page.count < pageSize { return operations }
        }
    }

    /// - Returns: whether every operation is the one that was sealed.
    private mutating func checkChain(_ operations: [SealedOperation], of state: MemberState) -> Bool {
        var previous = Digest.zero
        var isAsSealed = true
        for (index, sealed) in operations.enumerated() {
            let id = sealed.operation.id
            if id.sequence != Int64(index) + 1 { report.add(.operation(id), "a number is missing before it") }
            let digest = sealed.operation.digest(after: previous)
            if digest != sealed.digest {
                report.add(.operation(id), "its digest is not the one its content gives")
                isAsSealed = false
            }
            previous = sealed.digest
        }
        if state.version != Int64(operations.count) {
            report.add(.member(state.number), "is at version \(state.version) with \(operations.count) operations")
        }
        if state.head != previous { report.add(.member(state.number), "the head is not the last operation's digest") }
        return isAsSealed
    }

    private mutating func checkTransfers(_ operations: [SealedOperation], of state: MemberState) {
        var sums: [CurrencyID: [Account: Int128]] = [:]
        var number: Int64 = 0
        for sealed in operations {
            for transfer in sealed.operation.movements.transfers {
                number += 1
                let id = sealed.operation.id
                if transfer.number != number { report.add(.operation(id), "a transfer's number is missing") }
                sums[transfer.currency, default: [:]][transfer.from, default: 0] -= Int128(transfer.amount.count)
                sums[transfer.currency, default: [:]][transfer.to, default: 0] += Int128(transfer.amount.count)
                if sums[transfer.currency]?[.available] ?? 0 != Int128(transfer.availableAfter.count) {
                    report.add(.operation(id), "transfer \(number) does not lead to the balance it tells")
                }
            }
        }
        report.transfers += number
        for (currency, accounts) in sums {
            let balance = state.ledger.balance(of: currency)
            let stored: [Account: Int128] = [
                .available: Int128(balance.available.count), .pending: Int128(balance.pending.count),
                .held: Int128(balance.held.count), .debt: -Int128(balance.debt.count),
            ]
            for (account, amount) in stored where accounts[account] ?? 0 != amount {
                report.add(
                    .member(state.number),
                    "\(currency.text) \(account.name) is \(amount), its transfers give \(accounts[account] ?? 0)")
            }
            for (account, amount) in accounts where !account.isMembers {
                programAccounts[ProgramAccount(currency: currency, account: account), default: 0] += amount
            }
        }
        for balance in state.ledger.balances where sums[balance.currency] == nil && balance.available != .zero {
            report.add(.member(state.number), "\(balance.currency.text) has a balance and no transfers")
        }
    }

    private mutating func checkLots(_ lots: [Lot], _ operations: [SealedOperation], of state: MemberState) {
        var remaining: [Int64: Int128] = [:]
        for transfer in operations.lazy.flatMap(\.operation.movements.transfers) {
            if !transfer.from.isInLots, transfer.to.isInLots {
                remaining[transfer.lot, default: 0] += Int128(transfer.amount.count)
            }
            if transfer.from.isInLots, !transfer.to.isInLots {
                remaining[transfer.lot, default: 0] -= Int128(transfer.amount.count)
            }
        }
        for lot in lots where remaining[lot.number] ?? 0 != Int128(lot.remaining.count) {
            report.add(
                .member(state.number),
                "lot \(lot.number) has \(lot.remaining.count) left, its transfers give \(remaining[lot.number] ?? 0)")
        }
        for sealed in operations where sealed.operation.kind != .merge {
            for lot in sealed.operation.movements.opened where lot.remaining != lot.original {
                report.add(.operation(sealed.operation.id), "lot \(lot.number) was not whole when it was opened")
            }
        }
        if lots.count != remaining.count {
            report.add(.member(state.number), "has \(lots.count) lots, its transfers name \(remaining.count)")
        }
        for balance in state.ledger.balances {
            let open = lots.filter { $0.currency == balance.currency }
                .reduce(into: Int128(0)) { $0 += Int128($1.remaining.count) }
            if open != Int128(balance.available.count) + Int128(balance.pending.count) + Int128(balance.held.count) {
                report.add(.member(state.number), "\(balance.currency.text) in lots is \(open), not the balance")
            }
        }
    }

    private mutating func checkBlocks(of writer: WriterID, in reader: any StoreReader) throws {
        var previous = Digest.zero
        var number: Int64 = 0
        var newestRuleSet: Int64 = 0
        while true {
            let blocks = try reader.blocks(of: writer, after: number, limit: Self.pageSize)
            for block in blocks {
                number += 1
                report.blocks += 1
                sealed += block.count
                if block.number != number { report.add(.block(block), "a number is missing before it") }
                if block.previous != previous { report.add(.block(block), "is not chained to the block before it") }
                if block.newestRuleSet < newestRuleSet {
                    report.add(.block(block), "knows fewer rule sets than before")
                }
                newestRuleSet = block.newestRuleSet
                let digests = try reader.digests(writer: writer, number: block.number)
                if block.count != Int64(digests.count) || block.root != Digest(merkleRootOf: digests) {
                    report.add(.block(block), "its root is not the one its operations give")
                }
                previous = block.digest
                number = block.number
            }
            if blocks.count < Self.pageSize { return }
        }
    }

    /// Every operation that a block names was read as one of a member's; where not, its member is gone, or it is of no
    /// block.
    private mutating func checkMembers(in reader: any StoreReader) throws {
        guard isWhole, sealed != report.operations else { return }
        var position = HistoryPosition.start
        var found: Set<MemberNumber> = []
        while let batch = try reader.batches(after: position, limit: 1).first {
            position = batch.position
            for sealed in batch.batch.operations {
                let member = sealed.operation.id.member
                guard !found.contains(member), try reader.state(of: member) == nil else { continue }
                found.insert(member)
                report.add(.member(member), "is not there, and has operations")
            }
        }
        if found.isEmpty {
            report.add(.program, "blocks name \(sealed) operations, members have \(report.operations)")
        }
    }

    private mutating func checkAudit(in reader: any StoreReader) throws {
        var published: [String: String] = [:]
        var last: AuditEntry?
        while true {
            let entries = try reader.audit(after: last?.number ?? 0, limit: Self.pageSize)
            for entry in entries {
                report.auditEntries += 1
                if entry.number != (last?.number ?? 0) + 1 { report.add(.audit(entry.number), "an entry is missing") }
                if entry.previous != last?.digest ?? .zero {
                    report.add(.audit(entry.number), "is not chained to the entry before it")
                }
                if entry.digest != entry.contentDigest {
                    report.add(.audit(entry.number), "its digest is not the one its content gives")
                }
                if entry.note.action != .addClient {
                    published[entry.note.subject] = entry.note.details.first { $0.name == "sha256" }?.value
                }
                last = entry
            }
            if entries.count < Self.pageSize { break }
        }
        // Rule sets from before there was a trail have no entry; behind the first one that has, all have.
        var isTold = false
        for ruleSet in try reader.ruleSets() {
            let told = published.removeValue(forKey: "rule set \(ruleSet.version)")
            isTold = isTold || told != nil
            if isTold, told == nil {
                report.add(.program, "rule set \(ruleSet.version) has no entry in the audit trail")
            }
            let digest = "\(ruleSet.digest)"
            if Digest(hashing: Array(ruleSet.source.utf8)) != ruleSet.digest || told ?? digest != digest {
                report.add(.program, "rule set \(ruleSet.version) is not the document that was published")
            }
        }
        for subject in published.keys.sorted() { report.add(.program, "\(subject) was published and is not there") }
    }

    private mutating func checkShared(in reader: any StoreReader) throws {
        var stored: [UsageKey: Int128] = [:]
        for usage in try reader.sharedUsages() { stored[usage.key] = Int128(usage.amount) }
        for key in Set(stored.keys).union(sharedUses.keys) where stored[key] ?? 0 != sharedUses[key] ?? 0 {
            report.add(
                .program, "\(stored[key] ?? 0) is used of `\(key.id)`, its operations used \(sharedUses[key] ?? 0)")
        }
    }

    private mutating func checkTotals(in reader: any StoreReader) throws {
        var stored: [ProgramAccount: Int128] = [:]
        for total in try reader.totals() {
            stored[ProgramAccount(currency: total.currency, account: total.account)] = Int128(total.change.count)
        }
        for account in Set(stored.keys).union(programAccounts.keys) where stored[account] != programAccounts[account] {
            report.add(
                .program,
                "\(account.currency.text) \(account.account.name) is \(stored[account] ?? 0), "
                    + "its transfers give \(programAccounts[account] ?? 0)")
        }
    }
}

private struct ProgramAccount: Hashable {
    let currency: CurrencyID
    let account: Account
}
