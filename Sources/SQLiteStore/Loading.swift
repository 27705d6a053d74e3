import Engine
import GRDB
import Ledger
import Loyalty
import Rules
import StoreForms
import Time

/// Finds what deciding a batch needs.
struct Loading {
    private let database: Database
    private var selectAnswer: RawStatement
    private var selectOwner: RawStatement
    private var selectState: RawStatement
    private var selectReceipt: RawStatement
    private let refusals: RefusalRows
    private let kept: KeptRows

    init(_ database: Database) throws {
        self.database = database
        refusals = RefusalRows(database)
        kept = KeptRows(database)
        selectAnswer = try RawStatement(
            database,
            """
            SELECT member_no, seq, fingerprint, result, salt FROM operation
            WHERE client = ? AND idempotency_key = ?
            """)
        selectOwner = try RawStatement(
            database, "SELECT member_no FROM identifier WHERE kind = ? AND value = ?")
        selectState = try RawStatement(
            database, "SELECT \(MemberRow.columns) FROM member WHERE member_no = ?")
        selectReceipt = try RawStatement(
            database,
            """
            SELECT member_no, seq FROM purchase JOIN operation USING (op)
            WHERE store = ? AND terminal = ? AND receipt = ?
            """)
    }

    mutating func load(_ keys: LoadKeys) throws -> Loaded {
        var loaded = Loaded()
        for key in keys.causes {
            if let answer = try answer(to: key) ?? kept.answer(to: key) { loaded.answers[key] = answer }
            if let note = try refusals.note(of: key) { loaded.refusals[key] = note }
        }
        for receipt in keys.receipts {
            if let operation = try operation(of: receipt) { loaded.receipts[receipt] = operation }
        }
        for receipt in keys.kept { loaded.kept[receipt] = try kept.sale(of: receipt) }
        for identifier in keys.identifiers where loaded.owners[identifier] == nil {
            guard let owner = try owner(of: identifier) else { continue }
            loaded.owners[identifier] = owner
            try addState(of: owner, to: &loaded)
        }
        for member in keys.members { try addState(of: member, to: &loaded) }
        for reference in keys.records {
            guard let record = try SQLiteReader(database: database).ownRecord(of: reference) else { continue }
            loaded.records[reference] = record
            try addState(of: record.operation.id.member, to: &loaded)
        }
        if !keys.shared.isEmpty {
            loaded.shared = try SQLiteReader(database: database).sharedUsages().filter { keys.shared.contains($0.key) }
        }
        return loaded
    }

    mutating func owner(of identifier: Identifier) throws -> MemberNumber? {
        selectOwner.bind(identifier)
        return try selectOwner.first { $0.member(0) }
    }

    mutating func state(of member: MemberNumber) throws -> MemberState? {
        selectState.bind(member)
        return try selectState.first(MemberRow.state)
    }

    private mutating func addState(of member: MemberNumber, to loaded: inout Loaded) throws {
        guard loaded.states[member] == nil else { return }
        loaded.states[member] = try state(of: member)
    }

    private mutating func answer(to key: IdempotencyKey) throws -> StoredAnswer? {
        selectAnswer.bind(key.client)
        selectAnswer.bind(key.key)
        return try selectAnswer.first {
            StoredAnswer(
                operation: OperationID(member: $0.member(0), sequence: $0.int64(1)), fingerprint: try $0.digest(2),
                salt: Salt(bytes: $0.bytes(4)), result: $0.bytes(3))
        }
    }

    mutating func operation(of receipt: ReceiptNumber) throws -> OperationID? {
        selectReceipt.bind(receipt)
        return try selectReceipt.first { OperationID(member: $0.member(0), sequence: $0.int64(1)) }
    }
}
