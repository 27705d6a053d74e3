package import Engine
package import Ledger
import Loyalty
import Rules
package import Time

// Random histories of everything that happens to points behind earning. Commands name earlier ones by their place in
// the list, so that the same list can be carried out under another document, where operations have other numbers.

/// A command that may be about an earlier one of its list.
package struct SpendingStep {
    package let at: Instant
    /// `nil` where what it is about did not come about.
    fileprivate let command: (SpendingTwin) throws -> Command?
}

/// An engine that carries out a list of steps under one document.
package final class SpendingTwin {
    package let store: any Store
    package let harness: EngineHarness
    /// By the place in the list.
    private var operations: [Int: OperationID] = [:]
    /// The reply to the latest command.
    package private(set) var reply: Reply?
    /// How many commands were refused, or were about nothing.
    package private(set) var refused = 0

    package init(_ document: String, on store: any Store) throws {
        self.store = store
        harness = try EngineHarness(store: store, ruleSet: Programs.ruleSet(document))
    }

    /// Carries a step out.
    ///
    /// - Returns: whether it was accepted.
    @discardableResult
    package func carryOut(_ number: Int, _ step: SpendingStep) throws -> Bool {
        harness.now = step.at
        reply = try step.command(self).map { harness.carryOut("k\(number)", $0) }
        guard case .accepted(let result, _)? = reply else {
            refused += 1
            return false
        }
        let parts = String(decoding: result, as: UTF8.self).split(separator: "\"operation\":\"", maxSplits: 1)
        operations[number] = parts.last?.split(separator: "\"").first.flatMap { OperationID(String($0)) }
        return true
    }

    /// The operation of a step.
    fileprivate subscript(number: Int) -> OperationID? { operations[number] }

    /// The code of the first voucher that a step gave.
    fileprivate func code(of number: Int) throws -> ExactText? {
        guard let id = operations[number] else { return nil }
        return try store.read { reader in
            var state = try reader.state(of: id.member)
            while case .merged(let operation)? = state?.status { state = try reader.state(of: operation.member) }
            guard let state else { return nil }
            return state.vouchers.first {
                $0.operation == id.reference(in: state.number) || $0.operation == 1
            }?.code
        }
    }

    /// The code that the member of a step refers others by.
    fileprivate func referralCode(of number: Int) throws -> ExactText? {
        try operations[number].flatMap { id in try store.read { try $0.state(of: id.member)?.bonds.code } }
    }

    /// What members have and what became of the points of a currency, up to an instant.
    package func sums(
        of currency: CurrencyID, at end: Instant
    ) throws -> (outstanding: Int64, moved: (Account, Account?) -> Int64) {
        var outstanding: Int64 = 0
        var transfers: [Transfer] = []
        try store.read { reader in
            for member in try reader.members(after: MemberNumber(0), limit: .max) {
                transfers += try reader.operations(of: member, after: 0, limit: .max)
                    .flatMap(\.sealed.operation.movements.transfers)
                guard var state = try reader.state(of: member) else { continue }
                transfers += state.advance(to: end, under: harness.book).flatMap(\.movements.transfers)
                let balance = state.ledger.balance(of: currency)
                outstanding += balance.available.count + balance.pending.count + balance.held.count
            }
        }
        let own = transfers.filter { $0.currency == currency }
        return (
            outstanding,
            { account, other in
                own.reduce(0) { sum, transfer in
                    let isMeant = other == nil ? transfer.from == account : transfer.to == other
                    return isMeant ? sum + transfer.amount.count : sum
                }
            }
        )
    }
}

/// A history of spending, drawn from a seed.
package enum SpendingHistory {
    /// Programs.spending, which also gives for joining, birthdays, anniversaries and new members, lets members give and
    /// share, and has purses.
    package static let document =
        Programs.spending.replacing("rules:\n", with: rules)
        .replacing("points:\n", with: "points:\n  purse: { kind: stored_value, expiry: { after: 9 months } }\n")
        .replacing(
            "  holds: {", with: "  allowances: { longest: 3 days, settle_within: 7 days, most: 150 }\n  holds: {")
            + """

            enroll: { unknown_card: enroll }
            unclaimed: { keep: 60 days }
            profile: { birthday: { type: date } }
            transfers: { allowed: true, limit: { points: 300, window: calendar_month } }
            referral:
              referrer: { points: 150 }
              referred: { points: 60, into: slow, after: first_purchase }
              limit: { count: 3, per: member, window: calendar_year }
              minimum: 800
            pools: { kinds: [household], most_members: 4, limit: { points: 400, per: member, window: calendar_month } }
            """

    private static let rules = """
        rules:
          - { id: birthday, event: birthday, earn: { points: 90 } }
          - { id: anniversary, event: anniversary, earn: { points: 40, into: slow } }
          - { id: hello, event: enroll, stamp: { card: hello, size: 1, reward: free-latte } }
          - { id: start, event: enroll, earn: { points: 200 } }

        """

    /// One of five members who buy first, or of three who join before.
    private static func card(_ random: inout SeededGenerator) -> Identifier {
        Int.random(in: 0..<4, using: &random) == 0
            ? .card("n\(Int.random(in: 0..<3, using: &random))") : .card("c\(Int.random(in: 0..<5, using: &random))")
    }

    /// Steps over about a year and a half, of which an engine under `document` accepted each.
    ///
    /// - Parameters:
    ///   - renames: whether cards go from one member to another one.
    ///   - tills: whether there are sales without a member, and tills that cannot ask.
    package static func record(
        _ count: Int, seed: UInt64, renames: Bool = true, tills: Bool = false, on store: any Store
    ) throws -> (twin: SpendingTwin, steps: [(Int, SpendingStep)]) {
        var random = SeededGenerator(seed: seed)
        let twin = try SpendingTwin(document, on: store)
        var now = EngineHarness.start
        var accepted: [(Int, SpendingStep)] = []
        var kinds: [Int: [Int]] = [:]
        for number in 0..<count {
            now =
                now
                + (Bool.random(using: &random)
                    ? Int64.random(in: 0...300_000, using: &random) : Int64.random(in: 0...400_000_000, using: &random))
            let kind = Int.random(in: 0..<(tills ? 27 : 22), using: &random)
            if kind == 20, !renames { continue }
            let step = step(number, kind, kinds, at: now, &random)
            guard try twin.carryOut(number, step) else { continue }
            accepted.append((number, step))
            kinds[kind, default: []].append(number)
        }
        twin.harness.engine.drain()
        return (twin, accepted)
    }

    private static let beans = CurrencyID("beans")
    private static let purse = CurrencyID("purse")

    private static func step(
        _ number: Int, _ kind: Int, _ earlier: [Int: [Int]], at now: Instant, _ random: inout SeededGenerator
    ) -> SpendingStep {
        func recent(_ kinds: [Int], _ random: inout SeededGenerator) -> Int? {
            kinds.flatMap { earlier[$0] ?? [] }.sorted().suffix(6).randomElement(using: &random)
        }
        let card = card(&random)
        let points = Points(5 * Int64.random(in: 2...40, using: &random))
        switch kind {
        case 0...4:
            let hold = kind == 4 ? recent([5], &random) : nil
            let sale = sale(number, at: now, &random)
            let pays = kind == 3
            return SpendingStep(at: now) { twin in
                guard kind == 4 else {
                    let payment = pays ? Payment(currency: beans, points: points) : nil
                    return .purchase(member: card, sale(payment))
                }
                guard let hold = hold.flatMap({ twin[$0] }),
                    let member = try twin.store.read({ try $0.state(of: hold.member)?.id })
                else { return nil }
                return .purchase(
                    member: Identifier(.member, member), sale(Payment(currency: beans, points: Points(10), hold: hold)))
            }
        case 5:
            let timeout = Int64.random(in: 60_000...86_000_000, using: &random)
            return SpendingStep(at: now) { _ in
                .hold(member: card, HoldRequest(currency: beans, points: points, timeoutMs: timeout))
            }
        case 6, 7:
            let hold = recent([5], &random)
            return SpendingStep(at: now) { twin in
                hold.flatMap { twin[$0] }.map { kind == 6 ? .capture($0, Points(10)) : .release($0) }
            }
        case 8:
            let reward = ["mug", "cake"].randomElement(using: &random)
            return SpendingStep(at: now) { _ in
                .redeem(member: card, reward.map { .reward($0, quantity: 1) } ?? .points(beans, points))
            }
        case 9:
            return SpendingStep(at: now) { _ in .redeem(member: card, .points(beans, points)) }
        case 10:
            let redemption = recent([6, 8, 9], &random)
            return SpendingStep(at: now) { twin in redemption.flatMap { twin[$0] }.map { .cancel($0) } }
        case 11:
            let giving = recent([0, 1, 8], &random)
            let use = recent([11], &random) == nil || Bool.random(using: &random) ? VoucherUse.redeem : .giveBack
            return SpendingStep(at: now) { twin in
                try giving.flatMap { try twin.code(of: $0) }.map { .voucher(code: $0, use) }
            }
        case 12:
            let purchase = recent([0, 1, 2, 3, 4], &random)
            let extent: Return.Extent =
                [.everything, .amount(500), .lines([Return.Line(index: 1, quantity: 1)])].randomElement(using: &random)
                ?? .everything
            return SpendingStep(at: now) { twin in
                purchase.flatMap { twin[$0] }.map {
                    .return(.operation($0), Return(extent, occurredAt: now))
                }
            }
        case 13:
            let purchase = recent([0, 1, 2], &random)
            return SpendingStep(at: now) { twin in
                purchase.flatMap { twin[$0] }.map { .confirm(.operation($0), occurredAt: now) }
            }
        case 14:
            let other = Self.card(&random)
            return SpendingStep(at: now) { _ in
                .give(member: card, to: other, Gift(currency: beans, points: points))
            }
        case 15:
            let amount = 100 * Int64.random(in: 1...40, using: &random)
            let receipt = receipt(of: number)
            return SpendingStep(at: now) { _ in
                .topUp(
                    member: card,
                    TopUp(currency: purse, amount: amount, money: "JPY", receipt: receipt, occurredAt: now))
            }
        case 16:
            let topUp = recent([15], &random)
            let part = Bool.random(using: &random) ? Points(100) : nil
            return SpendingStep(at: now) { twin in topUp.flatMap { twin[$0] }.map { .refund($0, part) } }
        case 17:
            let new = "n\(Int.random(in: 0..<3, using: &random))"
            return SpendingStep(at: now) { _ in
                .enroll(Enrollment(id: ExactText(new), name: nil, identifiers: [.card(new)]))
            }
        case 18:
            let known = recent([18], &random)
            guard Int.random(in: 0..<3, using: &random) > 0 else {
                return SpendingStep(at: now) { _ in .referralCode(member: card) }
            }
            let new = Identifier.card("n\(Int.random(in: 0..<3, using: &random))")
            return SpendingStep(at: now) { twin in
                try known.flatMap { try twin.referralCode(of: $0) }.map { .claimReferral(member: new, code: $0) }
            }
        case 19:
            let owner = Self.card(&random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1: return SpendingStep(at: now) { _ in .pool(member: card, .create(.household)) }
            case 2: return SpendingStep(at: now) { _ in .pool(member: card, .leave) }
            default:
                let role = Int.random(in: 0..<4, using: &random) == 0 ? PoolRole.earn : .spend
                return SpendingStep(at: now) { _ in .pool(member: card, .join(owner: owner, role)) }
            }
        case 22:
            let valid = Int64.random(in: 60_000...259_200_000, using: &random)
            let request = AllowanceRequest(
                currency: beans, points: points, validMs: valid,
                till: AllowanceRequest.Till(store: "s", terminal: "t"))
            return SpendingStep(at: now) { _ in .draw(member: card, request) }
        case 23:
            let allowance = recent([22], &random)
            let used = Points(5 * Int64.random(in: 0...4, using: &random))
            let late = Int64.random(in: 0...300_000_000, using: &random)
            return SpendingStep(at: now) { twin in
                allowance.flatMap { twin[$0] }.map { .settle($0, Settlement(used: used, usedAt: now - late)) }
            }
        case 24:
            let sale = sale(number, at: now, &random)
            return SpendingStep(at: now) { _ in
                let sale = sale(nil)
                return sale.isPaidWithMoney ? .keep(sale) : nil
            }
        case 25:
            let kept = recent([24], &random)
            return SpendingStep(at: now) { _ in kept.map { .claim(member: card, receipt(of: $0)) } }
        case 26:
            let sale = recent([24, 25], &random).map { receipt(of: $0) }
            let extent: Return.Extent =
                [.amount(300), .lines([Return.Line(index: 0)])].randomElement(using: &random) ?? .everything
            return SpendingStep(at: now) { _ in
                sale.map { .return(.receipt($0), Return(extent, occurredAt: now)) }
            }
        case 20:
            let other = Identifier.card("c\(Int.random(in: 0..<5, using: &random))")
            let grace = Int64.random(in: 0...1_000_000_000, using: &random)
            switch Int.random(in: 0..<8, using: &random) {
            case 0: return SpendingStep(at: now) { _ in .merge(member: card, from: other) }
            case 1: return SpendingStep(at: now) { _ in .unlink(card) }
            case 2: return SpendingStep(at: now) { _ in .status(member: card, .close(graceMs: grace)) }
            case 3: return SpendingStep(at: now) { _ in .status(member: card, .suspend) }
            default: return SpendingStep(at: now) { _ in .status(member: card, .reinstate) }
            }
        default:
            if Bool.random(using: &random) {
                let change = Int64.random(in: -200...400, using: &random)
                return SpendingStep(at: now) { _ in
                    .adjust(member: card, Adjustment(currency: beans, points: change == 0 ? 1 : change, reason: "r"))
                }
            }
            let date = CivilDate(
                year: 1990, month: Int.random(in: 1...12, using: &random), day: Int.random(in: 1...28, using: &random))
            return SpendingStep(at: now) { _ in
                .traits(
                    member: card,
                    TraitsChange(attributes: [TraitsChange.NewValue("birthday", date.map(AttributeValue.date))]))
            }
        }
    }

    /// The receipt of a step that posts a sale.
    private static func receipt(of number: Int) -> ReceiptNumber {
        ReceiptNumber(store: "s", terminal: "", number: ExactText("\(number)"))
    }

    /// A sale that waits for its payment.
    private static func sale(
        _ number: Int, at now: Instant, _ random: inout SeededGenerator
    ) -> (Payment?) -> Purchase {
        let amount = Int64.random(in: 100...9000, using: &random)
        let tags = ["rush", "slow", "sure"].filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
        let value = Int.random(in: 0..<5, using: &random) == 0
        let lattes = Int64.random(in: 1...6, using: &random)
        let late = Int.random(in: 0..<5, using: &random) == 0 ? Int64.random(in: 0...2_000_000_000, using: &random) : 0
        return { payment in
            Purchase(
                receipt: receipt(of: number), channel: "pos",
                occurredAt: payment == nil ? now - late : now, currency: "JPY", tags: tags,
                items: [
                    Purchase.Item(category: "produce", amount: amount),
                    Purchase.Item(category: "latte", quantity: lattes, amount: 400 * lattes),
                ], payment: payment, value: value ? Payment(currency: purse, points: Points(90)) : nil)
        }
    }
}
