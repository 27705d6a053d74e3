import CEL
import Testing

@Suite("Hostile sources")
struct HostileSourceTests {
    @Test("a long source that is no attack checks")
    func longSource() throws {
        var environment = Environment()
        environment.declare(VariableDeclaration(name: "tags", type: .list(.string)))
        let source = "[" + String(repeating: "1 + 2 > 3 && 'abc' in tags.filter(t, t != 'x'), ", count: 1500) + "true]"
        let checked = try Checker.check(try Parser.parse(source), in: environment)
        #expect(checked.type == .list(.bool))
    }

    @Test("limits are parameters, and what exceeds one is refused with a message that names it")
    func limits() {
        for (source, limits, message) in [
            ("1 + 1", ParserOptions.Limits(sourceLength: 4), "5 characters long; 4 are allowed"),
            ("((((1))))", ParserOptions.Limits(depth: 4), "nests more than 4 levels"),
            ("1+1+1+1+1", ParserOptions.Limits(depth: 4), "nests more than 4 levels"),
            ("[1].map(x, [x].map(y, [y].map(z, z)))", ParserOptions.Limits(macroDepth: 2), "macros nest more than 2"),
            ("[1, 2, 3, 4, 5]", ParserOptions.Limits(nodes: 5), "more than 5 parts"),
            ("1 +", ParserOptions.Limits(diagnostics: -1), "expected an expression"),
            ("1 + +", ParserOptions.Limits(depth: .max, nodes: .max, diagnostics: .max), "expected an expression"),
        ] {
            let found = #expect(throws: Diagnostics.self) {
                try Parser.parse(source, options: ParserOptions(limits: limits))
            }
            #expect(found?.all.last?.message.contains(message) == true, "\(found?.rendered() ?? "")")
        }
    }

    @Test("damaged expressions are parsed or refused, and what is parsed is written so that it reads the same")
    func damagedExpressions() throws {
        let seeds = [
            "member.tier == \"gold\" && (local.day_of_week in [0, 6] || local.holiday)",
            "order.items.filter(i, i.category == 'latte').map(i, i.quantity).sum() >= -3.5e2 ? {'a': 1u} : b'\\xff'",
            "a.?b[?0].optMap(v, v.`x-y`).orValue(Msg{?f: [?a, b]}.f) // note",
            "math.greatest(1, 2u, [3.0].map(x, x)) % 2",
            "{1: [2]}.transformMapEntry(k, v, {v: k}).all(k, v, !has(v.x) && k != r\"\\d\")",
            "cel.bind(x, '''a\n''' + y, -x)",
        ].map { Array($0.unicodeScalars) }
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func random(_ bound: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(bound))
        }
        var parsedCount = 0
        for _ in 0..<6_000 {
            var scalars = seeds[random(seeds.count)]
            for _ in 0...random(3) {
                let other = seeds[random(seeds.count)]
                let at = random(scalars.count + 1)
                switch random(4) {
                case 0: scalars.removeSubrange(at..<min(scalars.count, at + 1 + random(4)))
                case 1: scalars.insert(other[random(other.count)], at: at)
                case 2:
                    let from = random(other.count)
                    scalars.insert(contentsOf: other[from..<min(other.count, from + 12)], at: at)
                default: if at < scalars.count { scalars[at] = other[random(other.count)] }
                }
                if scalars.isEmpty { scalars = other }
            }
            var source = ""
            source.unicodeScalars.append(contentsOf: scalars)
            guard let parsed = try? Parser.parse(source) else { continue }
            parsedCount += 1
            let text = Unparser.text(of: parsed)
            let again = try? Parser.parse(text)
            #expect(again.map { Unparser.text(of: $0) } == text, "\(source) is written as \(text)")
            if let checked = try? Checker.check(parsed, in: Environment()) { _ = StaticCost.estimate(checked) }
        }
        #expect(parsedCount > 200)
        print("damaged expressions: \(parsedCount) of 6000 still parse")
    }
}
