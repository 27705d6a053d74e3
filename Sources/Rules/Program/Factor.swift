/// A decimal factor with up to three places, from 1 to 1000.
///
/// It is never below 1: a multiplier only adds, so no award can be negative. Lines that should earn less are left out
/// of the rule with `where`.
public struct Factor: Hashable, Sendable {
    /// The factor times 1000.
    public let thousandths: Int64

    /// Reads `2`, `1.5` or `1.125`: digits, and behind a point one to three more.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let whole = parts[0]
        let places = parts.count == 2 ? parts[1] : "0"
        guard (1...4).contains(whole.utf8.count), (1...3).contains(places.utf8.count),
            whole == "0" || whole.first != "0",
            (whole + places).utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let units = Int64(whole),
            let thousandths = Int64(places + String(repeating: "0", count: 3 - places.utf8.count))
        else { return nil }
        self.init(thousandths: units * 1000 + thousandths)
    }

    /// The factor that is so many thousandths, or `nil` outside 1 to 1000.
    public init?(thousandths: Int64) {
        guard (1000...1_000_000).contains(thousandths) else { return nil }
        self.thousandths = thousandths
    }
}
