import TestSupport
import Testing
import Time

@Suite("RFC 3339") struct RFC3339Tests {
    @Test(
        "a date-time is read to the millisecond",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.001Z", 1), ("1969-12-31T23:59:59.999Z", -1),
            ("2026-05-16T10:00:00+09:00", 1_778_893_200_000), ("2026-05-16t01:00:00z", 1_778_893_200_000),
            ("2026-05-15T20:00:00.5-05:00", 1_778_893_200_500), ("1970-01-01T00:00:00.1239999Z", 123),
            ("1969-12-31T23:59:59.0009Z", -1000), ("1970-01-01T00:00:00-00:00", 0),
            ("1970-01-01T23:59:00+23:59", 0), ("0000-01-01T00:00:00Z", -62_167_219_200_000),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
            ("2016-12-31T23:59:60Z", 1_483_228_799_999), ("2017-01-01T08:59:60.5+09:00", 1_483_228_799_999),
        ])
    func reading(text: String, milliseconds: Int64) throws {
        #expect(try Instant(rfc3339: text).milliseconds == milliseconds)
    }

    @Test(
        "what is wrong with a text is told",
        arguments: [
            ("", RFC3339Error.form), ("2026-05-16", .form), ("2026-05-16 10:00:00Z", .form),
            ("2026-05-16T10:00:00", .form), ("2026-05-16T10:00:00+09", .form), ("2026-05-16T10:00:00+0900", .form),
            ("2026-05-16T10:00:00.Z", .form), ("2026-05-16T10:00:00,5Z", .form), ("2026-05-16T10:00:00ZZ", .form),
            ("2026-05-16T10:00:00.5", .form), ("20260516T100000.000Z", .form), ("2026-05-16T1０:00:00Z", .form),
            ("2026-02-29T10:00:00Z", .date), ("2026-13-01T10:00:00Z", .date),
            ("2026-05-16T24:00:00Z", .time), ("2026-05-16T10:60:00Z", .time), ("2026-05-16T10:00:61Z", .time),
            ("2026-05-16T10:00:00+24:00", .offset), ("2026-05-16T10:00:00+09:60", .offset),
            ("2016-12-31T23:58:60Z", .leapSecond), ("2016-12-31T23:59:60+09:00", .leapSecond),
            ("2016-12-30T23:59:60Z", .leapSecond),
        ])
    func errors(text: String, expected: RFC3339Error) {
        #expect(throws: expected) { try Instant(rfc3339: text) }
    }

    @Test(
        "an instant is written in UTC and with a zone's offset",
        arguments: [
            (0, "1970-01-01T00:00:00Z", "1970-01-01T09:00:00+09:00"),
            (-1, "1969-12-31T23:59:59.999Z", "1970-01-01T08:59:59.999+09:00"),
            (1_778_893_200_050, "2026-05-16T01:00:00.050Z", "2026-05-16T10:00:00.050+09:00"),
            (253_402_300_800_000, "+10000-01-01T00:00:00Z", "+10000-01-01T09:00:00+09:00"),
            (-62_167_219_200_001, "-0001-12-31T23:59:59.999Z", "0000-01-01T08:59:59.999+09:00"),
        ])
    func writing(milliseconds: Int64, utc: String, tokyo: String) {
        let instant = Instant(milliseconds: milliseconds)
        #expect(instant.rfc3339 == utc)
        #expect(instant.rfc3339(in: .tokyo) == tokyo)
    }

    @Test("an offset that has seconds is cut to minutes, and the text still names the instant")
    func offsetsWithSeconds() throws {
        let localMeanTime = Zone.fixed("LMT", offset: -17_762)  // New York until 1883: 4:56:02 behind
        let start = instant("1880-01-01T12:00:00Z")
        #expect(start.rfc3339(in: localMeanTime) == "1880-01-01T07:04:00-04:56")
        #expect(try Instant(rfc3339: start.rfc3339(in: localMeanTime)) == start)
    }

    @Test("what is written reads back as the same instant", arguments: [1 as UInt64, 2, 3])
    func roundTrips(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<3000 {
            let instant = Instant(
                milliseconds: .random(in: -62_167_132_800_000...253_402_214_400_000, using: &random))
            let zone = Zone.fixed("", offset: .random(in: -1439...1439, using: &random) * 60)
            #expect(try Instant(rfc3339: instant.rfc3339) == instant, "seed \(seed)")
            #expect(try Instant(rfc3339: instant.rfc3339(in: zone)) == instant, "seed \(seed)")
        }
    }

    /// One row of the suite.
    private struct Row: Decodable {
        let format: String
        let description: String
        let input: String
        let valid: Bool
    }

    @Test(
        "the external suite of dates and date-times is read as it says",
        .externalSuite("rfc3339/rfc3339-format.json"))
    func suite() throws {
        let rows = try ExternalSuites.rows("rfc3339/rfc3339-format.json", of: Row.self)
        var counts: [String: Int] = [:]
        for row in rows {
            counts[row.format, default: 0] += 1
            switch row.format {
            case "date-time":
                #expect(((try? Instant(rfc3339: row.input)) != nil) == row.valid, "\(row.description): \(row.input)")
            case "date":
                #expect(((try? CivilDate(rfc3339: row.input)) != nil) == row.valid, "\(row.description): \(row.input)")
            case "time", "duration":
                continue  // bare times and ISO 8601 durations are not part of any interface
            default:
                Issue.record("the suite has a new format, \(row.format)")
            }
        }
        #expect(counts["date-time"] == 27)
        #expect((counts["date"] ?? 0) > 50)
    }
}
