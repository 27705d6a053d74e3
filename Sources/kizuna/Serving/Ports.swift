import HTTP
import Server
import ServiceLifecycle

/// Both ports as one service: they answer until the group goes down, and take the engine down with them.
///
/// They go down side by side, so that neither spends the time of the other, and a till is not served on while HTTP waits
/// for somebody who does not read.
struct Ports: ServiceLifecycle.Service, CustomStringConvertible {
    var description: String { "ports" }
    let server: Server
    let http: HTTPServer?

    func run() async throws {
        do {
            try await withThrowingTaskGroup { group in
                group.addTask {
                    try? await gracefulShutdown()
                    try await server.drain()
                }
                if let http { group.addTask { try await http.run() } }
                // The first that fails ends the other, which waiting for all of them would not.
                for try await _ in group {}
            }
        } catch {
            // What was taken is still carried out.
            try? await server.stop()
            throw error
        }
        try await server.stop()
    }
}
