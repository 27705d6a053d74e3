/// Base 64, as RFC 4648 has it; missing padding is accepted.
enum EncoderFunctions {
    static let all: [(String, Function.Form)] = [
        ("base64.encode", .unary(encode)), ("base64.decode", .unary(decode)),
    ]

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    private static func encode(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        guard case .bytes(let bytes) = value else { throw .noSuchOverload("base64.encode", value) }
        try frame.spend(bytes.count * 2)
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        var start = 0
        while start < bytes.count {
            let count = min(3, bytes.count - start)
            var group: UInt32 = 0
            for index in 0..<3 { group = group << 8 | (index < count ? UInt32(bytes[start + index]) : 0) }
            for index in 0..<4 {
                let sextet = Int(group >> UInt32(18 - 6 * index) & 63)
                result.append(index <= count ? alphabet[sextet] : padding)
            }
            start += 3
        }
        return .string(String(decoding: result, as: UTF8.self))
    }

    private static func sextet(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x41...0x5A: UInt32(byte) - 0x41
        case 0x61...0x7A: UInt32(byte) - 0x61 + 26
        case 0x30...0x39: UInt32(byte) - 0x30 + 52
        case 0x2B: 62
        case 0x2F: 63
        default: nil
        }
    }

    private static func decode(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        guard case .string(let text) = value else { throw .noSuchOverload("base64.decode", value) }
        try frame.spend(text.utf8.count)
        guard let bytes = decoded(Array(text.utf8)) else {
            throw EvaluationError(.invalidArgument, "invalid base64 data")
        }
        return .bytes(bytes)
    }

    private static func decoded(_ text: [UInt8]) -> [UInt8]? {
        let paddingCount = text.reversed().prefix { $0 == padding }.count
        guard paddingCount <= 2, paddingCount == 0 || text.count % 4 == 0 else { return nil }
        let digits = text.dropLast(paddingCount)
        guard digits.count % 4 != 1 else { return nil }
        var result: [UInt8] = []
        var buffer: UInt32 = 0
        var bits: UInt32 = 0
        for byte in digits {
            guard let value = sextet(byte) else { return nil }
            buffer = buffer << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                result.append(UInt8(truncatingIfNeeded: buffer >> bits))
                buffer &= (1 << bits) - 1
            }
        }
        return result
    }
}
