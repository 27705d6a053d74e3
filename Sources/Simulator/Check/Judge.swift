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

    /// What engines work on, with the moment at which they took it.
    private var open: [Int: (message: Message, moment: Int)] = [:]
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
    /// All rows that the model wrote, by member.
    private(set) var rows: [Int: [Row]] = [:]

    func isHeard(_ step: Int) -> Bool { heard.contains(step) }
    func place(of step: Int) -> Act.Place? { places[step] }

    mutating func take(_ messages: [Message], node: Int) {
        // Whatever was seen until now may be what it is decided on.
        remember()
        for message in messages { open[message.number] = (message, moment) }
    }

    mutating func note(_ decided: [Int], of node: Int) {
        for instant in decided where !instants[node].suffix(3).contains(instant) {
            instants[node].append(instant)
        }
        if instants[node].count > 64 { instants[node].removeFirst(3) }
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

    mutating func hear(_ occurrence: Occurrence) throws {
        switch occurrence {
        case .durable(let batch):
            try judge(batch)
            remember(batch.refusals)
        case .noted(let notes): remember(notes)
        case .fault:
            tally.faults += 1
            faultMoment = moment
        case .replies(let node, let replies):
            for (token, reply) in replies { try judge(reply, token, node) }
        }
    }

    private mutating func judge(_ batch: Batch) throws {
        tally.batches += 1
        let found = batch.operations.map { Row($0.operation) }
        var foretold: [Row] = []
        for sealed in batch.operations {
            guard let cause = sealed.operation.cause else { continue }
            tally.operations += 1
            let key = cause.idempotencyKey.text
            guard let act = act(of: key, cause.fingerprint) else { throw differ("nobody asked for \(key)") }
            if let note = refusals[key], note.holds(at: sealed.operation.postedAt) {
                throw differ("\(act)\n  was accepted, and had been refused at \(note.at): \(note.refusal.told)")
            }
            switch oracle.carryOut(
                act, key: key, at: Int(sealed.operation.postedAt.milliseconds),
                newMember: Int(sealed.operation.id.member.value))
            {
            case .accepted(let rows, let answer):
                if rows.isEmpty { throw differ("\(key) was carried out twice: \(act)") }
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

    private func act(of key: String, _ fingerprint: Digest) -> Act? {
        open.values.first {
            $0.message.key == key && isFingerprint(fingerprint, of: $0.message)
        }?.message.act
    }

    private func isFingerprint(_ fingerprint: Digest, of message: Message) -> Bool {
        UInt64(truncatingIfNeeded: message.act.hashValue) == fingerprint.words.0
    }

    private mutating func judge(_ reply: Reply, _ token: Int, _ node: Int) throws {
        guard let (message, since) = open.removeValue(forKey: token) else { throw differ("nobody asked \(token)") }
        switch reply {
        case .accepted(let result, let replayed):
            let text = String(decoding: result, as: UTF8.self)
            guard case .accepted([], let answer) = answer(message) else {
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
            try judge(refusal.told, message, since, node)
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

    private func judge(_ reason: String, _ message: Message, _ since: Int, _ node: Int) throws {
        if reason == Refusal.keyReused(original: nil).told {
            if let note = refusals[message.key], !isFingerprint(note.fingerprint, of: message) { return }
            throw differ("\(message.act)\n  was refused: \(reason)\n  and nothing was refused under \(message.key)")
        }
        var foretold: Set<String> = []
        let views = [oracle] + past.reversed().lazy.filter { $0.moment >= since }.map(\.oracle)
        for view in views {
            for count in known[node]...oracle.versions.count {
                let view = view.knowing(count, of: oracle.versions)
                for now in instants[node].reversed() {
                    var trial = view
                    switch trial.carryOut(message.act, key: message.key, at: now, newMember: 0) {
                    case .refused(reason): return
                    case .refused(let other): foretold.insert("refused: \(other)")
                    case .accepted(_, let answer): foretold.insert("accepted: \(answer)")
                    }
                }
            }
        }
        throw differ(
            "\(message.act)\n  was refused: \(reason)\n  should be \(foretold.sorted().joined(separator: "\n  or "))")
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
            switch dice.roll(0...4) {
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
                try same(Set(page), Set(rows.values.flatMap { $0 }), "whole history")
            default:
                let start = dice.roll(0...members.count)
                let limit = dice.roll(0...members.count)
                let page = try reader.members(after: MemberNumber(Int64(start)), limit: limit)
                try same(
                    page.map { Int($0.value) }, Array(members.filter { $0 > start }.prefix(limit)), "members")
            }
        }
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
