import JSON
import Testing

@Suite struct ScannerTests {
    @Test(
        "what is refused, where and why",
        arguments: [
            ("", 0, .empty),
            (" \n\t\r ", 5, .empty),
            ("\u{FEFF}{}", 0, .byteOrderMark),
            ("[1,]", 3, .expectedValue),
            ("[,1]", 1, .expectedValue),
            ("{,}", 1, .expectedKey),
            ("{\"a\":1,}", 7, .expectedKey),
            ("{\"a\" 1}", 5, .expectedColon),
            ("{\"a\":}", 5, .expectedValue),
            ("{a:1}", 1, .expectedKey),
            ("[1 2]", 3, .expectedCommaOrEnd),
            ("[1}", 2, .expectedCommaOrEnd),
            ("{\"a\":1]", 6, .expectedCommaOrEnd),
            ("{} {}", 3, .trailingContent),
            ("1 x", 2, .trailingContent),
            ("nul", 3, .unexpectedEnd),
            ("nulL", 3, .invalidLiteral),
            ("True", 0, .expectedValue),
            ("NaN", 0, .expectedValue),
            ("[", 1, .unexpectedEnd),
            ("{", 1, .unexpectedEnd),
            ("{\"a\"", 4, .unexpectedEnd),
            ("{\"a\":", 5, .unexpectedEnd),
            ("{\"a\":1,", 7, .unexpectedEnd),
            ("\"abc", 4, .unexpectedEnd),
            ("\"\\", 2, .unexpectedEnd),
            ("\"\\u00", 5, .unexpectedEnd),
            ("\"\\x\"", 2, .invalidEscape),
            ("\"\\u00g0\"", 5, .invalidEscape),
            ("\"\\uD83D\"", 1, .loneSurrogate),
            ("\"\\uDE02\"", 1, .loneSurrogate),
            ("\"\\uD83D\\u0041\"", 1, .loneSurrogate),
            ("\"\\uD83Dx\"", 1, .loneSurrogate),
            ("\"a\tb\"", 2, .controlCharacter),
            ("\"a\nb\"", 2, .controlCharacter),
            ("-", 1, .unexpectedEnd),
            ("-x", 1, .invalidNumber),
            ("+1", 0, .expectedValue),
            (".5", 0, .expectedValue),
            ("01", 1, .invalidNumber),
            ("-01", 2, .invalidNumber),
            ("1.", 2, .unexpectedEnd),
            ("1.x", 2, .invalidNumber),
            ("1e", 2, .unexpectedEnd),
            ("1e+", 3, .unexpectedEnd),
            ("1e+x", 3, .invalidNumber),
            ("0x10", 1, .trailingContent),
            ("{\"a\":1,\"a\":2}", 7, .duplicateKey),
            ("{\"a\":1,\"b\":2,\"\\u0061\":3}", 13, .duplicateKey),
            ("{\"\\u0061\":1,\"a\":3}", 12, .duplicateKey),
            ("{\"\":1,\"\":2}", 6, .duplicateKey),
            ("{\"a\":{},\"b\":[{\"c\":1}],\"a\":2}", 22, .duplicateKey),
            ("{\"\\u0061\":1,\"b\":2,\"b\":3,\"a\":4}", 18, .duplicateKey),
            ("{\"\\u0061\":1,\"c\":2,\"\\u0063\":3,\"a\":4}", 18, .duplicateKey),
            ("[{\"x\":{\"k\":1,\"k\":2}}]", 13, .duplicateKey),
            ("{\"😂\":1,\"\\uD83D\\uDE02\":2}", 10, .duplicateKey),
        ] as [(String, Int, JSONError.Reason)])
    func refusals(text: String, offset: Int, reason: JSONError.Reason) {
        #expect(JSONError.from(Array(text.utf8)) == JSONError(offset: offset, reason: reason))
    }

    @Test(
        "bytes that are not UTF-8 are refused at the first byte of the sequence",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x9F, 0x80], [0xE0, 0xA0],
            [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xE2, 0x82], [0xE2, 0x82, 0x41], [0xE2, 0x28, 0xA1],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF0, 0x9F, 0x98],
            [0xF0, 0x9F, 0x98, 0x41], [0xFE], [0xFF],
        ] as [[UInt8]])
    func invalidUTF8(sequence: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let error = JSONError(offset: 2, reason: .invalidUTF8)
        #expect(JSONError.from([quote, 0x61] + sequence + [quote]) == error)
        #expect(JSONError.from([quote, 0x61] + sequence) == error)
    }

    @Test("the first and last characters of every UTF-8 length are accepted")
    func edgesOfUTF8() throws {
        for scalar in [0x20, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF] as [UInt32] {
            let text = String(try #require(Unicode.Scalar(scalar)))
            #expect(try JSONDocument(Array("\"\(text)\"".utf8)).root.string == text)
        }
    }

    @Test("depth is counted in arrays and objects together, and the limit itself is allowed")
    func depth() {
        for limit in [1, 2, 64, 512] {
            let fits = String(repeating: "[", count: limit) + String(repeating: "]", count: limit)
            #expect(JSONError.from(Array(fits.utf8), maxDepth: limit) == nil)
            #expect(
                JSONError.from(Array("[\(fits)]".utf8), maxDepth: limit)
                    == JSONError(offset: limit, reason: .tooDeep))
        }
        let mixed = #"{"a":[{"b":[1]}]}"#
        #expect(JSONError.from(Array(mixed.utf8), maxDepth: 4) == nil)
        #expect(JSONError.from(Array(mixed.utf8), maxDepth: 3) == JSONError(offset: 11, reason: .tooDeep))
        #expect(JSONError.from(Array("1".utf8), maxDepth: 0) == nil)
    }

    @Test("siblings do not add to the depth")
    func siblings() {
        let text = "[" + Array(repeating: "[[]]", count: 1000).joined(separator: ",") + "]"
        #expect(JSONError.from(Array(text.utf8), maxDepth: 3) == nil)
    }

    @Test("a part of a buffer is scanned alone, with offsets from its start")
    func part() throws {
        let buffer = Array(#"garbage {"a":[10,20]} "more"#.utf8)
        let document = try JSONDocument(buffer, in: 8..<21)
        let list = try #require(document.root["a"])
        #expect(list[1]?.int64 == 20)
        #expect(list.offset == 5)
        #expect(Array(list.rawText) == Array("[10,20]".utf8))
        do throws(JSONError) {
            _ = try JSONDocument(buffer, in: 8..<20)
            Issue.record("a cut object was accepted")
        } catch {
            #expect(error == JSONError(offset: 12, reason: .unexpectedEnd))
        }
    }

    @Test("an error tells its rule and place, and nothing of the text")
    func errorText() {
        let error = JSONError.from(Array(#"{"secret":1,"secret":2}"#.utf8))
        #expect(error?.description == "the object has this member twice at byte 12")
        let texts = Set(JSONError.Reason.allCases.map(\.description))
        #expect(texts.count == JSONError.Reason.allCases.count)
    }

    @Test("too deep a limit is a mistake of the caller")
    func depthLimit() async {
        await #expect(processExitsWith: .failure) {
            _ = try JSONDocument([UInt8(ascii: "1")], maxDepth: JSONDocument.deepest + 1)
        }
    }
}
