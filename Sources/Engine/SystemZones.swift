import Foundation
public import Time

/// The time zones of the system, read once into tables so that everything behind them stays pure.
public enum SystemZones {
    /// Reckoned from 1900 to 2100; after that the last offset holds.
    private static let span = Date(timeIntervalSince1970: -2_208_988_800)...Date(timeIntervalSince1970: 4_102_444_800)

    /// The zone with a name of the tz database; `nil` when the system has none.
    public static func zone(named name: String) -> Zone? {
        guard name == "UTC" || name.contains("/"),
            let system = TimeZone(identifier: name)
        else { return nil }
        var transitions: [Zone.Transition] = []
        var date = span.lowerBound
        while let next = system.nextDaylightSavingTimeTransition(after: date), next < span.upperBound, next > date {
            let second = Int64(next.timeIntervalSince1970.rounded())
            let offset = system.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
            transitions.append(Zone.Transition(second: second, offset: offset))
            date = next
        }
        return Zone(
            name: name, offset: system.secondsFromGMT(for: span.lowerBound), transitions: transitions)
    }
}
