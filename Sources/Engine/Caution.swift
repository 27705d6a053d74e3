/// Which look-ups are worth their cost before deciding.
///
/// A key or a receipt that comes twice is rare, and the commit itself refuses it: the batch is then decided again with
/// everything looked up. That is dear where repetitions are the rule, as when an import is run again or a till's
/// calls were lost in numbers. So whoever was met lately is looked up first, for a good while.
struct Caution {
    /// For so many batches a repetition is remembered.
    static let span = 512

    private var keys = 0
    private var receipts = 0

    /// What is looked up before deciding.
    var extent: LookUpExtent { LookUpExtent(keys: keys > 0, receipts: receipts > 0) }

    /// Learns from what a look-up found.
    mutating func note(_ found: Loaded) {
        if !found.answers.isEmpty || !found.refusals.isEmpty { keys = Self.span }
        if !found.receipts.isEmpty { receipts = Self.span }
    }

    /// Another batch is done.
    mutating func passBatch() {
        keys = max(0, keys - 1)
        receipts = max(0, receipts - 1)
    }
}
