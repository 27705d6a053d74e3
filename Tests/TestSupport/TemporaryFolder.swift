package import Foundation
package import Testing

/// A trait that gives every test case an empty folder of its own and removes it afterwards.
package struct TemporaryFolder: TestTrait, SuiteTrait, TestScoping {
    @TaskLocal private static var folder: URL?

    package var isRecursive: Bool { true }

    /// The folder of the test case that runs.
    package static var current: URL {
        guard let folder else { preconditionFailure("the suite has the trait .temporaryFolder") }
        return folder
    }

    @concurrent
    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        let folder = FileManager.default.temporaryDirectory.appending(path: "kizuna-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await Self.$folder.withValue(folder) { try await function() }
    }
}

extension Trait where Self == TemporaryFolder {
    /// Gives every test case an empty folder of its own.
    package static var temporaryFolder: TemporaryFolder { TemporaryFolder() }
}
