package import Engine
import Foundation
import Ledger
import Logging
package import Loyalty
import Methods
package import Metrics
import Synchronization
package import Time

/// An engine on a store, a clock that tests turn, and a way to wait for replies. One thread at a time asks and waits.
package final class EngineHarness: Sendable {
    package let engine: Engine
    package let rules: RuleDirectory
    private let time: SharedTime
    private let collector = ReplyCollector()

    /// - Parameter whenAccepted: Called whenever a command is accepted, which may be long before it is durable.
    package init(
        store: any Store, rules: RuleDirectory, now: Instant = EngineHarness.start, cacheCapacity: Int = 1000,
        metrics: any MetricsFactory = NOOPMetricsHandler.instance, retention: RetentionTerms? = nil,
        whenAccepted: @escaping @Sendable () -> Void = {}
    ) throws {
        let time = SharedTime(now)
        self.time = time
        self.rules = rules
        let generator = Mutex(SeededGenerator(seed: 1))
        let salts = Mutex(SeededGenerator(seed: 2))
        engine = try Engine(
            store: store, rules: rules, clock: { time.now },
            drawID: { generator.withLock { RandomID.draw(using: &$0) } },
            drawSalt: { salts.withLock { Salt(high: $0.next(), low: $0.next()) } },
            describe: {
                whenAccepted()
                return ResultShapes($2).result(of: $0, for: $1)
            },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: metrics,
            cacheCapacity: cacheCapacity, retention: retention)
    }

    /// An engine under one rule set.
    package convenience init(
        store: any Store, ruleSet: RuleSet, now: Instant = EngineHarness.start, cacheCapacity: Int = 1000,
        metrics: any MetricsFactory = NOOPMetricsHandler.instance, retention: RetentionTerms? = nil,
        whenAccepted: @escaping @Sendable () -> Void = {}
    ) throws {
        try self.init(
            store: store, rules: RuleDirectory(RuleBook([ruleSet])), now: now, cacheCapacity: cacheCapacity,
            metrics: metrics, retention: retention, whenAccepted: whenAccepted)
    }

    /// Every rule set that the engine knows.
    package var book: RuleBook { rules.book }

    /// 2026-05-16T10:00:00+09:00.
    package static let start = Instant(milliseconds: 1_778_893_200_000)

    /// What the engine's clock shows.
    package var now: Instant {
        get { time.now }
        set { time.now = newValue }
    }

    /// Submits commands at once and waits for the replies, in the order of the commands.
    package func carryOut(_ commands: [(cause: Cause, command: Command)]) -> [Reply] {
        replies(to: submit(commands))
    }

    /// Submits commands and gives a token for each.
    package func submit(_ commands: [(cause: Cause, command: Command)]) -> [Int] {
        commands.map { command in
            let token = collector.newToken()
            let submission = Submission(
                cause: command.cause, command: command.command, sink: collector, token: token)
            if let reason = engine.submit(submission) {
                collector.deliver([(token, .unavailable(reason))])
            }
            return token
        }
    }

    /// Waits for the replies to what was submitted.
    package func replies(to tokens: [Int]) -> [Reply] {
        tokens.map { collector.wait(for: $0) }
    }

    /// How many replies have come that nobody waited for yet.
    package var unreadReplies: Int { collector.count }

    /// Submits one command and waits for its reply. The key's fingerprint is made of the key and the command.
    package func carryOut(_ key: String, _ command: Command, client: Int64 = 1) -> Reply {
        carryOut([(Cause(key, command, client: client), command)])[0]
    }
}

extension Cause {
    /// A cause whose fingerprint tells commands apart.
    package init(_ key: String, _ command: Command, client: Int64 = 1) {
        self.init(
            client: client, idempotencyKey: ExactText(key),
            fingerprint: Digest(hashing: Array("\(command)".utf8)))
    }
}

private final class SharedTime: Sendable {
    private let instant: Mutex<Instant>

    init(_ instant: Instant) {
        self.instant = Mutex(instant)
    }

    var now: Instant {
        get { instant.withLock { $0 } }
        set { instant.withLock { $0 = newValue } }
    }
}

/// Keeps replies until somebody waits for them.
private final class ReplyCollector: ReplySink {
    private struct State {
        var replies: [Int: Reply] = [:]
        var lastToken = 0
    }

    private let state = Mutex(State())
    private let arrived = DispatchSemaphore(value: 0)

    func newToken() -> Int {
        state.withLock {
            $0.lastToken += 1
            return $0.lastToken
        }
    }

    func deliver(_ replies: [(token: Int, reply: Reply)]) {
        state.withLock { state in
            for (token, reply) in replies {
                precondition(state.replies[token] == nil, "a command is answered once")
                state.replies[token] = reply
            }
        }
        for _ in replies { arrived.signal() }
    }

    var count: Int { state.withLock { $0.replies.count } }

    func wait(for token: Int) -> Reply {
        while true {
            if let reply = state.withLock({ $0.replies.removeValue(forKey: token) }) { return reply }
            arrived.wait()
        }
    }
}
