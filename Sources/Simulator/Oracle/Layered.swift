/// A dictionary that grows without end and of which many copies are kept: what changed lately lies on top of what all
/// copies share.
struct Layered<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var base: [Key: Value] = [:]
    /// `nil` for what is there no longer.
    private var top: [Key: Value?] = [:]

    subscript(key: Key) -> Value? {
        get { top[key] ?? base[key] }
        set {
            top[key] = .some(newValue)
            guard top.count > 64 else { return }
            for (key, value) in top { base[key] = value }
            top = [:]
        }
    }
}
