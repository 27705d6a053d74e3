import Engine
import Ledger
import Loyalty
import Rules
import Time

// Who holds what engines did against the model.
//
// The order of truth is the order in which batches became durable. Each operation of a batch is carried out by the
// model at its own instant, and must give the same rows, the same answer and the same members. A refusal leaves no
// row; it must be what the model would have said at some moment between the arrival of the command and its reply.

/// Something that is not as the model foretold.
package struct Difference: Error, CustomStringConvertible, Sendable {
    /// The step behind which it was seen.
    package let step: Int
    package let description: String

    package init(step: Int, description: String) {
        self.step = step
        self.description = description
    }
}

/// What was seen of a world.
package struct Tally: Sendable {
    package var operations = 0
    package var replayed = 0
    package var refused = 0
    package var unavailable = 0
    package var faults = 0
    package var batches = 0
    package var queries = 0

    package init() {}
}

struct Judge {
    var oracle = Oracle()
    var step = 0
    private(set) var tally = Tally()
    /// How many programs each node knows for certain.
    var known = [Int](repeating: 1, count: StepSource.nodes)

    /// What engines work on, with the moment at which they took it and how many programs they knew then for certain: what
    /// they have decided they do not decide again when they learn of another one.
    private var open: [Int: (message: Message, moment: Int, known: Int)] = [:]
    /// The model as it was, moment by moment, as far as somebody may still have seen it.
    private var past: [(moment: Int, oracle: Oracle)] = []
    private var moment = 0
    private static let memory = 64
    /// When each node decided, lately.
    private var instants = [[Int]](repeating: [], count: StepSource.nodes)
    private var acts: [String: Act] = [:]
    /// Steps whose client has a reply, and what came of them.
    private var heard: Set<Int> = []
    private var places: [Int: Act.Place] = [:]
    private var answered: Set<String> = []
    /// What was refused so that the same call hears it again for a while, by its key.
    private var refusals: [String: RefusalNote] = [:]
    private var faultMoment = -1
    /// When the newest sale without a member was written: what could be claimed until then may be forgotten.
    private var keptUntil = Int.min
    /// The vouchers that an operation gave.
    private var vouchers: [Act.Place: [String]] = [:]
    /// All rows that the model wrote, by member.
    private(set) var rows: [Int: [Row]] = [:]

    func isHeard(_ step: Int) -> Bool { heard.contains(step) }
    func place(of step: Int) -> Act.Place? { places[step] }
    func voucher(of step: Int, at place: Int) -> String? {
        guard let codes = places[step].flatMap({ vouchers[$0] }), codes.indices.contains(place) else { return nil }
        return codes[place]
    }

    mutating func take(_ messages: [Message], node: Int) {
        // Whatever was seen until now may be what it is decided on.
        remember()
        for message in messages { open[message.number] = (message, moment, known[node]) }
    }

    mutating func note(_ decided: [Int], of node: Int) {
        for instant in decided where !instants[node].suffix(decided.count).contains(instant) {
            instants[node].append(instant)
        }
        if instants[node].count > 64 { instants[node].removeFirst(decided.count) }
    }

    private mutating func remember() {
        moment += 1
        past.append((moment, oracle))
        if past.count > Self.memory { past.removeFirst() }
    }

    private mutating func remember(_ notes: RefusalNotes) {
        for key in notes.outlived { refusals[key.key.text] = nil }
        for note in notes.new {
            // One that holds no longer may be forgotten at any time, and then another one comes in its place.
            if let known = refusals[note.key.key.text], known.holds(at: note.at) { continue }
            refusals[note.key.key.text] = note
        }
    }

    private func differ(_ text: String) -> Difference { Difference(step: step, description: text) }

    // MARK: What happened

    mutating func hear(_ occurrence: Occurrence, at clock: Int) throws {
        switch occurrence {
        case .durable(let batch):
            try judge(batch, at: clock)
            remember(batch.refusals)
        case .kept(let changes): try judge(changes)
        case .noted(let notes): remember(notes)
        case .fault:
            tally.faults += 1
            faultMoment = moment
        case .replies(let node, let replies):
            for (token, reply) in replies { try judge(reply, token, node) }
        }
    }

    private mutating func judge(_ batch: Batch, at clock: Int) throws {
        tally.batches += 1
        // No sale without a member hangs on what becomes of a member in the same batch.
        try judge(batch.kept)
        let found = batch.operations.map { Row($0.operation) }
        var foretold: [Row] = []
        for sealed in batch.operations {
            guard let cause = sealed.operation.cause else { continue }
            tally.operations += 1
            let key = cause.idempotencyKey.text
            guard let act = act(of: key, cause.fingerprint) else { throw differ("nobody asked for \(key)") }
            // What took so long to become durable that the refusal holds no longer may be accepted.
            if let note = refusals[key], note.holds(at: sealed.operation.postedAt), note.holds(at: Instant(clock)) {
                throw differ("\(act)\n  was accepted, and had been refused at \(note.at): \(note.refusal.told)")
            }
            if let forgetful = oracle.forgetting(key, until: keptUntil) {
                oracle = forgetful
                answered.remove(key)
            }
            switch oracle.carryOut(
                act, key: key, at: Int(sealed.operation.postedAt.milliseconds),
                newMember: Int(sealed.operation.id.member.value),
                drawn: sealed.operation.seen.codes.map(\.text))
            {
            case .repeated: throw differ("\(key) was carried out twice: \(act)")
            case .accepted(let rows, let answer):
                vouchers[Act.Place(sealed.operation.id)] = sealed.operation.seen.codes.map(\.text)
                foretold += rows
                let result = String(decoding: sealed.result, as: UTF8.self)
                if answer != result {
                    throw differ(
                        "\(act)\n  is answered: \(result)\n  should be:   \(answer)\n"
                            + "  recorded:  \(Row(sealed.operation))\n  should be: \(rows)")
                }
            case .refused(let reason):
                throw differ("\(act)\n  was accepted:    \(Row(sealed.operation))\n  should be refused: \(reason)")
            }
            remember()
        }
        for (index, row) in found.enumerated() where index >= foretold.count || foretold[index] != row {
            throw differ(
                "recorded:  \(row)\n  should be: \(index < foretold.count ? "\(foretold[index])" : "nothing")")
        }
        if foretold.count > found.count { throw differ("not recorded: \(foretold[found.count])") }
        for row in found { rows[row.member, default: []].append(row) }
        for write in batch.members {
            try compare(write.state, at: nil)
        }
    }

    /// Sales without a member, made and changed in the order of the calls.
    private mutating func judge(_ changes: KeptChanges) throws {
        for call in changes.calls {
            tally.operations += 1
            let key = call.key.key.text
            guard let act = act(of: key, call.fingerprint) else { throw differ("nobody asked for \(key)") }
            let result = String(decoding: call.result, as: UTF8.self)
            if let forgetful = oracle.forgetting(key, until: keptUntil) {
                oracle = forgetful
                answered.remove(key)
            }
            oracle = try foretell(act, key: key, result, at: Int(changes.now.milliseconds))
            remember()
        }
        if !changes.isEmpty { keptUntil = max(keptUntil, Int(changes.now.milliseconds)) }
    }

    /// The model behind a call of which no member's history tells: neither when it was decided, nor under how many
    /// programs.
    private func foretell(_ act: Act, key: String, _ result: String, at newest: Int) throws -> Oracle {
        var foretold: Set<String> = []
        let known = open.values.filter { $0.message.key == key }.map(\.known).min() ?? 1
        for count in (known...oracle.versions.count).reversed() {
            for now in [newest] + instants.flatMap({ $0.reversed() }) {
                var trial = oracle.knowing(count, of: oracle.versions)
                switch trial.carryOut(act, key: key, at: now, newMember: 0) {
                case .accepted([], result): return trial.knowing(nil, of: oracle.versions)
                case .accepted(_, let answer): foretold.insert(answer)
                case .repeated: foretold.insert("carried out before")
                case .refused(let reason): foretold.insert("refused: \(reason)")
                }
            }
        }
        throw differ(
            "\(act)\n  is answered: \(result)\n  should be:   \(foretold.sorted().joined(separator: "\n  or "))")
    }

    private func act(of key: String, _ fingerprint: Digest) -> Act? {
        open.values.first {
            $0.message.key == key && isFingerprint(fingerprint, of: $0.message)
        }?.message.act
    }

    private func isFingerprint(_ fingerprint: Digest, of message: Message) -> Bool {
        UInt64(truncatingIfNeeded: message.act.hashValue) == fingerprint.words.0
    }

    private mutating func judge(_ reply: Reply, _ token: Int, _ node: Int) throws {
        guard let (message, since, known) = open.removeValue(forKey: token) else {
            throw differ("nobody asked \(token)")
        }
        switch reply {
        case .accepted(let result, let replayed):
            let text = String(decoding: result, as: UTF8.self)
            guard case .repeated(let answer) = answer(message) else {
                throw differ("\(message.act)\n  was answered and is not recorded: \(text)")
            }
            if answer != text { throw differ("\(message.act)\n  is answered: \(text)\n  should be:   \(answer)") }
            if replayed { tally.replayed += 1 }
            if !replayed, !answered.insert(message.key).inserted {
                throw differ("\(message.act)\n  was answered twice as new: \(text)")
            }
            guard !message.losesReply else { return }
            heard.insert(message.step)
            places[message.step] = oracle.place(of: message.key)
        case .refused(let refusal):
            tally.refused += 1
            try judge(refusal.told, message, since, known, node)
            if !message.losesReply { heard.insert(message.step) }
        case .refusedBefore(let refusal):
            tally.refused += 1
            guard let note = refusals[message.key], note.refusal == refusal,
                isFingerprint(note.fingerprint, of: message)
            else { throw differ("\(message.act)\n  was not refused before: \(refusal.told)") }
            if !message.losesReply { heard.insert(message.step) }
        case .unavailable(let reason):
            tally.unavailable += 1
            if faultMoment + 2 < since { throw differ("\(message.act)\n  was not taken for no reason: \(reason)") }
        default: throw differ("\(message.act)\n  was answered: \(reply)")
        }
    }

    /// What the model answers to a command that was carried out.
    private func answer(_ message: Message) -> Tale {
        var trial = oracle
        return trial.carryOut(message.act, key: message.key, at: 0, newMember: 0)
    }

    private func judge(_ reason: String, _ message: Message, _ since: Int, _ known: Int, _ node: Int) throws {
        if reason == Refusal.keyReused(original: nil).told {
            if let note = refusals[message.key], !isFingerprint(note.fingerprint, of: message) { return }
        }
        var foretold: Set<String> = []
        let recent = [oracle] + past.reversed().lazy.filter { $0.moment >= since }.map(\.oracle)
        // Others may have forgotten what could be claimed until now.
        let hangsOnKept = message.act.isAboutKept || oracle.receipt(ofCall: message.key) != nil
        let forgetful = hangsOnKept ? recent.map { $0.forgetting(until: keptUntil) } : []
        for view in recent + forgetful {
            for count in known...oracle.versions.count {
                let view = view.knowing(count, of: oracle.versions)
                for now in instants[node].reversed() {
                    var trial = view
                    switch trial.carryOut(message.act, key: message.key, at: now, newMember: 0) {
                    case .refused(reason): return
                    case .refused(let other): foretold.insert("refused: \(other)")
                    case .accepted(_, let answer), .repeated(let answer): foretold.insert("accepted: \(answer)")
                    }
                }
            }
        }
        for view in mixed(recent, about: message.act) {
            for now in instants[node].reversed() {
                var trial = view
                if case .refused(reason) = trial.carryOut(message.act, key: message.key, at: now, newMember: 0) {
                    return
                }
            }
        }
        throw differ(
            "\(message.act)\n  was refused: \(reason)\n  should be \(foretold.sorted().joined(separator: "\n  or "))")
    }

    /// The model with each member of a pool as it was at some of the moments. What happens to different members at the
    /// same time has no order, and whoever refuses for want of points may have seen any part of it.
    private func mixed(_ views: [Oracle], about act: Act) -> [Oracle] {
        guard act.usesPool, let number = oracle.subject(of: act), let newest = views.first else { return [] }
        var mixed = [newest]
        for member in [number] + oracle.mates(of: number) {
            var states: [Int: ModelMember] = [:]
            for view in views { if let state = view.members[member] { states[state.sequence] = state } }
            mixed = mixed.flatMap { view in
                states.values.map { state in
                    var view = view
                    view.members[member] = state
                    return view
                }
            }
            if mixed.count > 1000 { break }
        }
        return mixed
    }

    // MARK: Looking

    /// Compares a member with the model, as it was recorded or as it is at an instant.
    func compare(_ state: MemberState, at now: Int?) throws {
        let number = Int(state.number.value)
        let found = Picture(state)
        let foretold = now.map { oracle.picture(of: number, at: $0) } ?? oracle.members[number]?.picture
        guard let foretold else { throw differ("nobody made member \(number)") }
        if found == foretold { return }
        var told = ["member \(number):"]
        if found.version != foretold.version {
            told.append("  version \(found.version), should be \(foretold.version)")
        }
        for currency in Set(found.balances.keys).union(foretold.balances.keys).sorted()
        where found.balances[currency] != foretold.balances[currency] {
            told.append(
                "  \(currency) \(describe(found.balances[currency])), should be \(describe(foretold.balances[currency]))"
            )
        }
        for number in Set((found.lots + foretold.lots).map(\.number)).sorted() {
            let (one, other) = (
                found.lots.first { $0.number == number }, foretold.lots.first { $0.number == number }
            )
            if one != other { told.append("  lot \(describe(one)), should be \(describe(other))") }
        }
        if found.vouchers != foretold.vouchers {
            told.append("  vouchers \(found.vouchers), should be \(foretold.vouchers)")
        }
        let (ties, others) = (
            [found.standing, "\(found.purchases) purchases", found.level] + found.bonds,
            [foretold.standing, "\(foretold.purchases) purchases", foretold.level] + foretold.bonds
        )
        if ties != others { told.append("  \(ties), should be \(others)") }
        if found.holds != foretold.holds { told.append("  holds \(found.holds), should be \(foretold.holds)") }
        throw differ(told.joined(separator: "\n"))
    }

    private func describe<Value>(_ value: Value?) -> String { value.map { "\($0)" } ?? "none" }

    /// Looks at all members as they are now, and where everything is asked for, proves the store.
    mutating func look(at store: any Store, _ now: Int, _ book: RuleBook, everything: Bool) throws {
        try store.read { reader in
            let numbers = try reader.members(after: MemberNumber(0), limit: .max)
            if numbers.map({ Int($0.value) }) != oracle.members.keys.sorted() {
                throw differ("members \(numbers), should be \(oracle.members.keys.sorted())")
            }
            for number in numbers {
                guard let state = try reader.state(of: number) else { throw differ("member \(number) has no state") }
                tally.queries += 1
                let version = state.version
                var seen = state.advanced(to: Instant(now), under: book)
                seen.version = version
                try compare(seen, at: now)
            }
            for usage in try reader.sharedUsages() where usage.amount != 0 || oracle.shared[usage.key.id] ?? 0 != 0 {
                if Int(usage.amount) != oracle.shared[usage.key.id] ?? 0 {
                    throw differ(
                        "\(usage.amount) used of \(usage.key.id), should be \(oracle.shared[usage.key.id] ?? 0)")
                }
            }
        }
        guard everything else { return }
        let report = try Verifier(store: store, book: book).run()
        if let finding = report.findings.first {
            throw differ("verifying finds \(finding.subject): \(finding.problem), and \(report.findingCount - 1) more")
        }
    }

    /// Asks a question by chance, and compares the answer as an exact set.
    mutating func query(_ store: any Store, _ now: Int, _ book: RuleBook, _ dice: inout Dice) throws {
        tally.queries += 1
        let members = oracle.members.keys.sorted()
        guard !members.isEmpty else { return }
        let member = dice.pick(members)
        let number = MemberNumber(Int64(member))
        let all = rows[member] ?? []
        try store.read { reader in
            switch dice.roll(0...7) {
            case 0:
                let (after, limit) = (dice.roll(0...all.count + 2), dice.roll(0...all.count + 2))
                let page = try reader.operations(of: number, after: Int64(after), limit: limit)
                try same(page.map { Row($0.sealed.operation) }, Array(all.dropFirst(after).prefix(limit)), "page")
            case 1:
                let (before, limit) = (dice.roll(0...all.count + 2), dice.roll(0...all.count + 2))
                let page = try reader.operations(of: number, before: Int64(before), limit: limit)
                try same(
                    page.map { Row($0.sealed.operation) },
                    Array(all.prefix(max(0, before - 1)).reversed().prefix(limit)), "page back")
            case 2:
                let later = now + dice.roll(0...90) * day
                let currency = dice.pick(["a", "b", "c"])
                let state = try reader.state(of: number)?.advanced(to: Instant(later), under: book)
                try same(
                    Set(
                        state?.ledger.lots.map { Picture.Lot($0, of: number) }.filter { $0.currency == currency } ?? []),
                    Set(oracle.picture(of: member, at: later)?.lots.filter { $0.currency == currency } ?? []),
                    "lots in \(currency) at \(later)")
            case 3:
                let limit = dice.roll(1...1 + rows.values.reduce(0) { $0 + $1.count })
                let page = try reader.history(after: .start, limit: .max, .consequences).map { Row($0.operation) }
                let start = dice.roll(0...page.count)
                let positions = try reader.history(after: .start, limit: .max, .commands).map(\.position)
                let behind = start == 0 ? HistoryPosition.start : positions[start - 1]
                let part = try reader.history(after: behind, limit: limit, .consequences).map { Row($0.operation) }
                try same(part, Array(page.dropFirst(start).prefix(limit)), "history")
                try same(
                    Set(page.map(\.withoutLevels)), Set(rows.values.joined().map(\.withoutLevels)), "whole history")
            case 4: try queryStatement(reader, member, now, book, &dice)
            case 5: try queryLots(reader, member, now, book, &dice)
            case 6: try queryPast(reader, member, now, book, &dice)
            default:
                let start = dice.roll(0...members.count)
                let limit = dice.roll(0...members.count)
                let page = try reader.members(after: MemberNumber(Int64(start)), limit: limit)
                try same(
                    page.map { Int($0.value) }, Array(members.filter { $0 > start }.prefix(limit)), "members")
            }
        }
    }

    /// A statement, page by page.
    private func queryStatement(
        _ reader: any StoreReader, _ member: Int, _ now: Int, _ book: RuleBook, _ dice: inout Dice
    ) throws {
        guard let state = try reader.state(of: MemberNumber(Int64(member))) else { return }
        var trial = oracle
        let all = (rows[member] ?? []) + trial.pass(member, to: now)
        let kinds = Set(OperationKind.allCases.map(\.name)).sorted().filter { _ in dice.oneOf(2) }
        // A clock that was turned back by hours is beyond what a statement that begins at an instant allows for.
        let isOrderly = zip(all, all.dropFirst()).allSatisfy { $0.postedAt - hour <= $1.postedAt }
        let from = isOrderly && dice.oneOf(2) ? dice.pick(all.map(\.occurredAt)) : nil
        let until = dice.oneOf(2) ? dice.pick(all.map(\.occurredAt)) : nil
        let currency = dice.oneOf(2) ? dice.pick(["a", "b", "c"]) : nil
        let filter = StatementFilter(
            currency: currency.map { CurrencyID($0) }, from: from.map { Instant($0) }, until: until.map { Instant($0) },
            kinds: kinds.count % 3 == 0 ? [] : Set(OperationKind.allCases.filter { kinds.contains($0.name) }))
        let foretold = all.reversed().filter { row in
            if let from, row.occurredAt < from { return false }
            if let until, row.occurredAt >= until { return false }
            if !filter.kinds.isEmpty, !kinds.contains(row.kind) { return false }
            return currency.map { currency in row.moves.contains { $0.currency == currency } } ?? true
        }
        var found: [Row] = []
        var place: Int64? = .max
        let (limit, mostRead) = (dice.roll(1...all.count + 2), dice.roll(1...all.count + 2))
        while let before = place {
            let page = try reader.statement(
                of: state, before: before, limit: limit, filter, at: Instant(now), under: book, mostRead: mostRead)
            if page.operations.count > limit { throw differ("a page has more than \(limit)") }
            found += page.operations.map { Row($0) }
            place = page.next
        }
        try same(found, foretold, "statement of member \(member) by \(filter)")
    }

    /// A member's lots, page by page.
    private func queryLots(
        _ reader: any StoreReader, _ member: Int, _ now: Int, _ book: RuleBook, _ dice: inout Dice
    ) throws {
        guard let state = try reader.state(of: MemberNumber(Int64(member)))?.advanced(to: Instant(now), under: book),
            let picture = oracle.picture(of: member, at: now)
        else { return }
        let currency = dice.oneOf(2) ? dice.pick(["a", "b", "c"]) : nil
        // What was another member's all along is not listed here as its own.
        let isMerged = oracle.members[member]?.mergedInto != nil
        let filter = LotFilter(currency: currency.map { CurrencyID($0) }, includesClosed: dice.oneOf(2) && !isMerged)
        let limit = dice.roll(1...8)
        var found: [Lot] = []
        var place: LotPlace?
        repeat {
            let page = try reader.lots(of: state, behind: place, limit: limit, filter)
            found += page.lots
            place = page.next
        } while place != nil
        let open = found.filter { $0.remaining > .zero }.map { Picture.Lot($0, of: state.number) }
        func isListed(_ name: String) -> Bool { currency.map { $0 == name } ?? true }
        try same(Set(open), Set(picture.lots.filter { isListed($0.currency) }), "lots of member \(member)")
        let numbers = found.map { Int($0.number) }.sorted()
        // What was closed already when it came over by a merging was never moved here.
        let moved = Set((rows[member] ?? []).flatMap(\.moves).map(\.lot))
        let known =
            oracle.members[member]?.lots.filter { isListed($0.currency) && moved.contains($0.number) }.map(\.number)
            ?? []
        try same(
            numbers, filter.includesClosed ? known.sorted() : open.map(\.number).sorted(),
            "numbers of lots of member \(member)")
    }

    /// What a member had at an instant: what all moves came to that had been written by then.
    private func queryPast(
        _ reader: any StoreReader, _ member: Int, _ now: Int, _ book: RuleBook, _ dice: inout Dice
    ) throws {
        guard let state = try reader.state(of: MemberNumber(Int64(member))), let all = rows[member] else { return }
        let instant = min(now, dice.pick(all.map(\.postedAt)) + dice.roll(-1...1) * dice.roll(0...2 * day))
        var balances: [String: Picture.Balance] = [:]
        let seen = all.prefix { $0.postedAt <= instant || ($0.kind == "due" && $0.occurredAt <= instant) }
        if seen.count == all.count {
            balances = oracle.picture(of: member, at: instant)?.balances ?? [:]
        } else {
            func sum(_ account: String, _ currency: String) -> Int {
                seen.flatMap(\.moves).filter { $0.currency == currency }.reduce(0) {
                    $0 + ($1.to == account ? $1.points : 0) - ($1.from == account ? $1.points : 0)
                }
            }
            for currency in Set(seen.flatMap(\.moves).map(\.currency)) {
                let balance = Picture.Balance(
                    available: sum("available", currency), pending: sum("pending", currency),
                    held: sum("held", currency), debt: -sum("debt", currency))
                if balance != Picture.Balance(available: 0, pending: 0, held: 0, debt: 0) {
                    balances[currency] = balance
                }
            }
        }
        let past = try reader.points(of: state, at: Instant(instant), under: book)
        try same(Picture.Balance.all(of: past.ledger), balances, "what member \(member) had at \(instant)")
    }

    private func same<Value: Equatable>(_ found: Value, _ foretold: Value, _ what: String) throws {
        if found != foretold { throw differ("\(what): \(found)\n  should be: \(foretold)") }
    }
}

extension Tally {
    /// Adds what was seen of another world.
    package mutating func add(_ other: Tally) {
        operations += other.operations
        replayed += other.replayed
        refused += other.refused
        unavailable += other.unavailable
        faults += other.faults
        batches += other.batches
        queries += other.queries
    }
}
