import Foundation

/// Half of the greatest load for a long time: no call may fail, and what the server's process uses must stay as it is
/// once it has warmed up.
struct SoakBench {
    let seconds: Int
    let connections: Int

    /// What the process used in one part of the run, in the middle of its samples.
    private struct Part {
        let memoryMiB: Double
        let descriptors: Int

        init(_ samples: ArraySlice<ProcessSample>) {
            memoryMiB = samples.map(\.memoryMiB).median
            descriptors = samples.map(\.descriptors).max() ?? 0
        }
    }

    /// Memory that grows by more than this from the second half's beginning to its end is not flat.
    private static let growthMost = 1.05

    func run(on world: BenchWorld) throws {
        let server = try world.startServer()
        let greatest = try server.measure(seconds: 10, connections: connections)
        print(String(format: "greatest load: %.0f purchases/s, p99 %.1f ms", greatest.perSecond, greatest.p99Ms))
        print(String(format: "soaking with %.0f purchases/s for %d s …", greatest.perSecond / 2, seconds))
        print("   second      memory   open files")
        var samples: [ProcessSample] = []
        let result = try server.soak(seconds: seconds, perSecond: greatest.perSecond / 2, connections: connections) {
            samples.append($0)
            guard samples.count % max(10, seconds / 20) == 0 else { return }
            print(String(format: "%9d %7.1f MiB %12d", samples.count, $0.memoryMiB, $0.descriptors))
        }
        print(
            String(
                format: "%.0f purchases/s, none failed; p50 %.1f ms, p99 %.1f ms", result.perSecond, result.p50Ms,
                result.p99Ms))
        try judge(samples)
    }

    private func judge(_ samples: [ProcessSample]) throws {
        guard samples.count >= 20 else { throw CommandFailure("too few samples to judge by") }
        // The first half is warming up: memory fills with the members that come by.
        let (third, fourth) = (samples.count / 2, samples.count * 3 / 4)
        let (before, after) = (Part(samples[third..<fourth]), Part(samples[fourth...]))
        print(
            String(
                format: "third quarter %.1f MiB, %d open files; fourth quarter %.1f MiB, %d open files",
                before.memoryMiB, before.descriptors, after.memoryMiB, after.descriptors))
        guard after.memoryMiB <= before.memoryMiB * Self.growthMost else { throw CommandFailure("memory grows") }
        guard after.descriptors <= before.descriptors else { throw CommandFailure("open files grow") }
        print("flat")
    }
}
