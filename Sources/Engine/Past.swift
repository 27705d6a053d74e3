public import Ledger
public import Loyalty
public import Time

// What a member had at an instant, as everyone could see it then.
//
// It follows the order of recording: a purchase that a till sent in later is not there before it came. What time had
// brought about by then is there, whether or not it was written down by then; who wrote it down later put it right
// behind what had been recorded, because whoever touches a member first applies what is due.

/// A member's points at an instant, and what made them.
public struct PastPoints: Sendable {
    public let ledger: MemberLedger
    /// The operations that brought the open lots in, by the numbers by which the member's history names them.
    public let origins: [Int64: Operation]
}

extension StoreReader {
    /// The member who had at an instant what is by now that of a member who answers to an id: one who was merged into
    /// another one is still somebody before that.
    public func holder(of id: ExactText, now member: MemberState, at instant: Instant) throws -> MemberState {
        guard member.id != id else { return member }
        let former = try member.bonds.former.compactMap { try self.state(of: $0) }
        guard var state = former.first(where: { $0.id == id }) else { return member }
        while case .merged(let merge) = state.status {
            let surrender = try operations(of: state.number, after: state.version - 1, limit: 1).first
            guard let surrender, surrender.sealed.operation.postedAt <= instant,
                let next = try self.state(of: merge.member)
            else { break }
            state = next
        }
        return state
    }

    /// What a member had at an instant that has passed; a member who had not joined yet had nothing.
    ///
    /// Reads the member's history up to then.
    ///
    /// - Parameter stored: the member as last recorded.
    public func points(of stored: MemberState, at instant: Instant, under book: RuleBook) throws -> PastPoints {
        let pageSize = 1000
        var operations: [Operation] = []
        reading: while true {
            let page = try self.operations(of: stored.number, after: Int64(operations.count), limit: pageSize)
            for operation in page.lazy.map(\.sealed.operation) {
                guard operation.isVisible(at: instant) else { break reading }
                operations.append(operation)
            }
            if page.count == pageSize { continue }
            // Everything that is recorded was there; what fell due since may have been there as well.
            var state = stored
            operations += state.advance(to: instant, under: book)
            break
        }
        let ledger = MemberLedger(after: operations.lazy.map(\.movements))
        var origins: [Int64: Operation] = [:]
        for number in Set(ledger.lots.map(\.origin)) {
            let id = OperationID(reference: number, in: stored.number)
            origins[number] =
                id.member == stored.number
                ? operations.first { $0.id == id }
                : try self.operations(of: id.member, after: id.sequence - 1, limit: 1).first?.sealed.operation
        }
        return PastPoints(ledger: ledger, origins: origins)
    }
}

extension Operation {
    /// Whether it showed at an instant, given that all before it did.
    fileprivate func isVisible(at instant: Instant) -> Bool {
        postedAt <= instant || kind.comesWithTime && occurredAt <= instant
    }
}
