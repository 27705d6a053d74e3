import Engine
import Ledger
import Loyalty
import Rules
import StoreForms
import Time

// Reads a member's operations: first their own rows, and then, in one more round trip, what is personal of the stretch
// of sequences they cover. All of it is in the order of the keys.

struct MemberHistory {
    private let member: MemberNumber
    private var seen: [Int64: Seen] = [:]

    init(_ member: MemberNumber) {
        self.member = member
    }

    /// Operations behind or before a sequence, in the statement's order.
    mutating func operations(
        _ statement: Statement, _ sequence: Int64, limit: Int, over connection: inout Connection
    ) throws -> [StoredOperation] {
        guard limit > 0 else { return [] }
        let rows = try connection.ask(statement, Parameters(member.value, sequence, Int64(limit)))
        let sequences = try rows.map { try $0.int64(0) }
        guard let first = sequences.min(), let last = sequences.max() else { return [] }
        try readSeen(from: first, through: last, over: &connection)
        return try rows.map { try Self.operation($0, of: member, seen[try $0.int64(0)] ?? Seen()) }
    }

    /// Every lot as the last operation that touched it left it, by number.
    static func lots(of member: MemberNumber, over connection: inout Connection) throws -> [Lot] {
        var lots: [Int64: Lot] = [:]
        try connection.ask(ReadStatements.lots, Parameters(member.value)).forEach { row in
            for column in 0...1 where !row.isNull(column) {
                for lot in try MemberRow.lots(row.plain(column)) { lots[lot.number] = lot }
            }
        }
        return lots.values.sorted { $0.number < $1.number }
    }

    private mutating func readSeen(
        from first: Int64, through last: Int64, over connection: inout Connection
    ) throws {
        try connection.ask(ReadStatements.seen, Parameters(member.value, first, last)).forEach { row in
            seen[try row.int64(0)] = try Self.person(row, first: 1)
        }
    }

    /// Reads what rules saw of the person: traits, attributes and codes.
    static func person(_ row: borrowing Row, first: Int) throws -> Seen {
        Seen(
            traits: row.isNull(first) ? Traits() : try TraitsColumn.traits(row.plain(first)),
            attributes: row.isNull(first + 1) ? [] : try TraitsColumn.attributes(row.plain(first + 1)),
            codes: row.isNull(first + 2)
                ? [] : try StoredFields.texts(row.plain(first + 2), of: "codes").map { ExactText($0) })
    }

    // MARK: Operations

    /// Reads an operation from `ReadStatements.operationColumns`.
    ///
    /// - Parameter person: what rules saw of the person.
    static func operation(
        _ row: borrowing Row, of member: MemberNumber, _ person: Seen
    ) throws -> StoredOperation {
        let sequence = try row.int64(0)
        guard let kind = UInt8(exactly: try row.int64(1)).flatMap(OperationKind.init(rawValue:)) else {
            throw StoreError(.corrupt, "there is no kind of operation \(try row.int64(1))")
        }
        let cause =
            row.isNull(2)
            ? nil
            : Cause(client: try row.int64(2), idempotencyKey: row.exactText(3), fingerprint: try row.digest(4))
        var seen = person
        if !row.isNull(24) { seen.shared = try UsageColumn.usages(row.plain(24)) }
        if !row.isNull(25) { seen.used = try UsageColumn.usages(row.plain(25)) }
        if !row.isNull(26) { seen.standing = try StandingColumn.standing(row.plain(26)) }
        let operation = Operation(
            id: OperationID(member: member, sequence: sequence), kind: kind, cause: cause,
            occurredAt: try row.instant(5), postedAt: try row.instant(6), ruleSetVersion: try row.int64(7),
            movements: Movements(
                transfers: row.isNull(27) ? [] : try TransfersColumn.transfers(row.plain(27)),
                opened: row.isNull(28) ? [] : try MemberRow.lots(row.plain(28)),
                changed: row.isNull(29) ? [] : try MemberRow.lots(row.plain(29))),
            purchase: row.isNull(13) ? nil : try purchase(row, first: 13, of: member),
            event: row.isNull(12) ? nil : EventName(row.text(12)), about: try row.optionalInt64(22),
            detail: row.isNull(23) ? nil : try DetailColumn.detail(row.plain(23)),
            usages: row.isNull(30) ? [] : try UsageColumn.usages(row.plain(30)),
            tierChanges: row.isNull(31) ? [] : try TierChangesColumn.changes(row.plain(31)), seen: seen)
        return StoredOperation(
            sealed: SealedOperation(
                operation: operation, digest: try row.digest(10), result: row.utf8(11), salt: try row.salt(32)),
            writer: WriterID(try row.int64(8)), batch: try row.int64(9))
    }

    private static func purchase(_ row: borrowing Row, first: Int, of member: MemberNumber) throws -> Purchase {
        let words = row.isNull(first + 7) ? nil : try PurchaseRow.words(row.plain(first + 7))
        let paid = row.isNull(first + 8) ? nil : try PaymentColumn.payments(row.plain(first + 8), of: member)
        return Purchase(
            receipt: ReceiptNumber(
                store: row.exactText(first), terminal: row.exactText(first + 1), number: row.exactText(first + 2)),
            channel: row.text(first + 3), occurredAt: try row.instant(first + 4), currency: row.text(first + 5),
            tags: words?.tags ?? [], coupons: words?.coupons ?? [],
            items: try PurchaseRow.items(row.plain(first + 6)),
            payment: paid?.points, value: paid?.value)
    }
}
