import Ledger
import Loyalty

/// How much is read at once, so that memory does not grow with the store.
enum PageSize {
    static let members = 500
    static let batches = 64
    static let entries = 1000
    static let kept = 200
}

/// Told while a store is copied or compared: how many of its operations are done, and how many there are.
public typealias CopyProgress = (_ done: Int64, _ total: Int64) -> Void

extension StoreReader {
    /// Tells all that is in the store, in the order in which another store takes it in.
    public func tell(_ progress: CopyProgress = { _, _ in }, to take: (StorePart) throws -> Void) throws {
        let total = try counts().operations
        progress(0, total)
        try take(.writers(try registeredWriters()))
        try take(.ruleSets(try ruleSets()))
        try take(.clients(try clients()))
        try take(.signingKeys(try signingKeys()))
        try forEachPage(of: auditPage) { try take(.audit($0)) }
        try forEachPage(of: memberPage) { try take(.members($0)) }
        try forEachPage(of: keptPage) { try take(.kept($0)) }
        var done: Int64 = 0
        try forEachPage(of: batchPage) { page in
            try take(.batches(page))
            done += page.reduce(0) { $0 + $1.block.count }
            progress(done, total)
        }
        try forEachPage(of: refusalPage) { try take(.refusals($0)) }
        try take(.shared(try sharedUsages()))
        try take(.course(nextMember: try nextMemberNumber(), survey: try dueSurvey()))
    }

    /// Reads page after page, up to one that is empty.
    func forEachPage<Place, Element>(
        of next: (Place?) throws -> (page: [Element], last: Place?), _ body: ([Element]) throws -> Void
    ) throws {
        var (page, last) = try next(nil)
        while !page.isEmpty {
            try body(page)
            (page, last) = try next(last)
        }
    }

    // MARK: Pages

    func auditPage(after number: Int64?) throws -> (page: [AuditEntry], last: Int64?) {
        let page = try audit(after: number ?? 0, limit: PageSize.entries)
        return (page, page.last?.number)
    }

    func memberPage(after member: MemberNumber?) throws -> (page: [RecordedMember], last: MemberNumber?) {
        let page = try scheduled(after: member ?? MemberNumber(0), limit: PageSize.members).map { scheduled in
            let number = scheduled.state.number
            return RecordedMember(
                scheduled: scheduled, profile: try profile(of: number), consents: try consents(of: number))
        }
        return (page, page.last?.state.number)
    }

    func keptPage(after receipt: ReceiptNumber?) throws -> (page: [KeptRecord], last: ReceiptNumber?) {
        let receipts = try keptReceipts(after: receipt, limit: PageSize.kept)
        return (try receipts.compactMap { try keptRecord(of: $0) }, receipts.last)
    }

    func batchPage(after position: HistoryPosition?) throws -> (page: [RecordedBatch], last: HistoryPosition?) {
        let page = try batches(after: position ?? .start, limit: PageSize.batches)
        return (page.map(\.batch), page.last?.position)
    }

    func refusalPage(after place: Int64?) throws -> (page: [RefusalNote], last: Int64?) {
        let page = try refusals(after: place ?? 0, limit: PageSize.entries)
        return (page.map(\.note), page.last?.place)
    }
}
