import TestSupport
import Testing

@testable import Engine

@Suite("What was used lately")
struct RecentEntriesTests {
    /// As many entries as there are, with what they weigh.
    private static func weight(of entries: inout RecentEntries<Int, Int>, among keys: Range<Int>) -> Int {
        var held: [(key: Int, weight: Int)] = []
        for key in keys { if let weight = entries.take(key) { held.append((key, weight)) } }
        for (key, weight) in held { entries.put(weight, for: key) }
        return held.reduce(0) { $0 + $1.weight }
    }

    @Test(
        "what is kept never weighs more than was said, however much single entries weigh, and the last ones are there")
    func bounded() {
        var generator = SeededGenerator(seed: 11)
        var entries = RecentEntries<Int, Int>(capacity: 100) { $0 }
        for round in 0..<5000 {
            let key = Int.random(in: 0..<400, using: &generator)
            // Entries leave and come back heavier, as members do who buy.
            let weight = (entries.take(key) ?? 0) + Int.random(in: 1...3, using: &generator)
            entries.put(min(weight, 20), for: key)
            guard round % 50 == 0 else { continue }
            #expect(Self.weight(of: &entries, among: 0..<400) <= 100 + 2 * 20)
            #expect(entries.use(key) != nil)
        }
    }

    @Test("where each entry weighs one, at least half as many stay as was said")
    func kept() {
        var entries = RecentEntries<Int, Int>(capacity: 100)
        for key in 0..<1000 {
            entries.put(key, for: key)
            entries.put(key, for: key)
            for earlier in max(0, key - 49)...key { #expect(entries.use(earlier) == earlier) }
        }
    }
}
