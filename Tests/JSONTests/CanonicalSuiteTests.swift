import Foundation
import JSON
import TestSupport
import Testing

/// The test data of RFC 8785's authors.
@Suite(.externalSuite("jcs/testdata"))
struct CanonicalSuiteTests {
    @Test(
        "canonical bytes equal the published output",
        arguments: ["arrays", "french", "structures", "unicode", "values", "weird"])
    func output(name: String) throws {
        let input = try JSONDocument(try ExternalSuites.bytes("jcs/testdata/input/\(name).json"))
        let canonical = CanonicalJSON.bytes(of: input.root)
        #expect(canonical == (try ExternalSuites.bytes("jcs/testdata/output/\(name).json")))
        let hex = String(decoding: try ExternalSuites.bytes("jcs/testdata/outhex/\(name).txt"), as: UTF8.self)
        #expect(canonical == hex.split(whereSeparator: \.isWhitespace).compactMap { UInt8($0, radix: 16) })
    }
}

/// The Big List of Naughty Strings.
@Suite(.externalSuite("naughty-strings/blns.json"))
struct NaughtyStringTests {
    @Test("every naughty string is read as Foundation reads it and comes back byte for byte")
    func roundTrip() throws {
        let source = try ExternalSuites.bytes("naughty-strings/blns.json")
        let expected = try JSONDecoder().decode([String].self, from: Data(source))
        let document = try JSONDocument(source)
        let strings = document.root.elements.compactMap(\.string)
        #expect(strings.map { Array($0.utf8) } == expected.map { Array($0.utf8) })
        #expect(strings.count == 515)
        for string in strings {
            var writer = JSONWriter()
            writer.string(string)
            let again = try JSONDocument(writer.bytes).root
            #expect(again.string.map { Array($0.utf8) } == Array(string.utf8))
            #expect(again.isString(equalTo: string))
            #expect(CanonicalJSON.bytes(of: again) == writer.bytes)
        }
    }
}
