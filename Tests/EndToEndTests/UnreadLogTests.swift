import Foundation
import JSON
import Testing

/// A server whose log nobody reads.
@Suite("A log that nobody reads") struct UnreadLogTests {
    @Test("keeps no call waiting, and does not keep the server from ending")
    func fullPipe() throws {
        let folder = try WorkFolder()
        let program = """
            schema: kizuna.program/v1
            id: unread
            money: { currency: JPY, base: tax_included }
            timezone: UTC
            points: { points: {} }
            rules: [{ id: base, event: purchase, earn: { points: 1, per: 1 } }]
            """
        try Data(program.utf8).write(to: URL(filePath: folder.path("program.yaml")))
        let pipe = Pipe()
        let server = try ServerProcess(
            database: folder.path("kizuna.sqlite"), program: folder.path("program.yaml"),
            environment: ["KIZUNA_LOG_LEVEL": "trace", "KIZUNA_LIMITS_KEYLESS_CALLS_PER_SECOND": "0"], pipe: pipe)
        let socket = try LineSocket(port: server.port)
        // Each call is a line of well over a hundred bytes: three times what the pipe and the queue hold.
        let count = 25_000
        let ping = #"{"jsonrpc":"2.0","id":1,"method":"session.ping"}"# + "\n"
        var answered = 0
        while answered < count {
            try socket.send(bytes: Array(String(repeating: ping, count: 500).utf8))
            for _ in 0..<500 {
                #expect(try socket.receive()["result"] != nil)
                answered += 1
            }
        }
        #expect(server.terminate() == 0)
        let log = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
        #expect(log.contains("a call was answered"))
    }
}
