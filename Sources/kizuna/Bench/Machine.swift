import Foundation

/// What a process uses at one moment.
struct ProcessSample {
    let memoryMiB: Double
    let descriptors: Int
}

/// The machine that measures.
enum Machine {
    static var description: String {
        let model = line("/proc/cpuinfo", beginning: "model name") ?? "unknown processor"
        let memory = line("/proc/meminfo", beginning: "MemTotal") ?? "unknown memory"
        let kernel = (try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)) ?? "unknown kernel\n"
        return "\(ProcessInfo.processInfo.activeProcessorCount) × \(model), \(memory), Linux \(kernel.dropLast())"
    }

    /// The greatest memory a process has used, in MiB.
    static func peakMiB(of process: Int32) -> Double {
        let text = line("/proc/\(process)/status", beginning: "VmHWM") ?? "0 kB"
        return (Double(text.split(separator: " ").first ?? "0") ?? 0) / 1024
    }

    /// What a process uses now.
    static func sample(of process: Int32) -> ProcessSample {
        let text = line("/proc/\(process)/status", beginning: "VmRSS") ?? "0 kB"
        let descriptors = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")
        return ProcessSample(
            memoryMiB: (Double(text.split(separator: " ").first ?? "0") ?? 0) / 1024,
            descriptors: descriptors?.count ?? 0)
    }

    private static func line(_ file: String, beginning start: String) -> String? {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
        let line = text.split(separator: "\n").first { $0.hasPrefix(start) }
        return line?.split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
    }
}
