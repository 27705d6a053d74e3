import Foundation

/// Tells on a terminal's standard error how many operations, or other things, are done.
struct OperationMeter {
    private let stage: String
    private let things: String
    private let isTerminal: Bool
    private let started = ContinuousClock.now
    private var lastShown = ContinuousClock.now
    private var isShown = false

    /// - Parameter stage: what is under way, where that is one of several things.
    init(stage: String = "", counting things: String = "operations", isTerminal: Bool = isatty(STDERR_FILENO) == 1) {
        self.stage = stage.isEmpty ? "" : stage + "  "
        self.things = things
        self.isTerminal = isTerminal
    }

    /// Shows where things stand, when it is time to.
    mutating func update(_ done: Int64, of total: Int64) {
        let now = ContinuousClock.now
        guard isTerminal, now - lastShown >= .milliseconds(100) else { return }
        lastShown = now
        isShown = true
        let seconds = (now - started) / .seconds(1)
        let rate = Int64(Double(done) / max(seconds, 0.001))
        let share = total > 0 ? done * 100 / total : 100
        Self.write(
            "\r\(stage)\(share) %  \(Numbers.grouped(done)) of \(Numbers.grouped(total)) \(things)  "
                + "\(Numbers.grouped(rate)) per second\u{1B}[K")
    }

    /// Takes the line away.
    func finish() {
        if isShown { Self.write("\r\u{1B}[K") }
    }

    private static func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
