import Engine
import Ledger
import Loyalty
import Rules

/// Everything that a store answers about what is in it, so that two stores, or one at two times, can be compared.
struct StoreContents: Equatable {
    struct Member: Equatable {
        let state: MemberState?
        let profile: Profile
        let operations: [StoredOperation]
        let tierChanges: [StoredTierChange]
        let lots: [Lot]
        let consents: [Consent]
    }

    var members: [MemberNumber: Member] = [:]
    var due: [ScheduledMember]
    var survey: DueSurvey
    var blocks: [WriterID: [Block]] = [:]
    var digests: [WriterID: [[Digest]]] = [:]
    var totals: [ProgramTotal]
    var history: [Operation]
    var subjects: Set<OperationID>
    var shared: Set<Usage>
    var counts: StoreCounts
    var ruleSets: [StoredRuleSet]
    var steps: [BookStep]
    var audit: [AuditEntry]
    var clients: [Client]
    var signingKeys: [SigningKey]
    var writers: [RegisteredWriter]
    var batches: [RecordedBatch]
    var refusals: [RefusalNote]
    var kept: [ReceiptNumber: KeptRecord] = [:]

    init(_ store: any Store) throws {
        self = try store.read { try StoreContents($0) }
    }

    private init(_ reader: any StoreReader) throws {
        totals = try reader.totals()
        due = try reader.scheduled(after: MemberNumber(0), limit: .max)
        survey = try reader.dueSurvey()
        history = try reader.history(after: .start, limit: 1_000_000, .consequences).map(\.operation)
        subjects = try reader.operationsReferredTo()
        shared = Set(try reader.sharedUsages())
        counts = try reader.counts()
        ruleSets = try reader.ruleSets()
        steps = try reader.bookSteps()
        audit = try reader.audit(after: 0, limit: .max)
        clients = try reader.clients()
        signingKeys = try reader.signingKeys()
        writers = try reader.registeredWriters()
        batches = try reader.batches(after: .start, limit: 1_000_000).map(\.batch)
        refusals = try reader.refusals(after: 0, limit: 1_000_000).map(\.note)
        for receipt in try reader.keptReceipts(after: nil, limit: 1_000_000) {
            kept[receipt] = try reader.keptRecord(of: receipt)
        }
        for number in try reader.members(after: MemberNumber(0), limit: .max) {
            members[number] = Member(
                state: try reader.state(of: number), profile: try reader.profile(of: number),
                operations: try reader.operations(of: number, after: 0, limit: .max),
                tierChanges: try reader.tierChanges(of: number),
                lots: try reader.lots(of: number), consents: try reader.consents(of: number))
        }
        for writer in try reader.writers() {
            let found = try reader.blocks(of: writer, after: 0, limit: .max)
            blocks[writer] = found
            digests[writer] = try found.map { try reader.digests(writer: writer, number: $0.number) }
        }
    }
}
