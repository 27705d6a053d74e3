// Short ways to write programs, baskets and awards, so that tables stay tables.

import Foundation
import Rules
import Testing
import Time

/// The zones that the documents of the tests may name.
let zones: ZoneProvider = { name in
    switch name {
    case "Asia/Tokyo":
        Zone.fixed(name, offset: 9 * 3600)
    case "America/New_York":
        Zone(
            name: name, offset: -5 * 3600,
            transitions: [
                Zone.Transition(second: 1_772_953_200, offset: -4 * 3600),  // 8 March 2026, 2:00
                Zone.Transition(second: 1_793_512_800, offset: -5 * 3600),  // 1 November 2026, 2:00
            ])
    case "Europe/Berlin":
        Zone(
            name: name, offset: 3600,
            transitions: [
                Zone.Transition(second: 1_774_746_000, offset: 2 * 3600),  // 29 March 2026, 2:00
                Zone.Transition(second: 1_792_890_000, offset: 3600),  // 25 October 2026, 3:00
            ])
    default:
        nil
    }
}

/// The program of a document; a document that does not load ends the test with all that is said about it.
func program(_ document: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> Program {
    let outcome = Loader.load(document, file: "test.yaml", zones: zones)
    let said = outcome.diagnostics.map(\.description).joined(separator: "\n")
    return try #require(outcome.program, "\(said)", sourceLocation: sourceLocation)
}

/// A document in yen with the currencies `p` and `s`, and with these rules and groups.
func shop(_ rules: String, groups: String = "[]", base: String = "tax_excluded") -> String {
    """
    schema: kizuna.program/v1
    id: shop
    money: { currency: JPY, base: \(base) }
    timezone: Asia/Tokyo
    points: { p: {}, s: { kind: status } }
    groups: \(groups)
    rules:
    \(rules)
    tests: []
    """
}

/// A purchase at noon on 16 May 2026 in Tokyo, or at another instant.
///
/// The basket is written `1100/100 a+b, 250`: the amount, the tax in it and the tags of every line.
func purchase(_ basket: String, at time: String = "2026-05-16T12:00:00+09:00") throws -> Facts {
    let lines = try basket.split(separator: ", ").map { text in
        let words = text.split(separator: " ")
        let money = words[0].split(separator: "/")
        return Facts.Line(
            sku: "x", tags: words.count > 1 ? words[1].split(separator: "+").map(String.init) : [],
            amount: try #require(Int64(money[0])), tax: money.count > 1 ? try #require(Int64(money[1])) : 0)
    }
    return Facts(occurredAt: try Instant(rfc3339: time), order: Facts.Order(lines: lines))
}

extension Evaluation {
    /// The awards as `base 11, status 11 s`: rule, points, and the currency where it is not `p`.
    func text(_ program: Program) -> String {
        awards.map { award in
            let currency = program.currencies[award.currency].id
            return "\(program.rules[award.rule].id) \(award.points)\(currency == "p" ? "" : " \(currency)")"
        }.joined(separator: ", ")
    }

    /// The trace as `base paid 11 of 1100; double lost to triple`.
    func traceText(_ program: Program) -> String {
        trace.map { entry in
            let rule = program.rules[entry.rule].id + (entry.multiplied.map { "(\(program.rules[$0].id))" } ?? "")
            switch entry.outcome {
            case .paid: return "\(rule) paid \(entry.points) of \(entry.counted)"
            case .notEffective: return "\(rule) not effective"
            case .nothingCounted: return "\(rule) nothing of \(entry.counted)"
            case .lost(let winner): return "\(rule) lost to \(program.rules[winner].id)"
            case .baseUnpaid: return "\(rule) without its base"
            default: return "\(rule) \(entry.outcome)"
            }
        }.joined(separator: "; ")
    }
}

/// The documents that come with the repository.
func exampleDocument(_ name: String) throws -> String {
    try String(contentsOf: repository.appending(path: "rules/\(name).yaml"), encoding: .utf8)
}

/// The names of these documents.
func exampleDocuments() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: repository.appending(path: "rules").path)
        .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
}

/// The root of the repository.
let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
