/// A version of the protocol, `1.0`.
struct ProtocolVersion: Comparable, Sendable, CustomStringConvertible {
    let major: Int
    let minor: Int

    static let current = ProtocolVersion(major: 1, minor: 0)

    var description: String { "\(major).\(minor)" }

    static func < (left: ProtocolVersion, right: ProtocolVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}

extension ProtocolVersion {
    /// Reads `1.0`.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy { digits ~= $0 } }),
            let major = Int(parts[0]), let minor = Int(parts[1])
        else { return nil }
        self.init(major: major, minor: minor)
    }
}
