import Engine
import Ledger
import Loyalty

extension StoreReader {
    /// Everything that members have and had, a line each: operations with their transfers, and lots. Two stores that
    /// met the same history give the same lines.
    package func export() throws -> [String] {
        var lines: [String] = []
        for member in try members(after: MemberNumber(0), limit: .max) {
            lines.append("member \(member.value)")
            for stored in try operations(of: member, after: 0, limit: .max) {
                let operation = stored.sealed.operation
                lines.append(
                    "  \(Row(operation)), answered \(String(decoding: stored.sealed.result, as: UTF8.self))")
                for transfer in operation.movements.transfers {
                    lines.append(
                        "    transfer \(transfer.number): \(transfer.amount.count) \(transfer.currency.text) "
                            + "\(transfer.from.name) to \(transfer.to.name), lot \(transfer.lot), "
                            + "then \(transfer.availableAfter.count)")
                }
            }
            for lot in try lots(of: member) { lines.append("  \(Picture.Lot(lot, of: member))") }
        }
        return lines
    }
}
