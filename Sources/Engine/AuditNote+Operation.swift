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
        var changes: [CurrencyID: Int64] = [:]
        for transfer in operation.movements.transfers {
            if transfer.from == .available { changes[transfer.currency, default: 0] -= transfer.amount.count }
            if transfer.to == .available { changes[transfer.currency, default: 0] += transfer.amount.count }
        }
        for (currency, change) in changes.sorted(by: { $0.key < $1.key }) {
            let after = state.ledger.balance(of: currency).available.count
            details.append(Detail("\(currency.text)_before", "\(after - change)"))
            details.append(Detail("\(currency.text)_after", "\(after)"))
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
