import CEL
import Testing

@Suite("timestamps and durations")
struct TimeTests {
    @Test(
        "timestamps are read and written as RFC 3339",
        arguments: [
            ("2009-02-13T23:31:30Z", "2009-02-13T23:31:30Z"), ("2009-02-13T23:31:30.5Z", "2009-02-13T23:31:30.500Z"),
            ("2009-02-13T23:31:30.000001Z", "2009-02-13T23:31:30.000001Z"),
            ("2009-02-13T23:31:30.1234567899Z", "2009-02-13T23:31:30.123456789Z"),
            ("2009-02-13T23:31:30+09:00", "2009-02-13T14:31:30Z"),
            ("2000-02-29T00:00:00-01:30", "2000-02-29T01:30:00Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"),
            ("1969-12-31T23:59:59.75Z", "1969-12-31T23:59:59.750Z"),
        ])
    func timestamps(text: String, expected: String) throws {
        #expect(try #require(CELTimestamp(parsing: text)).text == expected)
    }

    @Test(
        "what is no timestamp is refused",
        arguments: [
            "", "2009-02-13", "2009-02-30T00:00:00Z", "2009-13-01T00:00:00Z", "2009-02-13T24:00:00Z",
            "2009-02-13T23:60:00Z", "2009-02-13T23:31:60Z", "2009-02-13T23:31:30", "2009-02-13T23:31:30.Z",
            "2009-02-13T23:31:30Zx", "0000-12-31T23:59:59Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00",
            "1900-02-29T00:00:00Z", "2009-02-13T23:31:30+24:00", "２009-02-13T23:31:30Z",
        ])
    func noTimestamps(text: String) {
        #expect(CELTimestamp(parsing: text) == nil)
    }

    @Test(
        "durations are read with any units and written in seconds",
        arguments: [
            ("1h30m", "5400s"), ("1.5s", "1.500s"), ("-1.5s", "-1.500s"), ("1ns", "0.000000001s"),
            ("10us", "0.000010s"),
            ("0", "0s"), ("-0.5h", "-1800s"), (".5s", "0.500s"), ("1.s", "1s"), ("+1m", "60s"), ("1s1h", "3601s"),
            ("315576000000s", "315576000000s"), ("0.0000000019s", "0.000000001s"),
        ])
    func durations(text: String, expected: String) throws {
        #expect(try #require(CELDuration(parsing: text)).text == expected)
    }

    @Test(
        "what is no duration is refused",
        arguments: [
            "", "-", "1", "1d", "s", ".s", "1h ", "--1s", "315576000001s", "-315576000001s", "99999999999999999999h",
            "1h-1m",
        ])
    func noDurations(text: String) {
        #expect(CELDuration(parsing: text) == nil)
    }

    @Test(
        "parts of timestamps follow the zone",
        arguments: [
            ("timestamp('2024-12-31T23:30:00Z').getFullYear('Asia/Tokyo')", "2025"),
            ("timestamp('2024-12-31T23:30:00Z').getDayOfYear()", "365"),
            ("timestamp('2024-12-31T23:30:00Z').getDayOfYear('+00:30')", "0"),
            ("timestamp('1969-12-31T23:59:59Z').getDayOfWeek()", "3"),
            ("timestamp('0001-01-01T00:00:00Z').getFullYear('-01:00')", "0"),
            ("timestamp('2024-02-29T12:00:00Z').getDate()", "29"), ("timestamp(0).getHours('-00:30')", "23"),
            ("timestamp(0).getHours('Nowhere/City')", "invalid_argument"),
            ("timestamp(0).getHours('+24:00')", "invalid_argument"),
            ("timestamp('1969-12-31T23:59:59.25Z').getMilliseconds()", "250"),
            ("duration('-3.5s').getMilliseconds()", "-500"), ("duration('3730s').getMinutes()", "62"),
        ])
    func parts(text: String, expected: String) throws {
        #expect(try evaluate(text).shown == expected)
    }
}
