import CEL
import Testing

@Suite("library functions beyond the conformance suites")
struct LibraryTests {
    @Test(
        "sums and extremes of lists",
        arguments: [
            ("[1, 2, 3].sum()", "6"), ("[1u, 2u].sum()", "3u"), ("[0.5, 0.25].sum()", "0.75"),
            ("[duration('1s'), duration('1m')].sum()", "duration(\"61s\")"), ("[1.5].filter(x, false).sum()", "0.0"),
            ("[1u].filter(x, false).sum()", "0u"), ("[1].filter(x, false).sum()", "0"), ("[3, 1, 2].min()", "1"),
            ("['b', 'a'].max()", "\"b\""), ("[1].filter(x, false).min()", "invalid_argument"),
            ("[timestamp(5), timestamp(3)].min()", "timestamp(\"1970-01-01T00:00:03Z\")"),
        ])
    func aggregates(text: String, expected: String) throws {
        #expect(try evaluate(text).shown == expected)
    }

    @Test(
        "lists",
        arguments: [
            ("[3, 1, 2].sort()", "[1, 2, 3]"), ("['b', 'a'].sortBy(x, x)", "[\"a\", \"b\"]"),
            ("[1, 2, 3].slice(1, 3)", "[2, 3]"),
            ("lists.range(3).reverse()", "[2, 1, 0]"), ("lists.range(-1)", "invalid_argument"),
            ("[1, dyn('a')].sort()", "invalid_argument"),
            ("[[3], [1]].map(x, x[0]).sort()", "[1, 3]"), ("[1, 2].first()", "optional.of(1)"),
            ("[].last()", "optional.none()"),
            ("[{'n': 2}, {'n': 1}].sortBy(x, x.n).map(x, x.n)", "[1, 2]"), ("[1, 1.0, 1u].distinct()", "[1]"),
            ("[optional.of(1), optional.none()].unwrapOpt()", "[1]"),
            ("[dyn([1, [2]]), 3].flatten(9)", "[1, 2, 3]"),
        ])
    func lists(text: String, expected: String) throws {
        #expect(try evaluate(text).shown == expected)
    }

    @Test(
        "strings",
        arguments: [
            ("'a,b,,c'.split(',')", "[\"a\", \"b\", \"\", \"c\"]"), ("'añb'.split('')", "[\"a\", \"ñ\", \"b\"]"),
            ("'abc'.split('', 2)", "[\"a\", \"bc\"]"), ("''.split(',')", "[\"\"]"),
            ("''.split('')", "[]"), ("''.split('', 9)", "[]"), ("''.split('', 1)", "[\"\"]"),
            ("'%s'.format([b'\\xff'])", "invalid_argument"), ("'%s'.format([[b'\\xe9']])", "invalid_argument"),
            ("'%s'.format([b'\\303\\251'])", "\"é\""),
            ("'abc'.replace('', '-', 2)", "\"-a-bc\""),
            ("'aaa'.replace('a', 'aa', 2)", "\"aaaaa\""), ("'abc'.substring(2, 1)", "invalid_argument"),
            ("'abc'.charAt(-1)", "out_of_range"), ("'abc'.indexOf('', 3)", "3"), ("'abc'.lastIndexOf('c', 3)", "2"),
            ("'%s'.format([{'b': 1, 'a': [1.5, null]}])", "\"{a: [1.5, null], b: 1}\""),
            ("'%'.format([])", "invalid_argument"),
            ("'%.1001f'.format([1.0])", "invalid_argument"),
            ("'%x %X %o %b'.format([-31, 31u, 8, -5])", "\"-1f 1F 10 -101\""),
            ("'%s %s'.format([1])", "invalid_argument"), ("base64.encode(b'\\xff\\xfe')", "\"//4=\""),
            ("base64.decode('a')", "invalid_argument"),
            ("base64.decode('YQ=')", "invalid_argument"), ("base64.decode('')", "b\"\""),
            ("string(b'\\xff')", "invalid_argument"),
            ("int('9223372036854775808')", "invalid_argument"), ("uint('-0')", "invalid_argument"),
            ("bool('yes')", "invalid_argument"),
        ])
    func strings(text: String, expected: String) throws {
        #expect(try evaluate(text).shown == expected)
    }

    @Test("a host can add functions of its own")
    func hostFunction() throws {
        var environment = Environment()
        environment.declare(FunctionDeclaration("twice", [.init("twice_int", [.int], .int)]))
        var options = ProgramOptions()
        options.functions.add(
            "twice",
            .unary { (value: Value, frame: inout Frame) throws(EvaluationError) -> Value in
                guard case .int(let number) = value, number < 1_000 else {
                    throw EvaluationError(.invalidArgument, "too large")
                }
                return .int(number * 2)
            })
        let program = Program(try Checker.check(try Parser.parse("twice(21)"), in: environment), options: options)
        #expect(program.evaluate().shown == "42")
    }
}
