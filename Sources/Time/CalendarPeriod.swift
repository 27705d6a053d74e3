/// A stretch of the calendar that has a first and a last day.
package enum CalendarPeriod: String, Hashable, Sendable, CaseIterable {
    case day, month, quarter, year
}
