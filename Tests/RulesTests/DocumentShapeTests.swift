import Foundation
import Testing

@testable import Rules

// The shape and the loader are held against each other: every valid document, changed at every place in many ways. What
// the loader takes the shape must take; what the loader refuses for its form the shape must refuse, too.

/// Whether the shape of documents is what the loader accepts.
@Suite("The shape of documents") struct DocumentShapeTests {
    /// A document with every key there is.
    private static let everything = """
        schema: kizuna.program/v1
        id: all
        title: { ja: 全部, en: All of it, zh-Hant: 全 }
        money: { currency: JPY, base: tax_excluded }
        timezone: Asia/Tokyo
        enroll: { unknown_card: enroll }
        late_limit: 30 days
        unclaimed: { keep: 14 days }
        points:
          p: { kind: spendable, title: { en: P }, decimals: 2, expiry: { after: 12 months, end_of: month } }
          s: { kind: status, expiry: never }
          d: { expiry: { dates: [03-31, 09-30], at_least: 3 months }, vesting: { after: 7 days }, debt: { policy: clamp } }
          i: { expiry: { inactivity: 2 years }, vesting: { until_event: confirm, cancel_after: 30 days }, debt: { policy: allow, limit: 50 } }
          n: { expiry: { dates: [03-31], from: earning }, vesting: { dates: [04-01, 10-01], at_least: 10 days } }
          m: { expiry: { after: 12 months, from: vesting } }
          o: { vesting: immediate, same_purchase: true, debt: { policy: refuse } }
          v: { kind: stored_value, decimals: 0, expiry: { after: 24 months } }
        profile:
          cup: { type: string, max: 5, values: [small, large] }
          age: { type: integer, from: 0, to: 150 }
          vip: { type: boolean }
          birthday: { type: date }
        tiers:
          metric: { earned: s }
          window: { rolling: 12 months }
          downgrade: one_level
          grace: 30 days
          levels: [{ id: low, from: 0, title: { en: Low } }, { id: high, from: 10 }]
        eligible: item.category != "gift"
        groups: [{ id: g, mode: best }]
        campaigns:
          - id: c
            title: { en: C }
            effective: { from: "2026-05-01T00:00:00+09:00", until: "2026-06-01T00:00:00+09:00" }
            budget: { points: 100, when_short: skip }
            holdout: { percent: 10, salt: c }
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100, of: order.amount, into: p, where: item.sku != "", exact: false, carry: true, rounding: floor } }
          - { id: twice, event: purchase, when: order.amount > 1, group: g, priority: 3, multiply: { rules: [base], factor: "2.5", where: item.sku == "a" } }
          - { id: items, event: purchase, campaign: c, each_item: { where: item.sku == "a", points: item.quantity, into: p } }
          - { id: card, event: purchase, stamp: { card: k, count: 2, size: 10, points: 5, into: p } }
          - { id: fixed, event: survey, earn: { points: 5, into: p }, limit: { count: 1, per: member, window: calendar_month } }
          - { id: more, event: purchase, earn: { points: order.amount, where: item.sku == "a" }, limit: { points: 9, window: { rolling: 30 days } },
              effective: { from: "2026-05-01T00:00:00Z" } }
          - { id: full, event: purchase, stamp: { card: r, count: 1, size: 9, reward: mug } }
          - { id: day, event: birthday, earn: { points: 100 } }
          - { id: friend, event: referral, earn: { points: 100 } }
        redemption:
          pay: { points: p, worth: "1.5", minimum: 10, step: 5, most: "0.5", earns: true }
          holds: { timeout: 15 minutes, longest: 24 hours }
          allowances: { valid: 24 hours, longest: 3 days, settle_within: 7 days, most: 500 }
          rewards:
            - { id: mug, title: { en: Mug }, points: p, cost: 100, tiers: { high: 80 }, stock: 3, limit: { count: 2, per: member, window: calendar_month },
                voucher: { valid: 30 days }, effective: { from: "2026-05-01T00:00:00Z" } }
            - { id: cup, cost: 5, voucher: { after: 1 day, from: "2026-05-01T00:00:00Z", valid: 30 days, until: "2026-07-01T00:00:00Z" } }
        returns: { clawback: recompute, restore: by_line, goodwill: 14 days, tier: immediately }
        referral:
          referrer: { points: 200, into: p, after: first_purchase }
          referred: { points: 100, into: p, after: claim }
          limit: { count: 10, per: member, window: calendar_year }
          within: 30 days
          minimum: 500
        pools: { kinds: [household, company], most_members: 8, limit: { points: 50, per: member, window: calendar_month } }
        transfers: { allowed: true, limit: { points: 50, per: member, window: calendar_month } }
        caps: [{ id: top, per: member, window: lifetime, points: 100, rules: [base, items] }]
        tests:
          - name: one
            member: { id: m, tier: low, attrs: { cup: small, age: 3, vip: true, birthday: "1990-05-03" }, tags: [a, b], segments: one,
              purchase_count: 3, days_since_last: 2, enrolled_days: 9, balance: { p: 7 } }
            used: { campaigns: { c: 1 }, caps: { top: 1 }, limits: { more: 1 }, stamps: { k: 1 }, carried: { base: 1 } }
            order:
              time: "2026-05-16T10:00:00+09:00"
              id: "1"
              store: a
              terminal: b
              channel: c
              tags: x
              coupons: [y]
              items: [{ sku: a, category: b, tags: [c], quantity: 2, amount: 300, tax: 20 }]
            expect: { p: 12, rules: { base: 3 } }
          - { name: two, event: { time: "2026-05-16T10:00:00+09:00", type: survey, attrs: { score: 9 } }, expect: { p: 5 } }
          - name: three
            member: { id: m }
            joined: "2026-05-16T09:00:00+09:00"
            used: { campaigns: { c: 1 } }
            steps:
              - purchase: { time: "2026-05-16T10:00:00+09:00", id: a, store: s, terminal: t, channel: pos, tags: x, coupons: [y], items: [{ amount: 300 }], pay: 10 }
                expect: { refused: true, earned: { p: 1 }, rules: { base: 1 }, taken_back: { p: 1 }, refund: 0, balance: { p: 1 }, pending: { p: 0 },
                  debt: { p: 0 }, tier: low, vouchers: 0 }
              - { return: { of: a, items: [{ line: 0, quantity: 1, amount: 10 }] } }
              - { return: { of: a, time: "2026-05-16T11:00:00+09:00", amount: 5 } }
              - { event: { type: survey, attrs: { score: 9 } } }
              - { redeem: { points: 10 } }
              - { confirm: { of: a, time: "2026-05-16T12:00:00+09:00" } }
              - { redeem: { id: r, time: "2026-05-17T11:00:00+09:00", reward: mug, quantity: 1 } }
              - { cancel: { of: r, time: "2026-05-17T11:30:00+09:00" } }
              - { top_up: { id: t, time: "2026-05-17T12:00:00+09:00", amount: 500, value: v } }
              - { purchase: { items: [{ amount: 300 }], value: 10 } }
              - { refund: { of: t, time: "2026-05-17T13:00:00+09:00", amount: 5 } }
              - { claim: { time: "2026-05-17T14:00:00+09:00" } }
              - { pool: { time: "2026-05-17T15:00:00+09:00", kind: household, role: spend, balance: { p: 1 } }, expect: { referrer: { p: 0 }, pool: { p: 1 } } }
              - { wait: 30 days }
              - { wait: { until: "2027-05-16T10:00:00+09:00" } }
        """

    private static let documents: [(name: String, text: String)] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../rules")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return [("everything", everything)]
            + names.sorted().filter { $0.hasSuffix(".yaml") }.compactMap { name in
                (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)).map { (name, $0) }
            }
    }()

    private static func node(_ text: String) throws -> DocumentNode {
        try #require(DocumentReader.read(Array(text.utf8), Report(file: "test")))
    }

    /// What the loader finds wrong with a document.
    private static func errors(_ root: DocumentNode) -> [Diagnostic] {
        let report = Report(file: "test")
        guard let section = Field(node: root, path: "", report: report).section(.program) else { return report.sorted }
        var builder = ProgramBuilder(section: section, zones: zones)
        _ = builder.build(source: "")
        return report.sorted.filter { $0.severity == .error }
    }

    @Test("every document that ships with Kizuna fits, and one with every key does") func documents() throws {
        #expect(Self.documents.count >= 7)
        for (name, text) in Self.documents where name == "everything" || !name.isEmpty {
            let root = try Self.node(text)
            #expect(DocumentShape.program.accepts(root), "\(name)")
        }
        #expect(Self.errors(try Self.node(Self.everything)).map(\.description) == [])
    }

    @Test("loader and shape agree on documents changed at every place", arguments: 0..<7)
    func agree(index: Int) throws {
        let root = try Self.node(Self.documents[index].text)
        var counts = (both: 0, neither: 0, loaderAlone: 0)
        for mutant in root.mutants(thinning: index == 0 ? 23 : 151) {
            let errors = Self.errors(mutant.node)
            let accepted = DocumentShape.program.accepts(mutant.node)
            switch (errors.isEmpty, accepted) {
            case (true, true): counts.both += 1
            case (false, false): counts.neither += 1
            case (true, false): Issue.record("only the loader takes \(mutant.what)")
            case (false, true):
                counts.loaderAlone += 1
                for error in errors where error.isAboutForm {
                    Issue.record("only the shape takes \(mutant.what): \(error)")
                }
            }
        }
        #expect(counts.both > 0 && counts.neither > 10, "\(counts)")
    }
}

extension Diagnostic {
    /// Whether it says that a value has not the form that its place asks for.
    fileprivate var isAboutForm: Bool {
        // What attributes hold hangs on the profile.
        guard !path.contains(".attrs.") else { return false }
        let beginnings = [
            "must be a text", "must be a number", "must be from ", "must be one of", "must be a list",
            "must be a mapping", "has no value", "`", "must not be empty", "must have at most", "must be a span",
            "must be an expression", "needs `", "there must be at most", "must be `true`", "must be a whole",
            "must be a decimal in quotes", "a rule gives one thing", "a limit counts either", "a test is about",
            "at least one", "must be whole days", "points must live",
        ]
        let parts = ["is not known here", "is not an id", "is not a language tag", "is not a name"]
        if message.hasPrefix("`"), !message.hasSuffix("is missing") { return parts.contains { message.contains($0) } }
        return beginnings.contains { message.hasPrefix($0) } || parts.contains { message.contains($0) }
    }
}

extension DocumentNode {
    /// The node with one place changed, for every place and many changes.
    fileprivate func mutants(thinning: Int) -> [(what: String, node: DocumentNode)] {
        var found: [(String, DocumentNode)] = []
        visit(path: "") { path, node, rebuild in
            for (what, content) in Self.replacements {
                found.append(("\(path) = \(what)", rebuild(node.with(content))))
            }
            switch node.content {
            case .mapping(let entries):
                for index in entries.indices {
                    var fewer = entries
                    let removed = fewer.remove(at: index)
                    found.append(("\(path) without \(removed.key)", rebuild(node.with(.mapping(fewer)))))
                }
                for key in ["zzz", "Zz", "into", "rules", "9"] where !entries.contains(where: { $0.key == key }) {
                    let entry = Entry(key: key, position: node.position, value: node.with(.scalar("1", isPlain: true)))
                    found.append(("\(path) with \(key)", rebuild(node.with(.mapping(entries + [entry])))))
                }
            case .sequence(let items):
                if let first = items.first {
                    found.append(("\(path) twice", rebuild(node.with(.sequence(items + [first])))))
                }
                found.append(("\(path) shorter", rebuild(node.with(.sequence(Array(items.dropLast()))))))
            case .scalar(let text, let isPlain):
                found.append(("\(path) requoted", rebuild(node.with(.scalar(text, isPlain: !isPlain)))))
                found.append(("\(path) upper", rebuild(node.with(.scalar(text.uppercased(), isPlain: isPlain)))))
                found.append(("\(path) longer", rebuild(node.with(.scalar(text + "0", isPlain: isPlain)))))
            }
        }
        return found.enumerated().filter { $0.offset % thinning == 0 }.map { ($0.element.0, $0.element.1) }
    }

    private static var replacements: [(String, Content)] {
        [
            "", "null", "true", "no", "0", "1", "-1", "7", "1.5", "1000001", "99999999999999999999", "x", "A b", "x_y",
            "30 days", "0 days", "12 hours", "1 fortnight", "2026-05-16T10:00:00+09:00", "2026-05-16", "2", "2.5555",
            "purchase", "never", "spend", "calendar_year", "1 + 1", "true || false", String(repeating: "x", count: 300),
        ].flatMap { text in
            [("\(text) plain", Content.scalar(text, isPlain: true)), ("\(text) quoted", .scalar(text, isPlain: false))]
        } + [("[]", .sequence([])), ("{}", .mapping([]))]
    }

    fileprivate func with(_ content: Content) -> DocumentNode { DocumentNode(position: position, content: content) }

    /// Calls `body` for this node and every one in it, with a way to put another one in its place.
    private func visit(
        path: String, rebuild: @escaping (DocumentNode) -> DocumentNode = { $0 },
        _ body: (String, DocumentNode, (DocumentNode) -> DocumentNode) -> Void
    ) {
        body(path, self, rebuild)
        switch content {
        case .scalar: return
        case .sequence(let items):
            for index in items.indices {
                items[index].visit(
                    path: "\(path)[\(index)]",
                    rebuild: { node in
                        var changed = items
                        changed[index] = node
                        return rebuild(self.with(.sequence(changed)))
                    }, body)
            }
        case .mapping(let entries):
            for index in entries.indices {
                entries[index].value.visit(
                    path: "\(path).\(entries[index].key)",
                    rebuild: { node in
                        var changed = entries
                        changed[index] = Entry(key: entries[index].key, position: entries[index].position, value: node)
                        return rebuild(self.with(.mapping(changed)))
                    }, body)
            }
        }
    }
}

// A small validator, so that no network and no other tool is needed here.

extension DocumentShape {
    fileprivate func accepts(_ node: DocumentNode) -> Bool {
        switch (self, node.content) {
        case (.either(let shapes), _): shapes.contains { $0.accepts(node) }
        case (.text(let longest), .scalar(let text, let isPlain)):
            Self.isText(text, isPlain) && (1...longest).contains(text.unicodeScalars.count)
                && !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
        case (.words(let words), .scalar(let text, let isPlain)): Self.isText(text, isPlain) && words.contains(text)
        case (.form(let form), .scalar(let text, let isPlain)): Self.isText(text, isPlain) && form.accepts(text)
        case (.integer(let range), .scalar(let text, isPlain: true)):
            if case .integer(let value) = PlainScalar(text) { range.contains(value) } else { false }
        case (.boolean, .scalar(let text, isPlain: true)): text == "true" || text == "false"
        case (.list(let element, let count, let isUnique), .sequence(let items)):
            count.contains(items.count) && items.allSatisfy(element.accepts)
                && (!isUnique || Set(items.map { "\($0.content)" }).count == items.count)
        case (.section(let section), .mapping(let entries)): section.accepts(entries)
        case (.map(let keys, let values, let count, let named), .mapping(let entries)):
            count.contains(entries.count)
                && entries.allSatisfy { keys.accepts($0.key) && (named[$0.key] ?? values).accepts($0.value) }
        default: false
        }
    }

    private static func isText(_ text: String, _ isPlain: Bool) -> Bool { !isPlain || PlainScalar(text) == .text }
}

extension DocumentShape.Form {
    private static let expressions = Dictionary(
        uniqueKeysWithValues: allCases.map { ($0, try? NSRegularExpression(pattern: $0.pattern)) })

    fileprivate func accepts(_ text: String) -> Bool {
        guard !pattern.isEmpty, let expression = Self.expressions[self] ?? nil else { return pattern.isEmpty }
        return expression.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
    }
}

extension SectionShape {
    fileprivate func accepts(_ entries: [DocumentNode.Entry]) -> Bool {
        let keys = entries.map(\.key)
        return entries.count >= least && required.allSatisfy(keys.contains)
            && (oneOf.isEmpty || oneOf.count(where: keys.contains) == 1)
            && entries.allSatisfy { entry in
                fields.first { $0.key == entry.key }?.shape.accepts(entry.value) ?? false
            }
    }
}
