/// An event under a program: what everything that takes part in an evaluation looks at and nothing changes. A class, so
/// that sharing it costs one reference and not one for every list of the program.
final class Occasion: Sendable {
    let program: Program
    let facts: Facts
    let isSale: Bool
    /// The lines of the sale, if it is one.
    let lines: [Facts.Line]
    /// What each line comes to as the program counts money, in minor units.
    let counted: [Int64]

    /// Refuses amounts whose sums cannot be told. The sum of the tax has to fit too, since expressions may ask for it.
    init(_ facts: Facts, under program: Program) throws(EvaluationError) {
        isSale = facts.event == .purchase
        let lines = facts.order?.lines ?? []
        var counted: [Int64] = []
        counted.reserveCapacity(lines.count)
        var tax: Int64 = 0
        for line in lines {
            let (net, overflow) = line.amount.subtractingReportingOverflow(line.tax)
            let (sum, overflows) = tax.addingReportingOverflow(line.tax)
            guard !overflow, !overflows else { throw .amountOverflow }
            counted.append(program.money.base == .taxExcluded ? net : line.amount)
            tax = sum
        }
        self.program = program
        self.facts = facts
        self.lines = lines
        self.counted = counted
    }
}
