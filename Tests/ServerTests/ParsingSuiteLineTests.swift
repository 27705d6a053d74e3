import Foundation
import JSON
import ServerSupport
import TestSupport
import Testing

/// nst/JSONTestSuite through the socket: each file is a param of a call.
@Suite(.onThreads, .externalSuite("json/test_parsing"))
struct ParsingSuiteLineTests {
    @Test("what is no JSON is refused as such, what is JSON never is, and the connection lives on")
    func everyFile() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        var judged: [Character: Int] = [:]
        for file in try ExternalSuites.files(in: "json/test_parsing") {
            let bytes = [UInt8](try Data(contentsOf: file))
            // A line ends where its first line feed is, so these few are two lines each.
            guard !bytes.contains(UInt8(ascii: "\n")) else { continue }
            let name = file.lastPathComponent
            let kind = try #require(name.first)
            judged[kind, default: 0] += 1
            let call = #"{"jsonrpc":"2.0","id":1,"method":"session.ping","params":{"x":"#
            try till.send(Array(call.utf8) + bytes + Array("}}\n".utf8))
            let answer = try #require(try till.next(), "\(name)")
            switch kind {
            case "n": #expect(answer.code == -32700, "\(name): \(answer)")
            case "y" where !name.hasPrefix("y_object_duplicated_key"):
                #expect(answer.code != -32700 && answer.id == "1", "\(name): \(answer)")
            default: #expect(answer.code == -32700 || answer.id == "1", "\(name): \(answer)")
            }
        }
        #expect(judged.values.reduce(0, +) > 300, "\(judged)")
        #expect(try till.isAlive())
        try await server.stop()
    }
}
