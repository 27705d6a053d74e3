public import Ledger
import Loyalty

// What a batch proves of itself before it becomes durable.
//
// Every store asks this inside its transaction, with the members' balances as they are in the store. The engine
// builds batches that add up; should it ever fail to, the batch is not written.

/// A member's present balances in a store, as far as a batch is checked against them.
public struct MemberBefore: Sendable {
    public let balances: [Balance]
    public let lastTransfer: Int64

    public init(balances: [Balance], lastTransfer: Int64) {
        self.balances = balances
        self.lastTransfer = lastTransfer
    }
}

extension Batch {
    /// The first thing in the batch that does not add up, in words; `nil` for a batch that may be written.
    ///
    /// - Parameter before: What each member had before, in the order of `members`; `nil` for a new one.
    public func fault(before: [MemberBefore?]) -> String? {
        precondition(before.count == members.count, "one entry per member")
        guard !operations.isEmpty else { return "there are no operations" }
        guard Int64(operations.count) == block.count else { return "the block counts other operations" }
        var accounts: [MemberNumber: MemberCheck] = [:]
        accounts.reserveCapacity(members.count)
        for (write, known) in zip(members, before) {
            let check = MemberCheck(version: write.expectedVersion, before: known)
            guard accounts.updateValue(check, forKey: write.state.number) == nil else {
                return "a member is written twice"
            }
        }
        var program = Sums<ProgramAccount>()
        for sealed in operations {
            guard let account = accounts.index(forKey: sealed.operation.id.member) else {
                return "an operation's member is not written"
            }
            if let fault = accounts.values[account].apply(sealed) { return fault }
            for transfer in sealed.operation.movements.transfers {
                let amount = Int128(transfer.amount.count)
                if !transfer.from.isMembers {
                    program.add(-amount, to: ProgramAccount(transfer.currency, transfer.from))
                }
                if !transfer.to.isMembers {
                    program.add(amount, to: ProgramAccount(transfer.currency, transfer.to))
                }
            }
        }
        for total in totals {
            program.add(-Int128(total.change.count), to: ProgramAccount(total.currency, total.account))
        }
        guard program.areZero else { return "the program's totals differ from its transfers" }
        for write in members {
            if let fault = accounts[write.state.number]?.fault(against: write.state) { return fault }
        }
        return nil
    }
}

private struct ProgramAccount: Equatable {
    let currency: CurrencyID
    let account: Account

    init(_ currency: CurrencyID, _ account: Account) {
        self.currency = currency
        self.account = account
    }
}

/// Sums by key. There are so few keys that a list is faster than a dictionary, and 128 bits cannot overflow.
private struct Sums<Key: Equatable> {
    private var entries: [(key: Key, sum: Int128)] = []

    mutating func add(_ amount: Int128, to key: Key) {
        if let index = entries.firstIndex(where: { $0.key == key }) {
            entries[index].sum += amount
        } else {
            entries.append((key, amount))
        }
    }

    var areZero: Bool { entries.allSatisfy { $0.sum == 0 } }
}

/// Follows one member through the batch's operations.
private struct MemberCheck {
    private var version: Int64
    private var lastTransfer: Int64
    private var head: Digest?
    private var wealth = Sums<CurrencyID>()

    init(version: Int64, before: MemberBefore?) {
        self.version = version
        self.lastTransfer = before?.lastTransfer ?? 0
        for balance in before?.balances ?? [] { wealth.add(balance.sum, to: balance.currency) }
    }

    mutating func apply(_ sealed: SealedOperation) -> String? {
        version += 1
        guard sealed.operation.id.sequence == version else { return "a member's operations are not numbered in order" }
        head = sealed.digest
        for transfer in sealed.operation.movements.transfers {
            lastTransfer += 1
            guard transfer.number == lastTransfer else { return "a member's transfers are not numbered in order" }
            let amount = Int128(transfer.amount.count)
            if transfer.from.isMembers { wealth.add(-amount, to: transfer.currency) }
            if transfer.to.isMembers { wealth.add(amount, to: transfer.currency) }
        }
        return nil
    }

    func fault(against state: MemberState) -> String? {
        guard let head, state.version == version, state.head == head else {
            return "a member does not stand where its operations end"
        }
        guard state.ledger.lastTransfer == lastTransfer else { return "a member's transfers are not counted" }
        var difference = wealth
        var lots = Sums<CurrencyID>()
        for balance in state.ledger.balances {
            difference.add(-balance.sum, to: balance.currency)
            lots.add(balance.sum + Int128(balance.debt.count), to: balance.currency)
        }
        guard difference.areZero else { return "a balance is not the one before and its transfers" }
        for lot in state.ledger.lots { lots.add(-Int128(lot.remaining.count), to: lot.currency) }
        guard lots.areZero else { return "the open lots do not add up to a balance" }
        return nil
    }
}

extension Balance {
    /// What the member's transfers add up to.
    fileprivate var sum: Int128 {
        Int128(available.count) + Int128(pending.count) + Int128(held.count) - Int128(debt.count)
    }
}
