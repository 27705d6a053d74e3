import Foundation
import GRDB
import Synchronization

// Moves what the write-ahead log gathered into the database file, off the commit path.
//
// A commit appends to the log and is durable; sooner or later the log's pages must be copied into the file. Left to
// SQLite, some unlucky commit does that. Here a thread of its own does: passive checkpoints copy most of it on a
// second connection while commits go on. Because a busy log is never copied to its end that way, and would never
// start over, the rest is copied in the writer's queue, where commits wait: a few thousand pages, some milliseconds.
//
// Where something personal was erased, the log still has it. It is emptied as soon as no reader looks at it.
//
// The log can only start over when no reader still looks at an older moment in it. A reader that stays for minutes
// makes it grow; `notice` tells when it passes the hard limit.

/// The thread that checkpoints one database.
final class Checkpointer: Sendable {
    private struct State {
        /// Pages in the log after the last commit.
        var pages = 0
        var isStopped = false
        /// Whether the log has something that was erased.
        var mustEmpty = false
        var hasNoticed = false
        var checkpoints = 0
        /// The longest time for which commits had to wait, in milliseconds.
        var longestPauseMs: Int64 = 0
    }

    private let pool: DatabasePool
    private let connection: DatabaseQueue
    private let threshold: Int
    private let hardLimit: Int
    private let notice: @Sendable (String) -> Void
    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)
    private let finished = DispatchSemaphore(value: 0)

    init(
        pool: DatabasePool, connection: DatabaseQueue, threshold: Int, hardLimit: Int,
        notice: @escaping @Sendable (String) -> Void
    ) {
        self.pool = pool
        self.connection = connection
        self.threshold = threshold
        self.hardLimit = hardLimit
        self.notice = notice
    }

    func start() {
        let thread = Thread { [self] in
            while true {
                if state.withLock({ $0.mustEmpty }) {
                    _ = wakeUp.wait(timeout: .now() + Self.emptyingPause)
                } else {
                    wakeUp.wait()
                }
                let (isStopped, pages, mustEmpty) = state.withLock { ($0.isStopped, $0.pages, $0.mustEmpty) }
                if isStopped { break }
                if pages >= threshold { checkpoint() }
                if mustEmpty { tryToEmpty() }
            }
            finished.signal()
        }
        thread.name = "kizuna.checkpoint"
        thread.start()
    }

    /// Ends the thread and waits until it has ended.
    func stop() {
        state.withLock { $0.isStopped = true }
        wakeUp.signal()
        finished.wait()
        finished.signal()
    }

    /// Closes the connection that copies; the thread must have ended.
    func closeConnection() throws {
        try connection.close()
    }

    /// Tells how long the log is after a commit. Never waits.
    func logReached(pages: Int) {
        let (wakes, notices) = state.withLock { state -> (Bool, Bool) in
            let wakes = state.pages < threshold && pages >= threshold
            let notices = pages >= hardLimit && !state.hasNoticed
            state.pages = pages
            state.hasNoticed = pages >= hardLimit
            return (wakes, notices)
        }
        if wakes { wakeUp.signal() }
        if notices {
            notice("the write-ahead log has \(pages) pages: a reader or another process keeps it from starting over")
        }
    }

    /// Empties the log as soon as that goes without waiting for anybody. Never waits.
    func emptyLog() {
        state.withLock { $0.mustEmpty = true }
        wakeUp.signal()
    }

    private static let emptyingPause = DispatchTimeInterval.milliseconds(100)

    /// How long the log is and what was done about it.
    var status: SQLiteStore.LogStatus {
        state.withLock {
            SQLiteStore.LogStatus(
                pages: $0.pages, checkpoints: $0.checkpoints, longestPauseMs: $0.longestPauseMs)
        }
    }

    private func checkpoint() {
        do {
            try copyWhileCommitsGoOn()
            let isWhole = try copyTheRest()
            // A reader looks at an older moment: commits go on behind it, and later this is tried again.
            if !isWhole { Thread.sleep(forTimeInterval: 0.1) }
        } catch {
            // Another process copies at this moment, or the disk fails, which commits will tell.
            state.withLock { $0.pages = 0 }
            Thread.sleep(forTimeInterval: 0.1)
        }
    }

    /// Copies all of the log and cuts it to nothing, unless a reader looks at it.
    private func tryToEmpty() {
        do {
            try copyWhileCommitsGoOn()
            try pool.writeWithoutTransaction { database in
                // Commits wait behind this, so this waits for nobody.
                try database.execute(sql: "PRAGMA busy_timeout = 0")
                defer { try? database.execute(sql: "PRAGMA busy_timeout = \(StoreFile.busyTimeoutMs)") }
                try database.checkpoint(.truncate)
                state.withLock {
                    $0.pages = 0
                    $0.mustEmpty = false
                }
            }
        } catch {
            // Somebody reads; a little later it is tried again.
        }
    }

    /// Copies in rounds, each of which leaves what was committed meanwhile: less every time.
    private func copyWhileCommitsGoOn() throws {
        var last = -1
        for _ in 0..<8 {
            let copied = try connection.writeWithoutTransaction { try $0.checkpoint(.passive) }
            let pages = max(copied.walFrameCount, state.withLock { $0.pages })
            let isNearlyWhole = pages - copied.checkpointedFrameCount < threshold / 64
            if isNearlyWhole || copied.checkpointedFrameCount == last { break }
            last = copied.checkpointedFrameCount
        }
    }

    /// Copies to the end while no commit can add to it, so that the next one starts the log over.
    ///
    /// - Returns: Whether nothing is left. Passive as well: anything else would wait for readers, and commits with it.
    private func copyTheRest() throws -> Bool {
        try pool.writeWithoutTransaction { database in
            let start = ContinuousClock.now
            let copied = try database.checkpoint(.passive)
            let pauseMs = Int64((ContinuousClock.now - start) / .milliseconds(1))
            return state.withLock { state in
                state.pages = 0
                state.longestPauseMs = max(state.longestPauseMs, pauseMs)
                guard copied.walFrameCount == copied.checkpointedFrameCount else { return false }
                state.checkpoints += 1
                return true
            }
        }
    }
}
