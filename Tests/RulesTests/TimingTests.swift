import Rules
import Testing

/// Figures for people; they fail only where something is slow beyond any noise.
@Suite("Timing of rules") struct TimingTests {
    @Test("five rules and ten lines are evaluated in microseconds, and a document loads in milliseconds")
    func figures() throws {
        let document = try exampleDocument("coffee")
        let program = try program(document)
        let facts = try purchase(
            (0..<10).map { "\(500 + $0 * 37)/\(40 + $0) \(["app", "hot", "own-cup", "app+new-crop"][$0 % 4])" }
                .joined(separator: ", "))
        let count = 20_000
        var sum: Int64 = 0
        let evaluating = try ContinuousClock().measure {
            for _ in 0..<count { sum &+= try program.evaluate(facts).points(into: 0) }
        }
        #expect(sum > 0)
        let loading = ContinuousClock().measure {
            for _ in 0..<10 { _ = Loader.load(document, file: "f", zones: zones) }
        }
        print("rules: \(evaluating / count) an evaluation, \(loading / 10) a document")
        #expect(evaluating / count < .milliseconds(1))
        #expect(loading / 10 < .seconds(1))
    }
}
