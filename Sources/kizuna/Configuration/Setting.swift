import Logging

/// One thing that can be configured.
struct Setting: Sendable {
    /// Its place in the file, such as `listen.port`.
    let key: String
    /// The flag that says the same; `nil` where there is none.
    let flag: String?
    /// What holds where nobody says anything; `nil` for nothing.
    let standard: String?
    /// One sentence.
    let help: String
    /// What is wrong with a value; `nil` for a good one.
    let problem: @Sendable (String) -> String?

    init(
        _ key: String, flag: String? = nil, standard: String? = nil, _ help: String,
        problem: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
        self.key = key
        self.flag = flag
        self.standard = standard
        self.help = help
        self.problem = problem
    }

    /// The environment's variable, such as `KIZUNA_LISTEN_PORT`.
    var variable: String { "KIZUNA_" + key.uppercased().replacing(".", with: "_") }

    /// The value as people may see it.
    func shown(_ value: String) -> String {
        guard ["database", "replica.database"].contains(key) else { return value }
        return (try? DatabaseName(value).shown) ?? "(hidden)"
    }
}

extension Setting {
    /// Everything that can be configured, in the order in which it is told.
    static let all: [Setting] = [
        Setting("database", flag: "--database", "The database file, or postgres://…."),
        Setting(
            "replica.database", flag: "--read-from",
            "A replica of the PostgreSQL database that queries read; what was written a moment ago may be missing there."
        ),
        Setting(
            "replica.staleness_seconds", flag: "--max-staleness", standard: "10",
            "How far the replica may be behind before queries read the database itself.", problem: number(0...86_400)),
        Setting("program", flag: "--program", "The program document to publish, unless it was published before."),
        Setting("listen.host", flag: "--host", standard: "127.0.0.1", "The address of the TCP port."),
        Setting(
            "listen.port", flag: "--port", standard: "7410", "The TCP port; 0 lets the system choose.", problem: port),
        Setting(
            "listen.insecure", flag: "--insecure-listen", standard: "false",
            "Whether ports beyond the loopback may be open without TLS."
        ) { ["true", "false"].contains($0) ? nil : "must be true or false" },
        Setting(
            "tls.certificate", flag: "--tls-certificate",
            "The server's certificate (PEM), followed by those that lead to its authority."),
        Setting("tls.key", flag: "--tls-key", "The certificate's private key (PEM)."),
        Setting(
            "tls.client_authority", flag: "--tls-client-ca",
            "Who signs the certificates of clients (PEM), which may take the place of keys."),
        Setting("http.host", standard: "127.0.0.1", "The address of the HTTP port."),
        Setting(
            "http.port", flag: "--http-port", standard: "7411",
            "The HTTP port; 0 lets the system choose, off opens none."
        ) { HTTPPort(argument: $0) == nil ? "must be 0 to 65535, or off" : nil },
        Setting(
            "http.tls", standard: "on", "Whether the HTTP port speaks TLS where there is a certificate: on or off."
        ) { ["on", "off"].contains($0) ? nil : "must be on or off" },
        Setting("http.connections", standard: "1000", "HTTP connections at a time.", problem: number(1...100_000)),
        Setting(
            "http.request_seconds", standard: "10", "How long a head, and then a body, may take to arrive.",
            problem: number(1...3600)),
        Setting(
            "http.idle_seconds", standard: "60", "How long an HTTP connection stays open between requests.",
            problem: number(1...3600)),
        Setting(
            "http.head_bytes", standard: "16384", "Longest request line or header field, and all of them together.",
            problem: number(1024...1_048_576)),
        Setting("http.head_fields", standard: "100", "Most header fields.", problem: number(8...10_000)),
        Setting(
            "http.held_bytes", standard: "268435456", "What bodies and answers under way may keep, all together.",
            problem: number(bytes)),
        Setting(
            "cache.members", flag: "--cached-members", standard: "200000",
            "How many members are kept in memory; one with many lots counts as several.",
            problem: number(0...100_000_000)),
        Setting(
            "due.work", flag: "--due-work", standard: "on",
            "Whether what time brings about, such as points that lapse, is written down by itself: on or off."
        ) { ["on", "off"].contains($0) ? nil : "must be on or off" },
        Setting(
            "retention.answer_days",
            "For how many days answers are kept for calls that are repeated; for ever where nothing is said.",
            problem: number(1...36_500)),
        Setting(
            "retention.silent_member_days",
            "After how many days without anything recorded a member is erased; never where nothing is said.",
            problem: number(1...36_500)),
        Setting("limits.line_bytes", standard: "1048576", "Longest line or body.", problem: number(1024...67_108_864)),
        Setting(
            "limits.depth", standard: "64", "Deepest nesting of arrays and objects in a line or body.",
            problem: number(8...512)),
        Setting("limits.batch", standard: "100", "Most entries in a batch.", problem: number(1...10_000)),
        Setting(
            "limits.in_flight", standard: "32", "Calls under way on a connection; beyond it nothing more is read.",
            problem: number(1...10_000)),
        Setting("limits.response_bytes", standard: "4194304", "Longest line of a reply.", problem: number(bytes)),
        Setting(
            "limits.output_bytes", standard: "4194304",
            "Replies that wait for a connection to take them; beyond it nothing more is read.", problem: number(bytes)),
        Setting(
            "limits.kept_bytes", standard: "268435456",
            "What all TCP connections together may keep waiting, in and out.",
            problem: number(bytes)),
        Setting("limits.sessions", standard: "1000", "TCP connections at a time.", problem: number(1...100_000)),
        Setting(
            "limits.sessions_per_address", standard: "500", "Connections at a time from one address, on each port.",
            problem: number(1...100_000)),
        Setting(
            "limits.calls_per_second", flag: "--calls-per-second", standard: "5000",
            "Calls of one key in the long run; 0 for any number.", problem: number(0...10_000_000)),
        Setting(
            "limits.calls_at_once",
            "Calls of one key at once, after a pause; twice as many as a second where nothing is said.",
            problem: number(1...100_000_000)),
        Setting(
            "limits.keyless_calls_per_second", standard: "20",
            "Calls without a key from one address in the long run; 0 for any number.", problem: number(0...10_000_000)),
        Setting(
            "limits.keyless_calls_at_once",
            "Calls without a key from one address at once, after a pause; one for each of its connections where nothing is said.",
            problem: number(1...100_000_000)),
        Setting(
            "limits.hello_seconds", standard: "10", "How long a TCP connection may take to say who it is.",
            problem: number(1...3600)),
        Setting(
            "limits.line_seconds", standard: "30", "How long a line may take from its first byte to its last.",
            problem: number(1...3600)),
        Setting(
            "limits.stalled_seconds", standard: "30",
            "In what time a sixteenth of limits.output_bytes must be taken once so much waits.",
            problem: number(1...3600)),
        Setting(
            "limits.idle_seconds", standard: "600", "How long a TCP connection may be silent.",
            problem: number(1...86_400)),
        Setting(
            "limits.drain_seconds", standard: "20",
            "How long connections may take to finish when the server goes down.",
            problem: number(1...600)),
        Setting("log.format", flag: "--log-format", standard: "readable", "How log lines look: readable or json.") {
            StandardErrorLog.Format(rawValue: $0) == nil ? "must be readable or json" : nil
        },
        Setting("log.level", flag: "--log-level", standard: "info", "From which level on something is logged.") {
            Logger.Level(rawValue: $0) == nil ? "must be one of \(levelWords)" : nil
        },
        Setting("log.levels", standard: "", "Levels of single labels: kizuna.http=debug,kizuna.engine=trace.") {
            StandardErrorLog.Levels.pairs(in: $0) == nil ? "must be label=level, separated by commas" : nil
        },
    ]

    private static let levelWords = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")

    /// From what a few calls need to what no machine has.
    private static let bytes = 65_536...1_099_511_627_776

    private static func port(_ text: String) -> String? { number(0...65535)(text) }

    private static func number(_ range: ClosedRange<Int>) -> @Sendable (String) -> String? {
        { text in
            guard let number = Int(text), range.contains(number) else {
                return "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
            }
            return nil
        }
    }
}

extension StandardErrorLog.Levels {
    /// Levels by label from text such as `kizuna.http=debug,kizuna.engine=trace`; `nil` for what is no such text.
    static func pairs(in text: String) -> [String: Logger.Level]? {
        var levels: [String: Logger.Level] = [:]
        for pair in text.split(separator: ",") {
            let sides = pair.split(separator: "=", maxSplits: 1)
            guard sides.count == 2, let level = Logger.Level(rawValue: String(sides[1])) else { return nil }
            levels[String(sides[0])] = level
        }
        return levels
    }
}
