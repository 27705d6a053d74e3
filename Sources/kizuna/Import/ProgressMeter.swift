import Foundation

/// Tells on standard error how far an import is: a bar that moves on a terminal, a line now and then elsewhere.
struct ProgressMeter {
    private let isTerminal: Bool
    private let started = ContinuousClock.now
    private var lastShown = ContinuousClock.now
    private var isBarShown = false

    init(isTerminal: Bool = isatty(STDERR_FILENO) == 1) {
        self.isTerminal = isTerminal
    }

    /// Seconds since the start.
    var seconds: Double { (ContinuousClock.now - started) / .seconds(1) }

    /// Shows where things stand, when it is time to.
    mutating func update(_ tally: ImportTally, progress: () -> Double) {
        let now = ContinuousClock.now
        guard now - lastShown >= (isTerminal ? .milliseconds(100) : .seconds(10)) else { return }
        lastShown = now
        isBarShown = isTerminal
        let text = Self.text(tally, progress: progress(), seconds: seconds, hasBar: isTerminal)
        Self.write(isTerminal ? "\r\(text)\u{1B}[K" : text + "\n")
    }

    /// Takes the bar away.
    func finish() {
        if isBarShown { Self.write("\r\u{1B}[K") }
    }

    /// The line that is shown.
    static func text(_ tally: ImportTally, progress: Double, seconds: Double, hasBar: Bool) -> String {
        let steps = 30
        let done = Int(progress * Double(steps))
        let bar = "[" + String(repeating: "#", count: done) + String(repeating: ".", count: steps - done) + "] "
        let rate = seconds > 0 ? Int64(Double(tally.read) / seconds) : 0
        var text = hasBar ? bar : ""
        text += "\(Int(progress * 100)) %  \(Numbers.grouped(tally.read)) lines  \(Numbers.grouped(rate)) per second"
        if tally.rejected > 0 { text += "  \(Numbers.grouped(tally.rejected)) rejected" }
        // The beginning says little about the rest.
        if progress > 0.02, progress < 1, seconds > 2 {
            text += "  \(Numbers.grouped(Int64((seconds / progress - seconds).rounded(.up)))) s left"
        }
        return text
    }

    private static func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
