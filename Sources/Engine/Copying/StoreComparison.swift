import Ledger
import Loyalty
import Rules

// Proves that a store is the copy of another one, by reading both side by side, page by page. Whatever the copy was told
// is read back from it and compared whole; beside that its own ways of finding things are tried: answers by idempotency
// keys, operations by receipts, owners by identifiers, the sums over everything. What a copy says of itself, whether its
// chains and balances are sound, is what the verifier proves.

/// Compares a view of a store with a store that was filled from it.
public struct StoreComparison {
    /// Something that is not the same in both.
    public struct Difference: Hashable, Sendable {
        /// What it is about, such as `member 12`.
        public let subject: String
        public let problem: String
    }

    /// What was compared, and how it ended.
    public struct Report: Sendable {
        public var counts = StoreCounts(members: 0, operations: 0, transfers: 0, blocks: 0)
        public var ruleSets: Int64 = 0
        public var clients: Int64 = 0
        /// Those of the source; the copy has one more, which tells of the copying.
        public var auditEntries: Int64 = 0
        /// The first hundred differences.
        public fileprivate(set) var differences: [Difference] = []
        public fileprivate(set) var differenceCount: Int64 = 0

        public var isEqual: Bool { differenceCount == 0 }
    }

    private static let differencesTold = 100

    private let source: any StoreReader
    private let copy: any Store
    private var report = Report()

    public init(of source: any StoreReader, with copy: any Store) {
        self.source = source
        self.copy = copy
    }

    /// Reads everything in both.
    public consuming func run(_ progress: CopyProgress = { _, _ in }) throws -> Report {
        try compareSmallTables()
        try compareAudit()
        try compareMembers()
        try compareKept()
        try compareBatches(progress)
        try compareSums()
        return report
    }

    private mutating func add(_ subject: String, _ problem: String) {
        report.differenceCount += 1
        guard report.differences.count < Self.differencesTold else { return }
        report.differences.append(Difference(subject: subject, problem: problem))
    }

    private mutating func expectEqual<Value: Equatable>(_ one: Value, _ other: Value, _ subject: String) {
        if one != other { add(subject, "not the same in the copy") }
    }

    /// Compares lists by the names of what is in them.
    private mutating func compare<Element: Hashable>(
        _ own: [Element], _ others: [Element], _ name: (Element) -> String
    ) {
        guard own != others else { return }
        let (ownSet, otherSet) = (Set(own), Set(others))
        for element in own where !otherSet.contains(element) { add(name(element), "not so in the copy") }
        for element in others where !ownSet.contains(element) { add(name(element), "not so in the source") }
        if ownSet == otherSet, let first = own.first { add(name(first), "in another order or more than once") }
    }

    /// Reads both page by page, pages of the same length. Each page of the copy is a view of its own, so that the copy can
    /// be asked other things in between; nobody writes to it yet.
    private mutating func comparePages<Place, Element>(
        _ subject: String, _ own: (Place?) throws -> (page: [Element], last: Place?),
        _ other: (any StoreReader, Place?) throws -> (page: [Element], last: Place?),
        _ body: (inout StoreComparison, [Element], [Element]) throws -> Void
    ) throws {
        var (page, counterpart) = (try own(nil), try copy.read { try other($0, nil) })
        while !page.page.isEmpty || !counterpart.page.isEmpty {
            try body(&self, page.page, counterpart.page)
            guard page.page.count == counterpart.page.count else {
                let side = page.page.count > counterpart.page.count ? "source" : "copy"
                return add(subject, "there are more of them in the \(side)")
            }
            let last = counterpart.last
            (page, counterpart) = (try own(page.last), try copy.read { try other($0, last) })
        }
    }

    // MARK: Parts

    private mutating func compareSmallTables() throws {
        let copy = copy
        try copy.read { try compareSmallTables(with: $0) }
    }

    private mutating func compareSmallTables(with target: any StoreReader) throws {
        let ruleSets = try source.ruleSets()
        report.ruleSets = Int64(ruleSets.count)
        compare(ruleSets, try target.ruleSets()) { "rule set \($0.version)" }
        let clients = try source.clients()
        report.clients = Int64(clients.count)
        compare(clients, try target.clients()) { "client \($0.number)" }
        compare(try source.registeredWriters(), try target.registeredWriters()) { "writer \($0.id.value)" }
        compare(try source.signingKeys(), try target.signingKeys()) { "signing key \($0.number)" }
        compare(try source.bookSteps(), try target.bookSteps()) { "block \($0.writer.value)/\($0.firstBlock)" }
        expectEqual(try source.nextMemberNumber(), try target.nextMemberNumber(), "the next number of a member")
        expectEqual(try source.dueSurvey(), try target.dueSurvey(), "the survey of what is due")
        // No store sorts these as another one does.
        expectEqual(Set(try source.sharedUsages()), Set(try target.sharedUsages()), "what members share")
    }

    /// The copy's trail goes on with one entry of its own.
    private mutating func compareAudit() throws {
        let (source, copy) = (source, copy)
        try copy.read { try compareAudit(of: source, with: $0) }
    }

    private mutating func compareAudit(of source: any StoreReader, with target: any StoreReader) throws {
        var last: Int64 = 0
        try source.forEachPage(of: source.auditPage) { page in
            compare(page, try target.audit(after: last, limit: page.count)) { "audit entry \($0.number)" }
            last = page.last?.number ?? last
            report.auditEntries += Int64(page.count)
        }
        let more = try target.audit(after: last, limit: 2)
        if more.map(\.note.action) != [.copy] { add("the audit trail", "does not end with the entry about this copy") }
    }

    private mutating func compareMembers() throws {
        try comparePages("members", source.memberPage, { try $0.memberPage(after: $1) }) { comparison, own, others in
            for (one, other) in zip(own, others) where one != other { comparison.tell(one, other) }
            try comparison.compareOwners(of: own)
        }
    }

    private mutating func tell(_ one: RecordedMember, _ other: RecordedMember) {
        let subject = "member \(one.state.number.value)"
        if one.state != other.state { add(subject, "stands otherwise in the copy") }
        if one.scheduled.dueAt != other.scheduled.dueAt { add(subject, "is next due at another time in the copy") }
        if one.profile != other.profile { add(subject, "has other names in the copy") }
        if one.consents != other.consents { add(subject, "agreed to other things in the copy") }
    }

    private mutating func compareOwners(of members: [RecordedMember]) throws {
        var keys = LoadKeys()
        keys.identifiers = members.flatMap(\.profile.identifiers)
        let owners = try copy.load(keys).owners
        for member in members {
            for identifier in member.profile.identifiers where owners[identifier] != member.state.number {
                add(
                    "member \(member.state.number.value)",
                    "is not found by an identifier of the kind \(identifier.kind.text)")
            }
        }
    }

    private mutating func compareKept() throws {
        let (source, copy) = (source, copy)
        try copy.read { try compareKept(of: source, with: $0) }
        try comparePages("refusals", source.refusalPage, { try $0.refusalPage(after: $1) }) { comparison, own, others in
            comparison.expectEqual(own, others, "remembered refusals")
        }
    }

    private mutating func compareKept(of source: any StoreReader, with target: any StoreReader) throws {
        var count = 0
        try source.forEachPage(of: source.keptPage) { page in
            count += page.count
            for record in page where try target.keptRecord(of: record.sale.purchase.receipt) != record {
                add("a sale without a member", "not the same in the copy")
            }
        }
        var copied = 0
        try target.forEachPage(of: target.keptPage) { copied += $0.count }
        expectEqual(count, copied, "the number of sales without a member")
    }

    private mutating func compareBatches(_ progress: CopyProgress) throws {
        let total = try source.counts().operations
        var done: Int64 = 0
        try comparePages("blocks", source.batchPage, { try $0.batchPage(after: $1) }) { comparison, own, others in
            for (one, other) in zip(own, others) where one != other { comparison.tell(one, other) }
            try comparison.compareClaims(of: own)
            done += own.reduce(0) { $0 + $1.block.count }
            progress(done, total)
        }
    }

    private mutating func tell(_ one: RecordedBatch, _ other: RecordedBatch) {
        let subject = "block \(one.block.writer.value)/\(one.block.number)"
        if one.block != other.block { add(subject, "not the same in the copy, or in another place") }
        if one.totals != other.totals { add(subject, "moved something else in the copy") }
        if one.operations.count != other.operations.count { add(subject, "has other operations in the copy") }
        for (operation, counterpart) in zip(one.operations, other.operations) where operation != counterpart {
            add("operation \(operation.operation.id)", "not the same in the copy")
        }
    }

    /// Calls that come again must find what they were answered, and receipts what posted them.
    private mutating func compareClaims(of batches: [RecordedBatch]) throws {
        var keys = LoadKeys()
        let operations = batches.flatMap(\.operations)
        keys.causes = operations.compactMap { $0.operation.cause.map { IdempotencyKey($0) } }
        keys.receipts = operations.compactMap(\.operation.purchase?.receipt)
        let loaded = try copy.load(keys)
        for sealed in operations {
            let id = sealed.operation.id
            if let cause = sealed.operation.cause {
                let answer = StoredAnswer(
                    operation: id, fingerprint: cause.fingerprint, salt: sealed.salt, result: sealed.result)
                if loaded.answers[IdempotencyKey(cause)] != answer { add("operation \(id)", "is not found by its key") }
            }
            if let receipt = sealed.operation.purchase?.receipt, loaded.receipts[receipt] != id {
                add("operation \(id)", "is not found by its receipt")
            }
        }
    }

    private mutating func compareSums() throws {
        report.counts = try source.counts()
        let (counts, totals) = try copy.read { (try $0.counts(), try $0.totals()) }
        expectEqual(report.counts, counts, "the counts of members, operations, transfers and blocks")
        expectEqual(try source.totals(), totals, "the sums of the program's accounts")
    }
}
