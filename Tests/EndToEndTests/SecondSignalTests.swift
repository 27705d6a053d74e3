import Foundation
import Testing

/// A server that is told to end and told again.
@Suite("A second signal") struct SecondSignalTests {
    @Test("ends at once a server that waits for somebody who does not finish")
    func twice() throws {
        let folder = try WorkFolder()
        let program = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "rules/coffee.yaml").path
        let log = URL(filePath: folder.path("log"))
        try Data().write(to: log)
        let server = try ServerProcess(
            database: folder.path("kizuna.sqlite"), program: program,
            environment: ["KIZUNA_HTTP_REQUEST_SECONDS": "60", "KIZUNA_LIMITS_DRAIN_SECONDS": "60"], errors: log)
        let socket = try LineSocket(port: server.httpPort)
        try socket.send("POST /rpc HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        Thread.sleep(forTimeInterval: 0.3)
        server.askToEnd()
        Thread.sleep(forTimeInterval: 1)
        #expect(server.isRunning, "it waits for the body")
        let told = Date()
        server.askToEnd()
        #expect(server.end() == 1)
        #expect(Date().timeIntervalSince(told) < 10)
        #expect(try String(contentsOf: log, encoding: .utf8).contains("told to end a second time"))
        #expect(try KizunaProcess.run(["verify", "--database", folder.path("kizuna.sqlite")]).status == 0)
    }
}
