import CEL
import Time

/// The time zone that expressions can name besides UTC and fixed distances from it: the program's own.
///
/// No other is looked up while a purchase waits, and `local` has the program's calendar anyway.
struct ConditionZones: CEL.ZoneProvider {
    let zone: Zone

    func offsetSeconds(ofZone name: String, at epochSeconds: Int64) -> Int? {
        name == zone.name ? zone.offset(at: Instant(seconds: epochSeconds)) : nil
    }
}
