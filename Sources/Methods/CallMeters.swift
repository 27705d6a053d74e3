import Dispatch
import Metrics
import RPC

/// Counts and times calls: one counter a method and outcome, one histogram a method. The table bounds how many there are;
/// calls of methods that do not exist are counted as `unknown`, requests of HTTP in which no call was looked at as `http`,
/// messages that are no call as `unreadable`. Connections are counted that were turned away.
struct CallMeters: Sendable {
    private let meters: [String: MethodMeter]
    private let unknown: MethodMeter
    private let http: MethodMeter
    private let unreadable: MethodMeter
    private let turnedAway: Counter

    init(methods: [String], factory: any MetricsFactory) {
        meters = Dictionary(
            methods.map { ($0, MethodMeter($0, factory)) }, uniquingKeysWith: { first, _ in first })
        unknown = MethodMeter("unknown", factory)
        http = MethodMeter("http", factory)
        unreadable = MethodMeter("unreadable", factory)
        turnedAway = Counter(label: "kizuna_connections_refused_total", factory: factory)
    }

    /// Starts to time a call.
    func start(_ method: String) -> CallMeter {
        CallMeter(method: meters[method] ?? unknown, started: DispatchTime.now().uptimeNanoseconds)
    }

    /// Counts messages, or entries of batches, in which no call could be read.
    func countUnreadable(_ count: Int) {
        unreadable.count(.invalid, count)
    }

    /// Counts a connection for which there was no room.
    func countTurnedAway() {
        turnedAway.increment()
    }

    /// Counts a request of HTTP that was refused with a code before any call in it was looked at.
    func countRefusedRequest(_ code: Int) {
        http.count(CallOutcome(code: code))
    }
}

/// How calls end, as far as whoever watches a server wants to know.
enum CallOutcome: String, CaseIterable, Sendable {
    case ok, replayed, refused, invalid, denied, limited, unavailable, failed

    init(_ result: Result<[UInt8], RPCError>) {
        switch result {
        case .success(let result):
            self = result.suffix(Self.replayedEnd.count).elementsEqual(Self.replayedEnd) ? .replayed : .ok
        case .failure(let error): self.init(code: error.code)
        }
    }

    init(code: Int) {
        switch code {
        case RPCCode.firstDomainCode...: self = .refused
        case RPCCode.notAuthenticated, RPCCode.notPermitted: self = .denied
        case RPCCode.rateLimited: self = .limited
        case RPCCode.unavailable: self = .unavailable
        case RPCCode.internalError: self = .failed
        default: self = .invalid
        }
    }

    private static let replayedEnd = Array(#""replayed":true}"#.utf8)
}

/// One call that is timed.
struct CallMeter: Sendable {
    fileprivate let method: MethodMeter
    fileprivate let started: UInt64

    /// The method, or `unknown`.
    var methodName: String { method.name }
    var elapsedNanoseconds: UInt64 { DispatchTime.now().uptimeNanoseconds &- started }

    /// Counts the call as ended.
    func stop(_ result: Result<[UInt8], RPCError>) {
        method.count(CallOutcome(result))
        method.latency.recordNanoseconds(elapsedNanoseconds)
    }
}

private final class MethodMeter: Sendable {
    private let outcomes: [Counter]
    let latency: Metrics.Timer
    let name: String

    init(_ method: String, _ factory: any MetricsFactory) {
        name = method
        outcomes = CallOutcome.allCases.map {
            Counter(
                label: "kizuna_requests_total", dimensions: [("method", method), ("outcome", $0.rawValue)],
                factory: factory)
        }
        latency = Metrics.Timer(
            label: "kizuna_request_seconds", dimensions: [("method", method)], factory: factory)
    }

    func count(_ outcome: CallOutcome, _ count: Int = 1) {
        outcomes[outcome.position].increment(by: count)
    }
}

extension CallOutcome {
    fileprivate var position: Int {
        switch self {
        case .ok: 0
        case .replayed: 1
        case .refused: 2
        case .invalid: 3
        case .denied: 4
        case .limited: 5
        case .unavailable: 6
        case .failed: 7
        }
    }
}
