import Engine
import Ledger
import Loyalty
import TestSupport
import Testing
import Time

@Suite("When members are next due", .temporaryFolder)
struct DueTests {
    private static func at(_ second: Int64) -> Instant { Instant(seconds: 1_800_000_000 + second) }

    /// Commits a batch that also tells when members are next due.
    private func commit(_ times: [DueTime], _ books: inout Bookkeeper) throws -> CommitOutcome {
        var batch = books.batch()
        batch.due = times
        let outcome = try books.store.commit(batch)
        if outcome == .committed { books.settle(batch) } else { try books.forget() }
        return outcome
    }

    private func due(upTo second: Int64, after place: DuePlace = .start, in store: any Store) throws -> [DueTime] {
        try store.read { reader in
            try reader.due(upTo: Self.at(second), after: place, limit: 100).map {
                DueTime(member: $0.state.number, at: $0.dueAt)
            }
        }
    }

    @Test("they are found in the order of time, and then of their numbers", arguments: StoreKind.allCases)
    func order(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let members = try (0..<5).map { try books.enroll(ExactText("m\($0)")) }
        let seconds: [Int64?] = [30, 10, 30, nil, 20]
        let times = zip(members, seconds).map { DueTime(member: $0, at: $1.map { Self.at($0) }) }
        #expect(try commit(times, &books) == .committed)
        #expect(try due(upTo: 9, in: store) == [])
        #expect(try due(upTo: 10, in: store) == [times[1]])
        #expect(try due(upTo: 40, in: store) == [times[1], times[4], times[0], times[2]])
        try store.read { reader in
            let found = try reader.due(upTo: Self.at(40), after: .start, limit: 3)
            #expect(found.map(\.state.number) == [members[1], members[4], members[0]])
            #expect(found.first?.state == books.states[members[1]])
            let place = DuePlace(at: Self.at(30), member: members[0])
            #expect(
                try reader.due(upTo: Self.at(40), after: place, limit: 3).map(\.state.number) == [members[2]])
            let all = try reader.scheduled(after: members[0], limit: 3)
            #expect(all.map(\.dueAt) == times[1...3].map(\.at))
            #expect(all.map(\.state.number) == Array(members[1...3]))
        }
    }

    @Test("a batch moves them, takes them away, and leaves the others alone", arguments: StoreKind.allCases)
    func change(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let members = try (0..<3).map { try books.enroll(ExactText("m\($0)")) }
        _ = try commit(members.map { DueTime(member: $0, at: Self.at(10)) }, &books)
        for (index, member) in members.enumerated() {
            try books.purchase(
                by: member, key: ExactText("k\(index)"), receipt: receipt("\(index)"), earning: [("beans", 1, nil)])
        }
        let changes = [DueTime(member: members[2], at: Self.at(5)), DueTime(member: members[0], at: nil)]
        #expect(try commit(changes, &books) == .committed)
        #expect(
            try due(upTo: 20, in: store) == [
                DueTime(member: members[2], at: Self.at(5)), DueTime(member: members[1], at: Self.at(10)),
            ])
    }

    @Test("a batch that meets others changes none", arguments: StoreKind.allCases)
    func conflict(kind: StoreKind) throws {
        let under = StoreUnderTest(kind)
        var first = try Bookkeeper(under.open(), seed: 1)
        let member = try first.enroll("m")
        _ = try commit([DueTime(member: member, at: Self.at(10))], &first)
        var second = try Bookkeeper(under.open(), seed: 2)
        try second.learn(member)
        try first.purchase(by: member, key: "a", receipt: receipt("1"), earning: [("beans", 1, nil)])
        #expect(try first.commit() == .committed)
        try second.purchase(by: member, key: "b", receipt: receipt("2"), earning: [("beans", 1, nil)])
        #expect(try commit([DueTime(member: member, at: Self.at(5))], &second) == .conflict(members: [member]))
        #expect(try due(upTo: 20, in: second.store) == [DueTime(member: member, at: Self.at(10))])
    }

    @Test("they are put right only while their members are as they were", arguments: StoreKind.allCases)
    func correction(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let members = try (0..<3).map { try books.enroll(ExactText("m\($0)")) }
        _ = try commit(members.map { DueTime(member: $0, at: Self.at(10)) }, &books)
        try books.purchase(by: members[0], key: "k", receipt: receipt("1"), earning: [("beans", 1, nil)])
        _ = try books.commit()
        func correction(_ index: Int, _ second: Int64?) -> DueCorrection {
            DueCorrection(DueTime(member: members[index], at: second.map { Self.at($0) }), version: 1)
        }
        try store.schedule([correction(2, nil), correction(0, 50), correction(1, 60)], survey: nil)
        #expect(
            try due(upTo: 99, in: store) == [
                DueTime(member: members[0], at: Self.at(10)), DueTime(member: members[1], at: Self.at(60)),
            ])
        #expect(try store.read { try $0.dueSurvey() } == DueSurvey(ruleSet: 0, upTo: MemberNumber(0)))
        let survey = DueSurvey(ruleSet: 3, upTo: members[1])
        try store.schedule([], survey: survey)
        #expect(try store.read { try $0.dueSurvey() } == survey)
    }

    @Test("one engine has the work until its time is over or it lets go", arguments: StoreKind.allCases)
    func lease(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        let (one, other) = (try store.registerWriter(at: Self.at(0)), try store.registerWriter(at: Self.at(0)))
        #expect(try store.leaseDueWork(to: one, at: Self.at(0), until: Self.at(10)))
        #expect(try !store.leaseDueWork(to: other, at: Self.at(9), until: Self.at(19)))
        #expect(try store.leaseDueWork(to: one, at: Self.at(9), until: Self.at(19)))
        #expect(try !store.leaseDueWork(to: other, at: Self.at(18), until: Self.at(28)))
        #expect(try store.leaseDueWork(to: other, at: Self.at(19), until: Self.at(29)))
        #expect(try !store.leaseDueWork(to: one, at: Self.at(20), until: Self.at(30)))
        #expect(try store.leaseDueWork(to: other, at: Self.at(20), until: .distantPast))
        #expect(try store.leaseDueWork(to: one, at: Self.at(20), until: Self.at(30)))
    }
}
