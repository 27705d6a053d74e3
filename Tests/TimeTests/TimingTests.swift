import Testing
import Time

/// Figures for people; they fail only where something is slow beyond any noise.
@Suite("Timing of time") struct TimingTests {
    @Test("a date-time is read in well under a microsecond")
    func reading() throws {
        let bytes = Array("2026-05-16T10:00:00.123+09:00".utf8)
        let count = 200_000
        var sum: Int64 = 0
        let elapsed = try ContinuousClock().measure {
            for _ in 0..<count { sum &+= try Instant(rfc3339: bytes.span).milliseconds }
        }
        #expect(sum == Int64(count) * 1_778_893_200_123)
        print("RFC 3339: \(elapsed / count) a date-time")
        #expect(elapsed / count < .microseconds(20))
    }
}
