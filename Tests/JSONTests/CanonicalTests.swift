import JSON
import TestSupport
import Testing

@Suite struct CanonicalTests {
    private func canonical(_ text: String, omitting: [String] = []) throws -> String {
        let root = try JSONDocument(Array(text.utf8)).root
        return String(decoding: CanonicalJSON.bytes(of: root, omitting: omitting), as: UTF8.self)
    }

    @Test(
        "content decides, writing does not",
        arguments: [
            (#" { "b" : 1 , "a" : [ true , null ] } "#, #"{"a":[true,null],"b":1}"#),
            (#"{"a":1.0,"b":1e2,"c":-0,"d":0.10}"#, #"{"a":1,"b":100,"c":0,"d":0.1}"#),
            (#"{"\u0062":"\u0041\/","a":"\u001f"}"#, #"{"a":"\u001f","b":"A/"}"#),
            (
                #"{"z":{"b":{},"a":[]},"y":{"c":{"b":0,"a":0},"b":2}}"#,
                #"{"y":{"b":2,"c":{"a":0,"b":0}},"z":{"a":[],"b":{}}}"#
            ),
            (#""text""#, #""text""#), ("[]", "[]"), ("{}", "{}"),
        ])
    func content(text: String, expected: String) throws {
        #expect(try canonical(text) == expected)
    }

    @Test(
        "integers that fit 64 bits keep every digit, numbers beyond doubles stay as written",
        arguments: [
            ("9007199254740993", "9007199254740993"), ("9223372036854775807", "9223372036854775807"),
            ("-9223372036854775808", "-9223372036854775808"), ("9223372036854775808", "9223372036854776000"),
            ("1e400", "1e400"), ("-12E+999", "-12E+999"), ("1000000000000000000000", "1e+21"),
        ])
    func numbers(text: String, expected: String) throws {
        #expect(try canonical(text) == expected)
    }

    @Test("names are ordered by UTF-16 code units, in small and in large objects, escaped or not")
    func order() throws {
        // U+FB33 is one unit above the surrogates of U+1F602, so it comes last although its UTF-8 comes first.
        let names = [
            "", "\r", "1", "A", "a", "aa", "ab", "b", "é", "€", "\u{D7FF}", "😂", "😂a", "\u{E000}", "דּ", "\u{FFFF}",
        ]
        var generator = SeededGenerator(seed: 11)
        let filler = (0..<30).map { "k\(String($0 + 10))" }
        for more in [[], filler] {
            let sorted = (names + more).sorted { Array($0.utf16).lexicographicallyPrecedes(Array($1.utf16)) }
            for order in [sorted, sorted.reversed(), sorted.shuffled(using: &generator)] {
                var writer = JSONWriter()
                writer.beginObject()
                for name in order {
                    writer.key(name)
                    writer.int(0)
                }
                writer.endObject()
                let plain = String(decoding: writer.bytes, as: UTF8.self)
                let escaped = plain.replacing("\"a\"", with: "\"\\u0061\"")
                for text in [plain, escaped] {
                    let root = try JSONDocument(Array(try canonical(text).utf8)).root
                    #expect(root.members.map(\.key.string) == sorted)
                }
            }
        }
    }

    @Test("named members are left out of the outermost object only")
    func omission() throws {
        let text = #"{"key":1,"a":{"key":2},"\u006bey2":3,"b":[{"key":4}]}"#
        #expect(try canonical(text, omitting: ["key"]) == #"{"a":{"key":2},"b":[{"key":4}],"key2":3}"#)
        #expect(try canonical(text, omitting: ["key2", "a", "none"]) == #"{"b":[{"key":4}],"key":1}"#)
        #expect(try canonical(#"{"key":1}"#, omitting: ["key"]) == "{}")
        #expect(try canonical("[1]", omitting: ["key"]) == "[1]")
    }
}
