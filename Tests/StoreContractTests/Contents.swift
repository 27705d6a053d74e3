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
    }

    var members: [MemberNumber: Member] = [:]
    var blocks: [WriterID: [Block]] = [:]
    var digests: [WriterID: [[Digest]]] = [:]
    var totals: [ProgramTotal]
    var shared: [Usage]
    var counts: StoreCounts
    var ruleSets: [StoredRuleSet]
    var steps: [BookStep]
    var audit: [AuditEntry]
    var clients: [Client]

    init(_ store: any Store) throws {
        self = try store.read { try StoreContents($0) }
    }

    private init(_ reader: any StoreReader) throws {
        totals = try reader.totals()
        shared = try reader.sharedUsages()
        counts = try reader.counts()
        ruleSets = try reader.ruleSets()
        steps = try reader.bookSteps()
        audit = try reader.audit(after: 0, limit: .max)
        clients = try reader.clients()
        for number in try reader.members(after: MemberNumber(0), limit: .max) {
            members[number] = Member(
                state: try reader.state(of: number), profile: try reader.profile(of: number),
                operations: try reader.operations(of: number, after: 0, limit: .max),
                tierChanges: try reader.tierChanges(of: number),
                lots: try reader.lots(of: number))
        }
        for writer in try reader.writers() {
            let found = try reader.blocks(of: writer, after: 0, limit: .max)
            blocks[writer] = found
            digests[writer] = try found.map { try reader.digests(writer: writer, number: $0.number) }
        }
    }
}
