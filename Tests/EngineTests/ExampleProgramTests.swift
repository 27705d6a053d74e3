import Engine
import Foundation
import Loyalty
import Rules
import Testing

/// The programs in `rules/`, as anybody would take them.
@Suite("The programs that come along") struct ExampleProgramTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "rules")

    @Test(
        "each passes its own tests, those with steps included",
        arguments: ["airline", "business", "coffee", "fashion", "grocery", "hotel"])
    func ownTests(name: String) throws {
        let text = try String(contentsOf: Self.folder.appending(path: "\(name).yaml"), encoding: .utf8)
        let program = try #require(Loader.load(text, file: name, zones: SystemZones.zone(named:)).program)
        #expect(!program.scenarios.isEmpty)
        for outcome in DocumentTests.run(program) {
            #expect(outcome.differences.isEmpty, "\(outcome.name), line \(outcome.line)")
        }
    }
}
