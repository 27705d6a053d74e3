public import Time

/// What a member agreed to, or no longer does.
public struct Consent: Hashable, Sendable {
    /// What for, as the shop calls it: newsletter, profiling.
    public let purpose: String
    public let isGranted: Bool
    /// Where it was said: app, paper, telephone.
    public let source: String
    /// When it was said, by the caller's clock.
    public let saidAt: Instant

    public init(purpose: String, isGranted: Bool, source: String, saidAt: Instant) {
        self.purpose = purpose
        self.isGranted = isGranted
        self.source = source
        self.saidAt = saidAt
    }

    /// As an operation recorded it.
    public init(_ operation: Operation) {
        let detail = operation.detail ?? Detail()
        self.init(
            purpose: detail.text("purpose") ?? "", isGranted: detail.integer("granted") == 1,
            source: detail.text("source") ?? "", saidAt: operation.occurredAt)
    }

    /// What of it the operation's time does not tell.
    var detail: Detail {
        var detail = Detail()
        detail.add("purpose", purpose)
        detail.add("granted", isGranted ? 1 : 0)
        detail.add("source", source)
        return detail
    }
}
