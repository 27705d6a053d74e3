public import Ledger
import Rules
import Time

// What a command brings about besides its own operation: with other members, and with its own member through them. Such
// an operation has no cause. It tells everything that it takes to carry it out again on its member alone, so that every
// member's history can be decided again without anybody else's.

extension Operation {
    /// Where a consequence stands.
    public enum Consequence: Sendable {
        /// In front of the command's operation, which is of the same member.
        case before
        /// Behind the command's operation, which is of the same member.
        case behind
        /// With another member than the command's.
        case elsewhere
    }

    /// The other member whom its command named.
    public var counterpart: MemberNumber? {
        guard cause != nil else { return nil }
        switch kind {
        case .give: return detail?.integer("receiver").map(MemberNumber.init)
        case .merge: return detail?.integer("loser").map(MemberNumber.init)
        case .refer, .pool: return detail?.integer("member").map(MemberNumber.init)
        default: return nil
        }
    }

    /// The other member whom it concerns; `nil` where it concerns nobody else, or several.
    public var other: MemberNumber? {
        guard let detail else { return nil }
        return ["receiver", "giver", "borrower", "member", "winner", "loser"].lazy
            .compactMap { detail.integer($0) }.first.map(MemberNumber.init)
    }

    /// The word for what became of a member's status, pool, referral or voucher; `nil` for other operations.
    public var change: String? {
        guard let detail else { return nil }
        return ["status", "change", "note", "use"].lazy.compactMap { detail.text($0) }.first
    }

    /// Where it stands, as a consequence of a command; `nil` for commands and what fell due.
    public var consequence: Consequence? {
        guard cause == nil else { return nil }
        switch kind {
        case .borrow: return .before
        case .receive, .surrender, .erase, .lend, .pool: return .elsewhere
        case .refer: return ReferralNote(self) == .qualified ? .behind : .elsewhere
        case .referral: return event == .referred ? .behind : .elsewhere
        case .referralBack: return event == .referred ? .behind : .elsewhere
        default: return nil
        }
    }
}

extension MemberState {
    /// Carries out again what came of a command, as its operation tells.
    ///
    /// - Parameter record: what it is about.
    /// - Returns: the operations, oldest first; `nil` where it cannot be carried out.
    public mutating func carryOut(
        consequence operation: Operation, about record: OperationRecord?, under book: RuleBook,
        codes: [ExactText]
    ) -> [Operation]? {
        let context = DecisionContext(again: operation, book: book, codes: operation.seen.codes + codes)
        let detail = operation.detail ?? Detail()
        switch operation.kind {
        case .receive:
            guard let parcel = Parcel(operation) else { return nil }
            return try? receive(parcel, at: operation.postedAt, under: book)
        case .borrow:
            guard let loan = Loan(detail) else { return nil }
            return try? borrow(loan, limited: !operation.usages.isEmpty, in: context)
        case .lend:
            guard let currency = detail.text("currency"), let points = detail.integer("points"),
                let borrower = detail.integer("borrower")
            else { return nil }
            return lend(Points(points), of: CurrencyID(currency), to: MemberNumber(borrower), in: context)?.operations
        case .pool:
            guard let change = PoolChange(detail) else { return nil }
            return note(change, in: context)
        case .refer:
            guard let note = ReferralNote(operation), let other = detail.integer("member") else { return nil }
            return self.note(
                note, of: MemberNumber(other), at: operation.occurredAt, about: operation.about,
                reward: detail.integer("reward"), in: context)
        case .referral:
            guard let event = operation.event, let other = detail.integer("member") else { return nil }
            return earn(
                event, with: MemberNumber(other), at: operation.occurredAt, about: operation.about, in: context)?
                .operations
        case .referralBack:
            guard let record, let other = detail.integer("member") else { return nil }
            return takeBack(record, with: MemberNumber(other), in: context)
        default: return nil
        }
    }
}

extension DecisionContext {
    /// What surrounded a consequence when it came about, as far as its operation tells.
    fileprivate convenience init(again operation: Operation, book: RuleBook, codes: [ExactText]) {
        self.init(
            at: operation.postedAt, postedAt: operation.postedAt, ruleSet: book.inForce(at: operation.occurredAt),
            book: book, shared: operation.seen.shared, traits: operation.seen.traits, codes: codes)
    }
}
