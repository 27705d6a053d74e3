/// A fixed list of member names, laid out so that a key is found without touching strings.
///
/// For readers that know which members may come: schemas look up every key of every call.
public struct JSONNames: Sendable {
    private let text: [UInt8]
    /// Where each name ends in `text`; the first begins at 0.
    private let ends: [Int]

    /// Lays out the names; a name's index is its position here.
    public init(_ names: [String]) {
        text = names.flatMap { Array($0.utf8) }
        var end = 0
        ends = names.map { name in
            end += name.utf8.count
            return end
        }
    }

    /// The index of a key, searched from a guess onwards and then from the start: members that come in the order of
    /// the names are found at once.
    public func index(of key: JSONValue, from guess: Int = 0) -> Int? {
        let node = key.node
        guard node.isKind(.string) else { return nil }
        if node.flag {
            guard let plain = key.utf8 else { return nil }
            return search(plain.span, from: guess)
        }
        let bytes = key.tape.bytes
        let start = key.tape.base + Int(node.start) + 1
        return search(bytes.span.extracting(start..<key.tape.base + Int(node.end) - 1), from: guess)
    }

    private func search(_ key: Span<UInt8>, from guess: Int) -> Int? {
        var index = guess
        for _ in ends.indices {
            if index >= ends.count { index = 0 }
            let start = index == 0 ? 0 : ends[index - 1]
            if ends[index] - start == key.count && isEqual(key, at: start) { return index }
            index += 1
        }
        return nil
    }

    @inline(__always)
    private func isEqual(_ key: Span<UInt8>, at start: Int) -> Bool {
        for step in 0..<key.count where text[start + step] != key[step] { return false }
        return true
    }
}
