extension MetricFamily {
    /// Every metric of the product, in the order in which they are told.
    package static let catalogue: [MetricFamily] = [
        // The wire.
        .init("kizuna_requests_total", .counter, "Calls by method and outcome, over TCP and HTTP."),
        .init(
            "kizuna_request_seconds", .histogram(seconds),
            "Time from the whole call to its whole answer, by method; for commands it includes the commit."),
        .init("kizuna_connections", .gauge, "Open TCP connections."),
        .init(
            "kizuna_connections_refused_total", .counter,
            "Connections for which there was no room, in all or from their address; over HTTP only the latter."),
        .init(
            "kizuna_certificate_ends_seconds", .gauge,
            "When the server's certificate is over, in seconds since 1970; absent without TLS."),
        // The engine.
        .init(
            "kizuna_queue_depth", .gauge,
            "What waits for a thread, by queue: commands, queries, long_queries, errands."),
        .init("kizuna_batch_operations", .histogram(batch), "Operations in a committed batch."),
        .init("kizuna_commit_seconds", .histogram(seconds), "Time that the store took for a batch."),
        .init(
            "kizuna_commit_conflicts_total", .counter, "Batches that were decided again, because somebody was faster."),
        .init("kizuna_commit_failures_total", .counter, "Batches that the store could not write."),
        .init("kizuna_cache_hits_total", .counter, "Members that a command needed and memory held."),
        .init("kizuna_cache_misses_total", .counter, "Members that had to be read from the store."),
        .init(
            "kizuna_due_lag_seconds", .gauge, "How long the oldest work that fell due has waited to be written down."),
        .init(
            "kizuna_due_operations_total", .counter,
            "Operations that time alone brought about and that were written down."),
        .init("kizuna_rule_failures_total", .counter, "Expressions of rules that had no value, by their place."),
        // The ledger.
        .init("kizuna_points_earned_total", .counter, "Points that came to members, by currency."),
        .init("kizuna_points_redeemed_total", .counter, "Points that members spent, by currency."),
        .init(
            "kizuna_points_restored_total", .counter, "Points that members got back after spending them, by currency."),
        .init("kizuna_points_expired_total", .counter, "Points that lapsed, by currency."),
        .init("kizuna_points_taken_back_total", .counter, "Points that returns took back, by currency."),
        .init(
            "kizuna_ledger_points", .gauge,
            "What the program's accounts hold, by currency and account; issued is negative: the points that are out."),
        .init("kizuna_ledger_members", .gauge, "Members in the store."),
        .init("kizuna_ledger_operations", .gauge, "Operations in the store."),
        // The process.
        .init("kizuna_build_info", .gauge, "Always 1; the version and the program are its labels."),
        .init("process_resident_memory_bytes", .gauge, "Memory of the process."),
        .init("process_open_fds", .gauge, "Open file descriptors."),
        .init("process_cpu_seconds_total", .counter, "Time that the process has spent computing, whole seconds."),
        .init("process_start_time_seconds", .gauge, "When the process started, in seconds since 1970."),
    ]
}
