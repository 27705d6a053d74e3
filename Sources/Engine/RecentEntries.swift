/// A dictionary that forgets what was not used lately.
///
/// Two generations: what is used moves to the young one; when that is full, the old one is forgotten and the young
/// one becomes the old. Nothing is ordered or counted per entry.
struct RecentEntries<Key: Hashable, Value> {
    private let generationCapacity: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    /// Keeps at least the last `capacity / 2` entries and at most `capacity`.
    init(capacity: Int) {
        generationCapacity = max(1, capacity / 2)
    }

    /// Takes an entry out.
    mutating func take(_ key: Key) -> Value? {
        young.removeValue(forKey: key) ?? old.removeValue(forKey: key)
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
        if young.count >= generationCapacity {
            old = young
            young = [:]
        }
        young[key] = value
    }
}
