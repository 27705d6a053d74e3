package import Ledger

/// What an accepted command did, for whoever asked.
package enum Outcome: Hashable, Sendable {
    case enrolled(Earned)
    case linked(OperationID, Identifier)
    case purchased(Earned)
    case happened(Earned)
    case traitsChanged(OperationID)
}

/// What a purchase or another event earned.
package struct Earned: Hashable, Sendable {
    /// What one rule paid into one currency.
    package struct Award: Hashable, Sendable {
        /// The rule's id.
        package let rule: String
        package let points: Points
        package let currency: CurrencyID

        package init(rule: String, points: Points, currency: CurrencyID) {
            self.rule = rule
            self.points = points
            self.currency = currency
        }
    }

    package let operation: OperationID
    /// In the order of the rules; a rule that paid nothing is absent.
    package let awards: [Award]
    /// The sum of the awards per currency, in the order of the program; a currency with none is absent.
    package let earned: [CurrencyPoints]

    package init(operation: OperationID, awards: [Award], earned: [CurrencyPoints]) {
        self.operation = operation
        self.awards = awards
        self.earned = earned
    }
}

/// A number of points of a currency.
package struct CurrencyPoints: Hashable, Sendable {
    package let currency: CurrencyID
    package let points: Points

    package init(currency: CurrencyID, points: Points) {
        self.currency = currency
        self.points = points
    }
}
