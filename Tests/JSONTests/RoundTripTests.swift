import Foundation
import JSON
import TestSupport
import Testing

/// Random trees, written and read again. The tree is the oracle: it never passes through the code under test.
@Suite struct RoundTripTests {
    indirect enum Tree: Equatable {
        case null, bool(Bool), int(Int64), double(Double), string(String), array([Tree]), object([(String, Tree)])

        static func == (one: Tree, other: Tree) -> Bool {
            switch (one, other) {
            case (.null, .null): true
            case (.bool(let one), .bool(let other)): one == other
            case (.int(let one), .int(let other)): one == other
            case (.double(let one), .double(let other)): one == other
            case (.string(let one), .string(let other)): Array(one.utf8) == Array(other.utf8)
            case (.array(let one), .array(let other)): one == other
            case (.object(let one), .object(let other)):
                one.count == other.count
                    && zip(one, other).allSatisfy { Array($0.0.utf8) == Array($1.0.utf8) && $0.1 == $1.1 }
            default: false
            }
        }

        static func random(_ generator: inout SeededGenerator, depth: Int = 0) -> Tree {
            switch Int.random(in: 0..<(depth > 5 ? 5 : 8), using: &generator) {
            case 0: return .null
            case 1: return .bool(.random(using: &generator))
            case 2: return .int(Int64(bitPattern: generator.next()) >> Int64.random(in: 0..<64, using: &generator))
            case 3:
                // Whole numbers are the integers' case; all others keep their fraction or exponent when written.
                let value = Double(bitPattern: generator.next())
                return value.isFinite && value != value.rounded() ? .double(value) : .double(0.1)
            case 4, 5: return .string(randomText(&generator))
            case 6:
                let count = Int.random(in: 0..<6, using: &generator)
                return .array((0..<count).map { _ in random(&generator, depth: depth + 1) })
            default:
                let count =
                    Int.random(in: 0..<8, using: &generator) * (Int.random(in: 0..<8, using: &generator) == 0 ? 6 : 1)
                var names: Set<[UInt8]> = []
                var members: [(String, Tree)] = []
                for _ in 0..<count {
                    let name = randomText(&generator)
                    if names.insert(Array(name.utf8)).inserted {
                        members.append((name, random(&generator, depth: depth + 1)))
                    }
                }
                return .object(members)
            }
        }

        private static func randomText(_ generator: inout SeededGenerator) -> String {
            let ranges: [ClosedRange<UInt32>] = [
                0x20...0x7E, 0x20...0x7E, 0x61...0x63, 0...0x1F, 0x80...0x7FF, 0x800...0xD7FF, 0xE000...0x10FFFF,
            ]
            var text = ""
            for _ in 0..<Int.random(in: 0..<12, using: &generator) {
                let range = ranges[Int.random(in: 0..<ranges.count, using: &generator)]
                if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) {
                    text.unicodeScalars.append(scalar)
                }
            }
            return text
        }

        func write(_ writer: inout JSONWriter) {
            switch self {
            case .null: writer.null()
            case .bool(let value): writer.bool(value)
            case .int(let value): writer.int(value)
            case .double(let value): writer.double(value)
            case .string(let value): writer.string(value)
            case .array(let elements):
                writer.beginArray()
                for element in elements { element.write(&writer) }
                writer.endArray()
            case .object(let members):
                writer.beginObject()
                for (name, value) in members {
                    writer.key(name)
                    value.write(&writer)
                }
                writer.endObject()
            }
        }

        /// A second writer that adds spaces and escapes at random wherever JSON allows them.
        func text(_ generator: inout SeededGenerator) -> String {
            func space(_ generator: inout SeededGenerator) -> String {
                ["", "", " ", "\n", "\t\r "][Int.random(in: 0..<5, using: &generator)]
            }
            func quoted(_ value: String, _ generator: inout SeededGenerator) -> String {
                var text = "\""
                for scalar in value.unicodeScalars {
                    let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
                    if mustEscape || Int.random(in: 0..<4, using: &generator) == 0 {
                        for unit in String(scalar).utf16 {
                            let hex = String(unit, radix: 16, uppercase: .random(using: &generator))
                            text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                        }
                    } else {
                        text.unicodeScalars.append(scalar)
                    }
                }
                return text + "\""
            }
            let inner: String
            switch self {
            case .null: inner = "null"
            case .bool(let value): inner = String(value)
            case .int(let value): inner = String(value)
            case .double(let value): inner = String(value)
            case .string(let value): inner = quoted(value, &generator)
            case .array(let elements):
                inner = "[" + elements.map { $0.text(&generator) }.joined(separator: ",") + space(&generator) + "]"
            case .object(let members):
                let texts = members.map { name, value in
                    space(&generator) + quoted(name, &generator) + space(&generator) + ":" + value.text(&generator)
                }
                inner = "{" + texts.joined(separator: ",") + space(&generator) + "}"
            }
            return space(&generator) + inner + space(&generator)
        }

        init(_ value: JSONValue) throws {
            switch value.kind {
            case .null: self = .null
            case .bool: self = .bool(try #require(value.bool as Bool?))
            case .number:
                if let integer = value.int64 {
                    self = .int(integer)
                } else {
                    self = .double(try #require(value.double))
                }
            case .string: self = .string(try #require(value.string))
            case .array: self = .array(try value.elements.map(Tree.init))
            case .object: self = .object(try value.members.map { (try #require($0.key.string), try Tree($0.value)) })
            }
        }
    }

    @Test("what is written is read back, and written again it is the same bytes", arguments: 0..<200 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let tree = Tree.random(&generator)
        var writer = JSONWriter()
        tree.write(&writer)
        #expect(try Tree(JSONDocument(writer.bytes).root) == tree)
        let loose = Array(tree.text(&generator).utf8)
        let document = try JSONDocument(loose)
        let read = try Tree(document.root)
        #expect(read == tree)
        var again = JSONWriter()
        read.write(&again)
        #expect(again.bytes == writer.bytes)
        let canonical = CanonicalJSON.bytes(of: document.root)
        #expect(canonical == CanonicalJSON.bytes(of: try JSONDocument(writer.bytes).root))
        #expect(canonical.count == writer.bytes.count)
    }

    @Test("Foundation accepts what is written and reads the same strings", arguments: 1000..<1050 as Range<UInt64>)
    func foundationAgrees(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var writer = JSONWriter()
        var strings: [String] = []
        writer.beginArray()
        for _ in 0..<20 {
            guard case .string(let text) = Tree.random(&generator, depth: 9) else { continue }
            strings.append(text)
            writer.string(text)
        }
        writer.endArray()
        let decoded = try JSONDecoder().decode([String].self, from: Data(writer.bytes))
        #expect(decoded.map { Array($0.utf8) } == strings.map { Array($0.utf8) })
    }

    @Test("doubles survive writing and reading bit for bit")
    func doubles() throws {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            var writer = JSONWriter()
            writer.double(value)
            #expect(try JSONDocument(writer.bytes).root.double == value)
        }
    }
}
