import Engine
import Ledger
import Loyalty
import MemoryStore
import TestSupport
import Testing
import Time

/// Everybody's operations in the order in which they were recorded.
@Suite("The whole history", .temporaryFolder)
struct HistoryTests {
    private static func entries(_ store: any Store, page: Int, _ detail: HistoryDetail) throws -> [HistoryEntry] {
        try store.read { reader in
            var entries: [HistoryEntry] = []
            while true {
                let more = try reader.history(after: entries.last?.position ?? .start, limit: page, detail)
                entries += more
                if more.count < page { return entries }
            }
        }
    }

    @Test("holds every operation once, as the member's own history has it", arguments: StoreKind.allCases)
    func complete(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        _ = try RandomHistory.record(
            400, seed: 5, on: store, under: Programs.ruleSet(RandomHistory.program), from: EngineHarness.start)
        let entries = try Self.entries(store, page: 1000, .consequences)
        var sequences: [MemberNumber: Int64] = [:]
        try store.read { reader in
            #expect(try reader.counts().operations == Int64(entries.count))
            for entry in entries {
                let id = entry.operation.id
                sequences[id.member, default: 0] += 1
                #expect(sequences[id.member] == id.sequence)
                let own = try reader.operations(of: id.member, after: id.sequence - 1, limit: 1)
                #expect(own.map { $0.sealed.operation.told(in: .consequences) } == [entry.operation])
                let state = try #require(try reader.state(of: id.member))
                #expect(
                    entry.joined == (id.sequence == 1 ? JoinedMember(id: state.id, traits: state.traits) : nil))
            }
        }
        #expect(zip(entries, entries.dropFirst()).allSatisfy { $0.position.value < $1.position.value })
        #expect(zip(entries, entries.dropFirst()).allSatisfy { $0.operation.postedAt <= $1.operation.postedAt })
        for part in [\Operation.usages.isEmpty, \.movements.isEmpty, \.movements.changed.isEmpty, \.seen.isEmpty] {
            #expect(entries.contains { !$0.operation[keyPath: part] }, "the history has some of everything")
        }
        #expect(entries.contains { $0.operation.event != nil } && entries.contains { $0.operation.purchase != nil })
        #expect(
            entries.contains { $0.operation.kind == .due } && entries.contains { $0.joined?.traits.isEmpty == false })
    }

    @Test("holds what happens behind earning, and tells what later operations are about", arguments: StoreKind.allCases)
    func spending(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        _ = try SpendingHistory.record(300, seed: 3, tills: true, on: store)
        let entries = try Self.entries(store, page: 1000, .consequences)
        try store.read { reader in
            #expect(try reader.counts().operations == Int64(entries.count))
            for entry in entries {
                let id = entry.operation.id
                let own = try reader.operations(of: id.member, after: id.sequence - 1, limit: 1)
                #expect(own.map { $0.sealed.operation.told(in: .consequences) } == [entry.operation])
            }
            let abouts = entries.compactMap { entry in
                entry.operation.subject
            }
            #expect(try reader.operationsReferredTo() == Set(abouts) && !abouts.isEmpty)
        }
        let operations = entries.map(\.operation)
        #expect(operations.contains { $0.detail != nil } && operations.contains { !$0.seen.codes.isEmpty })
        #expect(operations.contains { $0.kind == .celebrate && $0.event != nil })
        #expect(operations.contains { $0.movements.changed.contains { $0.held > .zero } })
        #expect(operations.contains { $0.movements.opened.contains { $0.vesting != .vested } })
    }

    @Test("comes page by page as in one piece", arguments: StoreKind.allCases, [1, 3, 64] as [Int])
    func pages(kind: StoreKind, page: Int) throws {
        let store = try StoreUnderTest(kind).open()
        #expect(try Self.entries(store, page: page, .consequences).isEmpty)
        _ = try RandomHistory.record(
            150, seed: 6, on: store, under: Programs.ruleSet(RandomHistory.program), from: EngineHarness.start)
        let whole = try Self.entries(store, page: 1000, .consequences)
        #expect(try Self.entries(store, page: page, .consequences) == whole)
        let commands = try Self.entries(store, page: page, .commands)
        #expect(commands.map(\.operation) == whole.map { $0.operation.told(in: .commands) })
        #expect(commands.map(\.joined) == whole.map(\.joined))
        try store.read { reader in
            let last = try #require(whole.last?.position)
            #expect(try reader.history(after: last, limit: 10, .consequences).isEmpty)
            #expect(try reader.history(after: .start, limit: 0, .consequences).isEmpty)
            #expect(try reader.history(after: .start, limit: -1, .consequences).isEmpty)
            #expect(try reader.history(after: HistoryPosition(.max), limit: 1, .consequences).isEmpty)
        }
    }

    @Test("is the same in every store", arguments: StoreKind.allCases)
    func twin(kind: StoreKind) throws {
        let (store, twin) = (try StoreUnderTest(kind).open(), MemoryStore())
        for store in [store, twin] as [any Store] {
            _ = try RandomHistory.record(
                200, seed: 7, on: store, under: Programs.ruleSet(RandomHistory.program), from: EngineHarness.start)
        }
        let entries = try Self.entries(store, page: 50, .consequences)
        #expect(entries.map(\.operation) == (try Self.entries(twin, page: 50, .consequences).map(\.operation)))
    }
}
