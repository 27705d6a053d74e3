import CEL
import Testing

@Suite("Parser")
struct ParserTests {
    @Test(
        "literals have the values that are written",
        arguments: [
            ("0x1F", Constant.int(31)), ("-0x10", .int(-16)), ("-9223372036854775808", .int(.min)),
            ("18446744073709551615u", .uint(.max)), ("0xFFu", .uint(255)), ("1.5e3", .double(1500)),
            (".5", .double(0.5)),
            ("-2.5", .double(-2.5)), ("1e-400", .double(0)), ("'a'", .string("a")), ("\"it's\"", .string("it's")),
            ("r'\\d+'", .string("\\d+")), ("'''a\nb'''", .string("a\nb")), ("'''a\r\nb'''", .string("a\nb")),
            ("\"\"\"say \"hi\" \"\"\"", .string("say \"hi\" ")), ("'\\u00e9\\x41\\101\\U0001F600'", .string("éAA😀")),
            ("'\\a\\b\\f\\n\\r\\t\\v\\\\\\?\\`'", .string("\u{07}\u{08}\u{0C}\n\r\t\u{0B}\\?`")),
            ("b'\\xff\\001é'", .bytes([255, 1, 0xC3, 0xA9])),
            ("br'\\x'", .bytes([0x5C, 0x78])), ("R'\\n'", .string("\\n")), ("true", .bool(true)),
            ("null", .null), ("// note\n 1 // more", .int(1)),
        ])
    func literals(source: String, value: Constant) throws {
        #expect(try Parser.parse(source).root.kind == .constant(value))
    }

    @Test(
        "what is wrong is said with its place and what may help",
        arguments: [
            ("member.tier = 'gold'", 1, 13, "'=' is not part of the language", "write == to compare"),
            ("a & b", 1, 3, "'&' is not part of the language", "write && for 'and'"),
            ("a == “gold”", 1, 6, "'“' is not part of the language", "strings stand in plain quotes: \" or '"),
            ("a and b", 1, 3, "expected the end, found 'and'", "write && for 'and'"),
            ("not a", 1, 5, "expected the end, found 'a'", "write ! for 'not'"),
            ("1 +\n  *", 2, 3, "expected an expression, found '*'", nil),
            ("size(a", 1, 7, "expected ',' or ')', found the end", "something is missing after the last word"),
            ("'abc", 1, 1, "the string that begins here has no end", "close it with '"),
            ("'a\\qb'", 1, 1, "'\\q' is no escape sequence", nil),
            ("b'\\u0041'", 1, 1, "\\u and \\U are not allowed in bytes", nil),
            ("'\\ud800'", 1, 1, "invalid unicode code point", nil),
            ("9223372036854775808", 1, 1, "invalid int literal", "integers lie between"),
            ("1e999", 1, 1, "invalid double literal", "the largest double"),
            ("if + 1", 1, 1, "reserved identifier: if", "choose another name"),
            ("a.in", 1, 3, "'in' is a word of the language and no field name", "write `in`"),
            ("has(a)", 1, 5, "invalid argument to has() macro", nil),
            ("a.map(b.c, 1)", 1, 8, "argument must be a simple name", nil),
            ("a.all(x, x, x > 1)", 1, 10, "the two variables need different names", nil),
            ("math.least('a', 1)", 1, 12, "simple literal arguments must be numeric", nil),
            ("cel.bind(1, 2, 3)", 1, 10, "argument must be a simple name", nil),
            ("", 1, 1, "expected an expression", nil),
        ] as [(String, Int, Int, String, String?)])
    func mistakes(source: String, line: Int, column: Int, message: String, hint: String?) {
        let found = #expect(throws: Diagnostics.self) { try Parser.parse(source) }
        let first = found?.all.first
        #expect(first?.position == Source.Position(line: line, column: column))
        #expect(first?.message.contains(message) == true, "\(first?.message ?? "")")
        if let hint { #expect(first?.hint?.hasPrefix(hint) == true, "\(first?.hint ?? "no hint")") }
    }

    @Test("all mistakes are reported at once, each once, in the order of their places")
    func accumulation() throws {
        let found = #expect(throws: Diagnostics.self) {
            try Parser.parse("[1 +, (2 and 3), f(4,,5), has(x), 'a\\q', 99999999999999999999]")
        }
        #expect(found?.all.compactMap { $0.position?.column } == [5, 10, 22, 31, 35, 42])
    }

    @Test("a diagnostic shows the line and points at the place")
    func rendering() throws {
        let found = #expect(throws: Diagnostics.self) { try Parser.parse("true &&\n\tfoo(1, = 2)") }
        #expect(
            found?.rendered(name: "rules/coffee.yaml")
                .hasPrefix(
                    """
                    ERROR: rules/coffee.yaml:2:9: '=' is not part of the language (write == to compare)
                     |  foo(1, = 2)
                     | ........^
                    """) == true, "\(found?.rendered() ?? "")")
    }

    @Test("the caret stands below its place in Japanese text too")
    func wideCharacters() {
        let found = #expect(throws: Diagnostics.self) { try Parser.parse("tier == '会員' = 1") }
        #expect(
            found?.rendered().hasSuffix("\n | tier == '会員' = 1\n | .........．．..^") == true,
            "\(found?.rendered() ?? "")")
    }

    @Test(
        "what is written reads as the same tree",
        arguments: [
            "-(0)", "-(-1)", "-(1.5.a)", "-(-0.5[0])", "-(1).a", "!(-x)", "-(!x)", "(-x).y", "-x.y", "a - (b - c)",
            "(a == b) == c", "a == (b == c)", "(a ? b : c) ? d : e", "(a && b).c", "-1u", "1.0.a", "(x + y)[0].?z",
            "a || (b && c) || d", "a.`x-y`.?`z w`", "{?'a': b, c: [?d, e]}", "has((a ? b : c).d)", "-2.method(1)",
            "'\\u200b\\x00\\\\é😀\\n'", "b'é\\xff'", "1e100 + 1e-100 + 123456.0 + 1234567.0 + -0.0",
        ])
    func roundTrips(source: String) throws {
        let options = ParserOptions(limits: .init(depth: 40))
        let parsed = try Parser.parse(source, options: options)
        let again = try Parser.parse(Unparser.text(of: parsed), options: options)
        #expect(again.root == parsed.root, "\(Unparser.text(of: parsed))")
    }

    @Test("macros are ordinary calls when they are turned off or their library is absent")
    func macrosTurnedOff() throws {
        for options in [ParserOptions(expandsMacros: false), ParserOptions(libraries: [])] {
            let parsed = try Parser.parse("cel.bind(x, 1, x)", options: options)
            guard case .call(let call) = parsed.root.kind else {
                Issue.record("no call")
                return
            }
            #expect(call.function == "bind")
            #expect(parsed.macroCalls.isEmpty)
        }
    }

    @Test("optMap evaluates its receiver once, however long the chain is")
    func optionalChain() throws {
        let source = "a" + String(repeating: ".optMap(x, x)", count: 12)
        let parsed = try Parser.parse(source)
        #expect(parsed.offsets.count < 12 * 20)
        #expect(Unparser.text(of: parsed) == source)
    }
}
