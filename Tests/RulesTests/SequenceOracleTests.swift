import Foundation
import Rules
import TestSupport
import Testing
import Time

@Suite("The engine against a shop with a diary") struct SequenceOracleTests {
    @Test(
        "members who come again and again earn what the diary says, and what they used is written down exactly",
        arguments: 1...10 as ClosedRange<UInt64>)
    func sequences(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for round in 0..<40 {
            var shop = ModelShop.random(&random)
            let document = shop.document
            let program = try program(document)
            var used: [Int: [UsageKey: Int64]] = [:]
            var shared: [UsageKey: Int64] = [:]
            var time = Date(timeIntervalSince1970: 1_767_970_800)  // 10 January 2026 in Tokyo, shortly after midnight
            for _ in 0..<30 {
                time = time.addingTimeInterval(
                    Double(
                        [0, 60, 3600, 43_200, 86_400, 86_400, 345_600, 1_000_000].randomElement(using: &random) ?? 0))
                let purchase = ModelShop.Purchase.random(at: time, &random)
                let facts = purchase.facts(purchaseCount: shop.purchaseCount(purchase.member))
                let memberUsed = (used[purchase.member] ?? [:]).map { Usage($0.key, $0.value) }
                let sharedUsed = shared.map { Usage($0.key, $0.value) }
                let evaluation = try program.evaluate(facts, used: memberUsed, shared: sharedUsed)
                let plain = try program.evaluate(facts, used: memberUsed, shared: sharedUsed, explaining: false)
                #expect(plain.trace.isEmpty)
                #expect(plain.awards == evaluation.awards && plain.usages == evaluation.usages)
                let expected = shop.sell(purchase)
                var actual = program.rules.map { _ in 0 }
                for award in evaluation.awards { actual[award.rule] += Int(award.points) }
                guard actual == expected, evaluation.failures.isEmpty else {
                    Issue.record("seed \(seed), round \(round): \(actual), not \(expected)\n\(document)\n\(purchase)")
                    return
                }
                for usage in evaluation.usages {
                    #expect(usage.amount != 0)
                    if usage.key.isShared {
                        shared[usage.key, default: 0] += usage.amount
                    } else {
                        used[purchase.member, default: [:]][usage.key, default: 0] += usage.amount
                    }
                }
                #expect(Set(evaluation.usages.map(\.key)).count == evaluation.usages.count)
                checkKept(shop, used[purchase.member] ?? [:], purchase.member)
                #expect(evaluation.trace.reduce(0) { $0 + $1.points } == evaluation.awards.reduce(0) { $0 + $1.points })
            }
        }
    }

    /// What is written down of carried money and stamps is what the shop has.
    private func checkKept(_ shop: ModelShop, _ used: [UsageKey: Int64], _ member: Int) {
        for rule in shop.rules.indices {
            let carried = used[UsageKey(kind: .carry, id: "r\(rule)")] ?? 0
            #expect(carried == Int64(shop.carried[member]?[rule] ?? 0))
            let stamps = used[UsageKey(kind: .stamps, id: "card-\(rule)")] ?? 0
            #expect(stamps == Int64(shop.stamps[member]?[rule] ?? 0))
        }
    }
}

extension ModelShop {
    fileprivate static func random(_ random: inout SeededGenerator) -> ModelShop {
        func some<Element>(_ choices: [Element]) -> Element { choices[Int.random(in: choices.indices, using: &random)] }
        func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
        var shop = ModelShop()
        shop.zone = some(["Asia/Tokyo", "America/New_York"])
        shop.taxIncluded = chance(50)
        shop.excludesTagX = chance(50)
        shop.mode = some(["all", "first", "best"])
        if chance(60) { shop.budget = (Int.random(in: 1...300, using: &random), chance(50)) }
        let count = Int.random(in: 2...7, using: &random)
        // Multipliers can only name rules that earn, and none that compete with them.
        var kinds: [Int] = (0..<count).map { $0 == 0 ? 0 : Int.random(in: 0...5, using: &random) }
        kinds.shuffle(using: &random)
        let groups = kinds.map { _ in chance(40) }
        for (index, kind) in kinds.enumerated() {
            var rule: Rule
            let bases = kinds.indices.filter { (kinds[$0] == 0 || kinds[$0] == 5) && !(groups[$0] && groups[index]) }
            switch kind {
            case 1: rule = Rule(kind: .award(points: Int.random(in: 1...30, using: &random)))
            case 2: rule = Rule(kind: .items(points: Int.random(in: 1...9, using: &random), computed: chance(50)))
            case 3:
                rule = Rule(
                    kind: .stamp(
                        size: Int.random(in: 1...7, using: &random), points: Int.random(in: 1...50, using: &random),
                        computed: chance(60)))
            case 4 where !bases.isEmpty:
                let named = bases.filter { _ in chance(60) }
                rule = Rule(
                    kind: .multiply(
                        bases: named.isEmpty ? [bases[0]] : named, thousandths: some([1000, 1250, 1500, 2000, 3333])))
            case 4: rule = Rule(kind: .award(points: 1))
            default:
                rule = Rule(
                    kind: .earn(
                        points: Int.random(in: 1...5, using: &random), per: some([1, 50, 100, 100, 250, 1000, 3000]),
                        carry: kind == 5))
                rule.ofAmount = chance(30)
                rule.roundsUp = chance(30)
            }
            if case .stamp = rule.kind {} else if chance(40) { rule.tag = some(["a", "b"]) }
            if chance(30) { rule.when = some([.amount, .eligibleAmount, .evenPurchase]) }
            rule.inGroup = groups[index]
            rule.priority = Int.random(in: -1...1, using: &random)
            rule.inCampaign = shop.budget != nil && chance(40)
            if chance(40) {
                let counts = chance(50)
                rule.limit = (counts, Int.random(in: 1...(counts ? 3 : 60), using: &random), some(Window.allCases))
            }
            shop.rules.append(rule)
        }
        if !shop.rules.contains(where: \.inCampaign) { shop.budget = nil }
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            let rules = shop.rules.indices.filter { _ in chance(60) }
            shop.caps.append(
                (Int.random(in: 1...120, using: &random), some(Window.allCases), rules.isEmpty ? [0] : rules))
        }
        return shop
    }
}

extension ModelShop.Purchase {
    fileprivate static func random(at time: Date, _ random: inout SeededGenerator) -> ModelShop.Purchase {
        let lines = (0..<Int.random(in: 0...5, using: &random)).map { _ in
            let amount = Int.random(in: 0...([90, 900, 5000].randomElement(using: &random) ?? 90), using: &random)
            return ModelShop.Line(
                amount: amount, tax: Int.random(in: 0...amount / 5, using: &random),
                quantity: Int.random(in: 1...4, using: &random),
                tags: ["a", "b", "x"].filter { _ in Int.random(in: 0..<3, using: &random) == 0 })
        }
        return ModelShop.Purchase(member: Int.random(in: 0...1, using: &random), time: time, lines: lines)
    }
}
