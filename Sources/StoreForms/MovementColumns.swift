public import Engine
public import JSON
public import Ledger

// What moved, as JSON in columns that nothing searches in.

/// Transfers: `[[number, currency, debit, credit, amount, lot, available_after], …]`.
public enum TransfersColumn {
    /// Writes them as JSON.
    public static func write(_ transfers: [Transfer], to json: inout JSONWriter) {
        json.beginArray()
        for transfer in transfers {
            json.beginArray()
            json.int(transfer.number)
            json.string(transfer.currency.text)
            json.int(Int64(transfer.from.rawValue))
            json.int(Int64(transfer.to.rawValue))
            json.int(transfer.amount.count)
            json.int(transfer.lot)
            json.int(transfer.availableAfter.count)
            json.endArray()
        }
        json.endArray()
    }

    /// Reads them.
    public static func transfers(_ text: [UInt8]) throws -> [Transfer] {
        try StoredFields.rows(text, of: "transfers") { fields in
            let (number, currency) = (try fields.int(), CurrencyID(try fields.text()))
            let (from, to) = (try Account(stored: fields.int()), try Account(stored: fields.int()))
            let amount = Points(try fields.int())
            guard amount > .zero, from != to else { throw StoreError(.corrupt, "a transfer moves nothing") }
            return Transfer(
                number: number, currency: currency, from: from, to: to, amount: amount, lot: try fields.int(),
                availableAfter: Points(try fields.int()))
        }
    }
}

/// What a batch moved on accounts of the program: `[[currency, account, change], …]`.
public enum TotalsColumn {
    /// Writes it as JSON.
    public static func write(_ totals: [ProgramTotal], to json: inout JSONWriter) {
        json.beginArray()
        for total in totals {
            json.beginArray()
            json.string(total.currency.text)
            json.int(Int64(total.account.rawValue))
            json.int(total.change.count)
            json.endArray()
        }
        json.endArray()
    }

    /// Reads it.
    public static func totals(_ text: [UInt8]) throws -> [ProgramTotal] {
        try StoredFields.rows(text, of: "totals") { fields in
            ProgramTotal(
                currency: CurrencyID(try fields.text()), account: try Account(stored: fields.int()),
                change: Points(try fields.int()))
        }
    }
}

extension Account {
    /// The account with a stored number; throws where there is none.
    public init(stored number: Int64) throws {
        guard let account = UInt8(exactly: number).flatMap(Account.init(rawValue:)) else {
            throw StoreError(.corrupt, "there is no account \(number)")
        }
        self = account
    }
}
