/// One movement of points: `amount` leaves `from` and arrives in `to`, so debits equal credits by construction.
///
/// Transfers are only ever added. They are numbered 1, 2, 3 … per member without holes.
public struct Transfer: Hashable, Sendable {
    /// The place among the member's transfers, from 1.
    public let number: Int64
    public let currency: CurrencyID
    public let from: Account
    public let to: Account
    /// Always greater than zero.
    public let amount: Points
    /// The lot whose points moved.
    public let lot: Int64
    /// What the member has available in this currency after the movement, in the order of recording.
    public let availableAfter: Points

    public init(
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
    public func encode(into bytes: inout [UInt8]) {
        bytes.append(bigEndian: number)
        bytes.append(lengthPrefixed: currency.text)
        bytes.append(from.rawValue)
        bytes.append(to.rawValue)
        bytes.append(bigEndian: amount.count)
        bytes.append(bigEndian: lot)
        bytes.append(bigEndian: availableAfter.count)
    }
}
