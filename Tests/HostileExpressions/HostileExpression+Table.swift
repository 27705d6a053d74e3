extension HostileExpression {
    /// Every hostile expression.
    package static let all = sources + macros + patterns + texts + lists

    /// Sources that are deep, long or explode when macros are expanded.
    private static let sources = [
        HostileExpression("50,000 brackets", repeated("[", 50_000), .refused),
        HostileExpression("50,000 parentheses", repeated("(", 50_000), .refused),
        HostileExpression("90,000 signs", repeated("-", 90_000) + "1", .value),
        HostileExpression("90,001 negations", repeated("!", 90_001) + "true", .value),
        HostileExpression("45,000 summands", "1" + repeated("+1", 45_000), .refused),
        HostileExpression("14,000 conjuncts", "true" + repeated("&&true", 14_000), .value),
        HostileExpression("13,000 conditionals", repeated("true?1:", 13_000) + "2", .refused),
        HostileExpression("45,000 fields", "l" + repeated(".b", 45_000), .refused),
        HostileExpression("30,000 indices", "l" + repeated("[0]", 30_000), .refused),
        HostileExpression("40,000 names", repeated("a.", 40_000) + "b{}", .refused),
        HostileExpression("90,000 commas", "f(" + repeated(",", 90_000), .refused),
        HostileExpression("100,000 dots", repeated(".", 99_999), .refused),
        HostileExpression("a chain of 6,000 optMaps", "optional.of(l)" + repeated(".optMap(x,x)", 6_000), .refused),
        HostileExpression("45,000 elements", "[" + repeated("1,", 45_000) + "1].size()", .value),
        HostileExpression("30,000 maps in one another", repeated("{1:", 30_000), .refused),
        HostileExpression(
            "5,000 macros in one another", repeated("[1].map(x,", 5_000) + "x" + repeated(")", 5_000), .refused),
        HostileExpression("24 macros in one another", repeated("l.map(x,", 24) + "x" + repeated(")", 24), .cost),
        HostileExpression("a chain of 6,000 macros", "[1]" + repeated(".map(x,[x,x])", 6_000), .refused),
        HostileExpression("100,000 quotes", repeated("'", 99_999), .refused),
        HostileExpression("100,000 characters no expression has", repeated("@", 99_999), .refused),
        HostileExpression("a source that is too long", repeated("1", 100_001), .refused),
        HostileExpression("a literal of 90,000 digits", repeated("9", 90_000), .refused),
        HostileExpression("a decimal of 90,000 digits", "0." + repeated("9", 90_000) + " > 0.5", .value),
        HostileExpression("a text of 90,000 letters", "'" + repeated("x", 90_000) + "'.size()", .value),
        HostileExpression("types of maps that double", doublingTypes { "{\($0): \($0)}" }, .refused),
        HostileExpression("types of lists that double", doublingTypes { "[{\($0): \($0)}, {\($0): \($0)}]" }, .refused),
        HostileExpression(
            "types of macros that double", doublingTypes { "{\($0): [\($0)]}.transformMap(k, v, {k: k})" }, .refused),
    ]

    /// Macros in macros over 500 items.
    private static let macros = [
        HostileExpression(
            "filter, 500 × 500 × 500", "l.filter(a, l.filter(b, l.filter(c, a + b + c < 0) == []) == [])", .cost),
        HostileExpression(
            "all, 500 to the fourth", "l.all(a, l.all(b, l.all(c, l.all(d, a + b + c + d >= 0))))", .cost),
        HostileExpression("exists, 500 × 500 × 500", "l.exists(a, l.exists(b, l.exists(c, a + b + c < 0)))", .cost),
        HostileExpression("map, 500 × 500 × 500", "l.map(a, l.map(b, l.map(c, a))).size()", .cost),
        HostileExpression(
            "a budget that || shall absorb", "l.all(a, l.all(b, l.all(c, a + b + c >= 0))) || true", .cost),
        HostileExpression(
            "transformMap in transformMap",
            "l.transformMap(a, b, l.transformMap(c, d, l.transformMap(e, f, e))).size()", .cost),
        HostileExpression("a large range", "lists.range(10000000).map(a, a).size()", .cost),
        HostileExpression("sortBy", "lists.range(3000).sortBy(a, -a).size()", .cost),
    ]

    /// Regular expressions that backtracking engines never finish.
    private static let patterns = [
        HostileExpression("(a+)+$", "(long + 'b').matches('(a+)+$')", .value),
        HostileExpression("(a|aa)*$", "(t + 'b').matches('^(a|aa)*$')", .value),
        HostileExpression("(a*)*(a*)*(a+)+(a|aa)+$b", "t.matches('(a*)*(a*)*(a+)+(a|aa)+$b')", .value),
        HostileExpression("(a?){100}(a*)*b", "long.matches(dyn('(x+x+)+y|(a?){100}(a*)*b'))", .work),
        HostileExpression("a{1000}{1000}", "t.matches('a{1000}{1000}')", .failed),
        HostileExpression("((a{0,30}){0,30}){0,10}b", "t.matches('((a{0,30}){0,30}){0,10}b')", .failed),
        HostileExpression("(?:…){1000} four deep", "t.matches('(?:(?:(?:(?:){1000}){1000}){1000}){1000}')", .value),
        HostileExpression("x{1001}", "t.matches('x{1001}')", .failed),
        HostileExpression("20,000 brackets in a pattern", "t.matches('\(repeated("(", 20_000))')", .cost),
        HostileExpression("a new pattern each round", "l.exists(a, t.matches('a{0,900}' + string(a)))", .work),
        HostileExpression("regex.extractAll of each letter", "regex.extractAll(long, 'a').size()", .value),
        HostileExpression("regex.replace that grows", "regex.replace(t, '', t).size()", .value),
    ]

    /// Texts that grow.
    private static let texts = [
        HostileExpression("'a' doubled 60 times", doubled("'a'", 60), .cost),
        HostileExpression("dyn('a') doubled 60 times", doubled("dyn('a')", 60), .work),
        HostileExpression(
            "join that doubles", "cel.bind(x, t, \(nested("cel.bind(x, [x, x].join(x), ", 20, "x.size()")))", .work),
        HostileExpression(
            "map, then join, in map", "l.map(a, l.map(b, string(a) + string(b)).join()).join().size()", .cost),
        HostileExpression("replace that grows", "t.replace('a', t).replace('a', t).size()", .work),
        HostileExpression("replace between letters", "t.replace('', t).replace('', t).size()", .work),
        HostileExpression(
            "format that grows", "'%s%s%s%s%s%s%s%s'.format([t, t, t, t, t, t, t, t]).replace('a', t).size()", .work),
        HostileExpression("format with precision 999999999", "'%.999999999f'.format([1.0])", .failed),
        HostileExpression(
            "format with precision 1,000, replaced", "'%.1000f%.1000e'.format([1e308, 1e-308]).replace('0', t).size()",
            .value),
        HostileExpression("int of 100,000 digits", "int(long.replace('a', '9'))", .failed),
        HostileExpression("double of 100,000 digits", "double(long.replace('a', '9'))", .value),
        HostileExpression("timestamp of 100,000 digits", "timestamp(long.replace('a', '9'))", .failed),
        HostileExpression("duration of 100,000 digits", "duration(long.replace('a', '9') + 's')", .failed),
        HostileExpression("base64 of itself", nested("base64.encode(bytes(", 60, "long") + repeated("))", 60), .cost),
        HostileExpression("split into letters, 500 times", "l.map(a, long.split('')).size()", .work),
        HostileExpression("search with many near misses", "(long + 'b').contains(t + 'b')", .cost),
        HostileExpression("quote of a quote", nested("strings.quote(", 60, "'\"'") + repeated(")", 60), .cost),
    ]

    /// Lists that grow, shared or not.
    private static let lists = [
        HostileExpression("a list doubled 60 times", doubled("l", 60), .work),
        HostileExpression("cartesian product, flattened", "l.map(a, l.map(b, l)).flatten().flatten().size()", .cost),
        HostileExpression(
            "cartesian product of pairs", "l.map(a, l.map(b, [a, b])).flatten().distinct().size()", .cost),
        HostileExpression("a nest flattened", "[[[[[[l.map(a, l)]]]]]].flatten(1000000).size()", .cost),
        HostileExpression(
            "lists within themselves, compared", "cel.bind(x, \(nestedLists), x == x && x in [x])", .work),
        HostileExpression("lists within themselves, as text", "'%s'.format([\(nestedLists)]).size()", .work),
        HostileExpression("lists within themselves, in a message", "{}[dyn(\(nestedLists))]", .failed),
        HostileExpression(
            "lists within themselves, distinct", "cel.bind(x, \(nestedLists), [x, x].distinct().size())", .work),
        HostileExpression("sort", "lists.range(3000).map(a, -a).sort().size()", .cost),
        HostileExpression("distinct", "lists.range(5000).distinct().size()", .cost),
        HostileExpression("sets", "sets.equivalent(lists.range(5000), lists.range(5000))", .cost),
    ]

    private static func repeated(_ part: String, _ count: Int) -> String { String(repeating: part, count: count) }

    /// A part written around another a number of times; brackets of `cel.bind` are closed.
    private static func nested(_ part: String, _ count: Int, _ inner: String) -> String {
        repeated(part, count) + inner + (part.hasPrefix("cel.bind") ? repeated(")", count) : "")
    }

    /// A value that doubles a number of times, three times in each of its bindings, which may nest 24 deep.
    private static func doubled(_ value: String, _ times: Int) -> String {
        let rounds = times / 3
        let eightfold = Array(repeating: "x", count: 8).joined(separator: " + ")
        return "cel.bind(x, \(value), \(nested("cel.bind(x, \(eightfold), ", rounds, "x.size()")))"
    }

    /// A list that holds the same list twice, which holds the same list twice, …
    private static let nestedLists = "cel.bind(y, dyn([1]), \(nested("cel.bind(y, dyn([y, y]), ", 22, "y")))"

    /// Bindings whose types would double, one after the other.
    private static func doublingTypes(_ value: (String) -> String) -> String {
        let bindings = (0..<20).map { "cel.bind(v\($0 + 1), \(value("v\($0)")), " }
        return "cel.bind(v0, [], \(bindings.joined())v20 == v20\(repeated(")", 21))"
    }
}
