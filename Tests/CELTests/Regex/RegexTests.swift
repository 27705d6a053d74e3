import CEL
import Testing

@Suite("regular expressions")
struct RegexTests {
    private func matches(_ pattern: String, _ text: String) throws -> Bool {
        let outcome = try evaluate("t.matches(p)", ["t": .string(text), "p": .string(pattern)])
        guard case .bool(let result) = try outcome.result.get() else { return false }
        return result
    }

    @Test(
        "patterns of the RE2 syntax match",
        arguments: [
            ("abc", "xabcx"), ("^abc$", "abc"), ("a.c", "a\u{1F600}c"), ("[^a-c]", "d"), ("[]a]", "]"), ("[a-]", "-"),
            ("\\d+\\.\\d{2}", "12.50"), ("\\w\\W\\s\\S", "a! x"), ("[[:upper:]][[:^digit:]]", "Ax"),
            ("[\\d\\-x]+$", "1-x"),
            ("\\p{Lu}\\pL", "Éé"), ("\\P{L}", "1"), ("\\p{Greek}", "Σ"), ("\\p{Han}\\p{Hiragana}\\p{Katakana}", "漢あア"),
            ("[\\p{Nd}]", "٣"), ("(?i)straße", "STRAßE"), ("(?i)[k]", "\u{212A}"), ("(?i:a)B", "AB"), ("(?i)é", "É"),
            ("(?s)a.b", "a\nb"), ("(?m)^b$", "a\nb\nc"), ("a|b|", ""), ("(a|ab)(c|bcd)$", "abcd"), ("x*?y", "xxy"),
            ("a{2,3}$", "aaa"), ("a{,2}", "a{,2}"), ("a{2}{", "aa{"), ("\\x41\\x{1F600}\\101", "A\u{1F600}A"),
            ("\\Q.*\\E+", ".**"), ("\\Aa\\z", "a"), ("\\bfoo\\b", "a foo b"), ("\\Boo", "foo"),
            ("(?P<n>a)(?<m>b)", "ab"),
            ("(?:a*)*b", "aaab"), ("(a?){3}a{3}$", "aaa"), ("", ""), ("^$", ""), ("\\\\", "\\"), ("[\\]\\\\]+", "]\\"),
            ("(?U)a+", "aa"), ("(?-s).", "x"), ("[a-c&&b]", "&"), ("\\t\\n\\a\\f\\v\\r", "\t\n\u{7}\u{C}\u{B}\r"),
            ("é+", "éé"),
        ])
    func accepts(pattern: String, text: String) throws {
        #expect(try matches(pattern, text))
    }

    @Test(
        "texts that a pattern does not match",
        arguments: [
            ("^b", "ab"), ("a$", "ab"), ("a.c", "a\nc"), ("[^a-c]", "abc"), ("\\d", "٣"), ("\\bfoo\\b", "afoo"),
            ("(?i)k", "l"), ("a{3}", "aa"), ("\\p{Lu}", "é"), ("^$", "x"), ("(?m)^b$", "ab\nbc"), ("\\.", "x"),
            ("[^\\n]", "\n"),
            ("\\w", "é"), ("x|yz", "y"),
        ])
    func rejects(pattern: String, text: String) throws {
        #expect(try !matches(pattern, text))
    }

    @Test(
        "what RE2 refuses is refused at its place",
        arguments: [
            ("a(?=b)", 1), ("(?!a)", 0), ("(?<=a)b", 0), ("(?<!a)b", 0), ("(a)\\1", 3), ("\\8", 0), ("ab(", 2),
            ("a)", 1), ("[a", 0),
            ("*a", 0), ("a**", 2), ("a{1001}", 1), ("a{2,1}", 1), ("[b-a]", 1), ("\\", 0), ("\\y", 0),
            ("\\p{Nowhere}", 0),
            ("(?P<n>a)(?P<n>b)", 8), ("(?P<>a)", 0), ("(?z)", 0), ("\\x{110000}", 0), ("[[:nope:]]", 1), ("(?i", 0),
            ("a++", 2),
            ("\\Z", 0), ("(?>a)", 0), ("a|*", 2),
        ])
    func refuses(pattern: String, offset: Int) {
        #expect(throws: RegexError.self) { try Regex(pattern) }
        do throws(RegexError) {
            _ = try Regex(pattern)
        } catch {
            #expect(error.offset == offset)
        }
    }

    @Test(
        "programs that would be too large are refused",
        arguments: [
            "((a{1000}){1000}){1000}", "(\\pL{500}){500}",
            String(repeating: "(", count: 300) + String(repeating: ")", count: 300),
        ])
    func tooLarge(pattern: String) {
        #expect(throws: RegexError.self) { try Regex(pattern) }
    }

    @Test(
        "groups are extracted and replaced leftmost first",
        arguments: [
            ("regex.extract('key=val', '=(.*)')", "optional.of(\"val\")"),
            ("regex.extract('aaa', 'a|aa')", "optional.of(\"a\")"),
            ("regex.extract('aaa', 'a+?')", "optional.of(\"a\")"), ("regex.extract('x', 'y')", "optional.none()"),
            ("regex.extractAll('a1b22', '[0-9]+')", "[\"1\", \"22\"]"),
            ("regex.replace('añb', '.', '<\\\\0>')", "\"<a><ñ><b>\""),
            ("regex.replace('abc', '', '-')", "\"-a-b-c-\""), ("regex.replace('ab', '(a)(b)', '\\\\2\\\\1')", "\"ba\""),
            ("regex.replace('ab', '(a)', '\\\\2')", "invalid_argument"),
            ("regex.extract('ab', '(a)(b)')", "invalid_argument"),
            ("regex.replace('aaa', 'a', 'b', 2)", "\"bba\""), ("regex.replace('a b', '\\\\b', '|')", "\"|a| |b|\""),
        ])
    func groups(text: String, expected: String) throws {
        #expect(try evaluate(text).shown == expected)
    }
}
