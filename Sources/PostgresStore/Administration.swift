import Engine
import JSON
import Ledger
import Loyalty
import StoreForms
import Time

// Rule sets and clients are added alone: a lock that every batch shares is held by whoever adds, so that no batch is
// under way that does not know of it, and versions, numbers and the audit trail have no holes. This happens a few times
// a day, and one statement after the other is fast enough.

enum Administration {
    static func add(
        _ ruleSet: NewRuleSet, clock: Clock, over connection: inout Connection
    ) throws -> AddingOutcome {
        try begin(&connection)
        let now = clock()
        let known = try ruleSet.request.flatMap { try find($0.key, over: &connection) }
        let present = try connection.ask(ReadStatements.ruleSets, Parameters(0)).map { try self.ruleSet($0) }
        let outcome = known.map(AddingOutcome.keyUsed) ?? ruleSet.placed(behind: present, at: now)
        if case .added(let stored) = outcome {
            try insert(stored, over: &connection)
            try append(ruleSet.auditNote(of: stored, behind: present), over: &connection)
        }
        try connection.run(Statements.commit)
        return outcome
    }

    static func apply(_ change: ClientChange, over connection: inout Connection) throws -> ClientOutcome {
        try begin(&connection)
        let keys = try connection.ask(ReadStatements.clientKeys).map(ClientRow.key)
        let clients = try connection.ask(ReadStatements.clients).map { try ClientRow.client($0, keys: keys) }
        let outcome = change.outcome(among: clients)
        if case .done(let client) = outcome {
            try ClientRow.write(client, over: &connection)
            try append(change.auditNote(of: client), over: &connection)
        }
        try connection.run(Statements.commit)
        return outcome
    }

    static func record(_ note: AuditNote, over connection: inout Connection) throws {
        try begin(&connection)
        try append(note, over: &connection)
        try connection.run(Statements.commit)
    }

    static func rotate(_ rotation: SigningKeyRotation, over connection: inout Connection) throws -> SigningKey {
        try begin(&connection)
        let earlier = try connection.ask(ReadStatements.signingKeys).map { try PostgresReader.signingKey($0) }
        let key = rotation.key(behind: earlier)
        try connection.run(WriteStatements.addSigningKey, Parameters(key))
        if rotation.endsEarlier {
            try connection.run(WriteStatements.endSigningKeys, Parameters(key.number))
        }
        try append(rotation.auditNote(behind: earlier), over: &connection)
        try connection.run(Statements.commit)
        return key
    }

    static func begin(_ connection: inout Connection) throws {
        try connection.run(Statements.begin)
        try connection.run(WriteStatements.lockAlone)
    }

    // MARK: Rule sets

    /// The rule set that was asked for under a key.
    private static func find(_ key: IdempotencyKey, over connection: inout Connection) throws -> StoredRuleSet? {
        var parameters = Parameters()
        parameters.add(HashedKey(key))
        let known = try connection.ask(WriteStatements.ruleSetOfKey, parameters).first { try self.ruleSet($0) }
        return known?.request?.key == key ? known : nil
    }

    /// Writes a rule set as it is.
    static func insert(_ stored: StoredRuleSet, over connection: inout Connection) throws {
        try connection.run(
            stored.request == nil ? WriteStatements.addRuleSet : WriteStatements.addRequestedRuleSet,
            parameters(of: stored))
    }

    private static func parameters(of stored: StoredRuleSet) -> Parameters {
        var parameters = Parameters()
        parameters.add(stored.version)
        parameters.add(text: stored.source)
        parameters.add(bytes: stored.digest.bytes)
        parameters.add(stored.publishedAt.milliseconds)
        parameters.add(stored.effectiveFrom.milliseconds)
        parameters.add(text: stored.author)
        parameters.add(text: stored.note)
        if let request = stored.request {
            parameters.add(HashedKey(request.key))
            parameters.add(request.key.client)
            parameters.add(text: request.key.key.text)
            parameters.add(bytes: request.fingerprint.bytes)
        }
        return parameters
    }

    /// Reads a rule set from `ruleSetColumns`.
    static func ruleSet(_ row: borrowing Row) throws -> StoredRuleSet {
        let request: KeyedRequest? =
            row.isNull(8)
            ? nil
            : KeyedRequest(
                key: IdempotencyKey(client: try row.int64(7), key: row.exactText(8)),
                fingerprint: try row.digest(9))
        return StoredRuleSet(
            version: try row.int64(0), source: row.text(1), digest: try row.digest(2), publishedAt: try row.instant(3),
            effectiveFrom: try row.instant(4), author: row.text(5), note: row.text(6), request: request)
    }

    // MARK: The audit trail

    static func append(_ note: AuditNote, over connection: inout Connection) throws {
        let newest = try connection.ask(WriteStatements.newestEntry).first { try Self.entry($0) }
        try insert([AuditEntry(note, behind: newest)], over: &connection)
    }

    /// Writes entries as they are.
    static func insert(_ entries: [AuditEntry], over connection: inout Connection) throws {
        var rows = Rows(WriteStatements.auditRow)
        var json = JSONWriter()
        for entry in entries {
            let note = entry.note
            rows.add(entry.number)
            rows.add(note.at)
            rows.add(note.author.client)
            rows.add(text: note.author.name)
            if let origin = note.author.origin { rows.add(text: origin) } else { rows.addNull() }
            rows.add(text: note.action.rawValue)
            rows.add(text: note.subject)
            rows.add(by: &json) { AuditColumn.write(note.details, to: &$0) }
            rows.add(entry.previous)
            rows.add(entry.digest)
        }
        rows.seal()
        try connection.run(WriteStatements.addEntry, Parameters(rows))
    }

    /// Reads an entry from `auditColumns`.
    static func entry(_ row: borrowing Row) throws -> AuditEntry {
        guard let action = AuditNote.Action(rawValue: row.text(5)) else {
            throw StoreError(.corrupt, "the audit trail names an action that this program does not know")
        }
        let author = Author(
            client: try row.optionalInt64(2), name: row.text(3), origin: row.isNull(4) ? nil : row.text(4))
        return AuditEntry(
            number: try row.int64(0),
            note: AuditNote(
                at: try row.instant(1), author: author, action: action, subject: row.text(6),
                details: try AuditColumn.details(row.plain(7))),
            previous: try row.digest(8), digest: try row.digest(9))
    }
}

extension Connection {
    /// Runs one statement whose answer does not matter.
    mutating func run(_ statement: Statement, _ parameters: Parameters = Parameters()) throws {
        _ = try ask(statement, parameters)
    }
}
