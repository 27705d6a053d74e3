import CEL
import Testing

@Suite("evaluation")
struct EvaluationTests {
    @Test(
        "failures are absorbed on either side",
        arguments: [
            ("1 / 0 == 1 || true", "true"), ("true || 1 / 0 == 1", "true"), ("1 / 0 == 1 && false", "false"),
            ("false && 1 / 0 == 1", "false"), ("1 / 0 == 1 || false", "division_by_zero"),
            ("1 / 0 == 1 || [0][1] == 0", "division_by_zero"), ("[0][1] == 0 && 1 / 0 == 1", "invalid_argument"),
            ("[0, 1].exists(x, 1 / x == 1)", "true"), ("[0, 1].all(x, 1 / x == 2)", "false"),
            ("[0, 1].all(x, 1 / x == 1)", "division_by_zero"), ("[0].exists_one(x, 1 / x == 1)", "division_by_zero"),
            ("true ? 1 : 1 / 0", "1"), ("(1 / 0 > 0) ? 1 : 2", "division_by_zero"),
        ])
    func absorption(text: String, expected: String) throws {
        #expect(try evaluate(text).shown == expected)
    }

    @Test(
        "arithmetic out of range fails",
        arguments: [
            ("9223372036854775807 + 1", "overflow"), ("-9223372036854775808 - 1", "overflow"),
            ("-9223372036854775808 / -1", "overflow"), ("-9223372036854775808 % -1", "overflow"),
            ("-(-9223372036854775808)", "overflow"), ("4611686018427387904 * 2", "overflow"),
            ("0u - 1u", "overflow"), ("18446744073709551615u + 1u", "overflow"), ("5 / 0", "division_by_zero"),
            ("5u % 0u", "division_by_zero"), ("int(1e19)", "out_of_range"), ("uint(-1)", "out_of_range"),
            ("int(0.0 / 0.0)", "out_of_range"), ("math.abs(-9223372036854775808)", "overflow"),
            ("[9223372036854775807, 1].sum()", "overflow"),
            ("timestamp('9999-12-31T23:59:59Z') + duration('1s')", "out_of_range"),
            ("duration('9223372036s') + duration('1s')", "out_of_range"),
        ])
    func overflow(text: String, expected: String) throws {
        #expect(try evaluate(text).shown == expected)
    }

    @Test(
        "mulDiv is exact in 128 bits and rounds down",
        arguments: [
            ("mulDiv(7, 3, 2)", "10"), ("mulDiv(-7, 3, 2)", "-11"), ("mulDiv(7, -3, 2)", "-11"),
            ("mulDiv(-7, -3, 2)", "10"), ("mulDiv(7, 3, -2)", "-11"), ("mulDiv(-6, 3, 2)", "-9"),
            ("mulDiv(9223372036854775807, 9223372036854775807, 9223372036854775807)", "9223372036854775807"),
            ("mulDiv(-9223372036854775808, -9223372036854775808, -9223372036854775808)", "-9223372036854775808"),
            ("mulDiv(9223372036854775807, 2, 1)", "overflow"), ("mulDiv(1, 1, 0)", "division_by_zero"),
            ("mulDiv(-9223372036854775808, 1, -1)", "overflow"),
        ])
    func multiplyDivide(text: String, expected: String) throws {
        #expect(try evaluate(text).shown == expected)
    }

    @Test(
        "a binding is evaluated when it is first read, and once",
        arguments: [
            ("cel.bind(x, 1 / 0, true)", "true", 10), ("cel.bind(x, 1 / 0, x > 0 || true)", "true", 12),
            ("cel.bind(x, 1 + 1, x + x)", "4", 14), ("cel.bind(x, [1].map(y, y), [2].map(z, x))", "[[1]]", 78),
            ("[1, 2].map(y, cel.bind(x, y * 2, x + x))", "[4, 8]", 75),
        ])
    func lazyBindings(text: String, expected: String, cost: UInt64) throws {
        let outcome = try evaluate(text)
        #expect(outcome.shown == expected)
        #expect(outcome.usage.cost == cost)
    }

    @Test(
        "what stands in for a missing value is evaluated only if it is missing",
        arguments: [
            ("optional.of(1).orValue(1 / 0)", "1"), ("optional.none().orValue(1 / 0)", "division_by_zero"),
            ("optional.of(1).or(optional.of(1 / 0)).value()", "1"), ("optional.none().orValue(2)", "2"),
            ("optional.none().or(optional.of(3)).value()", "3"), ("[1][?0].orValue([1][5])", "1"),
            ("dyn(1).orValue(2)", "no_such_overload"), ("optional.none().or(dyn(2))", "no_such_overload"),
        ])
    func lazyAlternatives(text: String, expected: String) throws {
        #expect(try evaluate(text).shown == expected)
    }

    @Test(
        "strings are compared by code points, numbers by value",
        arguments: [
            ("'\\u00e9' == 'e\\u0301'", "false"), ("'\\u212a' == 'K'", "false"), ("'K' == '\\u212a'", "false"),
            ("'\\u212a' in ['K']", "false"), ("{'\\u00e9': 1, 'e\\u0301': 2}.size()", "2"),
            ("size('e\\u0301')", "2"), ("'\\uffff' < '\\U00010000'", "true"), ("dyn(1) == 1u", "true"),
            ("dyn(1) == 1.0", "true"), ("{1: 'a'}[dyn(1.0)]", "\"a\""), ("{1: 2, 1u: 3}", "duplicate_key"),
            ("dyn(0.0) / 0.0 == 0.0 / 0.0", "false"), ("1 in [dyn(1.0)]", "true"), ("dyn('1') == 1", "false"),
        ])
    func equality(text: String, expected: String) throws {
        #expect(try evaluate(text).shown == expected)
    }

    @Test("an unbound variable fails where it is read, and only there")
    func unbound() throws {
        var environment = Environment()
        environment.declare(VariableDeclaration(name: "x", type: .int))
        let checked = try Checker.check(try Parser.parse("true || x > 0"), in: environment)
        #expect(Program(checked, options: ProgramOptions()).evaluate().shown == "true")
        let bare = try Checker.check(try Parser.parse("x > 0"), in: environment)
        #expect(Program(bare, options: ProgramOptions()).evaluate().shown == "undeclared_reference")
    }

    @Test("a failure knows the node that failed")
    func place() throws {
        let parsed = try Parser.parse("1 + 2 / 0")
        let outcome = Program(try Checker.check(parsed, in: Environment()), options: ProgramOptions()).evaluate()
        guard case .failure(let error) = outcome.result else {
            Issue.record("no failure")
            return
        }
        #expect(parsed.offsets[error.expressionID] == 6)
    }

    @Test("a literal pattern that is wrong is found when the expression is planned")
    func badPattern() throws {
        let checked = try Checker.check(try Parser.parse("'a'.matches('(?=a)') || true"), in: Environment())
        let program = Program(checked, options: ProgramOptions())
        #expect(program.problems.count == 1)
        #expect(program.problems.first?.offset == 12)
        #expect(program.evaluate().shown == "true")
    }
}
