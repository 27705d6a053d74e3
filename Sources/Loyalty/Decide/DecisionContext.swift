public import Ledger
public import Rules
public import Time

/// What surrounds a command: everything that is not the member's own state. A class, because it is handed on often and never
/// changes.
public final class DecisionContext: Sendable {
    /// Every rule set there is.
    public let book: RuleBook
    /// The one that decides: in force when what the command tells of happened, or now.
    public let ruleSet: RuleSet
    /// When the command takes effect, which is when it is recorded; for what fell due, when that was.
    public let now: Instant
    /// When what comes of it is recorded.
    let postedAt: Instant
    /// Who asked; `nil` for what falls due.
    public let cause: Cause?
    /// The kind of the first claimed identifier that already belongs to someone.
    public let takenClaim: Identifier.Kind?
    /// The operation that posted the command's receipt before.
    public let postedReceipt: OperationID?
    /// The sale of the command's receipt that was posted without a member.
    public let kept: KeptSale?
    /// The member that the command may make.
    public let newMember: NewMember?
    /// What all members together used of budgets.
    public let shared: [Usage]
    /// The traits that rules shall see, where they are not the member's present ones.
    public let traits: Traits?
    /// What the command is about, where it is about something.
    public let record: OperationRecord?
    /// Codes that nobody has yet, as many as the program may give vouchers at once.
    public let codes: [ExactText]
    /// The other member to whom something happens as well; `nil` where there is no such member.
    public let counterpart: MemberState?
    /// Whether the other member is the same.
    public let isCounterpartSelf: Bool
    /// Members whom the command concerns through the member's bonds.
    public let companions: Companions
    /// The stores for which whoever asks may change something; all where there are none.
    public let stores: [ExactText]
    /// Whether the member is decided on by itself: what came of the command elsewhere is carried out again by itself.
    public let isAlone: Bool
    /// Whether nobody will ask what its rules saw: what is decided is not recorded, and nothing later is about it.
    let isForgotten: Bool
    /// What expressions came to at the same sale under other documents; `nil` where it is decided once.
    let answers: SharedAnswers?

    public init(
        of command: Command, book: RuleBook, now: Instant, cause: Cause, takenClaim: Identifier.Kind? = nil,
        postedReceipt: OperationID? = nil, kept: KeptSale? = nil, newMember: NewMember? = nil, shared: [Usage] = [],
        traits: Traits? = nil,
        record: OperationRecord? = nil, codes: [ExactText] = [], counterpart: MemberState? = nil,
        isCounterpartSelf: Bool = false, companions: Companions = Companions(), stores: [ExactText] = [],
        isAlone: Bool = false, isForgotten: Bool = false, sharing answers: SharedAnswers? = nil
    ) {
        self.book = book
        self.ruleSet = book.inForce(at: command.claiming(kept).occurredAt ?? now)
        self.now = now
        self.postedAt = now
        self.cause = cause
        self.takenClaim = takenClaim
        self.postedReceipt = postedReceipt
        self.kept = kept
        self.newMember = newMember
        self.shared = shared
        self.traits = traits
        self.record = record
        self.codes = codes
        self.counterpart = counterpart
        self.isCounterpartSelf = isCounterpartSelf
        self.companions = companions
        self.stores = stores
        self.isAlone = isAlone
        self.isForgotten = isForgotten
        self.answers = answers
    }

    /// What surrounds what nobody asked for.
    init(
        at now: Instant, postedAt: Instant, ruleSet: RuleSet, book: RuleBook, shared: [Usage] = [],
        traits: Traits? = nil, codes: [ExactText] = []
    ) {
        self.book = book
        self.ruleSet = ruleSet
        self.now = now
        self.postedAt = postedAt
        self.cause = nil
        self.takenClaim = nil
        self.postedReceipt = nil
        self.kept = nil
        self.newMember = nil
        self.shared = shared
        self.traits = traits
        self.record = nil
        self.codes = codes
        self.counterpart = nil
        self.isCounterpartSelf = false
        self.companions = Companions()
        self.stores = []
        self.isAlone = true
        self.isForgotten = false
        self.answers = nil
    }

    /// What surrounds a day that is celebrated by itself. It knows nothing that members share.
    convenience init(of celebration: Celebration, book: RuleBook, postedAt: Instant) {
        self.init(at: celebration.at, postedAt: postedAt, ruleSet: book.inForce(at: celebration.at), book: book)
    }

    /// The same context with something that is different; what is `nil` is as it was.
    private init(
        like other: DecisionContext, ruleSet: RuleSet? = nil, kept: KeptSale?? = nil, shared: [Usage]? = nil,
        traits: Traits?? = nil, record: OperationRecord?? = nil, codes: [ExactText]? = nil,
        companions: Companions? = nil, isForgotten: Bool? = nil, answers: SharedAnswers?? = nil
    ) {
        self.book = other.book
        self.ruleSet = ruleSet ?? other.ruleSet
        self.now = other.now
        self.postedAt = other.postedAt
        self.cause = other.cause
        self.takenClaim = other.takenClaim
        self.postedReceipt = other.postedReceipt
        self.kept = kept ?? other.kept
        self.newMember = other.newMember
        self.shared = shared ?? other.shared
        self.traits = traits ?? other.traits
        self.record = record ?? other.record
        self.codes = codes ?? other.codes
        self.counterpart = other.counterpart
        self.isCounterpartSelf = other.isCounterpartSelf
        self.companions = companions ?? other.companions
        self.stores = other.stores
        self.isAlone = other.isAlone
        self.isForgotten = isForgotten ?? other.isForgotten
        self.answers = answers ?? other.answers
    }

    /// The same context for what happens now, whenever the rest of the command happened.
    var present: DecisionContext { DecisionContext(like: self, ruleSet: book.inForce(at: now)) }

    /// The same context behind an operation, which used some of what members share, and some codes.
    func after(_ operation: Operation) -> DecisionContext {
        var shared = shared
        for usage in operation.usages where usage.key.isShared { shared.add(usage) }
        return DecisionContext(
            like: self, shared: shared, codes: Array(codes.dropFirst(operation.seen.codes.count)))
    }

    /// The same context for what comes of the command, with its own member or another one: each is seen as it is.
    var beside: DecisionContext {
        DecisionContext(like: self, traits: .some(nil), isForgotten: false, answers: .some(nil))
    }

    /// The same context for the purchase that the kept sale comes to.
    var withoutKept: DecisionContext { DecisionContext(like: self, kept: .some(nil)) }

    /// The same context once it is known what other members became, and what the command's own member did before.
    func knowing(_ companions: Companions, behind operations: [Operation]) -> DecisionContext {
        var record = record
        record?.append(operations)
        return DecisionContext(like: self, record: .some(record), companions: companions)
    }
}

/// A number and an id that nobody has yet.
public struct NewMember: Hashable, Sendable {
    public let number: MemberNumber
    public let id: ExactText

    public init(number: MemberNumber, id: ExactText) {
        self.number = number
        self.id = id
    }
}

/// How far ahead of ours a till's clock may be, in milliseconds.
public let clockToleranceMs: Int64 = 5 * 60 * 1000

extension DecisionContext {
    /// Refuses what concerns a purchase, a top-up, an allowance or a kept sale of a store that is not the caller's.
    func checkStore(of command: Command) throws(Refusal) {
        guard !stores.isEmpty, let store = store(of: command), !stores.contains(store) else { return }
        throw .otherStore(OtherStore(store: store, stores: stores))
    }

    /// Where what a command goes on with began; `nil` for what began at no store.
    private func store(of command: Command) -> ExactText? {
        if case .claim(_, let receipt) = command { return receipt.store }
        guard let operation = record?.operation else {
            return command.keptReceipt == nil ? nil : kept?.purchase.receipt.store
        }
        return operation.kind == .allowance
            ? AllowanceRequest(operation).till.store : operation.purchase?.receipt.store
    }

    /// Refuses a time that is not accepted for something that happened.
    func checkTime(_ occurredAt: Instant) throws(Refusal) {
        let program = ruleSet.program
        try checkFuture(occurredAt)
        if program.zone.adding(program.lateLimit, to: occurredAt) < now { throw .tooLate(limit: program.lateLimit) }
    }

    /// Refuses a time that is not accepted for what a till tells of a sale later. What was accepted once, by the rules of
    /// then, stays so.
    func checkReport(_ occurredAt: Instant) throws(Refusal) {
        if isAlone { try checkFuture(occurredAt) } else { try checkTime(occurredAt) }
    }

    /// Refuses what the caller's clock has yet to see.
    func checkFuture(_ occurredAt: Instant) throws(Refusal) {
        if occurredAt.milliseconds > now.milliseconds + clockToleranceMs { throw .occurredInFuture(now: now) }
    }
}
