import Ledger
import Loyalty

// What people with special rights do to members is an operation like any other, and it has an entry in the audit trail
// besides, which is written with it. The entry names the operation and no person: it stays when a member is forgotten.

extension Command {
    /// What the audit trail calls it; `nil` for everyday work.
    var auditAction: AuditNote.Action? {
        switch self {
        case .adjust: .adjust
        case .setTier: .setTier
        case .unsetTier: .unsetTier
        case .merge: .merge
        case .unlink: .unlink
        case .status(_, .suspend): .suspend
        case .status(_, .close): .close
        case .status(_, .reinstate): .reinstate
        case .erase: .erase
        default: nil
        }
    }

    /// What no operation tells and the trail should: which kind of name was taken away, though never which name.
    var auditDetails: [AuditNote.Detail] {
        if case .unlink(let identifier) = self { [.init("identifier_before", identifier.kind.text)] } else { [] }
    }
}

extension AuditNote {
    /// The note on an operation that somebody asked for.
    ///
    /// - Parameters:
    ///   - before: the member beforehand.
    ///   - state: the member afterwards.
    init(
        _ action: Action, _ operation: Operation, of command: Command, on before: MemberState?,
        leadingTo state: MemberState, by author: Author
    ) {
        var details = command.auditDetails
        for entry in operation.detail?.entries ?? [] {
            switch entry.value {
            case .integer(let number): details.append(Detail(entry.name, "\(number)"))
            case .text(let text): details.append(Detail(entry.name, text))
            case .integers(let numbers):
                details.append(Detail(entry.name, numbers.map(String.init).joined(separator: ", ")))
            }
        }
        for currency in Set(operation.movements.transfers.map(\.currency)).sorted() {
            let balance = state.ledger.balance(of: currency)
            for (account, name, after) in [
                (Account.available, "", balance.available), (.pending, "_pending", balance.pending),
                (.held, "_held", balance.held), (.debt, "_debt", balance.debt),
            ] {
                let change = operation.movements.change(of: account, currency)
                guard change != 0 else { continue }
                let before = after.count - (account == .debt ? -change : change)
                details.append(Detail("\(currency.text)\(name)_before", "\(before)"))
                details.append(Detail("\(currency.text)\(name)_after", "\(after.count)"))
            }
        }
        if let before, before.status != state.status {
            details.append(Detail("status_before", before.status.name))
            details.append(Detail("status_after", state.status.name))
        }
        let tier = (before: before?.tier?.current.level, after: state.tier?.current.level)
        if tier.before != tier.after {
            if let level = tier.before { details.append(Detail("tier_before", level)) }
            if let level = tier.after { details.append(Detail("tier_after", level)) }
        }
        self.init(
            at: operation.postedAt, author: author, action: action,
            subject: "operation \(operation.id)", details: details)
    }
}

extension Movements {
    /// By how much more, or less, is in an account.
    fileprivate func change(of account: Account, _ currency: CurrencyID) -> Int64 {
        transfers.reduce(0) { sum, transfer in
            guard transfer.currency == currency else { return sum }
            return sum + (transfer.to == account ? transfer.amount.count : 0)
                - (transfer.from == account ? transfer.amount.count : 0)
        }
    }
}
