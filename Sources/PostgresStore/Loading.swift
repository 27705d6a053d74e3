import Engine
import Ledger
import Loyalty
import Rules
import StoreForms

/// Finds what deciding a batch needs: everything is asked for at once, and all answers are of one moment. Otherwise a
/// state could already hold what an answer that is read before it does not know of yet, and a repeated call would be
/// refused for its own effect.
struct Loading {
    private let keys: LoadKeys
    private let causes: [HashedKey]
    private let receipts: [HashedKey]
    private let kept: [HashedKey]
    private let identifiers: [HashedKey]

    init(_ keys: LoadKeys) {
        self.keys = keys
        causes = keys.causes.map { HashedKey($0) }
        receipts = keys.receipts.map { HashedKey($0) }
        kept = keys.kept.map { HashedKey($0) }
        identifiers = keys.identifiers.map { HashedKey($0) }
    }

    func load(over connection: inout Connection) throws -> Loaded {
        try connection.send(Statements.beginReading)
        if !causes.isEmpty {
            try connection.send(ReadStatements.answers, Parameters(causes))
            try connection.send(RefusalStatements.refusals, Parameters(causes))
            try connection.send(KeptStatements.answers, Parameters(causes))
        }
        if !receipts.isEmpty { try connection.send(ReadStatements.receipts, Parameters(receipts)) }
        if !kept.isEmpty { try connection.send(KeptStatements.sales, Parameters(kept)) }
        if !identifiers.isEmpty { try connection.send(ReadStatements.owners, Parameters(identifiers)) }
        if !keys.members.isEmpty { try connection.send(ReadStatements.states, Parameters(keys.members)) }
        if !keys.shared.isEmpty { try connection.send(ReadStatements.shared) }
        if keys.records.isEmpty { try connection.send(Statements.commit) }
        try connection.sync()

        var loaded = Loaded()
        _ = try connection.receive()
        if !causes.isEmpty {
            try receiveAnswers(over: &connection, into: &loaded)
            try receiveRefusals(over: &connection, into: &loaded)
            try receiveKeptAnswers(over: &connection, into: &loaded)
        }
        if !receipts.isEmpty { try receiveReceipts(over: &connection, into: &loaded) }
        if !kept.isEmpty { try receiveKept(over: &connection, into: &loaded) }
        if !identifiers.isEmpty { try receiveOwners(over: &connection, into: &loaded) }
        if !keys.members.isEmpty {
            try connection.receive().forEach { row in
                let state = try MemberRow.state(row)
                loaded.states[state.number] = state
            }
        }
        if !keys.shared.isEmpty {
            loaded.shared = try connection.receive().map(ReadStatements.usage).filter { keys.shared.contains($0.key) }
        }
        try connection.finish()
        if !keys.records.isEmpty {
            try loadRecords(over: &connection, into: &loaded)
            _ = try connection.ask(Statements.commit)
        }
        return loaded
    }

    /// What became of earlier operations: a few round trips more, of the same moment.
    private func loadRecords(over connection: inout Connection, into loaded: inout Loaded) throws {
        for reference in keys.records {
            let id: OperationID?
            switch reference {
            case .operation(let operation): id = operation
            case .receipt(let receipt): id = try Self.operation(of: receipt, over: &connection)
            }
            guard let id, id.sequence > 0 else { continue }
            var history = MemberHistory(id.member)
            let operations = try history.operations(
                ReadStatements.operationsAfter, id.sequence - 1, limit: .max, over: &connection
            ).map(\.sealed.operation)
            guard let first = operations.first, first.id == id else { continue }
            loaded.records[reference] = OperationRecord(first, later: Array(operations.dropFirst()))
            guard loaded.states[id.member] == nil else { continue }
            loaded.states[id.member] = try connection.ask(ReadStatements.states, Parameters([id.member]))
                .first { try MemberRow.state($0) }
        }
    }

    /// The operation that posted a receipt.
    static func operation(of receipt: ReceiptNumber, over connection: inout Connection) throws -> OperationID? {
        var keys = LoadKeys()
        keys.receipts = [receipt]
        let loading = Loading(keys)
        try connection.send(ReadStatements.receipts, Parameters(loading.receipts))
        try connection.sync()
        var loaded = Loaded()
        try loading.receiveReceipts(over: &connection, into: &loaded)
        try connection.finish()
        return loaded.receipts[receipt]
    }

    // A hash leads to a row; the row says whether it is the one that was asked for.

    private func receiveAnswers(over connection: inout Connection, into loaded: inout Loaded) throws {
        try connection.receive().forEach { row in
            let key = keys.causes[Int(try row.int64(0)) - 1]
            guard try row.optionalInt64(1) == key.client, row.exactText(2) == key.key else { return }
            loaded.answers[key] = StoredAnswer(
                operation: OperationID(member: try row.member(3), sequence: try row.int64(4)),
                fingerprint: try row.digest(5), salt: try row.salt(7), result: row.utf8(6))
        }
    }

    private func receiveRefusals(over connection: inout Connection, into loaded: inout Loaded) throws {
        try connection.receive().forEach { row in
            let key = keys.causes[Int(try row.int64(0)) - 1]
            guard try row.int64(1) == key.client, row.exactText(2) == key.key else { return }
            loaded.refusals[key] = RefusalNote(
                key: key, fingerprint: try row.digest(3), refusal: try RefusalColumn.refusal(row.plain(4)),
                at: try row.instant(5))
        }
    }

    private func receiveKeptAnswers(over connection: inout Connection, into loaded: inout Loaded) throws {
        try connection.receive().forEach { row in
            let key = keys.causes[Int(try row.int64(0)) - 1]
            guard try row.int64(1) == key.client, row.exactText(2) == key.key else { return }
            loaded.answers[key] = StoredAnswer(operation: nil, fingerprint: try row.digest(3), result: row.utf8(4))
        }
    }

    private func receiveKept(over connection: inout Connection, into loaded: inout Loaded) throws {
        try connection.receive().forEach { row in
            let receipt = keys.kept[Int(try row.int64(0)) - 1]
            let sale = try KeptStatements.sale(row)
            if sale.purchase.receipt == receipt { loaded.kept[receipt] = sale }
        }
    }

    private func receiveReceipts(over connection: inout Connection, into loaded: inout Loaded) throws {
        try connection.receive().forEach { row in
            let receipt = keys.receipts[Int(try row.int64(0)) - 1]
            guard
                receipt
                    == ReceiptNumber(store: row.exactText(1), terminal: row.exactText(2), number: row.exactText(3))
            else { return }
            loaded.receipts[receipt] = OperationID(member: try row.member(4), sequence: try row.int64(5))
        }
    }

    private func receiveOwners(over connection: inout Connection, into loaded: inout Loaded) throws {
        try connection.receive().forEach { row in
            let identifier = keys.identifiers[Int(try row.int64(0)) - 1]
            guard row.text(1) == identifier.kind.text, row.exactText(2) == identifier.value else { return }
            let owner = try row.member(3)
            loaded.owners[identifier] = owner
            if loaded.states[owner] == nil { loaded.states[owner] = try MemberRow.state(row, first: 3) }
        }
    }
}
