import Ledger
import Rules
import Time

extension MemberState {
    /// A member who just joined, with an id of their choice or the one that was drawn.
    init(new id: ExactText?, in context: DecisionContext) {
        guard let new = context.newMember else {
            preconditionFailure("the engine draws a number for every member that a command may make")
        }
        self.init(
            number: new.number, id: id ?? new.id, enrolledAt: context.now, version: 0, head: .zero,
            ledger: MemberLedger(),
            tier: context.ruleSet.program.tiers.map { TierStanding(lowestOf: $0, since: context.now) },
            counters: PurchaseCounters())
    }

    /// The member's next operation.
    mutating func append(
        _ kind: OperationKind, cause: Cause?, occurredAt: Instant, in context: DecisionContext,
        _ movements: consuming Movements = Movements(), purchase: Purchase? = nil, event: EventName? = nil,
        about: Int64? = nil, detail: Detail? = nil, usages: [Usage] = [], seen: consuming Seen = Seen()
    ) -> Operation {
        version += 1
        return Operation(
            id: OperationID(member: number, sequence: version), kind: kind, cause: cause, occurredAt: occurredAt,
            postedAt: context.postedAt, ruleSetVersion: context.ruleSet.version, movements: movements,
            purchase: purchase,
            event: event, about: about, detail: detail, usages: usages, tierChanges: tier?.changes(by: version) ?? [],
            seen: seen)
    }
}
