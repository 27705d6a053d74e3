import Engine
import Ledger
import Loyalty
import MemoryStore
import TestSupport
import Testing
import Time

private typealias Shop = PeerCasesBeyondEarningTests

extension PeerCasesBeyondEarningTests {
    /// Who belongs to a group of members.
    static let segments: [Row] = [
        Row(
            "OL-SEG-01",
            differs:
                "the engine keeps no criteria and names no segments by itself: whoever makes segments reads the history, "
                + "which tells all that these criteria ask, and tells it by `member.update`, so that rules can ask `member.segments`"
        ) { peer in
            let world = try SpendingWorld(Shop.program(), from: Instant("2026-03-01T10:00:00Z"))
            for number in 2...3 { _ = world.harness.carryOut("e\(number)", enroll(number)) }
            for (index, sale) in try #require(peer.given?["transactions"]).items.enumerated() {
                let member = try #require(sale["member"]?.text).lowercased().replacing("m", with: "c")
                world.carryOut(
                    .purchase(
                        member: .card(member),
                        Purchase(
                            receipt: ReceiptNumber(
                                store: ExactText(try #require(sale["store"]?.text)), terminal: "",
                                number: ExactText("\(index)")),
                            channel: "pos", occurredAt: world.harness.now, currency: "JPY",
                            items: [SpendingWorld.line(Int64(100 * (try #require(sale["gross"]?.number))))])))
            }
            // As whoever makes segments sees it: every member's sales, from the history.
            var sales: [String: [Purchase]] = [:]
            try world.store.read { reader in
                for entry in try reader.history(after: .start, limit: .max, .commands) {
                    guard let purchase = entry.operation.purchase else { continue }
                    sales["M\(entry.operation.id.member.value)", default: []].append(purchase)
                }
            }
            func members(_ step: Int, _ belongs: ([Purchase]) -> Bool) {
                let expected = peer.expect.first { $0.after == step }?.value.items.compactMap(\.text)
                #expect(sales.filter { belongs($0.value) }.keys.sorted() == expected, "\(peer.steps[step])")
            }
            func average(_ sales: [Purchase]) -> Double {
                sales.reduce(0) { $0 + Double($1.amount ?? 0) / 100 } / Double(sales.count)
            }
            members(0) { $0.contains { $0.receipt.store == "S0" } }
            members(1) { (2...10).contains($0.count) }
            members(2) { $0.count == 1 }
            members(3) { (40...200).contains(average($0)) }
            members(4) { (0...39.99).contains(average($0)) }
            members(5) { (40...200).contains(average($0)) || $0.count == 1 }
        }
    ]
}
