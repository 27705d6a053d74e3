import Engine
public import JSON
public import Ledger
public import Loyalty
import Time

// What is reserved, given and asked for, as JSON in columns that nothing searches in.

/// Points that are reserved: `[[operation, currency, until, [lot, points, …]], …]`; what a till may use without asking has
/// a fifth field, until when it may.
public enum HoldsColumn {
    /// Writes it as JSON.
    public static func write(_ holds: [Hold], to json: inout JSONWriter) {
        json.beginArray()
        for hold in holds {
            json.beginArray()
            json.int(hold.operation)
            json.string(hold.currency.text)
            json.int(hold.until.milliseconds)
            json.ints(hold.shares.flatMap { [$0.lot, $0.points.count] })
            if let validUntil = hold.validUntil { json.int(validUntil.milliseconds) }
            json.endArray()
        }
        json.endArray()
    }

    /// Reads it.
    public static func holds(_ text: [UInt8]) throws -> [Hold] {
        try StoredFields.rows(text, of: "holds") { fields in
            let (operation, currency, until) = (try fields.int(), try fields.text(), try fields.int())
            let shares = try fields.ints()
            guard shares.count % 2 == 0 else { throw StoredFields.corrupt("holds") }
            let validUntil = fields.isAtEnd ? nil : Instant(milliseconds: try fields.int())
            return Hold(
                operation: operation, currency: CurrencyID(currency),
                shares: stride(from: 0, to: shares.count, by: 2).map {
                    LotShare(lot: shares[$0], points: Points(shares[$0 + 1]))
                }, until: Instant(milliseconds: until), validUntil: validUntil)
        }
    }
}

/// Vouchers: `[[code, reward, operation, expires_at or null, used by or null, used at or null], …]`; one that cannot be used
/// from the start has a seventh field, from when on it can.
public enum VouchersColumn {
    /// Writes it as JSON.
    public static func write(_ vouchers: [Voucher], to json: inout JSONWriter) {
        json.beginArray()
        for voucher in vouchers {
            json.beginArray()
            json.string(voucher.code.text)
            json.string(voucher.reward)
            json.int(voucher.operation)
            json.optionalInt(voucher.expiresAt?.milliseconds)
            json.optionalInt(voucher.used?.operation)
            json.optionalInt(voucher.used?.at.milliseconds)
            if let usableFrom = voucher.usableFrom { json.int(usableFrom.milliseconds) }
            json.endArray()
        }
        json.endArray()
    }

    /// Reads it.
    public static func vouchers(_ text: [UInt8]) throws -> [Voucher] {
        try StoredFields.rows(text, of: "vouchers") { fields in
            let (code, reward, operation) = (try fields.text(), try fields.text(), try fields.int())
            let expiresAt = try fields.optionalInt().map(Instant.init(milliseconds:))
            let (user, usedAt) = (try fields.optionalInt(), try fields.optionalInt())
            let usableFrom = fields.isAtEnd ? nil : Instant(milliseconds: try fields.int())
            return Voucher(
                code: ExactText(code), reward: reward, operation: operation, usableFrom: usableFrom,
                expiresAt: expiresAt,
                used: user.flatMap { user in
                    usedAt.map { Voucher.Use(operation: user, at: Instant(milliseconds: $0)) }
                })
        }
    }
}

/// Whether the member takes part: `[status, when the points lapse or null, the member who took over or null, the operation
/// that did or null, the operation that last took a name away]`.
public enum StatusColumn {
    /// Whether there is nothing to write.
    public static func isPlain(_ state: MemberState) -> Bool { state.status == .active && state.renamedAt == 0 }

    /// Writes it as JSON.
    public static func write(_ state: MemberState, to json: inout JSONWriter) {
        json.beginArray()
        json.string(state.status.name)
        if case .closed(let instant) = state.status { json.int(instant.milliseconds) } else { json.null() }
        if case .merged(let operation) = state.status {
            json.int(operation.member.value)
            json.int(operation.sequence)
        } else {
            json.null()
            json.null()
        }
        json.int(state.renamedAt)
        json.endArray()
    }

    /// Reads it.
    public static func status(_ text: [UInt8]) throws -> (MemberStatus, renamedAt: Int64) {
        var fields = try StoredFields(text, of: "status")
        let (word, until) = (try fields.text(), try fields.optionalInt())
        let (member, sequence, renamedAt) = (try fields.optionalInt(), try fields.optionalInt(), try fields.int())
        let status: MemberStatus
        switch (word, until, member, sequence) {
        case ("active", nil, nil, nil): status = .active
        case ("suspended", nil, nil, nil): status = .suspended
        case ("closed", let until?, nil, nil): status = .closed(pointsUntil: Instant(milliseconds: until))
        case ("merged", nil, let member?, let sequence?):
            status = .merged(into: OperationID(member: MemberNumber(member), sequence: sequence))
        default: throw StoredFields.corrupt("status")
        }
        return (status, renamedAt)
    }
}

/// What was asked for: `[[name, number or text or [number, …]], …]`.
public enum DetailColumn {
    /// Writes it as JSON.
    public static func write(_ detail: Detail, to json: inout JSONWriter) {
        json.beginArray()
        for entry in detail.entries {
            json.beginArray()
            json.string(entry.name)
            switch entry.value {
            case .integer(let value): json.int(value)
            case .text(let text): json.string(text)
            case .integers(let values): json.ints(values)
            }
            json.endArray()
        }
        json.endArray()
    }

    /// Reads it.
    public static func detail(_ text: [UInt8]) throws -> Detail {
        try detail(StoredFields.document(text, of: "detail"))
    }

    /// Reads it where it is a part of something.
    static func detail(_ value: JSONValue) throws -> Detail {
        Detail(
            try StoredFields.rows(value, of: "detail") { fields in
                Detail.Entry(try fields.text(), try fields.detailValue())
            })
    }
}

/// Why a call was refused, as `DetailColumn` writes it.
public enum RefusalColumn {
    /// Writes it as JSON.
    public static func write(_ refusal: Refusal, to json: inout JSONWriter) {
        DetailColumn.write(refusal.memory ?? Detail(), to: &json)
    }

    /// Reads it.
    public static func refusal(_ text: [UInt8]) throws -> Refusal {
        guard let refusal = Refusal(memory: try DetailColumn.detail(text)) else {
            throw StoredFields.corrupt("problem")
        }
        return refusal
    }
}

/// The points that paid a part of a purchase: `[currency, points, sequence of the hold or null]`; where stored value did,
/// the same three fields of it come behind them, and the first three are null where no points paid.
public enum PaymentColumn {
    /// Writes it as JSON.
    public static func write(_ purchase: Purchase, of member: MemberNumber, to json: inout JSONWriter) {
        json.beginArray()
        write(purchase.payment, of: member, to: &json)
        if purchase.value != nil { write(purchase.value, of: member, to: &json) }
        json.endArray()
    }

    private static func write(_ payment: Payment?, of member: MemberNumber, to json: inout JSONWriter) {
        if let payment { json.string(payment.currency.text) } else { json.null() }
        json.optionalInt(payment?.points.count)
        json.optionalInt(payment?.hold?.reference(in: member))
    }

    /// Reads the points and the stored value that paid.
    public static func payments(
        _ text: [UInt8], of member: MemberNumber
    ) throws -> (points: Payment?, value: Payment?) {
        var fields = try StoredFields(text, of: "payment")
        let points = try payment(&fields, of: member)
        return (points, fields.isAtEnd ? nil : try payment(&fields, of: member))
    }

    private static func payment(_ fields: inout StoredFields, of member: MemberNumber) throws -> Payment? {
        let (currency, points, hold) = (try fields.optionalText(), try fields.optionalInt(), try fields.optionalInt())
        guard let currency, let points else { return nil }
        return Payment(
            currency: CurrencyID(currency), points: Points(points),
            hold: hold.map { OperationID(reference: $0, in: member) })
    }
}

extension JSONWriter {
    /// Writes an integer, or null.
    public mutating func optionalInt(_ value: Int64?) {
        if let value { int(value) } else { null() }
    }

    /// Writes a list of integers.
    public mutating func ints(_ values: [Int64]) {
        beginArray()
        for value in values { int(value) }
        endArray()
    }
}

extension Lot.Vesting {
    /// When the points can be spent, in milliseconds; `nil` where they can, the greatest number where a confirmation
    /// decides.
    public var stored: Int64? {
        switch self {
        case .vested: nil
        case .at(let instant): instant.milliseconds
        case .onConfirmation: .max
        }
    }

    /// Reads it.
    public init(stored: Int64?) {
        switch stored {
        case nil: self = .vested
        case .max?: self = .onConfirmation
        case let instant?: self = .at(Instant(milliseconds: instant))
        }
    }
}
