import TestSupport
import Time

extension Zone {
    /// New York from 2025 to 2027.
    static let newYork = table(
        "America/New_York", -5,
        [
            ("2025-03-09T07:00:00Z", -4), ("2025-11-02T06:00:00Z", -5),
            ("2026-03-08T07:00:00Z", -4), ("2026-11-01T06:00:00Z", -5),
            ("2027-03-14T07:00:00Z", -4), ("2027-11-07T06:00:00Z", -5),
        ])

    static let tokyo = Zone.fixed("Asia/Tokyo", offset: 9 * 3600)

    /// Samoa changed to the other side of the date line: 30 December 2011 did not happen.
    static let apia = table("Pacific/Apia", -10, [("2011-12-30T10:00:00Z", 14)])

    /// São Paulo began summer time at midnight, so some days had no 00:00.
    static let saoPaulo = table("America/Sao_Paulo", -3, [("2018-11-04T03:00:00Z", -2), ("2019-02-17T02:00:00Z", -3)])

    private static func table(_ name: String, _ hours: Int, _ changes: [(String, Int)]) -> Zone {
        let transitions = changes.map { text, hours in
            Transition(second: TimeTests.instant(text).milliseconds / 1000, offset: hours * 3600)
        }
        guard let zone = Zone(name: name, offset: hours * 3600, transitions: transitions) else {
            preconditionFailure("the table of \(name) is in order")
        }
        return zone
    }
}

/// An instant of a test's table.
func instant(_ text: String) -> Instant {
    do {
        return try Instant(rfc3339: text)
    } catch {
        preconditionFailure("\(text) \(error)")
    }
}

/// A date of a test's table.
func date(_ text: String) -> CivilDate {
    do {
        return try CivilDate(rfc3339: text)
    } catch {
        preconditionFailure("\(text) \(error)")
    }
}

/// Pseudo-random numbers that a seed repeats (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
