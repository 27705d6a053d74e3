import Foundation
import Synchronization

// Whoever reads a server's log may stop reading it: a pipe is then full, and a write to it waits. Event loops and lanes
// log, and none of them may wait for that. So a thread of its own writes, and what it cannot keep up with is dropped and
// counted.

/// Lines on their way to a file descriptor, in order.
final class LogQueue: Sendable {
    /// Writes the line that says how many were dropped.
    typealias Notice = @Sendable (_ dropped: Int) -> [UInt8]

    private struct State {
        var lines: [[UInt8]] = []
        var bytes = 0
        var dropped = 0
        /// Whether the thread has lines that are not written yet.
        var isWriting = false
        var isClosed = false
    }

    private let descriptor: Int32
    private let capacity: Int
    private let notice: Notice
    private let state = Mutex(State())
    private let news = DispatchSemaphore(value: 0)

    /// Starts the thread that writes.
    ///
    /// - Parameter capacity: how many bytes may wait.
    init(to descriptor: Int32, capacity: Int = 1 << 20, notice: @escaping Notice) {
        self.descriptor = descriptor
        self.capacity = capacity
        self.notice = notice
        let thread = Thread { self.run() }
        thread.name = "kizuna.log"
        thread.start()
    }

    /// Takes a line, or drops it where too much waits. Never waits itself.
    func write(_ line: [UInt8]) {
        let isNews = state.withLock { state in
            if state.isClosed { return false }
            guard state.bytes + line.count <= capacity else {
                state.dropped += 1
                return state.dropped == 1
            }
            state.lines.append(line)
            state.bytes += line.count
            return true
        }
        if isNews { news.signal() }
    }

    /// Waits until everything is written that was taken, but not for ever.
    func flush(within patience: Duration) {
        let deadline = ContinuousClock.now + patience
        while !isIdle, ContinuousClock.now < deadline { Thread.sleep(forTimeInterval: 0.002) }
    }

    /// Takes nothing more; the thread ends once everything is written.
    func close() {
        state.withLock { $0.isClosed = true }
        news.signal()
    }

    private var isIdle: Bool { state.withLock { $0.lines.isEmpty && $0.dropped == 0 && !$0.isWriting } }

    // MARK: The thread

    private func run() {
        while true {
            news.wait()
            while let lines = take() { for line in lines { write(out: line) } }
            if state.withLock({ $0.isClosed && $0.lines.isEmpty }) { return }
        }
    }

    /// What waits, and behind it how many lines were dropped since; `nil` for nothing.
    private func take() -> [[UInt8]]? {
        state.withLock { state in
            state.isWriting = !state.lines.isEmpty || state.dropped > 0
            guard state.isWriting else { return nil }
            var lines = state.lines
            if state.dropped > 0 { lines.append(notice(state.dropped)) }
            state.lines = []
            state.bytes = 0
            state.dropped = 0
            return lines
        }
    }

    private func write(out line: [UInt8]) {
        line.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = Foundation.write(
                    descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written > 0 {
                    rest = rest.dropFirst(written)
                } else if errno == EAGAIN {
                    var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&room, 1, 1000)
                } else if errno != EINTR {
                    // Nobody will ever read it.
                    return
                }
            }
        }
    }
}
