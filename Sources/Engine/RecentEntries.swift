/// A dictionary that forgets what was not used lately.
///
/// Two generations: what is used moves to the young one; when that is full, the old one is forgotten and the young
/// one becomes the old. Nothing is ordered; what an entry weighs is asked again when it leaves.
struct RecentEntries<Key: Hashable, Value> {
    private let generationCapacity: Int
    private let weigh: (Value) -> Int
    private var young: [Key: Value] = [:]
    private var youngWeight = 0
    private var old: [Key: Value] = [:]

    /// Keeps at least the last entries that weigh `capacity / 2` together, and at most `capacity` and two entries more.
    ///
    /// - Parameter weigh: what an entry weighs, at least 1 and always the same.
    init(capacity: Int, weigh: @escaping (Value) -> Int = { _ in 1 }) {
        generationCapacity = max(1, capacity / 2)
        self.weigh = weigh
    }

    /// Takes an entry out.
    mutating func take(_ key: Key) -> Value? {
        guard let value = young.removeValue(forKey: key) else { return old.removeValue(forKey: key) }
        youngWeight -= weigh(value)
        return value
    }

    /// Finds an entry and counts that as a use.
    mutating func use(_ key: Key) -> Value? {
        if let value = young[key] { return value }
        guard let value = old.removeValue(forKey: key) else { return nil }
        put(value, for: key)
        return value
    }

    /// Puts an entry in, or another value into its place.
    mutating func put(_ value: Value, for key: Key) {
        if youngWeight >= generationCapacity {
            old = young
            young = [:]
            youngWeight = 0
        }
        youngWeight += weigh(value)
        if let before = young.updateValue(value, forKey: key) { youngWeight -= weigh(before) }
    }
}
