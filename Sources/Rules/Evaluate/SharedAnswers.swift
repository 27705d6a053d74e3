// A backtest decides every sale under two documents that differ in little. What an expression comes to on the lines of
// a sale, the sale and the clock is the same under both, as long as they count money alike and mean the same zone; so
// the second one takes the answer of the first, at the cost that the expression had. What looks at the member is never
// shared: members become others. Nor is what asks whether lines may earn.

/// What expressions came to at one sale, for the next document to be tried on it.
public final class SharedAnswers: @unchecked Sendable {  // whoever made it decides on one thread
    /// Answers of another document, and where to find them.
    struct Earlier {
        fileprivate let answers: [ConditionRun.Answer]
        /// By expression: its place in the other document; −1 for what is not shared.
        fileprivate let places: [Int]
        /// How many expressions the other document has.
        fileprivate let width: Int

        /// What an expression came to on a row of answers; unknown where nobody asked.
        func answer(_ condition: Int, row: Int) -> ConditionRun.Answer {
            places[condition] < 0 ? .unknown : answers[row * width + places[condition]]
        }
    }

    private var program: Program?
    private var answers: [ConditionRun.Answer] = []
    /// Which expressions two documents have in common; there are as many pairs as documents follow one another.
    private var pairs: [(first: Program, second: Program, places: [Int])] = []

    public init() {}

    /// Begins the next sale.
    public func begin() { program = nil }

    /// Keeps the answers of the first document.
    func keep(_ new: [ConditionRun.Answer], of document: Program) {
        guard program == nil, !new.isEmpty else { return }
        program = document
        answers = new
    }

    /// What the document before this one found out.
    func earlier(for document: Program) -> Earlier? {
        guard let program else { return nil }
        return Earlier(answers: answers, places: places(program, document), width: program.plan.conditions.count)
    }

    private func places(_ first: Program, _ second: Program) -> [Int] {
        if let known = pairs.first(where: { $0.first === first && $0.second === second }) { return known.places }
        let isAlike = first.money.base == second.money.base && first.zone == second.zone
        let places = second.plan.conditions.indices.map { index in
            let source = second.plan.conditions[index].source
            guard isAlike, second.plan.needs[index].isSubset(of: [.order, .item, .local]),
                !source.contains(ItemRecord.Field.eligible.rawValue)
            else { return -1 }
            return first.plan.conditions.firstIndex { $0.source == source } ?? -1
        }
        pairs.append((first, second, places))
        return places
    }
}
