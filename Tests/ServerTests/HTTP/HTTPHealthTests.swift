import Engine
import Foundation
import MemoryStore
import NIOCore
import NIOPosix
import ServerSupport
import TestSupport
import Testing

@testable import HTTP

private final class Silence: ReplySink {
    func deliver(_ replies: [(token: Int, reply: Reply)]) {}
}

/// What watches a server asks it.
@Suite(.onThreads) struct HTTPHealthTests {
    @Test("a server with a store that answers is healthy and ready")
    func ready() async throws {
        let server = try await TestServer.start()
        let http = try HTTPConversation(port: try await server.openHTTP())
        #expect(try http.ask("GET", "/healthz").status == 200)
        let ready = try http.ask("GET", "/readyz")
        #expect(ready.status == 200 && ready.text == "ready\n")
        try await server.stop()
    }

    @Test("a server whose store fails is healthy, and not ready until it answers again")
    func notReady() async throws {
        let server = try await TestServer.start()
        let http = try HTTPConversation(port: try await server.openHTTP())
        server.store.failReads(true)
        #expect(try http.ask("GET", "/healthz").status == 200)
        let answer = try http.ask("GET", "/readyz")
        #expect(answer.status == 503 && answer.text == "not ready\n")
        server.store.failReads(false)
        try await Task.sleep(for: .milliseconds(1100))
        #expect(try http.ask("GET", "/readyz").status == 200)
        try await server.stop()
    }

    @Test("a question that was answered does not make the next one fail")
    func questionAfterQuestion() async throws {
        let harness = try EngineHarness(store: MemoryStore(), ruleSet: Programs.ruleSet(Programs.coffee))
        let readiness = Readiness(engine: harness.engine, patience: .milliseconds(1500))
        let loop = NIOSingletons.posixEventLoopGroup.next()
        #expect(await readiness.check(on: loop))
        try await Task.sleep(for: .milliseconds(1200))
        // The second answer waits behind these until the first question's time is up.
        let sink = Silence()
        let running = DispatchSemaphore(value: 0)
        for number in 0..<2 {
            let query = Query(sink: sink, token: number) { _, _ in
                running.signal()
                Thread.sleep(forTimeInterval: 0.6)
                return .answered(result: [])
            }
            #expect(harness.engine.submit(query) == nil)
            running.wait()
        }
        #expect(await readiness.check(on: loop))
        harness.engine.drain()
    }

    @Test("the metrics are told to this machine without a key")
    func metrics() async throws {
        let server = try await TestServer.start()
        let http = try HTTPConversation(port: try await server.openHTTP(exposition: { Array("a 1\n".utf8) }))
        let answer = try http.ask("GET", "/metrics")
        #expect(answer.status == 200 && answer.text == "a 1\n")
        #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        try await server.stop()
    }
}
