package import JSON

// Many idempotent calls, in order, over a connection that may break.
//
// The pipeline keeps every call until its answer has been handed out. When the connection breaks, or the server says
// that it cannot do it now, the same calls with the same idempotency keys are sent again, in the same order, so that
// each is done once whatever happened to the first attempt. Calls that were answered before the connection broke are
// not repeated.
//
// Order: calls reach the server in the order in which they were sent, also after a reconnection. The exception is a
// call that a server answers with "not now": those behind it may have been done meanwhile.

/// Sends idempotent calls in order and sees each of them through to an answer.
package struct CallPipeline<Tag: Sendable> {
    private struct Entry {
        let tag: Tag
        let params: [UInt8]
        var call: PendingCall
    }

    private let method: String
    private let policy: RetryPolicy
    private let connect: () async throws -> KizunaClient
    private var client: KizunaClient
    /// Oldest first; no more than the server takes at a time.
    private var entries: [Entry] = []
    private var lastAnswer = ContinuousClock.now
    /// How often a connection was made again.
    package private(set) var reconnections = 0

    /// Connects; that is tried once only, because an address that never worked is more likely wrong.
    ///
    /// - Parameter method: what all calls call; it must be idempotent.
    package init(
        _ method: String, policy: RetryPolicy = RetryPolicy(), connect: @escaping () async throws -> KizunaClient
    ) async throws {
        self.method = method
        self.policy = policy
        self.connect = connect
        self.client = try await connect()
    }

    /// Whether an answer must be taken before another call can be sent.
    package var isFull: Bool { entries.count >= client.welcome.limits.inFlight }

    /// The longest line that the server takes, in bytes.
    package var lineBytes: Int { client.welcome.limits.lineBytes }

    /// Sends a call behind those before it; `params` is the JSON text of an object with its idempotency key.
    ///
    /// - Parameter tag: comes back with the answer.
    package mutating func send(_ params: [UInt8], tag: Tag) async throws {
        precondition(!isFull, "answers are taken before the pipeline overflows")
        if entries.isEmpty { lastAnswer = .now }
        entries.append(Entry(tag: tag, params: params, call: try await begin(params)))
    }

    /// The answer to the oldest call; `nil` when every call has been answered.
    ///
    /// - Throws: when the server cannot be reached again, or does not let us in any more.
    package mutating func next() async throws -> (tag: Tag, answer: Result<JSONValue, RPCFailure>)? {
        var attempt = 0
        while let entry = entries.first {
            do {
                return finish(entry, .success(try await entry.call.answer()))
            } catch let failure as RPCFailure {
                guard failure.isRetryable, !isTimeToGiveUp else { return finish(entry, .failure(failure)) }
                let told = Duration.milliseconds(min(failure.retryAfterMs ?? 0, 60_000))
                try await Task.sleep(for: max(told, pause(before: attempt)))
                attempt += 1
                entries[0].call = try await begin(entries[0].params)
            } catch let failure as ConnectionFailure {
                try await reconnect(after: failure)
            }
        }
        return nil
    }

    /// Closes the connection.
    package func close() async {
        await client.close()
    }

    // MARK: Doing it again

    private mutating func finish(
        _ entry: Entry, _ answer: Result<JSONValue, RPCFailure>
    ) -> (tag: Tag, answer: Result<JSONValue, RPCFailure>) {
        entries.removeFirst()
        lastAnswer = .now
        return (entry.tag, answer)
    }

    /// Sends a call; one that cannot be sent has its failure for an answer, which `next` deals with in its turn.
    private func begin(_ params: [UInt8]) async throws -> PendingCall {
        do {
            return try await client.begin(method) { $0.raw(params) }
        } catch  where !(error is CancellationError) {
            let unsent = PendingCall()
            unsent.settle(.failure(error))
            return unsent
        }
    }

    private mutating func reconnect(after failure: ConnectionFailure) async throws {
        await client.close()
        var last: any Error = failure
        var attempt = 0
        while true {
            guard Self.mayPass(last), !isTimeToGiveUp else { throw last }
            try await Task.sleep(for: pause(before: attempt))
            attempt += 1
            do {
                client = try await connect()
                reconnections += 1
                for index in entries.indices where !entries[index].call.isAnswered {
                    entries[index].call = try await begin(entries[index].params)
                }
                return
            } catch {
                last = error
            }
        }
    }

    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case let failure as ConnectionFailure: failure.isRetryable
        case let failure as RPCFailure: failure.isRetryable
        default: false
        }
    }

    private var isTimeToGiveUp: Bool { ContinuousClock.now - lastAnswer > policy.giveUpAfter }

    private func pause(before attempt: Int) -> Duration {
        policy.pause(before: attempt, chance: .random(in: 0...1))
    }
}
