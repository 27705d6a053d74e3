/// A stretch of the calendar that has a first and a last day.
public enum CalendarPeriod: String, Hashable, Sendable, CaseIterable {
    /// Weeks start on Monday, as in ISO 8601.
    case day, week, month, quarter, year
}
