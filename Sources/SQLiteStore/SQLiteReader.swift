import Engine
import GRDB
import Ledger
import Loyalty
import Rules
import StoreForms
import Time

/// One read transaction of a SQLite store.
struct SQLiteReader: StoreReader {
    let database: Database

    func owner(of identifier: Identifier) throws -> MemberNumber? {
        var loading = try Loading(database)
        return try loading.owner(of: identifier)
    }

    func state(of member: MemberNumber) throws -> MemberState? {
        var loading = try Loading(database)
        return try loading.state(of: member)
    }

    func profile(of member: MemberNumber) throws -> Profile {
        var name = try select("SELECT name FROM member_profile WHERE member_no = ?")
        name.bind(member)
        var identifiers = try select("SELECT kind, value FROM identifier WHERE member_no = ? ORDER BY position")
        identifiers.bind(member)
        return Profile(
            name: try name.first { $0.text(0) },
            identifiers: try identifiers.all {
                guard let kind = Identifier.Kind(text: $0.text(0)) else {
                    throw StoreError(.corrupt, "there is no such kind of identifier")
                }
                return Identifier(kind, $0.exactText(1))
            })
    }

    func members(after member: MemberNumber, limit: Int) throws -> [MemberNumber] {
        var members = try select("SELECT member_no FROM member WHERE member_no > ? ORDER BY member_no LIMIT ?")
        members.bind(member)
        members.bind(Int64(max(0, limit)))
        return try members.all { $0.member(0) }
    }

    // MARK: History

    func operations(of member: MemberNumber, after sequence: Int64, limit: Int) throws -> [StoredOperation] {
        var history = try MemberHistory(database, member: member)
        return try history.operations(after: sequence, limit: limit)
    }

    func operations(of member: MemberNumber, before sequence: Int64, limit: Int) throws -> [StoredOperation] {
        var history = try MemberHistory(database, member: member)
        return try history.operations(before: sequence, limit: limit)
    }

    func tierChanges(of member: MemberNumber) throws -> [StoredTierChange] {
        var changes = try select(
            """
            SELECT seq, tier_changes, detail FROM operation
            WHERE member_no = ? AND tier_changes IS NOT NULL ORDER BY seq
            """)
        changes.bind(member)
        return try changes.all { row in
            let words = row.isNull(2) ? nil : try DetailColumn.detail(row.bytes(2)).text("reason")
            return try TierChangesColumn.changes(row.bytes(1)).map {
                StoredTierChange(
                    operation: OperationID(member: member, sequence: row.int64(0)), change: $0, words: words)
            }
        }.flatMap(\.self)
    }

    func operation(of receipt: ReceiptNumber) throws -> OperationID? {
        var loading = try Loading(database)
        return try loading.operation(of: receipt)
    }

    func history(after position: HistoryPosition, limit: Int, _ detail: HistoryDetail) throws -> [HistoryEntry] {
        guard limit > 0 else { return [] }
        var history = try WholeHistory(database, after: position, detail)
        return try history.read(limit: limit)
    }

    func operationsReferredTo() throws -> Set<OperationID> {
        var abouts = try select("SELECT member_no, about FROM operation WHERE about IS NOT NULL")
        return Set(try abouts.all { OperationID(reference: $0.int64(1), in: $0.member(0)) })
    }

    func lots(of member: MemberNumber) throws -> [Lot] {
        var history = try MemberHistory(database, member: member)
        return try history.lots()
    }

    // MARK: What is due

    func due(upTo instant: Instant, after place: DuePlace, limit: Int) throws -> [ScheduledMember] {
        var due = try select(
            """
            SELECT \(MemberRow.columns), due_at
            FROM (
                SELECT due_at, member_no FROM member_due
                WHERE (due_at, member_no) > (?, ?) AND due_at <= ? ORDER BY due_at, member_no LIMIT ?
            ) CROSS JOIN member USING (member_no) ORDER BY due_at, member_no
            """)
        due.bind(place.at)
        due.bind(place.member)
        due.bind(instant)
        due.bind(Int64(max(0, limit)))
        return try due.all(Self.scheduled)
    }

    func scheduled(after member: MemberNumber, limit: Int) throws -> [ScheduledMember] {
        var members = try select(
            """
            SELECT \(MemberRow.columns),
                (SELECT due_at FROM member_due WHERE member_due.member_no = member.member_no)
            FROM member WHERE member_no > ? ORDER BY member_no LIMIT ?
            """)
        members.bind(member)
        members.bind(Int64(max(0, limit)))
        return try members.all(Self.scheduled)
    }

    private static func scheduled(_ row: RawStatement) throws -> ScheduledMember {
        ScheduledMember(
            state: try MemberRow.state(row), dueAt: row.optionalInstant(MemberRow.columnCount))
    }

    func dueSurvey() throws -> DueSurvey {
        try DueTimes.survey(in: database)
    }

    func consents(of member: MemberNumber) throws -> [Consent] {
        var consents = try select(
            "SELECT purpose, granted, source, said_at FROM consent WHERE member_no = ? ORDER BY purpose")
        consents.bind(member)
        return try consents.all {
            Consent(purpose: $0.text(0), isGranted: $0.int64(1) == 1, source: $0.text(2), saidAt: $0.instant(3))
        }
    }

    // MARK: Blocks

    func writers() throws -> [WriterID] {
        var writers = try select("SELECT writer FROM writer ORDER BY writer")
        return try writers.all { WriterID($0.int64(0)) }
    }

    func blocks(of writer: WriterID, after number: Int64, limit: Int) throws -> [Block] {
        var blocks = try select(
            """
            SELECT batch_no, previous, root, count, recorded_at, newest_rule_set FROM block
            WHERE writer = ? AND batch_no > ? ORDER BY batch_no LIMIT ?
            """)
        blocks.bind(writer)
        blocks.bind(number)
        blocks.bind(Int64(max(0, limit)))
        return try blocks.all {
            Block(
                writer: writer, number: $0.int64(0), previous: try $0.digest(1), root: try $0.digest(2),
                count: $0.int64(3), recordedAt: $0.instant(4), newestRuleSet: $0.int64(5))
        }
    }

    func bookSteps() throws -> [BookStep] {
        var steps = try select(
            "SELECT writer, min(batch_no), newest_rule_set FROM block GROUP BY writer, newest_rule_set ORDER BY 1, 2")
        return try steps.all {
            BookStep(writer: WriterID($0.int64(0)), firstBlock: $0.int64(1), newestRuleSet: $0.int64(2))
        }
    }

    func digests(writer: WriterID, number: Int64) throws -> [Digest] {
        var digests = try select(
            """
            SELECT operation.digest FROM block
            JOIN operation ON operation.op >= block.first_op AND operation.op < block.first_op + block.count
            WHERE block.writer = ? AND block.batch_no = ? ORDER BY operation.op
            """)
        digests.bind(writer)
        digests.bind(number)
        return try digests.all { try $0.digest(0) }
    }

    func hasBatch(writer: WriterID, number: Int64) throws -> Bool {
        var block = try select("SELECT 1 FROM block WHERE writer = ? AND batch_no = ?")
        block.bind(writer)
        block.bind(number)
        return try block.first { _ in true } ?? false
    }

    // MARK: The whole

    func totals() throws -> [ProgramTotal] {
        var changes = try select("SELECT currency, account, change FROM program_total")
        var sums: [CurrencyID: [Account: Int128]] = [:]
        // Summed here, because SQLite's own sum stops where one of its partial sums leaves 64 bits.
        while try changes.step() {
            sums[changes.currency(0), default: [:]][try changes.account(1), default: 0] += Int128(changes.int64(2))
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

    func sharedUsages() throws -> [Usage] {
        var usages = try select("SELECT kind, id, window_start, used FROM shared_usage ORDER BY kind, id, window_start")
        return try usages.all { row in
            Usage(try UsageColumn.key(kind: row.int64(0), id: row.text(1), window: row.int64(2)), row.int64(3))
        }
    }

    func counts() throws -> StoreCounts {
        // History has dense numbers from 1, so the greatest one counts it without reading it.
        var counts = try select(
            """
            SELECT
                (SELECT value FROM counter WHERE name = 'members'),
                (SELECT max(op) FROM operation),
                (SELECT max(transfer) FROM transfer),
                (SELECT count(*) FROM block)
            """)
        let found = try counts.first {
            StoreCounts(members: $0.int64(0), operations: $0.int64(1), transfers: $0.int64(2), blocks: $0.int64(3))
        }
        return found ?? StoreCounts(members: 0, operations: 0, transfers: 0, blocks: 0)
    }

    func ruleSets(after version: Int64) throws -> [StoredRuleSet] {
        try RuleSetRow.all(database, after: version)
    }

    func audit(after number: Int64, limit: Int) throws -> [AuditEntry] {
        try AuditRow.entries(database, after: number, limit: limit)
    }

    func audit(before number: Int64, limit: Int) throws -> [AuditEntry] {
        try AuditRow.entries(database, before: number, limit: limit)
    }

    // MARK: Clients

    func signingKeys() throws -> [SigningKey] {
        try SQLiteStore.signingKeys(in: database)
    }

    func clients() throws -> [Client] {
        try ClientRow.all(database)
    }

    // MARK: Copying

    func registeredWriters() throws -> [RegisteredWriter] {
        var writers = try select(
            """
            SELECT writer, registered_at, coalesce(batch_no, 0) FROM writer LEFT JOIN answers_forgotten USING (writer)
            ORDER BY writer
            """)
        return try writers.all {
            RegisteredWriter(id: WriterID($0.int64(0)), registeredAt: $0.instant(1), answersForgotten: $0.int64(2))
        }
    }

    func nextMemberNumber() throws -> Int64 {
        var counter = try select("SELECT value FROM counter WHERE name = 'member_number'")
        guard let next = try counter.first({ $0.int64(0) }) else {
            throw StoreError(.corrupt, "the counter of member numbers is gone")
        }
        return next
    }

    func batches(after position: HistoryPosition, limit: Int) throws -> [PlacedBatch] {
        var history = try BatchHistory(database)
        return try history.batches(after: position, limit: limit)
    }

    func refusals(after place: Int64, limit: Int) throws -> [PlacedRefusal] {
        try RefusalRows(database).notes(after: place, limit: limit)
    }

    func keptReceipts(after receipt: ReceiptNumber?, limit: Int) throws -> [ReceiptNumber] {
        try KeptRows(database).receipts(after: receipt, limit: limit)
    }

    func keptRecord(of receipt: ReceiptNumber) throws -> KeptRecord? {
        let kept = KeptRows(database)
        return try kept.sale(of: receipt).map { KeptRecord(sale: $0, calls: try kept.calls(about: receipt)) }
    }

    private func select(_ sql: String) throws -> RawStatement {
        try RawStatement(database, sql)
    }
}
