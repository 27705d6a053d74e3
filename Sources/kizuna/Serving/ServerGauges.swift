import Engine
import Foundation
import Metrics
import Prometheus
import Server
import Synchronization
import Time

/// What is looked up when somebody asks for the metrics, because nobody need know it before.
final class ServerGauges: Sendable {
    private let registry: PrometheusRegistry
    private let engine: Engine
    private let server: Server
    private let certificate: (meter: Meter, identity: TLSIdentity)?
    private let connections: Meter
    private let queues: [String: Meter]
    private let memory: Meter
    private let files: Meter
    private let computing: ComputingTime

    init(registry: PrometheusRegistry, engine: Engine, server: Server, identity: TLSIdentity?, program: String) {
        self.registry = registry
        self.engine = engine
        self.server = server
        certificate = identity.map { (Meter(label: "kizuna_certificate_ends_seconds", factory: registry), $0) }
        connections = Meter(label: "kizuna_connections", factory: registry)
        queues = Dictionary(
            uniqueKeysWithValues: engine.queueDepths.map { queue, _ in
                (queue, Meter(label: "kizuna_queue_depth", dimensions: [("queue", queue)], factory: registry))
            })
        memory = Meter(label: "process_resident_memory_bytes", factory: registry)
        files = Meter(label: "process_open_fds", factory: registry)
        computing = ComputingTime(Counter(label: "process_cpu_seconds_total", factory: registry))
        Meter(
            label: "kizuna_build_info", dimensions: [("version", Kizuna.version), ("program", program)],
            factory: registry
        ).set(1)
        Meter(label: "process_start_time_seconds", factory: registry).set(Date().timeIntervalSince1970)
    }

    /// Every metric, as Prometheus reads it.
    func exposition() -> [UInt8] {
        connections.set(server.connectionCount)
        if let certificate { certificate.meter.set(certificate.identity.endsAt.milliseconds / 1000) }
        for (queue, depth) in engine.queueDepths { queues[queue]?.set(depth) }
        if let bytes = Self.residentBytes { memory.set(bytes) }
        if let count = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { files.set(count) }
        computing.update()
        return registry.exposition()
    }

    private static var residentBytes: Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 4096 }
    }
}

/// The seconds that the process has spent computing.
private final class ComputingTime: Sendable {
    private let counter: Counter
    /// What the counter shows.
    private let counted = Mutex<Int64>(0)

    init(_ counter: Counter) {
        self.counter = counter
    }

    func update() {
        counted.withLock { counted in
            var usage = rusage()
            guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return }
            let seconds = Int64(usage.ru_utime.tv_sec) + Int64(usage.ru_stime.tv_sec)
            counter.increment(by: seconds - counted)
            counted = seconds
        }
    }
}
