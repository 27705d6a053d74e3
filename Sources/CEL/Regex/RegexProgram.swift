// A pattern as instructions for the machine. Repetitions with counts are written out, so the size of the
// program is what bounds time and memory: a pattern that needs too many instructions is refused.

/// The instructions of a compiled pattern.
struct RegexProgram: Sendable {
    enum Instruction: Sendable {
        case character(UInt32)
        case set(Int)
        /// Continue at both; the first is preferred.
        case split(Int, Int)
        case jump(Int)
        case assertion(RegexAssertion)
        /// Remember the place as the beginning or end of a group.
        case save(Int)
        case match
    }

    private static let maxInstructions = 10_000

    private(set) var instructions: [Instruction] = []
    private(set) var sets: [CharacterSet] = []
    let groupCount: Int

    init(_ root: RegexNode, groupCount: Int) throws(RegexError) {
        self.groupCount = groupCount
        try emit(root)
        try append(.match)
    }

    private mutating func append(_ instruction: Instruction) throws(RegexError) {
        guard instructions.count < Self.maxInstructions else {
            throw RegexError("pattern too large - compile failed", at: 0)
        }
        instructions.append(instruction)
    }

    private mutating func emit(_ node: RegexNode) throws(RegexError) {
        switch node {
        case .empty: break
        case .character(let code, let ignoresCase):
            let variants = ignoresCase ? CaseFolding.variants(of: code) : []
            if variants.isEmpty {
                try append(.character(code))
            } else {
                try emit(.set(CharacterSet(([code] + variants).map { $0...$0 }).prepared()))
            }
        case .set(let set):
            let index = sets.firstIndex(of: set) ?? sets.count
            if index == sets.count { sets.append(set) }
            try append(.set(index))
        case .assertion(let assertion): try append(.assertion(assertion))
        case .concatenation(let parts):
            for part in parts { try emit(part) }
        case .alternation(let branches): try emit(branches: branches)
        case .repetition(let inner, let least, let most, let isGreedy):
            try emit(inner, least: least, most: most, isGreedy: isGreedy)
        case .group(let inner, let number):
            try append(.save(number * 2))
            try emit(inner)
            try append(.save(number * 2 + 1))
        }
    }

    private mutating func emit(branches: [RegexNode]) throws(RegexError) {
        var exits: [Int] = []
        for (index, branch) in branches.enumerated() {
            guard index < branches.count - 1 else {
                try emit(branch)
                break
            }
            let split = instructions.count
            try append(.split(split + 1, 0))
            try emit(branch)
            exits.append(instructions.count)
            try append(.jump(0))
            instructions[split] = .split(split + 1, instructions.count)
        }
        for exit in exits { instructions[exit] = .jump(instructions.count) }
    }

    private mutating func emit(
        _ inner: RegexNode, least: Int, most: Int?, isGreedy: Bool
    ) throws(RegexError) {
        let start = instructions.count
        for _ in 0..<least {
            try emit(inner)
            // What needs no instruction once needs none a thousand times.
            if instructions.count == start { return }
        }
        guard let most else {
            let split = instructions.count
            try append(.split(0, 0))
            try emit(inner)
            try append(.jump(split))
            instructions[split] = choice(split + 1, instructions.count, isGreedy)
            return
        }
        var splits: [Int] = []
        for _ in least..<max(most, least) {
            splits.append(instructions.count)
            try append(.split(0, 0))
            try emit(inner)
        }
        for split in splits { instructions[split] = choice(split + 1, instructions.count, isGreedy) }
    }

    private func choice(_ inside: Int, _ outside: Int, _ isGreedy: Bool) -> Instruction {
        isGreedy ? .split(inside, outside) : .split(outside, inside)
    }
}
