import Engine
import Ledger
import Loyalty
import Rules
import StoreForms
import Time

/// One read transaction of a PostgreSQL store, which sees the moment of its first question.
struct PostgresReader: StoreReader {
    private let session: Session
    private let rowsAtOnce: Int64

    /// - Parameters:
    ///   - session: In a read transaction, which its owner ends.
    ///   - rowsAtOnce: how many rows of the history one statement reads where all of it is read.
    init(_ session: Session, rowsAtOnce: Int64) {
        self.session = session
        self.rowsAtOnce = rowsAtOnce
    }

    // MARK: Members

    func owner(of identifier: Identifier) throws -> MemberNumber? {
        try owned(by: identifier)?.number
    }

    private func owned(by identifier: Identifier) throws -> MemberState? {
        try first(ReadStatements.owners, Parameters([HashedKey(identifier)])) { row in
            guard row.text(1) == identifier.kind.text, row.exactText(2) == identifier.value else { return nil }
            return try MemberRow.state(row, first: 3)
        } ?? nil
    }

    func state(of member: MemberNumber) throws -> MemberState? {
        try first(ReadStatements.states, Parameters([member])) { try MemberRow.state($0) }
    }

    func profile(of member: MemberNumber) throws -> Profile {
        Profile(
            name: try first(ReadStatements.name, Parameters(member.value)) { $0.text(0) },
            identifiers: try all(ReadStatements.identifiers, Parameters(member.value)) { row in
                guard let kind = Identifier.Kind(text: row.text(0)) else {
                    throw StoreError(.corrupt, "there is no such kind of identifier")
                }
                return Identifier(kind, row.exactText(1))
            })
    }

    func consents(of member: MemberNumber) throws -> [Consent] {
        try all(ReadStatements.consents, Parameters(member.value)) { row in
            Consent(
                purpose: row.text(0), isGranted: try row.int64(1) == 1, source: row.text(2), saidAt: try row.instant(3))
        }
    }

    func members(after member: MemberNumber, limit: Int) throws -> [MemberNumber] {
        try all(ReadStatements.members, Parameters(member.value, Int64(max(0, limit)))) { try $0.member(0) }
    }

    // MARK: History

    func operations(of member: MemberNumber, after sequence: Int64, limit: Int) throws -> [StoredOperation] {
        try operations(ReadStatements.operationsAfter, of: member, sequence, limit)
    }

    func operations(of member: MemberNumber, before sequence: Int64, limit: Int) throws -> [StoredOperation] {
        try operations(ReadStatements.operationsBefore, of: member, sequence, limit)
    }

    private func operations(
        _ statement: Statement, of member: MemberNumber, _ sequence: Int64, _ limit: Int
    ) throws -> [StoredOperation] {
        try session.query { connection in
            var history = MemberHistory(member)
            return try history.operations(statement, sequence, limit: limit, over: &connection)
        }
    }

    func history(after position: HistoryPosition, limit: Int, _ detail: HistoryDetail) throws -> [HistoryEntry] {
        guard limit > 0 else { return [] }
        let heads = try all(
            ReadStatements.heads, Parameters(position.value >> 24, position.value, Int64(limit))
        ) { row in
            (
                position: HistoryPosition(try row.int64(0)),
                id: OperationID(member: try row.member(1), sequence: try row.int64(2))
            )
        }
        // Member by member: what a page holds of one lies together.
        var operations: [OperationID: Operation] = [:]
        var joined: [MemberNumber: JoinedMember] = [:]
        for (member, ids) in Dictionary(grouping: heads.map(\.id), by: \.member) {
            let sequences = ids.map(\.sequence)
            guard let first = sequences.min(), let last = sequences.max() else { continue }
            for stored in try self.operations(of: member, after: first - 1, limit: Int(last - first) + 1) {
                operations[stored.sealed.operation.id] = stored.sealed.operation
            }
            if first == 1, let state = try state(of: member) {
                joined[member] = JoinedMember(id: state.id, traits: state.traits)
            }
        }
        return try heads.map { head in
            guard let operation = operations[head.id] else {
                throw StoreError(.corrupt, "a block names an operation that is not there")
            }
            return HistoryEntry(
                position: head.position, operation: operation.told(in: detail),
                joined: head.id.sequence == 1 ? joined[head.id.member] : nil)
        }
    }

    func operationsReferredTo() throws -> Set<OperationID> {
        var found: Set<OperationID> = []
        var (member, sequence) = (Int64.min, Int64.min)
        while true {
            let page = try all(ReadStatements.referredTo, Parameters(member, sequence, rowsAtOnce)) { row in
                (member: try row.member(0), sequence: try row.int64(1), about: try row.optionalInt64(2))
            }
            for row in page { if let about = row.about { found.insert(OperationID(reference: about, in: row.member)) } }
            guard let last = page.last else { return found }
            (member, sequence) = (last.member.value, last.sequence)
        }
    }

    func tierChanges(of member: MemberNumber) throws -> [StoredTierChange] {
        try all(ReadStatements.tierChanges, Parameters(member.value)) { row in
            let id = OperationID(member: member, sequence: try row.int64(0))
            let words = row.isNull(2) ? nil : try DetailColumn.detail(row.plain(2)).text("reason")
            return try TierChangesColumn.changes(row.plain(1)).map {
                StoredTierChange(operation: id, change: $0, words: words)
            }
        }.flatMap(\.self)
    }

    func operation(of receipt: ReceiptNumber) throws -> OperationID? {
        try session.query { try Loading.operation(of: receipt, over: &$0) }
    }

    func lots(of member: MemberNumber) throws -> [Lot] {
        try session.query { try MemberHistory.lots(of: member, over: &$0) }
    }

    // MARK: What is due

    func due(upTo instant: Instant, after place: DuePlace, limit: Int) throws -> [ScheduledMember] {
        try all(
            DueStatements.due,
            Parameters(
                place.at.milliseconds, place.member.value, instant.milliseconds, Int64(max(0, limit))), Self.scheduled)
    }

    func scheduled(after member: MemberNumber, limit: Int) throws -> [ScheduledMember] {
        try all(DueStatements.scheduled, Parameters(member.value, Int64(max(0, limit))), Self.scheduled)
    }

    private static func scheduled(_ row: borrowing Row) throws -> ScheduledMember {
        ScheduledMember(state: try MemberRow.state(row, first: 1), dueAt: try row.optionalInstant(0))
    }

    func dueSurvey() throws -> DueSurvey {
        let survey = try first(DueStatements.survey) { row in
            DueSurvey(ruleSet: try row.int64(0), upTo: try row.member(1))
        }
        return survey ?? DueSurvey(ruleSet: 0, upTo: MemberNumber(0))
    }

    // MARK: Blocks

    func writers() throws -> [WriterID] {
        try all(ReadStatements.writers) { WriterID(try $0.int64(0)) }
    }

    func blocks(of writer: WriterID, after number: Int64, limit: Int) throws -> [Block] {
        try all(ReadStatements.blocks, Parameters(writer.value, number, Int64(max(0, limit)))) { row in
            Block(
                writer: writer, number: try row.int64(0), previous: try row.digest(1), root: try row.digest(2),
                count: try row.int64(3), recordedAt: try row.instant(4), newestRuleSet: try row.int64(5))
        }
    }

    func digests(writer: WriterID, number: Int64) throws -> [Digest] {
        try all(ReadStatements.digests, Parameters(writer, number)) { try $0.digest(0) }
    }

    // MARK: The whole

    func totals() throws -> [ProgramTotal] {
        struct Key: Hashable {
            let currency: CurrencyID
            let account: Account
        }
        // Sums are exact, whatever the width, and only what they come to has to fit.
        var sums: [Key: Int128] = [:]
        var place: Int64? = 0
        while let start = place {
            place = nil
            try session.query { connection in
                try connection.ask(ReadStatements.totals, Parameters(start, rowsAtOnce)).forEach { row in
                    guard let sum = Int128(row.text(2)) else { throw StoreError(.corrupt, "a sum is no number") }
                    if row.isNull(0) {
                        place = Int64(clamping: sum)
                    } else {
                        sums[Key(currency: row.currency(0), account: try row.account(1)), default: 0] += sum
                    }
                }
            }
        }
        return try sums.map { key, sum in
            guard let change = Int64(exactly: sum) else {
                throw StoreError(.corrupt, "the total of \(key.account.name) does not fit 64 bits")
            }
            return ProgramTotal(currency: key.currency, account: key.account, change: Points(change))
        }.sorted { ($0.currency, $0.account.rawValue) < ($1.currency, $1.account.rawValue) }
    }

    func sharedUsages() throws -> [Usage] {
        try all(ReadStatements.shared, Parameters(), ReadStatements.usage)
    }

    func counts() throws -> StoreCounts {
        var counts = StoreCounts(members: 0, operations: 0, transfers: 0, blocks: 0)
        var place: Int64? = 0
        while let start = place {
            place =
                try first(ReadStatements.counts, Parameters(start, rowsAtOnce)) { row in
                    counts.members += try row.int64(0)
                    counts.operations += try row.int64(1)
                    counts.transfers += try row.int64(2)
                    counts.blocks += try row.int64(3)
                    return try row.optionalInt64(4)
                } ?? nil
        }
        return counts
    }

    func ruleSets(after version: Int64) throws -> [StoredRuleSet] {
        try all(ReadStatements.ruleSets, Parameters(version)) { try Administration.ruleSet($0) }
    }

    func bookSteps() throws -> [BookStep] {
        var steps: [BookStep] = []
        for writer in try writers() {
            var known: Set<Int64> = []
            var last: Int64? = 0
            while let start = last {
                last = nil
                for step in try all(
                    ReadStatements.bookSteps, Parameters(writer.value, start, rowsAtOnce),
                    { (first: try $0.int64(0), ruleSet: try $0.int64(1), last: try $0.int64(2)) })
                {
                    last = max(last ?? 0, step.last)
                    guard known.insert(step.ruleSet).inserted else { continue }
                    steps.append(BookStep(writer: writer, firstBlock: step.first, newestRuleSet: step.ruleSet))
                }
            }
        }
        return steps
    }

    func audit(after number: Int64, limit: Int) throws -> [AuditEntry] {
        try all(ReadStatements.auditAfter, Parameters(number, Int64(max(0, limit)))) { try Administration.entry($0) }
    }

    func audit(before number: Int64, limit: Int) throws -> [AuditEntry] {
        try all(ReadStatements.auditBefore, Parameters(number, Int64(max(0, limit)))) { try Administration.entry($0) }
    }

    // MARK: What leads to operations and members

    func lostClaims(of operations: [SealedOperation]) throws -> [OperationID] {
        var rows = BatchRows()
        rows.addClaims(of: operations, [])
        guard !rows.claims.isEmpty else { return [] }
        rows.claims.seal()
        return try all(ReadStatements.lostClaims, Parameters(rows.claims)) {
            OperationID(member: try $0.member(0), sequence: try $0.int64(1))
        }
    }

    func lostIDs(of members: [MemberState]) throws -> [MemberNumber] {
        guard !members.isEmpty else { return [] }
        var rows = Rows([Column("identifier", .uuid), Column("member_no", .bigint)])
        for member in members {
            rows.add(HashedKey(Identifier(.member, member.id)))
            rows.add(member.number.value)
        }
        rows.seal()
        return try all(ReadStatements.lostIDs, Parameters(rows)) { try $0.member(0) }
    }

    // MARK: Clients

    func signingKeys() throws -> [SigningKey] {
        try all(ReadStatements.signingKeys) { try Self.signingKey($0) }
    }

    static func signingKey(_ row: borrowing Row) throws -> SigningKey {
        SigningKey(number: try row.int64(0), createdAt: try row.instant(1), secret: row.plain(2))
    }

    func clients() throws -> [Client] {
        let keys = try all(ReadStatements.clientKeys) { try ClientRow.key($0) }
        return try all(ReadStatements.clients) { try ClientRow.client($0, keys: keys) }
    }

    // MARK: Asking

    func all<Value>(
        _ statement: Statement, _ parameters: Parameters = Parameters(), _ read: (borrowing Row) throws -> Value
    ) throws -> [Value] {
        try session.query { try $0.ask(statement, parameters).map(read) }
    }

    func first<Value>(
        _ statement: Statement, _ parameters: Parameters = Parameters(), _ read: (borrowing Row) throws -> Value
    ) throws -> Value? {
        try session.query { try $0.ask(statement, parameters).first(read) }
    }
}

extension Connection {
    /// Sends one statement and waits for its answer.
    mutating func ask(_ statement: Statement, _ parameters: Parameters = Parameters()) throws -> QueryResult {
        try send(statement, parameters)
        try sync()
        let answer = try receive()
        try finish()
        return answer
    }
}
