import JSON
import Testing

@Suite struct WriterTests {
    private func written(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("commas and colons are the writer's business")
    func punctuation() {
        let text = written { writer in
            writer.beginObject()
            writer.key("a")
            writer.beginArray()
            writer.int(1)
            writer.beginObject()
            writer.endObject()
            writer.beginArray()
            writer.endArray()
            writer.null()
            writer.bool(true)
            writer.bool(false)
            writer.endArray()
            writer.key("b")
            writer.string("x")
            writer.key("c")
            writer.raw(Array("[1, 2]".utf8))
            writer.key("d")
            writer.raw(Array("-9-".utf8)[1..<2])
            writer.key("e")
            writer.double(0.5)
            writer.key("f")
            writer.uint(.max)
            writer.endObject()
        }
        #expect(text == #"{"a":[1,{},[],null,true,false],"b":"x","c":[1, 2],"d":9,"e":0.5,"f":18446744073709551615}"#)
    }

    @Test("a new line starts afresh")
    func lines() {
        let text = written { writer in
            writer.int(1)
            writer.endLine()
            writer.beginArray()
            writer.endArray()
            writer.endLine()
        }
        #expect(text == "1\n[]\n")
    }

    @Test("what was taken or reset is gone")
    func takeAndReset() {
        var writer = JSONWriter(reserving: 16)
        writer.beginArray()
        writer.int(1)
        #expect(writer.take() == Array("[1".utf8))
        writer.string("a")
        #expect(writer.bytes == Array("\"a\"".utf8))
        writer.reset()
        writer.int(2)
        #expect(writer.take() == Array("2".utf8))
    }

    @Test("only quotes, backslashes and control characters are escaped")
    func escapes() {
        for scalar in UInt32(0)..<0x800 {
            guard let character = Unicode.Scalar(scalar) else { continue }
            let expected =
                switch scalar {
                case 0x08: "\\b"
                case 0x09: "\\t"
                case 0x0A: "\\n"
                case 0x0C: "\\f"
                case 0x0D: "\\r"
                case 0x22: "\\\""
                case 0x5C: "\\\\"
                case 0..<0x20: "\\u00" + (scalar < 16 ? "0" : "") + String(scalar, radix: 16)
                default: String(Character(character))
                }
            #expect(written { $0.string("a\(character)é") } == "\"a\(expected)é\"")
            #expect(written { $0.string(String(character)) } == "\"\(expected)\"")
        }
        #expect(written { $0.string("\u{2028}😂\u{7F}") } == "\"\u{2028}😂\u{7F}\"")
        #expect(
            written { writer in
                writer.beginObject()
                writer.key("a\"\n\u{1}")
                writer.int(1)
                writer.endObject()
            } == #"{"a\"\n\u0001":1}"#)
    }

    @Test(
        "integers are written with all their digits",
        arguments: [0, 1, -1, 9, 10, 11, 99, 100, 101, 1_000_000_007, .max, .min, .max - 1, .min + 1] as [Int64])
    func integers(value: Int64) {
        #expect(written { $0.int(value) } == String(value))
    }

    @Test("every power of ten and its neighbours are written as Swift writes them")
    func powersOfTen() {
        var power: UInt64 = 1
        for _ in 0..<20 {
            for value in [power - 1, power, power + 1] { #expect(written { $0.uint(value) } == String(value)) }
            power = power &* 10
        }
    }

    @Test(
        "doubles are written as ECMAScript writes them",
        arguments: [
            (0, "0"), (-0.0, "0"), (1, "1"), (-1, "-1"), (56.0, "56"), (0.5, "0.5"), (4.5, "4.5"), (0.002, "0.002"),
            (1e30, "1e+30"), (1e21, "1e+21"), (1e20, "100000000000000000000"), (-1e20, "-100000000000000000000"),
            (123_456_789_012_345_683_968, "123456789012345680000"), (1e-6, "0.000001"), (1e-7, "1e-7"),
            (1.5e-7, "1.5e-7"), (1e-27, "1e-27"), (333_333_333.33333329, "333333333.3333333"),
            (.leastNonzeroMagnitude, "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e+308"), (-.leastNonzeroMagnitude, "-5e-324"),
            (9_007_199_254_740_991, "9007199254740991"), (9_007_199_254_740_992, "9007199254740992"),
            (9_007_199_254_740_994, "9007199254740994"), (9_007_199_254_740_996, "9007199254740996"),
            (1e16, "10000000000000000"), (0x1p68, "295147905179352830000"),
            (9.999999999999997e22, "9.999999999999997e+22"), (1e23, "1e+23"),
            (0.000001, "0.000001"), (9.999999999999997e-7, "9.999999999999997e-7"),
            (1424953923781206.2, "1424953923781206.2"),
            (123.456, "123.456"), (0.1, "0.1"), (12345e-10, "0.0000012345"),
        ] as [(Double, String)])
    func doubles(value: Double, text: String) {
        #expect(written { $0.double(value) } == text)
    }

    @Test(
        "doubles from their bits are written as RFC 8785 lists them",
        arguments: [
            (0x0000_0000_0000_0001, "5e-324"), (0x8000_0000_0000_0001, "-5e-324"),
            (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
            (0xC340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"), (0x44B5_2D02_C7E1_4AF6, "1e+23"),
            (0x44B5_2D02_C7E1_4AF7, "1.0000000000000001e+23"), (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"),
            (0x444B_1AE4_D6E2_EF4F, "999999999999999900000"), (0x444B_1AE4_D6E2_EF50, "1e+21"),
            (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"), (0x3EB0_C6F7_A0B5_ED8D, "0.000001"),
            (0x41B3_DE43_5555_5553, "333333333.3333332"), (0x41B3_DE43_5555_5554, "333333333.33333325"),
            (0x41B3_DE43_5555_5555, "333333333.3333333"), (0x41B3_DE43_5555_5556, "333333333.3333334"),
            (0x41B3_DE43_5555_5557, "333333333.33333343"), (0xBECB_F647_612F_3696, "-0.0000033333333333333333"),
            (0x4314_3FF3_C1CB_0959, "1424953923781206.2"), (0x8000_0000_0000_0000, "0"),
        ] as [(UInt64, String)])
    func doublesByBits(bits: UInt64, text: String) {
        #expect(written { $0.double(Double(bitPattern: bits)) } == text)
    }

    @Test("infinity, unbalanced ends and half lines are mistakes of the caller")
    func misuse() async {
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.double(.infinity)
        }
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.endObject()
        }
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.beginArray()
            writer.endLine()
        }
    }
}
