package import Engine
import JSON
import Ledger
import Loyalty
import Rules
import StoreForms
import Time

// A store is filled in one transaction, page by page: the statements of batches, one round trip a page. Nobody else
// writes meanwhile, since the lock is held that batches share.

extension PostgresStore {
    /// Takes in everything that another store holds, in one transaction.
    ///
    /// The role must own the tables, as the one that made the schema does.
    package func fill(from source: any StoreReader, noting note: AuditNote, progress: CopyProgress) throws {
        try StoreError.translating {
            try inWriting { connection in
                var filling = Filling()
                try filling.begin(over: &connection)
                try source.tell(progress) { part in
                    connection.allow(Filling.pageTimeout)
                    try filling.add(part, over: &connection)
                }
                connection.allow(Filling.pageTimeout)
                try filling.end(noting: note, over: &connection)
            }
        }
    }
}

/// Writes the parts of another store into an empty one.
private struct Filling {
    /// How long the server may take for a page. Longer than its own limit.
    static let pageTimeout = Duration.seconds(75)

    private var rows = BatchRows()

    func begin(over connection: inout Connection) throws {
        try Administration.begin(&connection)
        try connection.run(CopyStatements.patience)
        try connection.run(CopyStatements.lock)
        let what = try connection.ask(CopyStatements.contents).first { $0.isNull(0) ? nil : $0.text(0) } ?? nil
        if let what { throw NotEmpty(what) }
        for statement in CopyStatements.clearTrail { try connection.run(statement) }
    }

    func end(noting note: AuditNote, over connection: inout Connection) throws {
        try Administration.append(note, over: &connection)
        try connection.run(CopyStatements.goOnCounting)
        try connection.run(Statements.commit)
    }

    mutating func add(_ part: StorePart, over connection: inout Connection) throws {
        rows.removeAll()
        switch part {
        case .writers(let writers): try add(writers, over: &connection)
        case .ruleSets(let ruleSets): for ruleSet in ruleSets { try Administration.insert(ruleSet, over: &connection) }
        case .clients(let clients): for client in clients { try ClientRow.write(client, over: &connection) }
        case .signingKeys(let keys):
            for key in keys { try connection.run(WriteStatements.addSigningKey, Parameters(key)) }
        case .audit(let entries): try Administration.insert(entries, over: &connection)
        case .members(let members): try add(members, over: &connection)
        case .kept(let records): try add(records, over: &connection)
        case .batches(let batches): try add(batches, over: &connection)
        case .refusals(let notes):
            try RefusalStatements.send(notes, over: &connection)
            try settle(&connection)
        case .shared(let usages): try add(usages, over: &connection)
        case .course(let nextMember, let survey):
            try connection.run(CopyStatements.setNextMember, Parameters(nextMember))
            try connection.run(DueStatements.noteSurvey, Parameters(survey.ruleSet, survey.upTo.value))
        }
    }

    /// Waits for what was sent.
    private func settle(_ connection: inout Connection) throws {
        try connection.sync()
        try connection.finish()
    }

    private func add(_ writers: [RegisteredWriter], over connection: inout Connection) throws {
        var registered = Rows(CopyStatements.writer)
        var forgotten = Rows(CopyStatements.forgotten)
        for writer in writers {
            registered.add(writer.id.value)
            registered.add(writer.registeredAt)
            guard writer.answersForgotten > 0 else { continue }
            forgotten.add(writer.id.value)
            forgotten.add(writer.answersForgotten)
        }
        try BatchWriter.send(CopyStatements.insertWriters, &registered, over: &connection)
        try BatchWriter.send(CopyStatements.insertForgotten, &forgotten, over: &connection)
        try settle(&connection)
    }

    private mutating func add(_ members: [RecordedMember], over connection: inout Connection) throws {
        rows.add(members.map { MemberWrite(state: $0.state, expectedVersion: 0) })
        rows.add(
            members.flatMap { member in
                member.profile.identifiers.map { NewIdentifier(identifier: $0, member: member.state.number) }
            },
            members.compactMap { member in
                member.profile.name.map { NewProfile(member: member.state.number, name: $0) }
            },
            members.filter { !$0.state.traits.isEmpty }.map {
                TraitsWrite(member: $0.state.number, traits: $0.state.traits)
            })
        rows.add(
            members.flatMap { member in
                member.consents.map { ConsentWrite(member: member.state.number, consent: $0) }
            })
        rows.add(members.map { DueTime(member: $0.state.number, at: $0.scheduled.dueAt) })
        try BatchWriter.send(BatchStatements.insertMembers, &rows.newMembers, over: &connection)
        try BatchWriter.send(BatchStatements.insertIdentifiers, &rows.identifiers, over: &connection)
        try BatchWriter.send(BatchStatements.insertProfiles, &rows.profiles, over: &connection)
        try BatchWriter.send(BatchStatements.upsertTraits, &rows.traits, over: &connection)
        try BatchWriter.send(DueStatements.write, &rows.due, over: &connection)
        try BatchWriter.send(BatchStatements.upsertConsents, &rows.consents, over: &connection)
        try settle(&connection)
    }

    private mutating func add(_ records: [KeptRecord], over connection: inout Connection) throws {
        for record in records {
            let changes = record.changes
            rows.removeAll()
            rows.addClaims(of: [], KeptStatements.claims(of: changes))
            try KeptStatements.send(changes, over: &connection)
            try BatchWriter.send(BatchStatements.insertClaims, &rows.claims, over: &connection)
            try KeptStatements.sendCalls(changes, over: &connection)
        }
        try settle(&connection)
    }

    private mutating func add(_ batches: [RecordedBatch], over connection: inout Connection) throws {
        for batch in batches {
            rows.removeAll()
            rows.addClaims(of: batch.operations, [])
            rows.add(batch.operations)
            rows.addSeen(of: batch.operations)
            try BatchWriter.send(BatchStatements.insertClaims, &rows.claims, over: &connection)
            try BatchWriter.sendOperations(&rows.operations, of: batch.block, over: &connection)
            try BatchWriter.send(BatchStatements.insertSeen, &rows.seen, over: &connection)
            try BatchWriter.send(batch.block, of: batch.operations, batch.totals, over: &connection)
        }
        try settle(&connection)
    }

    private mutating func add(_ usages: [Usage], over connection: inout Connection) throws {
        // What is used up and given back again is a row as well.
        for usage in usages {
            rows.shared.add(usage.key)
            rows.shared.add(usage.amount)
            rows.shared.add(Int64(0))
            rows.shared.add(Int64.max)
        }
        try BatchWriter.send(BatchStatements.insertShared, &rows.shared, over: &connection)
        try BatchWriter.send(BatchStatements.updateShared, &rows.shared, over: &connection)
        try settle(&connection)
    }
}
