import Ledger
import Rules

/// The words of all documents that take part, so that sums are kept in lists and not looked up by name.
struct BacktestTerms {
    /// Those of the draft first, then those only earlier documents have.
    private(set) var currencies: [CurrencyID] = []
    private(set) var rules: [String] = []
    private var ruleIndices: [String: Int] = [:]

    init(draft: Program, others: [Program]) {
        for program in [draft] + others {
            for currency in program.currencies { add(CurrencyID(currency.id)) }
            for rule in program.rules where ruleIndices[rule.id] == nil {
                ruleIndices[rule.id] = rules.count
                rules.append(rule.id)
            }
        }
    }

    private mutating func add(_ currency: CurrencyID) {
        if !currencies.contains(currency) { currencies.append(currency) }
    }

    /// The index of a currency, which some document has.
    func index(of currency: CurrencyID) -> Int {
        guard let index = currencies.firstIndex(of: currency) else {
            preconditionFailure("points are of a currency that some document has")
        }
        return index
    }

    /// The index of a rule, which some document has.
    func index(ofRule id: String) -> Int {
        guard let index = ruleIndices[id] else { preconditionFailure("awards are of rules that some document has") }
        return index
    }
}
