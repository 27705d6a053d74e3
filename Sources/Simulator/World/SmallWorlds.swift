import Ledger
import Loyalty
import Rules
import Time

// Every short history there is: all sequences of a few letters over two members and small amounts, decided by the pure
// core and by the model, which must agree after every letter.
//
// The histories form a tree, and both sides are values, so a history is carried on from where its beginning ended. Of
// two histories that differ only in who of the two members is who, one is left out: the first letter that names a member
// names the first one. No rule, no limit and no order of deciding knows the members' numbers, which are all that differs.

/// Two members and a tree of histories.
package struct SmallWorlds {
    /// What can happen next.
    enum Letter: Hashable, CaseIterable {
        case earn, giveBack, redeem, hold, capture, release, expire, give, merge
    }

    /// What the histories of one program came to.
    package struct Count: Sendable {
        package var histories = 0
        package var accepted = 0
        package var refused = 0
    }

    /// One moment of one history.
    private struct Moment {
        var oracle: Oracle
        var now: Int
        var states: [MemberState]
        var operations: [[Operation]] = [[], []]
        /// The newest sale and hold of each member.
        var sales: [Act.Place?] = [nil, nil]
        var holds: [Act.Place?] = [nil, nil]
        /// Who is who, once one of them became the other.
        var holders = [0, 1]
        var told: [String] = []
        var isOneSided = true
    }

    private let book: RuleBook
    private let terms: Terms
    package private(set) var count = Count()

    private static let start = 1_771_567_200_000

    private init(_ terms: Terms) {
        self.terms = terms
        guard let program = Loader.load(terms.document, file: "small.yaml", zones: WorldZones.zone).program else {
            preconditionFailure("the small programs are right")
        }
        book = RuleBook([RuleSet(version: 1, effectiveFrom: .distantPast, program: program)])
    }

    /// Tells the histories of every small program, up to a length.
    ///
    /// - Throws: `Difference` with the first history that ends in one.
    package static func tell(upTo length: Int) throws -> [(name: String, count: Count)] {
        try Terms.small.map { name, terms in
            var worlds = SmallWorlds(terms)
            do {
                try worlds.goOn(from: try worlds.beginning(), length)
            } catch let difference as Difference {
                throw Difference(step: difference.step, description: "\(name):\n\(difference)\n\(terms.document)")
            }
            return (name, worlds.count)
        }
    }

    private mutating func beginning() throws -> Moment {
        var oracle = Oracle()
        oracle.publish(terms, number: 1, from: .min)
        var moment = Moment(oracle: oracle, now: Self.start, states: [])
        for member in 1...2 {
            let act = Act.enroll(id: "m\(member)", card: "c\(member)")
            try happen(act, to: member - 1, &moment)
        }
        return moment
    }

    private mutating func goOn(from moment: Moment, _ length: Int) throws {
        guard length > 0 else { return }
        for letter in Letter.allCases {
            for member in 0..<(letter == .expire || moment.isOneSided ? 1 : 2) {
                var next = moment
                next.now += hour
                if letter != .expire { next.isOneSided = false }
                next.told.append("\(letter) \(member + 1)")
                guard try carryOut(letter, member, &next) else { continue }
                count.histories += 1
                try goOn(from: next, length - 1)
            }
        }
    }

    /// Lets a letter happen; `false` where it would be about nothing, which every history without it covers.
    private mutating func carryOut(_ letter: Letter, _ member: Int, _ moment: inout Moment) throws -> Bool {
        let card = "c\(member + 1)"
        let depth = moment.told.count
        switch letter {
        case .earn:
            let lines = [Act.Line(quantity: 1, amount: 30), Act.Line(quantity: 2, amount: 20)]
            try happen(
                .buy(card: card, receipt: "r\(depth)", lines, at: moment.now, paying: nil), to: member, &moment)
        case .giveBack:
            guard let sale = moment.sales[member] else { return false }
            let kept = moment.oracle.members[moment.holders[member] + 1]?.sales[sale]?.kept ?? []
            try happen(
                .giveBack(
                    .operation(sale), kept.first?.amount == 0 ? .everything : .line(0, quantity: nil), at: moment.now),
                to: member, &moment)
        case .redeem: try happen(.redeem(card: card, 3), to: member, &moment)
        case .hold: try happen(.hold(card: card, currency: "a", 2, ms: 3 * hour), to: member, &moment)
        case .capture:
            guard let hold = moment.holds[member] else { return false }
            try happen(.capture(hold, 1), to: member, &moment)
        case .release:
            guard let hold = moment.holds[member] else { return false }
            try happen(.release(hold), to: member, &moment)
        case .expire:
            guard let due = moment.oracle.nextDue(behind: moment.now - hour) else { return false }
            moment.now = due
            for state in moment.states {
                try compare(state.advanced(to: Instant(due), under: book), moment, at: due)
            }
        case .merge:
            guard moment.holders == [0, 1] else { return false }
            try happen(.merge(card: card, from: "c\(2 - member)"), to: member, &moment)
            moment.holders = [member, member]
        case .give: try happen(.give(card: card, to: "c\(2 - member)", currency: "a", 2), to: member, &moment)
        }
        return true
    }

    /// Lets both sides decide a command.
    private mutating func happen(_ act: Act, to member: Int, _ moment: inout Moment) throws {
        let key = "k\(moment.told.count)-\(member)"
        let command = act.command
        let isNew = moment.states.count <= member
        let about = command.about.flatMap { record(of: $0, moment) }
        let holder = isNew ? member : moment.holders[member]
        let number = MemberNumber(Int64(member + 1))
        let context = DecisionContext(
            of: command, book: book, now: Instant(moment.now),
            cause: Cause(client: 1, idempotencyKey: ExactText(key), fingerprint: .zero),
            newMember: isNew ? NewMember(number: number, id: ExactText("m\(member + 1)")) : nil, record: about,
            counterpart: command.counterpart == nil ? nil : moment.states[moment.holders[1 - member]],
            isCounterpartSelf: command.counterpart != nil && moment.holders[1 - member] == holder)
        let decision = decide(command, on: isNew ? nil : moment.states[holder], in: context)
        let tale = moment.oracle.carryOut(act, key: key, at: moment.now, newMember: member + 1)
        switch (decision, tale) {
        case (.refused(let refusal), .refused(let reason)):
            count.refused += 1
            guard refusal.told == reason else {
                throw difference(moment, "refused: \(refusal.told)\n  should be: \(reason)")
            }
        case (.accepted(let acceptance), .accepted(let foretold, let answer)):
            count.accepted += 1
            let rows = (acceptance.operations + (acceptance.counterpart?.operations ?? [])).map { Row($0) }
            guard rows == foretold, acceptance.outcome.told == answer else {
                throw difference(
                    moment, "\(acceptance.outcome.told) \(rows)\n  should be: \(answer) \(foretold)")
            }
            if isNew {
                moment.states.append(acceptance.state)
            } else {
                moment.states[holder] = acceptance.state
            }
            moment.operations[holder] += acceptance.operations
            try compare(acceptance.state, moment, at: nil)
            if let other = acceptance.counterpart {
                moment.states[1 - holder] = other.state
                moment.operations[1 - holder] += other.operations
                try compare(other.state, moment, at: nil)
            }
            guard let own = rows.last(where: { $0.kind == act.kind }) else { return }
            if case .buy = act { moment.sales[member] = own.place }
            if case .hold = act { moment.holds[member] = own.place }
        case (.accepted(let acceptance), .refused(let reason)):
            throw difference(moment, "accepted: \(acceptance.outcome.told)\n  should be refused: \(reason)")
        case (.refused(let refusal), .accepted(_, let answer)):
            throw difference(moment, "refused: \(refusal.told)\n  should be: \(answer)")
        case (.kept, _), (_, .repeated): preconditionFailure("every act is a member's, and a new one")
        }
    }

    /// An operation with everything behind it, and behind the merging of its member.
    private func record(of reference: Reference, _ moment: Moment) -> OperationRecord? {
        func own(_ id: OperationID) -> OperationRecord? {
            let operations = moment.operations[Int(id.member.value) - 1]
            guard let index = operations.firstIndex(where: { $0.id == id }) else { return nil }
            return OperationRecord(operations[index], later: Array(operations[(index + 1)...]))
        }
        guard case .operation(let id) = reference, var record = own(id) else { return nil }
        while let successor = record.successor, let next = own(successor) {
            record.goOn(with: next, from: ExactText("m\(record.holder.value)"))
        }
        return record
    }

    private func compare(_ state: MemberState, _ moment: Moment, at now: Int?) throws {
        let number = Int(state.number.value)
        var seen = state
        if now != nil { seen.version = Int64(moment.oracle.members[number]?.sequence ?? 0) }
        let foretold = now.map { moment.oracle.picture(of: number, at: $0) } ?? moment.oracle.members[number]?.picture
        if Picture(seen) != foretold {
            throw difference(moment, "\(Picture(seen))\n  should be: \(foretold.map { "\($0)" } ?? "nobody")")
        }
    }

    private func difference(_ moment: Moment, _ text: String) -> Difference {
        Difference(step: moment.told.count, description: moment.told.joined(separator: ", ") + "\n  " + text)
    }
}

extension Terms {
    /// Programs whose differences show in short histories.
    fileprivate static let small: [(String, Terms)] = [
        ("points of ten hours, any debt", small(.after(.hours(10), endOf: nil), .immediate, .allow(most: nil))),
        ("points of four hours, little debt", small(.after(.hours(4), endOf: nil), .immediate, .allow(most: 2))),
        (
            "points that wait two hours, no debt, a goodwill of a day",
            small(.after(.hours(5), endOf: nil), .after(.hours(2)), .clamp, goodwill: .hours(24))
        ),
        (
            "points that live on, returns refused, a cap",
            small(.inactivity(.hours(3)), .immediate, .refuse, cap: Cap(points: 10, window: .day))
        ),
    ]

    private static func small(
        _ lapse: Lapse, _ vesting: Vesting, _ debt: Debt, goodwill: Span? = nil, cap: Cap? = nil
    ) -> Terms {
        Terms(
            clock: .utc, lateLimit: .days(1), enrollsUnknown: false,
            currencies: [
                Currency(
                    name: "a", points: 1, per: 10, rounding: .halfUp, lapse: lapse, vesting: vesting, debt: debt)
            ],
            bonus: nil, cap: cap, payment: Payment(worth: 1000, minimum: 1, step: 1, most: 1000),
            holdTimeout: .minutes(15), longestHold: .hours(24), reward: nil, isProportional: false,
            goodwill: goodwill, giving: Giving(most: 1000, window: .lifetime))
    }
}
