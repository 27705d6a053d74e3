// A time zone as a value: the shell reads the system's table once and hands it in, so that everything that reckons
// with local time stays pure and gives the same answer on every machine that was given the same table.
//
// One rule turns local time into an instant: the first instant at which the local clock shows that time or later.
// So a time inside a gap becomes the end of the gap, a time that occurs twice means the earlier one, and a day that
// was skipped altogether (the date line) starts with the next one.

/// A table of the offsets from UTC that a place has used.
public struct Zone: Hashable, Sendable {
    /// A change of the offset.
    public struct Transition: Hashable, Sendable {
        /// Seconds since 1970 (UTC) from which the offset holds.
        public let second: Int64
        /// Seconds to add to UTC for local time, from then on.
        public let offset: Int

        public init(second: Int64, offset: Int) {
            self.second = second
            self.offset = offset
        }
    }

    /// The name by which the zone is known, such as `Asia/Tokyo`.
    public let name: String
    private let initialOffset: Int
    private let transitions: [Transition]

    /// Coordinated universal time.
    public static let utc = Zone(trusted: "UTC", offset: 0, transitions: [])

    /// No place was ever further from UTC than this, in seconds.
    private static let greatestOffset = 26 * 3600

    /// A zone with an offset, in seconds, that holds before the first transition.
    ///
    /// The last offset holds for ever, so a table should reach as far as anyone plans. `nil` when the transitions do
    /// not strictly rise or an offset exceeds 26 hours.
    public init?(name: String, offset: Int, transitions: [Transition]) {
        guard abs(offset) <= Zone.greatestOffset,
            transitions.allSatisfy({ abs($0.offset) <= Zone.greatestOffset }),
            zip(transitions, transitions.dropFirst()).allSatisfy({ $0.second < $1.second })
        else { return nil }
        self.init(trusted: name, offset: offset, transitions: transitions)
    }

    private init(trusted name: String, offset: Int, transitions: [Transition]) {
        self.name = name
        self.initialOffset = offset
        self.transitions = transitions
    }

    /// A zone whose offset never changes, in seconds; at most 26 hours.
    public static func fixed(_ name: String, offset: Int) -> Zone {
        precondition(abs(offset) <= greatestOffset, "an offset is at most 26 hours")
        return Zone(trusted: name, offset: offset, transitions: [])
    }

    /// Seconds to add to UTC for local time at an instant.
    public func offset(at instant: Instant) -> Int {
        offset(ofSegment: segment(at: instant.wholeSeconds))
    }

    /// The local date at an instant.
    public func date(at instant: Instant) -> CivilDate {
        CivilDate(daysSinceEpoch: day(at: instant))
    }

    /// The local date at an instant, as the count of days since 1970-01-01.
    public func day(at instant: Instant) -> Int {
        let second = instant.wholeSeconds
        let local = second + Int64(offset(ofSegment: segment(at: second)))
        return Int(local.dividedRoundingDown(by: 86_400).quotient)
    }

    /// The local date and time at an instant.
    public func dateTime(at instant: Instant) -> CivilDateTime {
        let (second, millisecond) = instant.milliseconds.dividedRoundingDown(by: 1000)
        let local = second + Int64(offset(ofSegment: segment(at: second)))
        let (days, secondOfDay) = local.dividedRoundingDown(by: 86_400)
        return CivilDateTime(
            date: CivilDate(daysSinceEpoch: Int(days)), trusted: Int(secondOfDay * 1000 + millisecond))
    }

    /// The first instant at which the local clock shows this date and time, or later where it was skipped.
    public func instant(of local: CivilDateTime) -> Instant {
        let second = local.wholeSeconds
        // A segment that ends more than the greatest offset before this cannot reach it.
        var segment = segment(at: second - Int64(Zone.greatestOffset))
        while segment < transitions.count,
            transitions[segment].second + Int64(offset(ofSegment: segment)) <= second
        {
            segment += 1
        }
        let exact = Instant(seconds: second - Int64(offset(ofSegment: segment))) + Int64(local.millisecond)
        guard segment > 0 else { return exact }
        return max(exact, Instant(seconds: transitions[segment - 1].second))
    }

    /// The first instant of a local date.
    public func startOfDay(_ date: CivilDate) -> Instant {
        instant(of: CivilDateTime(startOf: date))
    }

    /// The first instant of the local period that contains an instant.
    public func start(of period: CalendarPeriod, containing instant: Instant) -> Instant {
        startOfDay(date(at: instant).start(of: period))
    }

    /// The first instant after the local period that contains an instant.
    public func end(of period: CalendarPeriod, containing instant: Instant) -> Instant {
        startOfDay(date(at: instant).startOfNext(period))
    }

    /// The number of transitions at or before a second: segment n lies between transitions n − 1 and n.
    private func segment(at second: Int64) -> Int {
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].second <= second {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    private func offset(ofSegment segment: Int) -> Int {
        segment == 0 ? initialOffset : transitions[segment - 1].offset
    }
}

/// Looks a zone up by its name; `nil` when there is none.
public typealias ZoneProvider = @Sendable (_ name: String) -> Zone?
