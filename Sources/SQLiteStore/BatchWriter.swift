import Engine
import GRDB
import JSON
import Ledger
import Loyalty
import Rules
import StoreForms
import Time

// Writes one batch inside a transaction that its caller opened and ends.
//
// Everything is attempted even after a conflict, so that all members concerned are known and decided again at once;
// the caller rolls back where there is any. Rows of history get the next dense numbers, read at the start of the
// transaction, because another process may have written since.

/// What a batch found when it was written.
enum BatchOutcome {
    case written
    /// Others changed these members or took what they claim. The transaction must be rolled back.
    case conflict(Set<MemberNumber>)
    /// Others used what members share, so that the batch's uses no longer fit.
    case sharedSpent
    /// Others changed sales without a member.
    case keptChanged
    /// A rule set was published that the batch was decided without.
    case rulesChanged
}

struct BatchWriter {
    /// Every so many operations of a member there is a landmark.
    static let landmarkDistance: Int64 = 32

    private var insertOperation: RawStatement
    private var insertTransfer: RawStatement
    private var insertLot: RawStatement
    private var insertPurchase: RawStatement
    private var insertLandmark: RawStatement
    private var selectMember: RawStatement
    private var insertMember: RawStatement
    private var updateMember: RawStatement
    private var ruleMemory: RuleMemoryWriter
    private let database: Database

    private var nextOperation: Int64
    private var nextTransfer: Int64
    private var nextLot: Int64
    private var conflicts: Set<MemberNumber> = []
    private var looksForRefusals = false
    private var looksForKept = false
    /// The newest operation of each member, as the batch goes on.
    private var lastOperations: [MemberNumber: Int64] = [:]
    private var json = JSONWriter(reserving: 4096)

    init(_ database: Database) throws {
        self.database = database
        ruleMemory = RuleMemoryWriter(database)
        insertOperation = try RawStatement(
            database,
            """
            INSERT INTO operation (
                op, member_no, seq, previous_op, kind, client, idempotency_key, fingerprint, occurred_at, posted_at,
                rule_set, writer, batch_no, digest, first_transfer, transfers, first_lot, lots_opened, lots_changed,
                result, salt, about, detail, tier_changes)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        insertTransfer = try RawStatement(
            database,
            """
            INSERT INTO transfer (transfer, op, number, currency, debit, credit, amount, lot, available_after)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        insertLot = try RawStatement(
            database,
            """
            INSERT INTO lot (
                entry, op, number, currency, origin, rule_set, original, remaining, earned_at, expires_at, held, vests_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        insertPurchase = try RawStatement(
            database,
            """
            INSERT INTO purchase (op, store, terminal, receipt, channel, occurred_at, currency, items, words, payment)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        insertLandmark = try RawStatement(
            database, "INSERT INTO operation_landmark (member_no, seq, op) VALUES (?, ?, ?)")
        selectMember = try RawStatement(
            database, "SELECT version, balances, last_transfer, last_op FROM member WHERE member_no = ?")
        insertMember = try RawStatement(
            database,
            """
            INSERT INTO member (
                version, head, last_op, last_lot, last_transfer, purchases, first_purchase_at, last_purchase_at,
                balances, lots, tier, usages, holds, vouchers, bonds, celebrated_until, status, erased_at, member_no, id,
                enrolled_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        updateMember = try RawStatement(
            database,
            """
            UPDATE member SET
                version = ?, head = ?, last_op = ?, last_lot = ?, last_transfer = ?, purchases = ?,
                first_purchase_at = ?, last_purchase_at = ?, balances = ?, lots = ?, tier = ?, usages = ?,
                holds = ?, vouchers = ?, bonds = ?, celebrated_until = ?, status = ?, erased_at = ?
            WHERE member_no = ? AND version = ?
            """)
        nextOperation = try database.nextNumber(of: "operation", "op")
        nextTransfer = try database.nextNumber(of: "transfer", "transfer")
        nextLot = try database.nextNumber(of: "lot", "entry")
    }

    /// Writes everything.
    ///
    /// - Throws: `StoreError` for a batch that does not add up; nothing of it may be committed.
    mutating func write(_ batch: Batch) throws -> BatchOutcome {
        guard try RuleSetRow.newestVersion(database) <= batch.block.newestRuleSet else { return .rulesChanged }
        let before = try readMembers(batch.members)
        try check(batch.reads)
        if conflicts.isEmpty, let fault = batch.fault(before: before) {
            throw StoreError(.corrupt, "the batch does not add up: \(fault)")
        }
        let notes = RefusalRows(database)
        try notes.write(RefusalNotes(outlived: batch.refusals.outlived))
        looksForRefusals = try !notes.isEmpty()
        let kept = KeptRows(database)
        guard try kept.write(batch.kept) else { return .keptChanged }
        looksForKept = try !kept.isEmpty()
        let firstOperation = nextOperation
        for member in batch.erasures { try PersonalData(database).erase(member) }
        for sealed in batch.operations { try write(sealed, in: batch.block) }
        // In the order of the table, so that neighbours share a page while it is at hand.
        for write in batch.members.sorted(by: { $0.state.number < $1.state.number }) { try self.write(write) }
        try free(batch.freed)
        try write(batch.identifiers)
        try write(batch.profiles)
        try PersonalData(database).write(batch.consents)
        for merge in batch.merges { try write(merge) }
        try countMembers(batch.members)
        try ruleMemory.write(batch.traits)
        if !batch.due.isEmpty {
            var dueTimes = try DueTimes(database)
            // In the order of the table, as above.
            for time in batch.due.sorted(by: { $0.member < $1.member }) { try dueTimes.write(time) }
        }
        guard conflicts.isEmpty else { return .conflict(conflicts) }
        guard try ruleMemory.write(batch.shared) else { return .sharedSpent }
        try write(batch.block, firstOperation: firstOperation)
        try write(batch.totals, of: batch.block)
        try notes.write(RefusalNotes(new: batch.refusals.new))
        return .written
    }

    // MARK: Members

    /// Members by whom something was decided are conflicts where they have another version.
    private mutating func check(_ reads: [MemberRead]) throws {
        for read in reads {
            selectMember.bind(read.member)
            if try selectMember.first({ $0.int64(0) }) != read.version { conflicts.insert(read.member) }
        }
    }

    /// Reads what each member has before the batch; members with another version than expected are conflicts.
    private mutating func readMembers(_ members: [MemberWrite]) throws -> [MemberBefore?] {
        var before: [MemberBefore?] = []
        before.reserveCapacity(members.count)
        for write in members {
            selectMember.bind(write.state.number)
            let known = try selectMember.first {
                (
                    version: $0.int64(0), lastOperation: $0.int64(3),
                    before: MemberBefore(
                        balances: try MemberRow.balances($0.bytes(1)), lastTransfer: $0.int64(2))
                )
            }
            lastOperations[write.state.number] = known?.lastOperation
            if (known?.version ?? 0) != write.expectedVersion { conflicts.insert(write.state.number) }
            before.append(known?.before)
        }
        return before
    }

    private mutating func write(_ write: MemberWrite) throws {
        if write.expectedVersion == 0 {
            Self.bind(write.state, lastOperations[write.state.number], to: &insertMember, by: &json)
            insertMember.bind(write.state.id)
            insertMember.bind(write.state.enrolledAt)
            if try !insertMember.insert() { conflicts.insert(write.state.number) }
        } else {
            Self.bind(write.state, lastOperations[write.state.number], to: &updateMember, by: &json)
            updateMember.bind(write.expectedVersion)
            try updateMember.run()
            if database.changesCount != 1 { conflicts.insert(write.state.number) }
        }
    }

    /// Binds the columns that change, and the member's number behind them.
    private static func bind(
        _ state: MemberState, _ lastOperation: Int64?, to statement: inout RawStatement, by json: inout JSONWriter
    ) {
        statement.bind(state.version)
        statement.bind(state.head)
        statement.bind(lastOperation ?? 0)
        statement.bind(state.ledger.lastLot)
        statement.bind(state.ledger.lastTransfer)
        statement.bind(state.counters.purchases)
        statement.bind(state.counters.firstPurchaseAt)
        statement.bind(state.counters.lastPurchaseAt)
        statement.bind(by: &json) { MemberRow.write(state.ledger.balances, to: &$0) }
        statement.bind(by: &json) { MemberRow.write(state.ledger.lots, to: &$0) }
        if let tier = state.tier {
            statement.bind(by: &json) { MemberRow.write(tier, to: &$0) }
        } else {
            statement.bindNull()
        }
        statement.bindUnless(state.usages.isEmpty, by: &json) { UsageColumn.write(state.usages, to: &$0) }
        statement.bindUnless(state.holds.isEmpty, by: &json) { HoldsColumn.write(state.holds, to: &$0) }
        statement.bindUnless(state.vouchers.isEmpty, by: &json) { VouchersColumn.write(state.vouchers, to: &$0) }
        statement.bindUnless(state.bonds.isEmpty, by: &json) { BondsColumn.write(state.bonds, to: &$0) }
        statement.bind(state.celebratedUntil == state.enrolledAt ? nil : state.celebratedUntil)
        statement.bindUnless(StatusColumn.isPlain(state), by: &json) { StatusColumn.write(state, to: &$0) }
        statement.bind(state.erasedAt)
        statement.bind(state.number)
    }

    private func countMembers(_ members: [MemberWrite]) throws {
        let enrolled = members.count { $0.expectedVersion == 0 }
        guard enrolled > 0 else { return }
        var update = try RawStatement(database, "UPDATE counter SET value = value + ? WHERE name = 'members'")
        update.bind(Int64(enrolled))
        try update.run()
    }

    // MARK: Operations

    private mutating func write(_ sealed: SealedOperation, in block: Block) throws {
        let operation = sealed.operation
        let movements = operation.movements
        let number = nextOperation
        nextOperation += 1
        insertOperation.bind(number)
        insertOperation.bind(operation.id.member)
        insertOperation.bind(operation.id.sequence)
        insertOperation.bind(lastOperations.updateValue(number, forKey: operation.id.member))
        insertOperation.bind(Int64(operation.kind.rawValue))
        if let cause = operation.cause {
            insertOperation.bind(cause.client)
            insertOperation.bind(cause.idempotencyKey)
            insertOperation.bind(cause.fingerprint)
        } else {
            for _ in 0..<3 { insertOperation.bindNull() }
        }
        insertOperation.bind(operation.occurredAt)
        insertOperation.bind(operation.postedAt)
        insertOperation.bind(operation.ruleSetVersion)
        insertOperation.bind(block.writer)
        insertOperation.bind(block.number)
        insertOperation.bind(sealed.digest)
        insertOperation.bind(nextTransfer)
        insertOperation.bind(Int64(movements.transfers.count))
        insertOperation.bind(nextLot)
        insertOperation.bind(Int64(movements.opened.count))
        insertOperation.bind(Int64(movements.changed.count))
        insertOperation.bind(utf8: sealed.result)
        if let salt = sealed.salt { insertOperation.bind(blob: salt.bytes) } else { insertOperation.bindNull() }
        // What was decided on an older member may name what comes behind it; nothing of the batch stays then.
        insertOperation.bind(conflicts.contains(operation.id.member) ? nil : operation.about)
        if let detail = operation.detail {
            insertOperation.bind(by: &json) { DetailColumn.write(detail, to: &$0) }
        } else {
            insertOperation.bindNull()
        }
        insertOperation.bindUnless(operation.tierChanges.isEmpty, by: &json) {
            TierChangesColumn.write(operation.tierChanges, to: &$0)
        }
        if try !insertOperation.insert() { conflicts.insert(operation.id.member) }
        if looksForRefusals, let cause = operation.cause,
            try RefusalRows(database).note(of: IdempotencyKey(cause)) != nil
        {
            conflicts.insert(operation.id.member)
        }
        if looksForKept, try KeptRows(database).holds(operation) { conflicts.insert(operation.id.member) }
        for transfer in movements.transfers { try write(transfer, of: number) }
        for lot in movements.opened { try write(lot, of: number) }
        for lot in movements.changed { try write(lot, of: number) }
        if let purchase = operation.purchase {
            if try !write(purchase, of: number, by: operation.id.member) { conflicts.insert(operation.id.member) }
        }
        try ruleMemory.write(operation, number: number)
        if operation.id.sequence % Self.landmarkDistance == 0 {
            insertLandmark.bind(operation.id.member)
            insertLandmark.bind(operation.id.sequence)
            insertLandmark.bind(number)
            if try !insertLandmark.insert() { conflicts.insert(operation.id.member) }
        }
    }

    private mutating func write(_ transfer: Transfer, of operation: Int64) throws {
        insertTransfer.bind(nextTransfer)
        nextTransfer += 1
        insertTransfer.bind(operation)
        insertTransfer.bind(transfer.number)
        insertTransfer.bind(transfer.currency)
        insertTransfer.bind(transfer.from)
        insertTransfer.bind(transfer.to)
        insertTransfer.bind(transfer.amount)
        insertTransfer.bind(transfer.lot)
        insertTransfer.bind(transfer.availableAfter)
        try insertTransfer.run()
    }

    private mutating func write(_ lot: Lot, of operation: Int64) throws {
        insertLot.bind(nextLot)
        nextLot += 1
        insertLot.bind(operation)
        insertLot.bind(lot.number)
        insertLot.bind(lot.currency)
        insertLot.bind(lot.origin)
        insertLot.bind(lot.ruleSetVersion)
        insertLot.bind(lot.original)
        insertLot.bind(lot.remaining)
        insertLot.bind(lot.earnedAt)
        insertLot.bind(lot.expiresAt)
        insertLot.bind(lot.held)
        insertLot.bind(lot.vesting.stored)
        try insertLot.run()
    }

    private mutating func write(
        _ purchase: Purchase, of operation: Int64, by member: MemberNumber
    ) throws -> Bool {
        insertPurchase.bind(operation)
        insertPurchase.bind(purchase.receipt)
        insertPurchase.bind(purchase.channel)
        insertPurchase.bind(purchase.occurredAt)
        insertPurchase.bind(purchase.currency)
        insertPurchase.bind(by: &json) { PurchaseRow.write(purchase.items, to: &$0) }
        if purchase.tags.isEmpty, purchase.coupons.isEmpty {
            insertPurchase.bindNull()
        } else {
            insertPurchase.bind(by: &json) { PurchaseRow.writeWords(of: purchase, to: &$0) }
        }
        insertPurchase.bindUnless(purchase.isPaidWithMoney, by: &json) {
            PaymentColumn.write(purchase, of: member, to: &$0)
        }
        return try insertPurchase.insert()
    }

    // MARK: Copying

    /// Writes members who are as new here as the store, and what lies beside the ledger. Their operations follow.
    mutating func add(_ members: [RecordedMember]) throws {
        let writes = members.map { MemberWrite(state: $0.state, expectedVersion: 0) }
        for write in writes { try self.write(write) }
        try countMembers(writes)
        try write(
            members.flatMap { member in
                member.profile.identifiers.map { NewIdentifier(identifier: $0, member: member.state.number) }
            })
        try write(
            members.compactMap { member in
                member.profile.name.map { NewProfile(member: member.state.number, name: $0) }
            })
        try ruleMemory.write(
            members.filter { !$0.state.traits.isEmpty }.map {
                TraitsWrite(member: $0.state.number, traits: $0.state.traits)
            })
        try PersonalData(database).write(
            members.flatMap { member in
                member.consents.map { ConsentWrite(member: member.state.number, consent: $0) }
            })
        var dueTimes = try DueTimes(database)
        for member in members {
            try dueTimes.write(DueTime(member: member.state.number, at: member.scheduled.dueAt))
        }
        try refuseConflicts()
    }

    /// Writes batches of members who are there already.
    mutating func add(_ batches: [RecordedBatch]) throws {
        lastOperations = [:]
        for sealed in batches.lazy.flatMap(\.operations) where lastOperations[sealed.operation.id.member] == nil {
            selectMember.bind(sealed.operation.id.member)
            // 0 stands for none.
            let last = try selectMember.first { $0.int64(3) }
            lastOperations[sealed.operation.id.member] = last == 0 ? nil : last
        }
        for batch in batches {
            let firstOperation = nextOperation
            for sealed in batch.operations { try write(sealed, in: batch.block) }
            try write(batch.block, firstOperation: firstOperation)
            try write(batch.totals, of: batch.block)
        }
        var update = try RawStatement(database, "UPDATE member SET last_op = ? WHERE member_no = ?")
        for (member, operation) in lastOperations.sorted(by: { $0.key < $1.key }) {
            update.bind(operation)
            update.bind(member)
            try update.run()
        }
        try refuseConflicts()
    }

    private func refuseConflicts() throws {
        guard conflicts.isEmpty else {
            throw StoreError(
                .corrupt, "the source has something twice that can be there once: a key, a receipt, a name")
        }
    }

    // MARK: The rest

    private mutating func write(_ identifiers: [NewIdentifier]) throws {
        guard !identifiers.isEmpty else { return }
        var insert = try RawStatement(
            database,
            """
            INSERT INTO identifier (kind, value, member_no, position)
            VALUES (?1, ?2, ?3, (SELECT coalesce(max(position), 0) + 1 FROM identifier WHERE member_no = ?3))
            """)
        for new in identifiers {
            insert.bind(new.identifier)
            insert.bind(new.member)
            if try !insert.insert() { conflicts.insert(new.member) }
        }
    }

    private func free(_ identifiers: [Identifier]) throws {
        for identifier in identifiers {
            var delete = try RawStatement(database, "DELETE FROM identifier WHERE kind = ? AND value = ?")
            delete.bind(identifier)
            try delete.run()
        }
    }

    /// The names of one member become another's.
    private func write(_ merge: NamesMove) throws {
        var moves = [
            try RawStatement(
                database,
                """
                UPDATE identifier SET member_no = ?2,
                    position = position + (SELECT coalesce(max(position), 0) FROM identifier WHERE member_no = ?2)
                WHERE member_no = ?1
                """),
            try RawStatement(database, "UPDATE OR IGNORE member_profile SET member_no = ?2 WHERE member_no = ?1"),
            try RawStatement(database, "DELETE FROM member_profile WHERE member_no = ?1 AND ?1 <> ?2"),
            try RawStatement(
                database,
                """
                INSERT INTO consent (member_no, purpose, granted, source, said_at)
                SELECT ?2, purpose, granted, source, said_at FROM consent WHERE member_no = ?1
                ON CONFLICT DO UPDATE SET granted = excluded.granted, source = excluded.source, said_at = excluded.said_at
                WHERE consent.said_at < excluded.said_at
                """),
            try RawStatement(database, "DELETE FROM consent WHERE member_no = ?1 AND ?1 <> ?2"),
        ]
        for index in moves.indices {
            moves[index].bind(merge.from)
            moves[index].bind(merge.to)
            try moves[index].run()
        }
    }

    private mutating func write(_ profiles: [NewProfile]) throws {
        guard !profiles.isEmpty else { return }
        var insert = try RawStatement(database, "INSERT INTO member_profile (member_no, name) VALUES (?, ?)")
        for profile in profiles {
            insert.bind(profile.member)
            insert.bind(profile.name)
            if try !insert.insert() { conflicts.insert(profile.member) }
        }
    }

    private func write(_ block: Block, firstOperation: Int64) throws {
        var insert = try RawStatement(
            database,
            """
            INSERT INTO block (writer, batch_no, previous, root, count, first_op, recorded_at, newest_rule_set)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """)
        insert.bind(block.writer)
        insert.bind(block.number)
        insert.bind(block.previous)
        insert.bind(block.root)
        insert.bind(block.count)
        insert.bind(firstOperation)
        insert.bind(block.recordedAt)
        insert.bind(block.newestRuleSet)
        try insert.run()
    }

    private func write(_ totals: [ProgramTotal], of block: Block) throws {
        var insert = try RawStatement(
            database, "INSERT INTO program_total (writer, batch_no, currency, account, change) VALUES (?, ?, ?, ?, ?)")
        for total in totals {
            insert.bind(block.writer)
            insert.bind(block.number)
            insert.bind(total.currency)
            insert.bind(total.account)
            insert.bind(total.change)
            try insert.run()
        }
    }
}

extension Database {
    /// The number behind the greatest one of a table whose key is that column.
    fileprivate func nextNumber(of table: String, _ column: String) throws -> Int64 {
        var select = try RawStatement(self, "SELECT max(\(column)) FROM \(table)")
        return (try select.first { $0.int64(0) } ?? 0) + 1
    }
}
