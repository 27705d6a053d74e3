package import Loyalty
package import RPC
package import Rules
import Time

// The one place where refusals get their codes, types and words. Codes are stable and never used again for something
// else. The words never repeat what was sent, so they hold no personal data.

extension RPCError {
    /// A refusal as it goes over the wire.
    package init(_ refusal: Refusal, in program: Program) {
        switch refusal {
        case .memberUnknown(let kind):
            self = .memberUnknown
            detail = "no member has this \(kind.text)"
        case .keyReused(let original):
            self = .keyReused
            detail = "operation \(original) was made with this key and other content; use a new key for a new call"
        case .identifierTaken(let kind):
            self = .identifierTaken
            detail = "another member has this \(kind.text)"
        case .receiptPosted(let original):
            self = .receiptPosted
            detail = "operation \(original) posted this receipt of this store and terminal under another key"
        case .currencyMismatch(let expected):
            self = .currencyMismatch
            detail = "the program \(program.id) counts in \(expected)"
        case .occurredInFuture(let now):
            self = .occurredInFuture
            detail = "the server's time is \(now.rfc3339(in: program.zone)); check the clock of the till"
        case .tooLate(let limit):
            self = .tooLate
            detail = "the program \(program.id) accepts purchases up to \(limit) late"
        case .badAttribute(let name, let reason):
            self = .badAttribute
            // Only names that the program knows are told.
            let isKnown = ["tags", "segments"].contains(name) || program.profile.contains { $0.name == name }
            detail = isKnown ? "\(name): \(reason)" : reason
        case .overflow:
            self = .outOfRange
        }
    }

    static let memberUnknown = RPCError(code: 1001, message: "Unknown member", type: "member-unknown")
    static let keyReused = RPCError(code: 1002, message: "Idempotency key reused", type: "idempotency-key-reused")
    static let identifierTaken = RPCError(code: 1003, message: "Identifier taken", type: "identifier-taken")
    static let receiptPosted = RPCError(code: 1004, message: "Receipt posted before", type: "receipt-posted")
    static let currencyMismatch = RPCError(code: 1005, message: "Wrong currency", type: "currency-mismatch")
    static let occurredInFuture = RPCError(code: 1006, message: "In the future", type: "occurred-in-future")
    static let tooLate = RPCError(code: 1007, message: "Too late", type: "too-late")
    static let badAttribute = RPCError(code: 1009, message: "Attribute not accepted", type: "bad-attribute")
    static let outOfRange = RPCError(
        code: 1008, message: "Out of range", type: "out-of-range",
        detail: "an amount or a balance would not fit 64 bits")
}
