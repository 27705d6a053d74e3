import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing
import Time

/// Random histories of members, carried out by an engine and by a model that counts point by point.
@Suite("The ledger against a naive model")
struct TokenModelTests {
    private static let program = """
        schema: kizuna.program/v1
        id: tokens
        money: { currency: JPY, base: tax_included }
        timezone: UTC
        points:
          a: { expiry: { after: 100 hours } }
          b: { vesting: { after: 10 hours }, expiry: { after: 60 hours }, debt: { policy: clamp } }
          c: { vesting: { until_event: confirm, cancel_after: 40 hours }, expiry: { after: 50 hours },
               debt: { policy: refuse } }
          d: { expiry: { after: 30 hours }, debt: { policy: allow, limit: 7 } }
          e: { expiry: { inactivity: 2 days } }
        rules:
          - { id: a, event: purchase, earn: { points: 1, per: 10, into: a } }
          - { id: b, event: purchase, earn: { points: 1, per: 15, into: b } }
          - { id: c, event: purchase, earn: { points: 1, per: 60, into: c } }
          - { id: d, event: purchase, earn: { points: 1, per: 12, into: d } }
          - { id: e, event: purchase, earn: { points: 1, per: 20, into: e } }
        redemption:
          pay: { points: a, worth: 1, most: "1" }
          holds: { timeout: 1 hours, longest: 90 hours }
        """

    private static let hour: Int64 = 3_600_000
    private static let day: Int64 = 24 * hour
    private static let names = ["a", "b", "c", "d", "e"].map { CurrencyID($0) }

    private static let policies = [
        TokenModel.Policy(per: 10, expiry: { $0 + 100 * hour }),
        TokenModel.Policy(per: 15, expiry: { $0 + 60 * hour }, vestsAfter: 10 * hour, debt: .clamp),
        TokenModel.Policy(per: 60, expiry: { $0 + 50 * hour }, confirmedWithin: 40 * hour, debt: .refuse),
        TokenModel.Policy(per: 12, expiry: { $0 + 30 * hour }, debt: .allow(most: 7)),
        // To the end of the second day from now.
        TokenModel.Policy(per: 20, expiry: { ($0 / day + 3) * day }, livesOn: true),
    ]

    /// One member of the engine and of the model.
    private struct History {
        let world: SpendingWorld
        var card: String
        var member = MemberNumber(0)
        var model: TokenModel
        var purchases: [OperationID] = []
        var holds: [OperationID] = []
        var redemptions: [OperationID] = []
        var generator: SeededGenerator
        /// What happened, and when, for whoever reads a failure.
        var steps: [(hour: Int64, command: Command, reply: Reply)] = []

        /// Described only when somebody has to read it: describing takes longer than deciding.
        var told: String {
            steps.map { "\($0.hour) h: \($0.command)\n  \($0.reply.refusal.map { "\($0)" } ?? $0.reply.text)" }
                .joined(separator: "\n")
        }

        mutating func random(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &generator) }
        mutating func chance(_ one: Int64, of many: Int64) -> Bool { random(1...many) <= one }
        mutating func pick(_ count: Int) -> Int { Int(random(0...Int64(count - 1))) }
    }

    @Test("after every step the engine and the model tell the same balances", arguments: 0..<8)
    func histories(seed: UInt64) throws {
        let world = try SpendingWorld(Self.program)
        for number in 0..<150 {
            var history = History(
                world: world, card: "t\(number)", model: TokenModel(Self.policies, at: world.harness.now.milliseconds),
                generator: SeededGenerator(seed: seed * 1000 + UInt64(number)))
            let enrolled = world.carryOut(
                .enroll(Enrollment(id: ExactText(history.card), name: nil, identifiers: [.card(history.card)])))
            history.member = try #require(enrolled.operation).member
            for _ in 0..<history.random(4...18) {
                let isAccepted = try step(&history)
                try #require(isAccepted, "seed \(seed), member \(number):\n\(history.told)")
                try compare(history, "seed \(seed), member \(number)")
            }
        }
        #expect(try world.findings().isEmpty)
    }

    @Test("two members who become one have what the model says, and can do with it what both could", arguments: 0..<6)
    func merges(seed: UInt64) throws {
        let world = try SpendingWorld(Self.program)
        for number in 0..<80 {
            var people = try ["t", "u", "v"].map { try newcomer("\($0)\(number)", seed * 7000 + UInt64(number), world) }
            while people.count > 1 {
                for _ in 0..<people[0].random(2...14) {
                    let index = people[0].pick(people.count)
                    try act(&people[index], "seed \(seed), people \(number)")
                }
                let other = people.removeLast()
                let index = people[0].pick(people.count)
                try merge(other, into: &people[index])
                try compare(people[index], "merged, seed \(seed), people \(number)")
            }
            for _ in 0..<people[0].random(3...12) { try act(&people[0], "seed \(seed), people \(number)") }
        }
        #expect(try world.findings().isEmpty)
    }

    private func newcomer(_ card: String, _ seed: UInt64, _ world: SpendingWorld) throws -> History {
        var history = History(
            world: world, card: card, model: TokenModel(Self.policies, at: world.harness.now.milliseconds),
            generator: SeededGenerator(seed: seed))
        let enrolled = world.carryOut(
            .enroll(Enrollment(id: ExactText(card), name: nil, identifiers: [.card(card)])))
        history.member = try #require(enrolled.operation).member
        return history
    }

    private func act(_ history: inout History, _ place: String) throws {
        history.model.pass(to: history.world.harness.now.milliseconds)
        let isAccepted = try step(&history)
        try #require(isAccepted, "\(place):\n\(history.told)")
        try compare(history, place)
    }

    private func merge(_ other: History, into history: inout History) throws {
        var other = other
        let now = history.world.harness.now.milliseconds
        other.model.pass(to: now)
        history.model.pass(to: now)
        let command = Command.merge(member: .card(history.card), from: .card(other.card))
        let reply = history.world.carryOut(command)
        history.steps += other.steps + [(now / Self.hour, command, reply)]
        try #require(reply.result != nil, "\(history.told)")
        history.model.take(over: other.model)
        history.purchases += other.purchases
        history.holds += other.holds
        history.redemptions += other.redemptions
        // Either name will do from now on.
        if history.chance(1, of: 2) { history.card = other.card }
    }

    /// Holds what the engine tells of a member against the model.
    private func compare(_ history: History, _ place: String) throws {
        let world = history.world
        let state = try #require(try world.store.read { try $0.state(of: history.member) })
            .advanced(to: world.harness.now, under: world.harness.book)
        for (index, currency) in Self.names.enumerated() {
            let balance = state.ledger.balance(of: currency)
            let found = TokenModel.Balance(
                available: balance.available.count, pending: balance.pending.count, held: balance.held.count,
                debt: balance.debt.count)
            try #require(found == history.model.balance(index), "\(currency.text), \(place):\n\(history.told)")
            #expect(found.debt == 0 || found.available == 0, "who owes has nothing to spend")
        }
    }

    /// Lets one thing happen to both; whether they agree that it can.
    private func step(_ history: inout History) throws -> Bool {
        let world = history.world
        if history.chance(2, of: 3) {
            world.harness.now = world.harness.now + history.random(0...30) * Self.hour
            history.model.pass(to: world.harness.now.milliseconds)
        }
        let now = world.harness.now
        let member = Identifier.card(history.card)
        let currency = history.pick(5)
        let points = history.random(1...12)
        let command: Command
        let isPossible: Bool
        var record: WritableKeyPath<History, [OperationID]>?
        switch history.random(1...14) {
        case 1...4:
            let lines = (0..<history.random(1...3)).map { _ in
                (quantity: history.random(1...3), amount: history.random(1...90))
            }
            let late = history.chance(1, of: 4) ? history.random(1...40) * Self.hour : 0
            let pay = history.chance(1, of: 2) ? points : 0
            let hold =
                pay > 0 && history.chance(1, of: 2) && history.holds.count > 0
                ? history.pick(history.holds.count) : nil
            isPossible = history.model.buy(lines, at: now.milliseconds - late, pay: pay, hold: hold)
            record = isPossible ? \.purchases : nil
            command = .purchase(
                member: member,
                Purchase(
                    receipt: ReceiptNumber(
                        store: ExactText(history.card), terminal: "", number: ExactText("\(history.steps.count)")),
                    channel: "pos", occurredAt: now + -late, currency: "JPY",
                    items: lines.map { Purchase.Item(sku: "s", quantity: $0.quantity, amount: $0.amount) },
                    payment: pay > 0
                        ? Payment(
                            currency: Self.names[0], points: Points(pay), hold: hold.map { history.holds[$0] }) : nil))
        case 5...7 where !history.purchases.isEmpty:
            let purchase = history.pick(history.purchases.count)
            let extent: TokenModel.Extent
            let asked: Return.Extent
            switch history.random(1...3) {
            case 1: (extent, asked) = (.everything, .everything)
            case 2:
                let line = Int(history.random(0...2))
                let quantity = history.chance(1, of: 2) ? history.random(1...3) : nil
                (extent, asked) = (
                    .line(line, quantity: quantity), .lines([Return.Line(index: line, quantity: quantity)])
                )
            default:
                let money = history.random(1...60)
                (extent, asked) = (.amount(money), .amount(money))
            }
            isPossible = history.model.giveBack(purchase, extent)
            command = .return(.operation(history.purchases[purchase]), Return(asked, occurredAt: now))
        case 8:
            let hours = history.random(1...90)
            isPossible = history.model.hold(points, currency, until: now.milliseconds + hours * Self.hour)
            record = isPossible ? \.holds : nil
            command = .hold(
                member: member,
                HoldRequest(currency: Self.names[currency], points: Points(points), timeoutMs: hours * Self.hour))
        case 9 where !history.holds.isEmpty:
            let hold = history.pick(history.holds.count)
            isPossible = history.model.capture(hold, points)
            record = isPossible ? \.redemptions : nil
            command = .capture(history.holds[hold], Points(points))
        case 10 where !history.holds.isEmpty:
            let hold = history.pick(history.holds.count)
            isPossible = history.model.release(hold)
            command = .release(history.holds[hold])
        case 11 where !history.purchases.isEmpty:
            let purchase = history.pick(history.purchases.count)
            isPossible = history.model.confirm(purchase)
            command = .confirm(.operation(history.purchases[purchase]), occurredAt: now)
        case 12 where !history.redemptions.isEmpty:
            let redemption = history.pick(history.redemptions.count)
            isPossible = history.model.cancel(redemption)
            command = .cancel(history.redemptions[redemption])
        case 13:
            isPossible = history.model.redeem(points)
            record = isPossible ? \.redemptions : nil
            command = .redeem(member: member, .points(Self.names[0], Points(points)))
        default:
            let change = history.chance(1, of: 2) ? points : -points
            isPossible = history.model.adjust(change, currency)
            command = .adjust(
                member: member, Adjustment(currency: Self.names[currency], points: change, reason: "test"))
        }
        let key = ExactText("\(history.card)-\(history.steps.count)")
        let reply = world.harness.carryOut([(Cause(client: 1, idempotencyKey: key, fingerprint: .zero), command)])[0]
        history.steps.append((now.milliseconds / Self.hour, command, reply))
        if let record, let operation = reply.operation { history[keyPath: record].append(operation) }
        return isPossible == (reply.result != nil)
    }
}

extension Reply {
    /// The operation of an accepted command.
    var operation: OperationID? {
        guard let start = text.firstRange(of: "\"operation\":\"") else { return nil }
        let numbers = text[start.upperBound...].prefix { $0 != "\"" }.split(separator: "-").compactMap { Int64($0) }
        return numbers.count == 2
            ? OperationID(member: MemberNumber(numbers[0]), sequence: numbers[1]) : nil
    }
}
