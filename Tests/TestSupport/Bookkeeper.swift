package import Engine
package import Ledger
package import Loyalty
import Rules
package import Time

// Makes batches as an engine would, without rules: members, purchases and expiries by hand. Digests are drawn from a
// generator, because a store keeps them and never looks inside.

/// One engine's books on a store.
package struct Bookkeeper {
    /// Where the books are kept.
    package let store: any Store
    /// The engine as the store knows it.
    package let writer: WriterID
    /// Every member as its last operation left it.
    package private(set) var states: [MemberNumber: MemberState] = [:]
    /// The number of the last batch that was committed.
    package private(set) var lastBlock: Int64 = 0
    /// The clock: every operation is a second later.
    package private(set) var now = Instant(seconds: 1_700_000_000)

    /// When members are next due, for the next batch.
    package var due: [DueTime] = []

    /// The newest rule set that its batches say they know.
    package var newestRuleSet: Int64 = 1

    private var lastDigest = Digest.zero
    private var generator: SeededGenerator
    private var operations: [SealedOperation] = []
    private var expected: [MemberNumber: Int64] = [:]
    private var identifiers: [NewIdentifier] = []
    private var profiles: [NewProfile] = []
    private var numbers: Range<Int64> = 0..<0

    /// Registers a writer of its own.
    package init(_ store: any Store, seed: UInt64 = 1) throws {
        self.store = store
        generator = SeededGenerator(seed: seed)
        writer = try store.registerWriter(at: now)
    }

    // MARK: Drafting

    /// Enrolls a member with its id as the first identifier.
    @discardableResult
    package mutating func enroll(
        _ id: ExactText, name: String? = nil, identifiers more: [Identifier] = [], key: ExactText? = nil
    ) throws -> MemberNumber {
        if numbers.isEmpty { numbers = try store.leaseMemberNumbers(16) }
        let number = MemberNumber(numbers.removeFirst())
        states[number] = MemberState(
            number: number, id: id, enrolledAt: now, version: 0, head: .zero, ledger: MemberLedger(), tier: nil,
            counters: PurchaseCounters())
        expected[number] = 0
        for identifier in [Identifier(.member, id)] + more {
            identifiers.append(NewIdentifier(identifier: identifier, member: number))
        }
        if let name { profiles.append(NewProfile(member: number, name: name)) }
        record(.enroll, of: number, key: key ?? ExactText("enroll/\(id.text)"), Movements())
        return number
    }

    /// Gives a member one more identifier.
    package mutating func link(_ member: MemberNumber, _ identifier: Identifier, key: ExactText) {
        identifiers.append(NewIdentifier(identifier: identifier, member: member))
        record(.link, of: member, key: key, Movements())
    }

    /// Posts a purchase that earns points, each currency a lot.
    package mutating func purchase(
        by member: MemberNumber, key: ExactText, receipt: ReceiptNumber,
        earning points: [(currency: String, count: Int64, expiresAt: Instant?)],
        items: [Purchase.Item] = [Purchase.Item(sku: "latte", category: "coffee", tags: ["hot"], amount: 450)],
        channel: String = "pos", result: [UInt8]? = nil
    ) throws {
        guard var state = states[member] else { preconditionFailure("the member is known") }
        var movements = Movements()
        for entry in points {
            try state.ledger.receive(
                Points(entry.count), of: CurrencyID(entry.currency), origin: state.version + 1, ruleSetVersion: 1,
                earnedAt: now, expiresAt: entry.expiresAt, into: &movements)
        }
        state.counters = PurchaseCounters(
            purchases: state.counters.purchases + 1, firstPurchaseAt: state.counters.firstPurchaseAt ?? now,
            lastPurchaseAt: now)
        states[member] = state
        let purchase = Purchase(
            receipt: receipt, channel: channel, occurredAt: now - 5_000, currency: "JPY", items: items)
        record(.purchase, of: member, key: key, movements, purchase: purchase, result: result)
    }

    /// Lets everything lapse that is due at an instant.
    package mutating func expire(_ member: MemberNumber, at instant: Instant) {
        var movements = Movements()
        states[member]?.ledger.expire(upTo: instant, into: &movements)
        record(.due, of: member, key: nil, movements)
    }

    /// Puts a member at a tier.
    package mutating func setTier(
        _ member: MemberNumber, _ tier: TierStanding, changes: [TierChange] = [], detail: Detail? = nil
    ) {
        states[member]?.tier = tier
        record(.due, of: member, key: nil, Movements(), detail: detail, tierChanges: changes)
    }

    /// Reserves points of a member, whatever its lots.
    package mutating func setHolds(_ member: MemberNumber, _ holds: [Hold]) {
        states[member]?.holds = holds
        record(.due, of: member, key: nil, Movements())
    }

    /// Lets a member take part or not.
    package mutating func setStatus(_ member: MemberNumber, _ status: MemberStatus, renamedAt: Int64) {
        states[member]?.status = status
        states[member]?.renamedAt = renamedAt
        record(.due, of: member, key: nil, Movements())
    }

    /// Ties a member to others.
    package mutating func setBonds(_ member: MemberNumber, _ bonds: Bonds) {
        states[member]?.bonds = bonds
        record(.due, of: member, key: nil, Movements())
    }

    /// Lets a member go to another one, who has no part in the batch yet.
    package mutating func surrender(_ member: MemberNumber, to winner: MemberNumber) {
        guard let other = states[winner] else { preconditionFailure("the member is known") }
        let detail = Detail([
            .init("winner", .integer(winner.value)), .init("operation", .integer(other.version + 1)),
        ])
        record(.surrender, of: member, key: nil, Movements(), detail: detail)
        record(.merge, of: winner, key: ExactText("merge/\(member.value)"), Movements())
    }

    /// Puts a member under its pseudonym; the batch has yet to say what goes.
    package mutating func erase(_ member: MemberNumber, key: ExactText) {
        states[member]?.id = MemberState.pseudonym(of: member)
        states[member]?.traits = Traits()
        states[member]?.erasedAt = now + 1_000
        record(.erase, of: member, key: key, Movements())
    }

    private mutating func record(
        _ kind: OperationKind, of member: MemberNumber, key: ExactText?, _ movements: Movements,
        purchase: Purchase? = nil, result: [UInt8]? = nil, detail: Detail? = nil, tierChanges: [TierChange] = []
    ) {
        guard var state = states[member] else { preconditionFailure("the member is known") }
        if expected[member] == nil { expected[member] = state.version }
        now = now + 1_000
        let digest = drawDigest()
        state.version += 1
        state.head = digest
        states[member] = state
        let operation = Operation(
            id: OperationID(member: member, sequence: state.version), kind: kind,
            cause: key.map { Cause(client: 1, idempotencyKey: $0, fingerprint: drawDigest()) },
            occurredAt: now - 5_000, postedAt: now, ruleSetVersion: 1, movements: movements, purchase: purchase,
            detail: detail, tierChanges: tierChanges)
        operations.append(
            SealedOperation(
                operation: operation, digest: digest,
                result: result ?? (key == nil ? [] : Array(#"{"operation":"\#(operation.id)"}"#.utf8)),
                salt: key == nil ? nil : Salt(high: generator.next(), low: generator.next())))
    }

    /// Draws a digest.
    package mutating func drawDigest() -> Digest {
        Digest(words: (generator.next(), generator.next(), generator.next(), generator.next()))
    }

    // MARK: Committing

    /// What was drafted, as one batch.
    package mutating func batch() -> Batch {
        let block = Block(
            writer: writer, number: lastBlock + 1, previous: lastDigest, root: drawDigest(),
            count: Int64(operations.count), recordedAt: now, newestRuleSet: newestRuleSet)
        return Batch(
            block: block, operations: operations,
            members: expected.compactMap { member, version in
                states[member].map { MemberWrite(state: $0, expectedVersion: version) }
            },
            identifiers: identifiers, profiles: profiles, totals: Self.totals(of: operations), due: due)
    }

    /// Commits what was drafted. After anything but a success the draft is thrown away and the members are read anew.
    package mutating func commit() throws -> CommitOutcome {
        // Nothing to write is written at once.
        guard !operations.isEmpty else { return .committed }
        let batch = batch()
        let outcome: CommitOutcome
        do {
            outcome = try store.commit(batch)
        } catch {
            try forget()
            throw error
        }
        if outcome == .committed {
            settle(batch)
        } else {
            try forget()
        }
        return outcome
    }

    /// Takes note that a batch is durable.
    package mutating func settle(_ batch: Batch) {
        lastBlock = batch.block.number
        lastDigest = batch.block.root
        clearDraft()
    }

    /// Throws the draft away and reads the members it touched.
    package mutating func forget() throws {
        var keys = LoadKeys()
        keys.members = Array(expected.keys)
        let loaded = try store.load(keys)
        for member in keys.members { states[member] = loaded.states[member] }
        clearDraft()
    }

    /// Learns of a member that another engine enrolled.
    package mutating func learn(_ member: MemberNumber) throws {
        states[member] = try store.read { try $0.state(of: member) }
    }

    private mutating func clearDraft() {
        operations = []
        expected = [:]
        identifiers = []
        profiles = []
        due = []
    }

    private static func totals(of operations: [SealedOperation]) -> [ProgramTotal] {
        var sums: [CurrencyID: [Account: Int64]] = [:]
        for transfer in operations.flatMap(\.operation.movements.transfers) {
            if !transfer.from.isMembers {
                sums[transfer.currency, default: [:]][transfer.from, default: 0] -= transfer.amount.count
            }
            if !transfer.to.isMembers {
                sums[transfer.currency, default: [:]][transfer.to, default: 0] += transfer.amount.count
            }
        }
        return sums.flatMap { currency, accounts in
            accounts.map { ProgramTotal(currency: currency, account: $0.key, change: Points($0.value)) }
        }
    }
}

/// A receipt of one till.
package func receipt(_ number: String, store: String = "tokyo-01", terminal: String = "t3") -> ReceiptNumber {
    ReceiptNumber(store: ExactText(store), terminal: ExactText(terminal), number: ExactText(number))
}
