import JSON
import Testing

/// Texts that are built to cost as much as possible. The time limits are generous: a quadratic scanner would need
/// hours, not seconds.
@Suite(.timeLimit(.minutes(1)))
struct HostileInputTests {
    private func object(_ keys: some Sequence<String>) -> [UInt8] {
        Array(("{" + keys.map { "\"\($0)\":0" }.joined(separator: ",") + "}").utf8)
    }

    @Test("100,000 different keys are accepted, one repeated key among them is found")
    func manyKeys() throws {
        let keys = (0..<100_000).map { "k\($0)" }
        #expect(try JSONDocument(object(keys)).root.count == 100_000)
        let text = object(keys + ["k77777"])
        let last = text.count - "\"k77777\":0}".utf8.count
        #expect(JSONError.from(text) == JSONError(offset: last, reason: .duplicateKey))
    }

    @Test("100,000 keys that share their ends and length are no harder")
    func similarKeys() throws {
        let keys = (0..<100_000).map { number in
            let digits = String(number)
            return "a" + String(repeating: "0", count: 6 - digits.utf8.count) + digits + "z"
        }
        #expect(try JSONDocument(object(keys)).root.count == 100_000)
        #expect(JSONError.from(object(keys + ["a000000z"]))?.reason == .duplicateKey)
    }

    @Test("escaped keys are compared by what they mean, however many there are")
    func escapedKeys() throws {
        let keys = (0..<50_000).map { "\\u0061\($0)" }
        #expect(try JSONDocument(object(keys)).root.count == 50_000)
        #expect(JSONError.from(object(keys + ["a49999"]))?.reason == .duplicateKey)
    }

    @Test("small objects with keys of one signature are checked one by one")
    func collisions() throws {
        let keys = (0..<24).map { "a\($0 / 10)\($0 % 10)z" }
        let one = String(decoding: object(keys), as: UTF8.self)
        let many = "[" + Array(repeating: one, count: 2000).joined(separator: ",") + "]"
        #expect(try JSONDocument(Array(many.utf8)).root.count == 2000)
        for extra in keys { #expect(JSONError.from(object(keys + [extra]))?.reason == .duplicateKey) }
    }

    @Test("duplicates are found at every size around the change of method")
    func aroundTheThreshold() {
        for size in 1...60 {
            let keys = (0..<size).map { "key\($0)" }
            #expect(JSONError.from(object(keys)) == nil)
            for twice in [0, size / 2, size - 1] {
                let text = object(keys + ["key\(twice)"])
                let last = text.count - "\"key\(twice)\":0}".utf8.count
                #expect(JSONError.from(text) == JSONError(offset: last, reason: .duplicateKey))
            }
        }
    }

    @Test("a million brackets are refused at the limit without recursion")
    func brackets() {
        #expect(
            JSONError.from([UInt8](repeating: UInt8(ascii: "["), count: 1_000_000))
                == JSONError(offset: 64, reason: .tooDeep))
    }

    @Test("long numbers and long strings are kept whole")
    func longScalars() throws {
        let digits = String(repeating: "9", count: 100_000)
        let number = try JSONDocument(Array(digits.utf8)).root
        #expect(number.int64 == nil)
        #expect(number.double == nil)
        #expect(number.rawText.count == 100_000)
        let escapes = String(repeating: "\\n", count: 100_000)
        #expect(try JSONDocument(Array("\"\(escapes)\"".utf8)).root.string?.utf8.count == 100_000)
    }

    @Test("every prefix of a text is refused, and no prefix crashes")
    func prefixes() throws {
        let text = Array(#"{"a":[1,-2.5e+3,"x\u00e9\ud83d\ude02é😂",true,false,null,{"b":{}}],"c":""}"#.utf8)
        for length in 0..<text.count { #expect(JSONError.from(Array(text[..<length])) != nil) }
        #expect(JSONError.from(text) == nil)
    }

    @Test("no single changed byte crashes the scanner, and what it accepts can be read through")
    func changedBytes() throws {
        let text = Array(#"{"a":[1,-2.5e+3,"x\u00e9\ud83d\ude02é😂",true,false,null,{"b":{}}],"c":""}"#.utf8)
        for position in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[position] = byte
                guard let document = try? JSONDocument(changed) else { continue }
                let canonical = CanonicalJSON.bytes(of: document.root)
                #expect(CanonicalJSON.bytes(of: try JSONDocument(canonical).root) == canonical)
            }
        }
    }
}
