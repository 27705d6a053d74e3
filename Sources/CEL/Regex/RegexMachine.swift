// The machine that runs a program over the UTF-8 of a text: all possible states at once, one character at a
// time. Sets of states are sparse sets, emptied in constant time; following jumps uses a stack of its own,
// never recursion. It stops by itself when it has used up the work it was given.

/// One run of a compiled pattern over a text.
struct RegexMachine {
    private let program: RegexProgram
    private let workLeft: Int
    /// Instructions visited so far.
    private(set) var steps = 0
    private var stack: [Int] = []

    init(program: RegexProgram, workLeft: Int) {
        self.program = program
        // One more than is left, so that running out is seen as exceeding it.
        self.workLeft = workLeft == .max ? .max : workLeft + 1
    }

    // MARK: Whether

    /// Whether there is a match; false when the work is used up.
    mutating func isFound(in text: Span<UInt8>, firstCharacters: CharacterSet?) -> Bool {
        var current = StateSet(capacity: program.instructions.count)
        var following = StateSet(capacity: program.instructions.count)
        var position = 0
        var previous: UInt32?
        while true {
            if current.isEmpty, let firstCharacters {
                while position < text.count, text[position] < 0x80, !firstCharacters.contains(UInt32(text[position])) {
                    previous = UInt32(text[position])
                    position += 1
                    steps += 1
                }
            }
            let (code, length) = Self.decode(text, position)
            let place = Place(previous: previous, next: code)
            if add(0, to: &current, place) { return true }
            guard let code, steps < workLeft else { return false }
            let after = Place(previous: code, next: Self.decode(text, position + length).code)
            following.removeAll()
            for index in 0..<current.count {
                let at = current[index]
                steps += 1
                switch program.instructions[at] {
                case .character(let wanted) where wanted == code:
                    if add(at + 1, to: &following, after) { return true }
                case .set(let set) where program.sets[set].contains(code):
                    if add(at + 1, to: &following, after) { return true }
                default: break
                }
            }
            swap(&current, &following)
            previous = code
            position += length
        }
    }

    // Adds an instruction and all that follow without reading; true if the match is among them.
    private mutating func add(_ start: Int, to set: inout StateSet, _ place: Place) -> Bool {
        stack.append(start)
        while let at = stack.popLast() {
            guard set.insert(at) else { continue }
            steps += 1
            switch program.instructions[at] {
            case .jump(let target): stack.append(target)
            case .split(let first, let second):
                stack.append(second)
                stack.append(first)
            case .save: stack.append(at + 1)
            case .assertion(let assertion): if place.satisfies(assertion) { stack.append(at + 1) }
            case .match:
                stack.removeAll(keepingCapacity: true)
                return true
            case .character, .set: break
            }
        }
        return false
    }

    // MARK: Where

    /// The places of the leftmost match, begin and end of each group in turn, -1 where a group took no part.
    mutating func firstMatch(in text: Span<UInt8>, from start: Int) -> [Int]? {
        let placeCount = (program.groupCount + 1) * 2
        var current = StateSet(capacity: program.instructions.count)
        var following = StateSet(capacity: program.instructions.count)
        var places: [[Int]] = Array(repeating: [], count: program.instructions.count)
        var followingPlaces = places
        var found: [Int]?
        var position = start
        var previous = start > 0 ? Self.decodeBackwards(text, start) : nil
        while steps < workLeft {
            let (code, length) = Self.decode(text, position)
            if found == nil {
                var fresh = [Int](repeating: -1, count: placeCount)
                fresh[0] = position
                let place = Place(previous: previous, next: code)
                follow(0, fresh, &current, &places, position, place)
            }
            if current.isEmpty { break }
            following.removeAll()
            let after = Place(previous: code, next: code == nil ? nil : Self.decode(text, position + length).code)
            loop: for index in 0..<current.count {
                let at = current[index]
                steps += 1
                switch program.instructions[at] {
                case .character(let wanted) where wanted == code:
                    follow(at + 1, places[at], &following, &followingPlaces, position + length, after)
                case .set(let set):
                    guard let code, program.sets[set].contains(code) else { break }
                    follow(at + 1, places[at], &following, &followingPlaces, position + length, after)
                case .match:
                    var match = places[at]
                    match[1] = position
                    found = match
                    // States after this one are less preferred.
                    break loop
                default: break
                }
            }
            if code == nil { break }
            swap(&current, &following)
            swap(&places, &followingPlaces)
            previous = code
            position += length
        }
        return found
    }

    private mutating func follow(
        _ start: Int, _ startPlaces: [Int], _ set: inout StateSet, _ places: inout [[Int]], _ position: Int,
        _ place: Place
    ) {
        var pending = [(at: start, places: startPlaces)]
        while let (at, known) = pending.popLast() {
            guard set.insert(at) else { continue }
            steps += 1 + known.count
            switch program.instructions[at] {
            case .jump(let target): pending.append((target, known))
            case .split(let first, let second):
                pending.append((second, known))
                pending.append((first, known))
            case .save(let index):
                var changed = known
                changed[index] = position
                pending.append((at + 1, changed))
            case .assertion(let assertion): if place.satisfies(assertion) { pending.append((at + 1, known)) }
            case .character, .set, .match: places[at] = known
            }
        }
    }

    // MARK: Text

    // The code point at a position and its length in bytes; strings are valid UTF-8.
    @inline(__always)
    private static func decode(_ text: Span<UInt8>, _ position: Int) -> (code: UInt32?, length: Int) {
        guard position < text.count else { return (nil, 0) }
        let first = UInt32(text[position])
        if first < 0x80 { return (first, 1) }
        func trail(_ distance: Int) -> UInt32 {
            position + distance < text.count ? UInt32(text[position + distance]) & 0x3F : 0
        }
        if first < 0xE0 { return ((first & 0x1F) << 6 | trail(1), 2) }
        if first < 0xF0 { return ((first & 0x0F) << 12 | trail(1) << 6 | trail(2), 3) }
        return ((first & 0x07) << 18 | trail(1) << 12 | trail(2) << 6 | trail(3), 4)
    }

    private static func decodeBackwards(_ text: Span<UInt8>, _ end: Int) -> UInt32? {
        var start = end - 1
        while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
        return decode(text, start).code
    }

    /// A place between two characters.
    private struct Place {
        let previous: UInt32?
        let next: UInt32?

        func satisfies(_ assertion: RegexAssertion) -> Bool {
            switch assertion {
            case .textStart: previous == nil
            case .textEnd: next == nil
            case .lineStart: previous == nil || previous == 0x0A
            case .lineEnd: next == nil || next == 0x0A
            case .wordBoundary: isWord(previous) != isWord(next)
            case .notWordBoundary: isWord(previous) == isWord(next)
            }
        }

        private func isWord(_ code: UInt32?) -> Bool {
            switch code {
            case .some(0x30...0x39), .some(0x41...0x5A), .some(0x5F), .some(0x61...0x7A): true
            default: false
            }
        }
    }
}

/// A set of instruction numbers that remembers the order of insertion and is emptied in constant time.
private struct StateSet {
    private var dense: [Int]
    private var sparse: [Int]
    private(set) var count = 0

    init(capacity: Int) {
        dense = Array(repeating: 0, count: capacity)
        sparse = Array(repeating: 0, count: capacity)
    }

    var isEmpty: Bool { count == 0 }

    subscript(index: Int) -> Int { dense[index] }

    mutating func removeAll() { count = 0 }

    /// Adds a member; false if it was there.
    @inline(__always)
    mutating func insert(_ member: Int) -> Bool {
        let index = sparse[member]
        if index < count, dense[index] == member { return false }
        dense[count] = member
        sparse[member] = count
        count += 1
        return true
    }
}
