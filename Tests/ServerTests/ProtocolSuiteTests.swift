import Foundation
import Server
import TestSupport
import Testing

/// The public suites of JSON-RPC 2.0, run by their own program over a real socket.
@Suite(
    .externalSuite("json-rpc"),
    .enabled(if: Python.isThere, "python3, which runs the JSON-RPC suites, is not installed"))
struct ProtocolSuiteTests {
    @Test(
        "every case passes over TCP",
        arguments: [("jsonrpc-2.0-spec-examples.json", 15), ("jsonrpc-rules.json", 39)])
    func everyCase(file: String, count: Int) async throws {
        let folder = ExternalSuites.root.appending(path: "json-rpc")
        let (server, port) = try await FixtureServer.start()
        let outcome = try Python.run([
            folder.appending(path: "run_suite.py").path, "127.0.0.1", "\(port)",
            folder.appending(path: file).path,
        ])
        #expect(outcome.output == "\(count) passed, 0 failed\n")
        #expect(outcome.status == 0)
        try await server.shutDown()
    }

}

/// The interpreter that the suites are written for.
private enum Python {
    static let isThere = (try? run(["-c", "0"]))?.status == 0

    static func run(_ arguments: [String]) throws -> (output: String, status: Int32) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (String(decoding: output, as: UTF8.self), process.terminationStatus)
    }
}
