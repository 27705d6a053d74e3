import JSON
import Testing

@Suite struct ValueTests {
    private func root(_ text: String) throws -> JSONValue { try JSONDocument(Array(text.utf8)).root }

    @Test(
        "integers are exact or absent",
        arguments: [
            ("0", 0), ("-0", 0), ("7", 7), ("-7", -7), ("9007199254740993", 9_007_199_254_740_993),
            ("9223372036854775807", .max), ("9223372036854775808", nil), ("-9223372036854775808", .min),
            ("-9223372036854775809", nil), ("18446744073709551616", nil), ("1.0", nil), ("1e2", nil), ("1E2", nil),
            ("99999999999999999999999", nil), ("\"1\"", nil), ("true", nil), ("null", nil),
        ] as [(String, Int64?)])
    func integers(text: String, value: Int64?) throws {
        #expect(try root(text).int64 == value)
    }

    @Test(
        "doubles are the nearest, or absent when there is none",
        arguments: [
            ("0", 0), ("-2.5", -2.5), ("1e2", 100), ("1E+2", 100), ("5e-324", .leastNonzeroMagnitude), ("1e-400", 0),
            ("1e400", nil),
            ("-1e400", nil), ("9007199254740993", 9_007_199_254_740_992), ("\"1\"", nil),
        ] as [(String, Double?)])
    func doubles(text: String, value: Double?) throws {
        #expect(try root(text).double == value)
    }

    @Test(
        "strings are unescaped",
        arguments: [
            (#""""#, ""), (#""plain""#, "plain"), (#""注文 ☕""#, "注文 ☕"),
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u0000""#, "\0"), (#""\u00e9\u00E9""#, "éé"), (#""\u20ac""#, "€"), (#""\ud83d\ude02""#, "😂"),
            (#""\uFFFF\uE000""#, "\u{FFFF}\u{E000}"), (#""\uDBFF\uDFFF\uD800\uDC00""#, "\u{10FFFF}\u{10000}"),
            (#""a\u0041\n""#, "aA\n"),
        ])
    func strings(text: String, value: String) throws {
        let string = try root(text)
        #expect(string.string == value)
        #expect(string.utf8.map(Array.init) == Array(value.utf8))
        #expect(string.isString(equalTo: value))
        #expect(!string.isString(equalTo: value + "x"))
        #expect(!string.isString(equalTo: "x" + value.dropFirst()) || value.first == "x")
        #expect(Array(string.rawText) == Array(text.utf8))
    }

    @Test("every kind answers only its own questions")
    func kinds() throws {
        let kinds: [(String, JSONKind)] = [
            ("null", .null), ("true", .bool), ("1", .number), ("\"s\"", .string), ("[1]", .array),
            ("{\"k\":1}", .object),
        ]
        for (text, kind) in kinds {
            let value = try root(text)
            #expect(value.kind == kind)
            #expect(value.isNull == (kind == .null))
            #expect((value.bool != nil) == (kind == .bool))
            #expect((value.int64 != nil) == (kind == .number))
            #expect((value.string != nil) == (kind == .string))
            #expect((value.utf8 != nil) == (kind == .string))
            #expect((value[0] != nil) == (kind == .array))
            #expect((value["k"] != nil) == (kind == .object))
            #expect(value.elements.map(\.kind) == (kind == .array ? [.number] : []))
            #expect(value.members.map(\.value.kind) == (kind == .object ? [.number] : []))
            #expect(value.count == (kind == .array || kind == .object ? 1 : 0))
            #expect(!value.isString(equalTo: "true"))
        }
        #expect(try root("true").bool == true)
        #expect(try root("false").bool == false)
    }

    @Test("members are found by their unescaped name, behind nested values")
    func members() throws {
        let object = try root(#"{"a":{"b":[1,{"c":2}],"z":0},"\u0062":3,"ab":4,"":5,"注":6}"#)
        #expect(object.count == 5)
        #expect(object["a"]?["b"]?[1]?["c"]?.int64 == 2)
        #expect(object["b"]?.int64 == 3)
        #expect(object["ab"]?.int64 == 4)
        #expect(object[""]?.int64 == 5)
        #expect(object["注"]?.int64 == 6)
        #expect(object["c"] == nil)
        #expect(object["z"] == nil)
        #expect(object.members.map(\.key.string) == ["a", "b", "ab", "", "注"])
        #expect(object.members.map(\.value.count) == [2, 0, 0, 0, 0])
    }

    @Test("elements are found by position, behind nested values")
    func elements() throws {
        let array = try root(#" [ [1,[2]] , {"a":[3]} , [] , {} , 4 ] "#)
        #expect(array.count == 5)
        #expect(array[0]?[1]?[0]?.int64 == 2)
        #expect(array[1]?["a"]?[0]?.int64 == 3)
        #expect(array[2]?.count == 0)
        #expect(array[3]?.count == 0)
        #expect(array[4]?.int64 == 4)
        #expect(array[5] == nil)
        #expect(array[-1] == nil)
        #expect(array.elements.map(\.kind) == [.array, .object, .array, .object, .number])
        #expect(array.elements.map { Array($0.rawText) }[1] == Array(#"{"a":[3]}"#.utf8))
    }
}
