import Engine
import Ledger
import Loyalty
import TestSupport

extension Reply {
    var isReplayed: Bool? {
        if case .accepted(_, let replayed) = self { return replayed }
        return nil
    }

    var result: [UInt8]? {
        if case .accepted(let result, _) = self { return result }
        return nil
    }

    var refusedBefore: Refusal? {
        if case .refusedBefore(let refusal) = self { return refusal }
        return nil
    }

    var refusal: Refusal? {
        if case .refused(let refusal) = self { return refusal }
        return nil
    }
}

/// When the tests' sales happen; the engine's clock shows the same.
let time = "2026-05-16T10:00:00+09:00"

/// A new member `m…` with the card `c…`.
func enroll(_ number: Int) -> Command {
    .enroll(Enrollment(id: ExactText("m\(number)"), name: nil, identifiers: [.card("c\(number)")]))
}

/// A sale at ten o'clock.
func buy(_ amount: Int64, card: String, receipt: String) -> Command {
    .purchase(member: .card(card), .sale(amount, at: time, receipt: receipt))
}
