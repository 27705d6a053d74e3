/// Why a text is not an RFC 3339 date or date-time.
public enum RFC3339Error: Error, Hashable, Sendable, CaseIterable {
    /// The shape is not `YYYY-MM-DD` or `YYYY-MM-DDThh:mm:ss[.fff](Z|±hh:mm)`.
    case form
    /// The calendar has no such day.
    case date
    /// The hour, minute or second is out of range.
    case time
    /// The offset is out of range.
    case offset
    /// Second 60 anywhere but at 23:59:60 UTC on the last day of a month.
    case leapSecond
}

extension RFC3339Error: CustomStringConvertible {
    /// The reason, as the rest of a sentence that names the text.
    public var description: String {
        switch self {
        case .form: "is not of the form 2026-05-16T10:00:00+09:00"
        case .date: "names a day that does not exist"
        case .time: "names a time of day that does not exist"
        case .offset: "has an offset beyond 23:59"
        case .leapSecond: "has second 60 where no leap second can be"
        }
    }
}
