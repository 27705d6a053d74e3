/// Finds the name an author probably meant.
enum Suggestion {
    /// The known name nearest to a misspelt one, if any is near enough to be meant.
    ///
    /// The distance counts inserted, deleted, changed and swapped neighbouring characters; a third of the letters
    /// may differ, and two letters of different case count as half a change.
    static func nearest<Names: Sequence<String>>(to name: String, among names: Names) -> String? {
        let wanted = Array(name.unicodeScalars.prefix(64))
        let limit = max(2, wanted.count / 3 * 2)
        var best: (name: String, distance: Int)?
        for candidate in names where candidate != name {
            let letters = Array(candidate.unicodeScalars.prefix(64))
            guard abs(letters.count - wanted.count) * 2 <= limit else { continue }
            let distance = distance(wanted, letters)
            guard distance <= limit, distance < 2 * max(wanted.count, letters.count) else { continue }
            if let known = best, (known.distance, known.name) <= (distance, candidate) { continue }
            best = (candidate, distance)
        }
        return best?.name
    }

    /// A hint that names the nearest known name.
    static func hint<Names: Sequence<String>>(for name: String, among names: Names, quote: String = "'") -> String? {
        nearest(to: name, among: names).map { "did you mean \(quote)\($0)\(quote)?" }
    }

    /// Twice the number of changes that make one word of the other.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = (0...right.count).map { $0 * 2 }
        for (i, a) in left.enumerated() {
            var row = [(i + 1) * 2]
            for (j, b) in right.enumerated() {
                let change = a == b ? 0 : a.properties.lowercaseMapping == b.properties.lowercaseMapping ? 1 : 2
                var cost = min(last[j] + change, last[j + 1] + 2, row[j] + 2)
                if i > 0, j > 0, a == right[j - 1], left[i - 1] == b { cost = min(cost, beforeLast[j - 1] + 2) }
                row.append(cost)
            }
            beforeLast = last
            last = row
        }
        return last[right.count]
    }
}
