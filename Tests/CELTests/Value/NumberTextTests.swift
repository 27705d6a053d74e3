import CEL
import Foundation
import Testing

@Suite("numbers as text")
struct NumberTextTests {
    @Test(
        "doubles are shown as C's %g shows them, with as many digits as needed",
        arguments: [
            ("string(1.0)", "1"), ("string(-0.0)", "-0"), ("string(123456.789)", "123456.789"),
            ("string(1000000.0)", "1e+06"),
            ("string(12345678.9)", "1.23456789e+07"), ("string(0.0001)", "0.0001"), ("string(0.00001)", "1e-05"),
            ("string(1e21)", "1e+21"), ("string(5e-324)", "5e-324"),
            ("string(1.7976931348623157e308)", "1.7976931348623157e+308"),
            ("string(100.0)", "100"), ("string(0.1 + 0.2)", "0.30000000000000004"),
        ])
    func shortest(text: String, expected: String) throws {
        #expect(try evaluate(text).shown == "\"\(expected)\"")
    }

    @Test("fixed and scientific rounding agree with C's, half to even on exact values")
    func rounding() throws {
        var random = SystemRandomNumberGenerator()
        let edges: [Double] = [
            0, 0.5, 1.5, 2.5, 0.125, 0.375, 9.995, 999.9999, 1e22, .leastNonzeroMagnitude, 1.7976931348623157e308, 1e-7,
            123456789.5,
        ]
        let randoms = (0..<300).map { _ in Double(bitPattern: UInt64.random(in: .min ... .max, using: &random)) }
        for number in (edges + edges.map(-) + randoms) where number.isFinite {
            for places in [0, 1, 3, 17] {
                let outcome = try evaluate(
                    "'%.\(places)f %.\(places)e'.format([x, x])", ["x": .double(number)], types: ["x": .double])
                let expected = String(format: "%.\(places)f %.\(places)e", number, number)
                guard case .string(let text) = try outcome.result.get() else { continue }
                #expect(text == expected)
            }
        }
    }
}
