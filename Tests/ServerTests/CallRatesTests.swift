import Methods
import NIOCore
import Server
import Synchronization
import Testing

/// How calls are counted, and for whom.
@Suite struct CallRatesTests {
    @Test(
        "an address counts with those that one machine may use",
        arguments: [
            ("10.0.0.1", "10.0.0.1", true), ("10.0.0.1", "10.0.0.2", false),
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false), ("::1", "0.0.0.1", false),
            ("::ffff:10.0.0.1", "10.0.0.1", true), ("::ffff:10.0.0.1", "::ffff:10.0.0.2", false),
        ])
    func blocks(one: String, other: String, isSame: Bool) throws {
        let blocks = try [one, other].map { try SocketAddress(ipAddress: $0, port: 1).block }
        #expect((blocks[0] == blocks[1]) == isSame)
        #expect(!blocks.contains(.unknown))
    }

    @Test("a bucket empties and fills, and what others take does not matter")
    func taking() {
        let time = Mutex(ContinuousClock.now)
        let rates = CallRates<Int>(perSecond: 10, burst: 20) { time.withLock { $0 } }
        #expect((0..<20).allSatisfy { _ in rates.take(1, of: 1) == nil })
        #expect(rates.take(1, of: 1) == 100)
        #expect(rates.take(5, of: 1) == 500)
        #expect(rates.take(1, of: 2) == nil)
        time.withLock { $0 += .milliseconds(100) }
        #expect(rates.take(1, of: 1) == nil)
        #expect(rates.take(1, of: 1) == 100)
    }

    @Test("callers that have been silent for long enough are forgotten, and others are not")
    func forgetting() {
        let time = Mutex(ContinuousClock.now)
        let rates = CallRates<Int>(perSecond: 10, burst: 20) { time.withLock { $0 } }
        for caller in 0..<100_000 {
            #expect(rates.take(1, of: caller) == nil)
            time.withLock { $0 += .milliseconds(1) }
        }
        // A call is made up for in a tenth of a second.
        #expect(rates.callerCount <= 2048)
        _ = rates.take(20, of: -1)
        for caller in 0..<5000 { _ = rates.take(1, of: caller) }
        #expect(rates.take(20, of: -1) == 2000)
    }
}
