import Foundation
import Synchronization
import Testing

@testable import kizuna

/// Log lines on their way out, whoever reads them.
@Suite struct LogQueueTests {
    private static func queue(_ pipe: Pipe, capacity: Int = 1 << 20) -> LogQueue {
        LogQueue(to: pipe.fileHandleForWriting.fileDescriptor, capacity: capacity) { Array("dropped \($0)\n".utf8) }
    }

    private static func line(_ number: Int) -> [UInt8] {
        Array("\(number) \(String(repeating: "x", count: 100))\n".utf8)
    }

    /// What comes until the other end is closed, line by line, up to the first space.
    private static func numbers(_ pipe: Pipe) -> [String] {
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map { line in
            line.hasPrefix("dropped") ? String(line) : String(line.prefix { $0 != " " })
        }
    }

    @Test("a pipe that nobody reads holds nobody up; what is kept stays in order, and what is dropped is counted")
    func unread() throws {
        let pipe = Pipe()
        let queue = Self.queue(pipe, capacity: 200_000)
        let total = 50_000
        // Five megabytes, of which the pipe holds 64 KiB.
        for number in 1...total { queue.write(Self.line(number)) }
        queue.flush(within: .milliseconds(50))
        let all = Mutex<[String]>([])
        let reader = Thread { all.withLock { $0 = Self.numbers(pipe) } }
        let isOver = DispatchSemaphore(value: 0)
        let waiting = Thread {
            queue.flush(within: .seconds(20))
            queue.write(Array("last one\n".utf8))
            queue.flush(within: .seconds(20))
            try? pipe.fileHandleForWriting.close()
            isOver.signal()
        }
        reader.start()
        waiting.start()
        #expect(isOver.wait(timeout: .now() + 60) == .success)
        for _ in 0..<1000 where all.withLock({ $0.isEmpty }) { Thread.sleep(forTimeInterval: 0.01) }
        let lines = all.withLock { $0 }
        let notices = lines.compactMap { $0.hasPrefix("dropped ") ? Int($0.dropFirst(8)) : nil }
        let kept = lines.compactMap { Int($0) }
        #expect(lines.last == "last")
        #expect(!notices.isEmpty)
        #expect(kept.count + notices.reduce(0, +) == total)
        #expect(kept == kept.sorted() && kept.first == 1)
        #expect(kept.count < 5000, "so much fits the queue and the pipe")
        queue.close()
    }

    @Test("everything that was taken is written before the end, in order, from several threads")
    func flushing() throws {
        let pipe = Pipe()
        let queue = Self.queue(pipe)
        let all = Mutex<[String]>([])
        let isRead = DispatchSemaphore(value: 0)
        Thread {
            let numbers = Self.numbers(pipe)
            all.withLock { $0 = numbers }
            isRead.signal()
        }.start()
        let writers = DispatchGroup()
        for writer in 0..<4 {
            writers.enter()
            Thread {
                for number in 1...500 { queue.write(Self.line(writer * 1000 + number)) }
                writers.leave()
            }.start()
        }
        writers.wait()
        queue.flush(within: .seconds(20))
        try pipe.fileHandleForWriting.close()
        #expect(isRead.wait(timeout: .now() + 20) == .success)
        let numbers = all.withLock { $0 }.compactMap { Int($0) }
        #expect(numbers.count == 2000)
        for writer in 0..<4 {
            let own = numbers.filter { $0 / 1000 == writer }
            #expect(own == own.sorted() && own.count == 500)
        }
        queue.close()
    }

    @Test("where nobody will ever read, nothing waits")
    func closedPipe() throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = Pipe()
        let queue = Self.queue(pipe)
        try pipe.fileHandleForReading.close()
        for number in 1...1000 { queue.write(Self.line(number)) }
        let start = ContinuousClock.now
        queue.flush(within: .seconds(20))
        #expect(ContinuousClock.now - start < .seconds(15))
        queue.close()
    }
}
