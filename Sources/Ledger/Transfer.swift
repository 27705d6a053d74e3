/// One movement of points: `amount` leaves `from` and arrives in `to`, so debits equal credits by construction.
///
/// Transfers are only ever added. They are numbered 1, 2, 3 … per member without holes.
package struct Transfer: Hashable, Sendable {
    /// The place among the member's transfers, from 1.
    package let number: Int64
    package let currency: CurrencyID
    package let from: Account
    package let to: Account
    /// Always greater than zero.
    package let amount: Points
    /// The lot whose points moved.
    package let lot: Int64
    /// What the member has available in this currency after the movement, in the order of recording.
    package let availableAfter: Points

    package init(
        number: Int64, currency: CurrencyID, from: Account, to: Account, amount: Points, lot: Int64,
        availableAfter: Points
    ) {
        precondition(amount > .zero && from != to, "a transfer moves points from one account to another")
        self.number = number
        self.currency = currency
        self.from = from
        self.to = to
        self.amount = amount
        self.lot = lot
        self.availableAfter = availableAfter
    }

    /// Appends the hashed form.
    package func encode(into bytes: inout [UInt8]) {
        bytes.append(bigEndian: number)
        bytes.append(lengthPrefixed: currency.text)
        bytes.append(from.rawValue)
        bytes.append(to.rawValue)
        bytes.append(bigEndian: amount.count)
        bytes.append(bigEndian: lot)
        bytes.append(bigEndian: availableAfter.count)
    }
}
