package import Time

/// Why a command was not carried out, in the order of precedence. Nothing has changed then.
package enum Refusal: Error, Hashable, Sendable {
    /// The idempotency key was used before for something else.
    case keyReused(original: OperationID)
    /// Nobody has this identifier.
    case memberUnknown(Identifier.Kind)
    /// The identifier belongs to another member.
    case identifierTaken(Identifier.Kind)
    /// The receipt was posted before, under another key.
    case receiptPosted(OperationID)
    /// The amounts are in another currency than the program's.
    case currencyMismatch(expected: String)
    /// The till's clock is ahead of ours by more than the tolerance.
    case occurredInFuture(now: Instant)
    /// The purchase is older than the program accepts.
    case tooLate(limit: CalendarSpan)
    /// The program's profile does not take this value of an attribute.
    case badAttribute(name: String, reason: String)
    /// An amount or a balance would leave the range of 64 bits.
    case overflow
}
