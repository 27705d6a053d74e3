// What a ledger was, from what was moved.

extension MemberLedger {
    /// The ledger that movements led to, of all of a member's operations in their order up to some moment.
    public init(after history: some Sequence<Movements>) {
        self.init()
        var open: [Int64: Lot] = [:]
        for movements in history {
            for transfer in movements.transfers { apply(transfer) }
            for lot in movements.opened + movements.changed { open[lot.number] = lot }
        }
        let newest = open.keys.max() ?? 0
        self.init(
            balances: balances, lots: open.values.filter { !$0.isClosed }, lastLot: newest,
            lastTransfer: lastTransfer)
    }
}
