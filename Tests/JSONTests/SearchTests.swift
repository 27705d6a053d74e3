import JSON
import Testing

@Suite struct SearchTests {
    @Test("a byte is found wherever it stands, and its absence is noticed")
    func firstIndex() {
        for length in [0, 1, 7, 8, 9, 15, 16, 17, 25] {
            for byte in [0x00, 0x0A, 0x7F, 0x80, 0xFF] as [UInt8] {
                // The neighbours of a byte are the ones a borrow could confuse with it.
                var text = (0..<length).map { $0 % 2 == 0 ? byte ^ 1 : byte &+ 0x80 }
                for start in 0...length {
                    #expect(ByteSearch.firstIndex(of: byte, in: text.span, from: start) == length)
                }
                for position in 0..<length {
                    text[position] = byte
                    for start in 0...length {
                        let found = ByteSearch.firstIndex(of: byte, in: text.span, from: start)
                        #expect(found == (text[start...].firstIndex(of: byte) ?? length))
                    }
                }
            }
        }
    }

    @Test("every byte is judged alike at every position of a string")
    func everyByteEverywhere() throws {
        for position in 0..<20 {
            for byte in UInt8.min...UInt8.max {
                var text = [UInt8](repeating: UInt8(ascii: "a"), count: 22)
                text[0] = UInt8(ascii: "\"")
                text[21] = UInt8(ascii: "\"")
                text[position + 1] = byte
                let expected: JSONError? =
                    switch byte {
                    case 0..<0x20: JSONError(offset: position + 1, reason: .controlCharacter)
                    case UInt8(ascii: "\""): JSONError(offset: position + 2, reason: .trailingContent)
                    // The letter a is no escape, and a quote behind the backslash leaves the string open.
                    case UInt8(ascii: "\\"):
                        position < 19
                            ? JSONError(offset: position + 2, reason: .invalidEscape)
                            : JSONError(offset: 22, reason: .unexpectedEnd)
                    case 0x80...: JSONError(offset: position + 1, reason: .invalidUTF8)
                    default: nil
                    }
                #expect(JSONError.from(text) == expected, "byte \(byte) at \(position)")
            }
        }
    }

    @Test("names are found in any order, from any guess, escaped or not")
    func names() throws {
        let list = ["store", "card", "a", "", "stora", "注文", "card2"]
        let names = JSONNames(list)
        let text = #"{"card2":0,"注文":0,"stora":0,"":0,"\u0061":0,"card":0,"store":0,"b":0,"stor":0,"cardd":0}"#
        let expected = [6, 5, 4, 3, 2, 1, 0, nil, nil, nil]
        let keys = try JSONDocument(Array(text.utf8)).root.members.map(\.key)
        for guess in 0...list.count + 1 {
            #expect(keys.map { names.index(of: $0, from: guess) } == expected)
        }
        let number = try JSONDocument([UInt8(ascii: "1")]).root
        #expect(names.index(of: number) == nil)
        #expect(JSONNames([]).index(of: keys[0]) == nil)
    }
}
