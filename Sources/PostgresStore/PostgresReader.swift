import Engine
import Ledger
import Loyalty
import Rules
import StoreForms
import Time

/// One read transaction of a PostgreSQL store, which sees the moment of its first question.
struct PostgresReader: StoreReader {
    private let session: Session

    /// - Parameter session: In a read transaction, which its owner ends.
    init(_ session: Session) {
        self.session = session
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
        Set(
            try all(ReadStatements.referredTo) { row in
                OperationID(reference: try row.int64(1), in: try row.member(0))
            })
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
        let totals = try all(ReadStatements.totals) { row in
            let account = try row.account(1)
            // PostgreSQL sums exactly, whatever the width.
            guard let change = Int64(row.text(2)) else {
                throw StoreError(.corrupt, "the total of \(account.name) does not fit 64 bits")
            }
            return ProgramTotal(currency: row.currency(0), account: account, change: Points(change))
        }
        return totals.sorted { ($0.currency, $0.account.rawValue) < ($1.currency, $1.account.rawValue) }
    }

    func sharedUsages() throws -> [Usage] {
        try all(ReadStatements.shared, Parameters(), ReadStatements.usage)
    }

    func counts() throws -> StoreCounts {
        let counts = try first(ReadStatements.counts) { row in
            StoreCounts(
                members: try row.int64(0), operations: try row.int64(1), transfers: try row.int64(2),
                blocks: try row.int64(3))
        }
        return counts ?? StoreCounts(members: 0, operations: 0, transfers: 0, blocks: 0)
    }

    func ruleSets(after version: Int64) throws -> [StoredRuleSet] {
        try all(ReadStatements.ruleSets, Parameters(version)) { try Administration.ruleSet($0) }
    }

    func bookSteps() throws -> [BookStep] {
        try all(ReadStatements.bookSteps) { row in
            BookStep(
                writer: WriterID(try row.int64(0)), firstBlock: try row.int64(1), newestRuleSet: try row.int64(2))
        }
    }

    func audit(after number: Int64, limit: Int) throws -> [AuditEntry] {
        try all(ReadStatements.auditAfter, Parameters(number, Int64(max(0, limit)))) { try Administration.entry($0) }
    }

    func audit(before number: Int64, limit: Int) throws -> [AuditEntry] {
        try all(ReadStatements.auditBefore, Parameters(number, Int64(max(0, limit)))) { try Administration.entry($0) }
    }

    // MARK: Clients

    func signingKeys() throws -> [SigningKey] {
        try all(ReadStatements.signingKeys) {
            SigningKey(number: try $0.int64(0), createdAt: try $0.instant(1), secret: $0.plain(2))
        }
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
