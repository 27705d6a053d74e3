/// Which look-ups are worth their cost before deciding.
///
/// A key or a receipt that comes twice is rare, and the commit itself refuses it: the batch is then decided again with
/// everything looked up. That is dear where repetitions are the rule, as when an import is run again or a till's
/// calls were lost in numbers. So whoever was met lately is looked up first, for a good while.
///
/// It is the same with members whom another engine changes, too: what memory holds of them is out of date at every
/// turn. Where a conflict was not about keys or receipts, memory is not believed for a while.
struct Caution {
    /// For so many batches a repetition is remembered.
    static let span = 512

    private var keys = 0
    private var receipts = 0
    private var members = 0
    /// A conflict that nothing explains so far.
    private var isPuzzled = false

    /// What is looked up before deciding.
    var extent: LookUpExtent { LookUpExtent(keys: keys > 0, receipts: receipts > 0, members: members > 0) }

    /// A commit met a conflict; everything is looked up next.
    mutating func noteConflict() {
        isPuzzled = true
    }

    /// Learns from what a look-up found.
    mutating func note(_ found: Loaded) {
        if !found.answers.isEmpty || !found.refusals.isEmpty { keys = Self.span }
        if !found.receipts.isEmpty { receipts = Self.span }
        if !found.answers.isEmpty || !found.receipts.isEmpty { isPuzzled = false }
    }

    /// Another batch is done.
    mutating func passBatch() {
        keys = max(0, keys - 1)
        receipts = max(0, receipts - 1)
        members = isPuzzled ? Self.span : max(0, members - 1)
        isPuzzled = false
    }
}
