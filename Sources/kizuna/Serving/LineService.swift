import Server
import ServiceLifecycle

/// The TCP port as a service: it answers until the group goes down, and takes the engine down with it.
struct LineService: ServiceLifecycle.Service, CustomStringConvertible {
    var description: String { "TCP" }
    let server: Server

    func run() async throws {
        try? await gracefulShutdown()
        try await server.shutDown()
    }
}
