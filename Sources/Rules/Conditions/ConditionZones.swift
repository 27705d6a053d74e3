import CEL
import Time

/// The time zone that expressions can name besides UTC and fixed distances from it: the program's own.
///
/// No other is looked up while a purchase waits, and `local` has the program's calendar anyway.
/// A class, so that handing it to an expression copies one reference.
final class ConditionZones: CEL.ZoneProvider {
    let zone: Zone

    init(zone: Zone) {
        self.zone = zone
    }

    func offsetSeconds(ofZone name: String, at epochSeconds: Int64) -> Int? {
        name == zone.name ? zone.offset(at: Instant(seconds: epochSeconds)) : nil
    }
}
