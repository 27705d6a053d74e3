import Engine
import Foundation
import Ledger
import Loyalty
import TestSupport
import Testing
import Time

private typealias World = SpendingWorld
private let beans = CurrencyID("beans")

@Suite("Redemption")
struct RedemptionTests {
    private func hold(_ points: Int64, timeoutMs: Int64? = nil) -> Command {
        .hold(member: .card("c1"), HoldRequest(currency: beans, points: Points(points), timeoutMs: timeoutMs))
    }

    @Test("a hold is captured in part, and the rest is free again; it is over then")
    func captureInPart() throws {
        let world = try World()
        world.adjust(100)
        #expect(world.carryOut(hold(80)).refusal == nil)
        let id = try world.newest()
        #expect(try world.balance().held == Points(80))
        #expect(try world.available() == 20)
        #expect(world.carryOut(.capture(id, Points(90))).refusal == .captureExceeds(held: Points(80)))
        #expect(world.carryOut(.capture(id, Points(30))).text.contains("\"captured\":30,\"released\":50"))
        #expect(try world.available() == 70)
        let capture = try world.newest()
        #expect(world.carryOut(.capture(id, nil)).refusal == .holdNotOpen(.captured(capture)))
        #expect(world.carryOut(.release(id)).refusal == .holdNotOpen(.captured(capture)))
        #expect(try world.findings().isEmpty)
    }

    @Test("a hold times out by itself, and releasing it then changes nothing")
    func timeout() throws {
        let world = try World()
        world.adjust(100)
        _ = world.carryOut(hold(80))
        let id = try world.newest()
        world.wait(minutes: 15)
        #expect(try world.available() == 100)
        #expect(world.carryOut(.release(id)).text.contains("\"released\":0"))
        #expect(world.carryOut(.release(id)).refusal == nil)
        #expect(
            world.carryOut(.capture(id, nil)).refusal != nil)
        #expect(world.carryOut(hold(1, timeoutMs: 86_400_001)).refusal == .holdTooLong(longestMs: 86_400_000))
        #expect(try world.findings().isEmpty)
    }

    @Test("points that lapse while they are held are captured all the same; released, they lapse")
    func lapsingWhileHeld() throws {
        let world = try World()
        world.adjust(100)
        let expiry = try #require(try world.state().ledger.lots.first?.expiresAt)
        world.harness.now = expiry + -60_000
        _ = world.carryOut(hold(60, timeoutMs: 3_600_000))
        let first = try world.newest()
        world.wait(minutes: 2)
        #expect(try world.available() == 0)
        #expect(try world.balance().held == Points(60))
        _ = world.carryOut(.capture(first, Points(50)))
        #expect(try world.balance() == Balance(currency: beans))
        #expect(try world.findings().isEmpty)
    }

    @Test(
        "points pay within the program's bounds",
        arguments: [(10, true), (5, false), (12, false), (500, true), (505, false), (1000, false)])
    func bounds(points: Int64, isTaken: Bool) throws {
        let world = try World()
        world.adjust(600)
        let reply = world.buy([World.line(1000)], receipt: "1", pay: points)
        #expect((reply.refusal == nil) == isTaken, "\(reply)")
        #expect(try world.available() == (isTaken ? 600 - points + (1000 - points) / 100 : 600))
        #expect(try world.findings().isEmpty)
    }

    @Test("a purchase takes what its hold reserved, and frees the rest")
    func purchaseWithHold() throws {
        let world = try World()
        world.adjust(600)
        _ = world.carryOut(hold(400))
        let id = try world.newest()
        #expect(world.buy([World.line(1000)], receipt: "0", pay: 300).refusal != nil)
        #expect(world.buy([World.line(1000)], receipt: "1", pay: 300, hold: id).refusal == nil)
        #expect(try world.balance().held == .zero)
        #expect(try world.available() == 300 + 7)
        #expect(world.buy([World.line(1000)], receipt: "2", pay: 100, hold: id).refusal == .recordUnknown(.hold))
        let bought = OperationID(member: id.member, sequence: try world.newest().sequence)
        #expect(world.carryOut(.release(id)).refusal == .holdNotOpen(.captured(bought)))
        #expect(try world.findings().isEmpty)
    }

    @Test("a reward has a price by level, a stock, and a limit; what is undone can be had again")
    func rewards() throws {
        let world = try World()
        world.adjust(1000)
        func redeem(_ reward: String, _ quantity: Int64 = 1) -> Reply {
            world.carryOut(.redeem(member: .card("c1"), .reward(reward, quantity: quantity)))
        }
        #expect(redeem("mug", 4).refusal == .rewardUnavailable(.outOfStock(left: 3)))
        #expect(redeem("mug", 2).refusal == nil)
        let mugs = try world.newest()
        #expect(try world.available() == 800)
        #expect(redeem("mug", 2).refusal == .rewardUnavailable(.outOfStock(left: 1)))
        #expect(world.carryOut(.cancel(mugs)).refusal == nil)
        #expect(world.carryOut(.cancel(mugs)).refusal == .alreadyCancelled(try world.newest()))
        #expect(try world.available() == 1000)
        world.buy([World.line(40_000)], receipt: "1")  // gold: 400 and 50
        #expect(redeem("mug", 3).refusal == nil)
        #expect(try world.available() == 1450 - 240)
        #expect(redeem("cake", 2).text.components(separatedBy: "\"voucher\":").count == 3)
        #expect(redeem("cake").refusal == .rewardUnavailable(.limitReached(left: 0)))
        world.wait(days: 31)
        #expect(redeem("cake").refusal == nil)
        #expect(redeem("free-latte").refusal == .rewardUnavailable(.notForPoints))
        #expect(redeem("nothing").refusal == .rewardUnknown)
        #expect(try world.findings().isEmpty)
    }

    @Test("a voucher is used once, until it expires; a use can be undone, and a used one not be cancelled")
    func vouchers() throws {
        let world = try World()
        world.adjust(120)
        _ = world.carryOut(.redeem(member: .card("c1"), .reward("cake", quantity: 2)))
        let redemption = try world.newest()
        let vouchers = try world.state().vouchers
        let code = vouchers[0].code
        #expect(world.carryOut(.voucher(code: code, .giveBack)).refusal == .voucherNotUsed)
        #expect(world.carryOut(.voucher(code: code, .redeem)).refusal == nil)
        let use = try world.newest()
        #expect(world.carryOut(.voucher(code: code, .redeem)).refusal == .voucherUsed(by: use))
        #expect(world.carryOut(.cancel(redemption)).refusal == .voucherUsed(by: use))
        #expect(world.carryOut(.voucher(code: code, .giveBack)).refusal == nil)
        world.wait(days: 31)
        let expiry = try #require(vouchers[1].expiresAt)
        #expect(world.carryOut(.voucher(code: vouchers[1].code, .redeem)).refusal == .voucherExpired(expiry))
        #expect(world.carryOut(.cancel(redemption)).refusal == nil)
        #expect(try world.available() == 120)
        #expect(try world.findings().isEmpty)
    }

    @Test("the use of a voucher can be undone when it is over, and what it cost comes back")
    func giveBackLate() throws {
        let world = try World()
        world.adjust(60)
        world.carryOut(.redeem(member: .card("c1"), .reward("cake", quantity: 1)))
        let redemption = try world.newest()
        let code = try #require(try world.state().vouchers.first?.code)
        world.wait(days: 30)
        #expect(world.carryOut(.voucher(code: code, .redeem)).refusal == nil)
        world.wait(days: 2)
        #expect(world.carryOut(.voucher(code: code, .giveBack)).refusal == nil)
        #expect(world.carryOut(.cancel(redemption)).refusal == nil)
        #expect(try world.available() == 60)
        #expect(try world.findings().isEmpty)
    }

    @Test("a voucher waits for its day, lives from then, and ends with its time however long it would live")
    func voucherTerms() throws {
        let world = try World(
            Programs.spending.replacing(
                "{ id: mug, title: { en: Mug }, cost: 100, tiers: { gold: 80 }, stock: 3 }",
                with: """
                    { id: mug, cost: 100, voucher: { after: 1 day, valid: 2 days, until: "2026-05-20T00:00:00+09:00" } }
                    """))
        world.adjust(1000)
        func give() throws -> Voucher {
            #expect(world.carryOut(.redeem(member: .card("c1"), .reward("mug", quantity: 1))).refusal == nil)
            return try #require(try world.state().vouchers.last)
        }
        func use(_ voucher: Voucher) -> Refusal? { world.carryOut(.voucher(code: voucher.code, .redeem)).refusal }

        world.harness.now = Instant("2026-05-16T18:30:00+09:00")
        let first = try give()
        #expect(first.usableFrom == Instant("2026-05-17T00:00:00+09:00"))
        #expect(first.expiresAt == Instant("2026-05-20T00:00:00+09:00"))
        world.harness.now = Instant("2026-05-16T23:59:59.999+09:00")
        #expect(use(first) == .voucherNotYet(Instant("2026-05-17T00:00:00+09:00")))
        world.harness.now = Instant("2026-05-17T00:00:00+09:00")
        #expect(use(first) == nil)

        world.harness.now = Instant("2026-05-18T10:00:00+09:00")
        let cut = try give()
        #expect(cut.usableFrom == Instant("2026-05-19T00:00:00+09:00"))
        #expect(cut.expiresAt == Instant("2026-05-20T00:00:00+09:00"))
        world.harness.now = Instant("2026-05-19T00:00:00+09:00")
        #expect(
            world.carryOut(.redeem(member: .card("c1"), .reward("mug", quantity: 1))).refusal
                == .rewardUnavailable(.over), "it would begin when it ends")
        world.harness.now = Instant("2026-05-20T00:00:00+09:00")
        #expect(use(cut) == .voucherExpired(Instant("2026-05-20T00:00:00+09:00")))
        #expect(try world.findings().isEmpty)
    }

    @Test("points vest by themselves, or when the purchase is confirmed, or are taken back")
    func vesting() throws {
        let world = try World()
        let receipt = ReceiptNumber(store: "s", terminal: "", number: "1")
        world.buy([World.line(1000)], receipt: "1", tags: ["slow", "sure"])
        #expect(try world.balance("slow").pending == Points(10))
        world.wait(days: 7)
        #expect(try world.balance("slow").available == Points(10))
        #expect(try world.balance("sure").pending == Points(10))
        let confirm = Command.confirm(.receipt(receipt), occurredAt: world.harness.now)
        #expect(world.carryOut(confirm).text.contains("\"confirmed\":{\"sure\":10}"))
        #expect(try world.available("sure") == 10)
        #expect(world.carryOut(confirm).refusal == .nothingToConfirm)
        world.buy([World.line(1000)], receipt: "2", tags: ["sure"])
        world.wait(days: 31)
        #expect(try world.balance("sure").pending == .zero)
        #expect(try world.available("sure") == 10)
        #expect(try world.findings().isEmpty)
    }

    @Test("corrections go both ways, and never below nothing")
    func corrections() throws {
        let world = try World()
        world.adjust(100)
        world.adjust(-30)
        #expect(try world.available() == 70)
        #expect(
            world.adjust(-71).refusal
                == .insufficientPoints(beans, needed: Points(71), available: Points(70), debt: .zero))
        #expect(world.adjust(1, "nothing").refusal == .currencyUnknown(CurrencyID("nothing")))
        #expect(try world.findings().isEmpty)
    }
}
