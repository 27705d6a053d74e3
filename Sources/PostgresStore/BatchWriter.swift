import Engine
import JSON
import Ledger
import Loyalty
import StoreForms
import Time

// Writes one batch over one connection, in a transaction of its own and without waiting for the server on the way:
// every statement is sent as soon as its rows are gathered, and the server works on one while the next is gathered.
//
// The members are updated first, and what they had before is the answer. It comes while the server still writes, so the
// batch is checked against it without anybody waiting, and COMMIT is sent behind the rest. Should a statement fail, or a
// guard raise, the server skips everything behind it, COMMIT included.

struct BatchWriter {
    private let batch: Batch
    /// Whether COMMIT has been sent: from then on a lost connection leaves the outcome unknown.
    private(set) var hasSentCommit = false

    init(_ batch: Batch) {
        self.batch = batch
    }

    /// Writes everything and commits.
    ///
    /// - Parameter rows: where they are gathered; what is in it is forgotten.
    /// - Throws: `StoreError` for a batch that does not add up, `PostgresFailure` otherwise. The transaction is then open, or
    ///   failed.
    mutating func write(by rows: inout BatchRows, over connection: inout Connection) throws {
        var answers = try begin(&connection)
        try connection.send(BatchStatements.checkRules, Parameters(batch.block.newestRuleSet))
        answers += 1
        if !batch.reads.isEmpty {
            try holdMembers(over: &connection)
            answers += 1
        }
        rows.removeAll()
        rows.add(batch.members)
        try Self.send(BatchStatements.updateMembers, &rows.updatedMembers, over: &connection)
        try connection.requestAnswers()
        try send(&rows, over: &connection)
        // The answers up to the members' own.
        for _ in 0..<answers { _ = try connection.receive() }
        if let fault = batch.fault(before: try receiveMembers(rows.updatedPlaces, over: &connection)) {
            throw StoreError(.corrupt, "the batch does not add up: \(fault)")
        }
        try connection.send(Statements.commit)
        hasSentCommit = true
        try connection.sync()
        try connection.finish()
    }

    /// Begins beside other batches, or alone where the audit trail grows, whose entries are chained.
    ///
    /// - Returns: how many answers are yet to come.
    private func begin(_ connection: inout Connection) throws -> Int {
        guard batch.notes.isEmpty else {
            try Administration.begin(&connection)
            for note in batch.notes { try Administration.append(note, over: &connection) }
            return 0
        }
        try connection.send(Statements.begin)
        try connection.send(BatchStatements.lockRules)
        return 2
    }

    // MARK: Members before

    /// What each member had before, in their order.
    private func receiveMembers(_ updated: [Int], over connection: inout Connection) throws -> [MemberBefore?] {
        var before = [MemberBefore?](repeating: nil, count: batch.members.count)
        guard !updated.isEmpty else { return before }
        var places = updated.makeIterator()
        try connection.receive().forEach { row in
            guard let place = places.next(), batch.members[place].state.number.value == (try row.int64(0)) else {
                throw StoreError(.corrupt, "other members are updated than were sent, or in another order")
            }
            before[place] = MemberBefore(
                balances: try MemberRow.balances(row.plain(2)), lastTransfer: try row.int64(1))
        }
        guard places.next() == nil else { throw StoreError(.corrupt, "fewer members are updated than were sent") }
        return before
    }

    private func holdMembers(over connection: inout Connection) throws {
        var members = BinaryArray(.bigint)
        var versions = BinaryArray(.bigint)
        func add(_ member: MemberNumber, _ version: Int64) {
            members.append(member.value)
            versions.append(version)
        }
        for read in batch.reads { add(read.member, read.version) }
        for write in batch.members where write.expectedVersion > 0 { add(write.state.number, write.expectedVersion) }
        members.seal()
        versions.seal()
        var parameters = Parameters()
        parameters.add(members)
        parameters.add(versions)
        try connection.send(BatchStatements.holdMembers, parameters)
    }

    // MARK: Rows

    private func send(_ rows: inout BatchRows, over connection: inout Connection) throws {
        try Self.send(BatchStatements.insertMembers, &rows.newMembers, over: &connection)
        rows.add(erasures: batch.erasures)
        rows.add(batch.consents)
        try Self.send(BatchStatements.erasePersons, &rows.erased, over: &connection)
        rows.add(batch.identifiers, batch.profiles, batch.traits)
        if !batch.freed.isEmpty {
            try connection.send(
                BatchStatements.freeIdentifiers, Parameters(batch.freed.map { HashedKey($0) }.sorted()))
        }
        try Self.send(BatchStatements.insertIdentifiers, &rows.identifiers, over: &connection)
        for merge in batch.merges {
            try connection.send(BatchStatements.moveIdentifiers, Parameters(merge.from.value, merge.to.value))
        }
        try RefusalStatements.sendOutlived(batch.refusals, over: &connection)
        try KeptStatements.send(batch.kept, over: &connection)
        rows.addClaims(of: batch.operations, KeptStatements.claims(of: batch.kept))
        try Self.send(BatchStatements.insertClaims, &rows.claims, over: &connection)
        try KeptStatements.sendCalls(batch.kept, over: &connection)
        try Self.send(BatchStatements.insertProfiles, &rows.profiles, over: &connection)
        for merge in batch.merges {
            try connection.send(BatchStatements.moveProfile, Parameters(merge.from.value, merge.to.value))
        }
        try Self.send(BatchStatements.upsertTraits, &rows.traits, over: &connection)
        rows.add(batch.due)
        try Self.send(DueStatements.write, &rows.due, over: &connection)
        try Self.send(BatchStatements.upsertConsents, &rows.consents, over: &connection)
        for merge in batch.merges {
            try connection.send(BatchStatements.moveConsents, Parameters(merge.from.value, merge.to.value))
        }
        rows.add(batch.operations)
        try Self.sendOperations(&rows.operations, of: batch.block, over: &connection)
        rows.addSeen(of: batch.operations)
        try Self.send(BatchStatements.insertSeen, &rows.seen, over: &connection)
        try RefusalStatements.sendNew(batch.refusals, over: &connection)
        try Self.send(batch.block, of: batch.operations, batch.totals, over: &connection)
        // Last, because every engine wants these few rows.
        rows.add(batch.shared)
        try Self.send(BatchStatements.checkShared, &rows.sharedBounds, over: &connection)
        if !rows.shared.isEmpty {
            try Self.send(BatchStatements.insertShared, &rows.shared, over: &connection)
            try Self.send(BatchStatements.updateShared, &rows.shared, over: &connection)
        }
    }

    /// Sends rows, unless there are none.
    static func send(_ statement: Statement, _ rows: inout Rows, over connection: inout Connection) throws {
        guard !rows.isEmpty else { return }
        rows.seal()
        try connection.send(statement, Parameters(rows))
        try connection.push()
    }

    /// Sends the operations of a batch.
    static func sendOperations(_ rows: inout Rows, of block: Block, over connection: inout Connection) throws {
        guard !rows.isEmpty else { return }
        rows.seal()
        var parameters = Parameters(rows)
        parameters.add(block.writer.value)
        parameters.add(block.number)
        try connection.send(BatchStatements.insertOperations, parameters)
        try connection.push()
    }

    /// Sends the row of a batch.
    static func send(
        _ block: Block, of operations: [SealedOperation], _ totals: [ProgramTotal], over connection: inout Connection
    ) throws {
        var members = BinaryArray(.bigint)
        var sequences = BinaryArray(.bigint)
        var (transfers, enrolled) = (0, 0)
        for index in operations.indices {
            let id = operations[index].operation.id
            members.append(id.member.value)
            sequences.append(id.sequence)
            transfers += operations[index].operation.movements.transfers.count
            // Whoever is new begins with an operation.
            if id.sequence == 1 { enrolled += 1 }
        }
        members.seal()
        sequences.seal()
        var parameters = Parameters()
        parameters.add(block.writer.value)
        parameters.add(block.number)
        parameters.add(block.recordedAt.milliseconds)
        parameters.add(block.newestRuleSet)
        parameters.add(integer: Int32(clamping: block.count))
        parameters.add(integer: Int32(clamping: transfers))
        parameters.add(integer: Int32(clamping: enrolled))
        parameters.add(bytes: block.previous.bytes)
        parameters.add(bytes: block.root.bytes)
        var json = JSONWriter()
        TotalsColumn.write(totals, to: &json)
        parameters.add(bytes: json.bytes)
        parameters.add(members)
        parameters.add(sequences)
        try connection.send(BatchStatements.insertBlock, parameters)
        try connection.push()
    }
}
