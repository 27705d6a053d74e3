/// One line of a file.
struct SourceLine: Equatable {
    /// Counted from 1, as editors do.
    let number: Int
    /// Without its end; only the beginning of a line that is too long.
    let bytes: [UInt8]
    var isTooLong = false
}

/// Cuts pieces of a file into lines. Empty lines are skipped, a carriage return before the line feed and a byte order
/// mark at the very beginning are dropped, and no line takes more memory than the longest that is allowed.
struct LineReader {
    private let read: () throws -> [UInt8]?
    private let longest: Int
    private var piece: [UInt8] = []
    private var position = 0
    private var number = 0

    /// - Parameter read: the next piece of the file; `nil` at its end.
    init(longest: Int, read: @escaping () throws -> [UInt8]?) {
        self.longest = longest
        self.read = read
    }

    /// The next line that is not empty; `nil` at the end.
    mutating func next() throws -> SourceLine? {
        while let line = try nextLine() {
            if line.isTooLong || line.bytes.contains(where: { $0 != 0x20 && $0 != 0x09 }) { return line }
        }
        return nil
    }

    private mutating func nextLine() throws -> SourceLine? {
        var line: [UInt8] = []
        var isTooLong = false
        var hasBegun = false
        while true {
            if position == piece.count {
                guard let next = try read() else { break }
                piece = next
                position = 0
                continue
            }
            hasBegun = true
            let feed = piece[position...].firstIndex(of: UInt8(ascii: "\n"))
            let part = piece[position..<(feed ?? piece.count)]
            let room = longest - line.count
            line.append(contentsOf: part.prefix(room))
            isTooLong = isTooLong || part.count > room
            position = part.endIndex
            guard feed != nil else { continue }
            position += 1
            break
        }
        guard hasBegun else { return nil }
        number += 1
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        return SourceLine(number: number, bytes: line, isTooLong: isTooLong)
    }
}
