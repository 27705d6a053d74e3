import Engine
import Foundation
import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing
import Time

private let beans = CurrencyID("beans")

/// A program that reserves points for tills that cannot ask: for a day, three at most, settled within a week after that.
private final class AllowanceWorld {
    static let source = Programs.spending.replacing(
        "  holds: {",
        with: "  allowances: { valid: 24 hours, longest: 3 days, settle_within: 7 days, most: 500 }\n  holds: {")

    let world: SpendingWorld

    init(_ source: String = AllowanceWorld.source) throws {
        world = try SpendingWorld(source)
        world.adjust(600)
    }

    static func request(_ points: Int64, validMs: Int64? = nil, _ currency: CurrencyID = beans) -> AllowanceRequest {
        AllowanceRequest(
            currency: currency, points: Points(points), validMs: validMs,
            till: AllowanceRequest.Till(store: "market", terminal: "t1"))
    }

    @discardableResult
    func draw(_ points: Int64, _ card: String = "c1", validMs: Int64? = nil) -> Reply {
        world.carryOut(.draw(member: .card(card), Self.request(points, validMs: validMs)))
    }

    @discardableResult
    func settle(_ allowance: OperationID, _ used: Int64, at instant: Instant? = nil) -> Reply {
        world.carryOut(
            .settle(allowance, Settlement(used: Points(used), usedAt: instant ?? world.harness.now)))
    }
}

@Suite("Points for tills that cannot ask")
struct AllowanceTests {
    private typealias Tills = AllowanceWorld
    private static let day: Int64 = 86_400_000

    @Test("what a till may use nobody else can spend, and what it did not use is free again")
    func drawing() throws {
        let tills = try Tills()
        let drawn = tills.draw(400)
        #expect(
            drawn.text.contains(
                #""store":"market","terminal":"t1","currency":"beans","points":400,"valid_until":"2026-05-17T10:00:00+09:00","#
                    + #""until":"2026-05-24T10:00:00+09:00""#), "\(drawn.text)")
        let allowance = try tills.world.newest()
        #expect(try tills.world.balance() == Balance(currency: beans, available: Points(200), held: Points(400)))
        #expect(
            tills.world.carryOut(.redeem(member: .card("c1"), .points(beans, Points(300)))).refusal
                == .insufficientPoints(beans, needed: Points(300), available: Points(200), debt: .zero))
        tills.world.wait(minutes: 90)
        let settled = tills.settle(allowance, 150)
        #expect(settled.text.contains(#""currency":"beans","used":150,"released":250"#))
        #expect(try tills.world.available() == 450)
        #expect(try tills.world.balance().held == .zero)
        #expect(try tills.world.findings().isEmpty)
    }

    @Test("an allowance is settled once, whoever asks; the same call gets the same answer")
    func once() throws {
        let tills = try Tills()
        tills.draw(400)
        let allowance = try tills.world.newest()
        let harness = tills.world.harness
        let command = Command.settle(allowance, Settlement(used: Points(100), usedAt: harness.now))
        #expect(tills.settle(allowance, 401).refusal == .captureExceeds(held: Points(400)))
        #expect(harness.carryOut("back", command).isReplayed == false)
        #expect(harness.carryOut("back", command).isReplayed == true)
        let settlement = try tills.world.newest()
        #expect(tills.settle(allowance, 100).refusal == .holdNotOpen(.captured(settlement)))
        #expect(tills.settle(allowance, 0).refusal == .holdNotOpen(.captured(settlement)))
        #expect(try tills.world.available() == 500)
        // A settlement is undone as other spending is.
        #expect(tills.world.carryOut(.cancel(settlement)).refusal == nil)
        #expect(try tills.world.available() == 600)
        #expect(try tills.world.findings().isEmpty)
    }

    @Test("nothing but settling it ends it before its time: no capture, no release, no purchase")
    func noHold() throws {
        let tills = try Tills()
        tills.draw(400)
        let allowance = try tills.world.newest()
        #expect(tills.world.carryOut(.capture(allowance, nil)).refusal == .recordUnknown(.hold))
        #expect(tills.world.carryOut(.release(allowance)).refusal == .recordUnknown(.hold))
        #expect(
            tills.world.buy([SpendingWorld.line(1000)], receipt: "1", pay: 100, hold: allowance).refusal
                == .recordUnknown(.hold))
        _ = tills.world.carryOut(
            .hold(member: .card("c1"), HoldRequest(currency: beans, points: Points(10), timeoutMs: nil)))
        #expect(tills.settle(try tills.world.newest(), 5).refusal == .recordUnknown(.allowance))
        #expect(
            tills.settle(OperationID(member: MemberNumber(1), sequence: 99), 5).refusal == .recordUnknown(.allowance))
        tills.settle(allowance, 400)
        #expect(try tills.world.balance() == Balance(currency: beans, available: Points(190), held: Points(10)))
        #expect(try tills.world.findings().isEmpty)
    }

    @Test("a till that comes back late tells what it used in time, until the points are free")
    func late() throws {
        let tills = try Tills()
        tills.draw(400)
        let allowance = try tills.world.newest()
        let validUntil = tills.world.harness.now + Self.day
        tills.world.wait(days: 7)
        #expect(tills.settle(allowance, 1).refusal == .allowanceRefused(.usedTooLate(validUntil: validUntil)))
        #expect(
            tills.settle(allowance, 1, at: validUntil).refusal
                == .allowanceRefused(.usedTooLate(validUntil: validUntil)))
        #expect(
            tills.settle(allowance, 1, at: tills.world.harness.now + 301_000).refusal
                == .occurredInFuture(now: tills.world.harness.now))
        #expect(tills.settle(allowance, 300, at: validUntil + -1).refusal == nil)
        #expect(try tills.world.available() == 300)

        tills.draw(200)
        let forgotten = try tills.world.newest()
        tills.world.wait(days: 8)
        #expect(try tills.world.available() == 300)
        let end = tills.world.harness.now
        #expect(tills.settle(forgotten, 0).refusal == .holdNotOpen(.timedOut(end)))
        #expect(try tills.world.findings().isEmpty)
    }

    @Test("an unused allowance can be given back at any time")
    func unused() throws {
        let tills = try Tills()
        tills.draw(400)
        let allowance = try tills.world.newest()
        tills.world.wait(days: 2)
        #expect(tills.settle(allowance, 0).text.contains(#""used":0,"released":400"#))
        #expect(try tills.world.available() == 600)
        #expect(try tills.world.findings().isEmpty)
    }

    @Test("the program bounds how many points, for how long, and how often")
    func bounds() throws {
        let tills = try Tills()
        #expect(tills.draw(501).refusal == .allowanceRefused(.tooMany(most: 500)))
        #expect(tills.draw(1, validMs: 3 * Self.day + 1).refusal == .allowanceRefused(.tooLong(mostMs: 3 * Self.day)))
        #expect(tills.draw(1, validMs: 3 * Self.day).refusal == nil)
        #expect(
            tills.world.carryOut(
                .draw(member: .card("c1"), Tills.request(1, CurrencyID("status")))
            ).refusal
                == .currencyUnknown(CurrencyID("status")))
        #expect(
            tills.draw(400).refusal == nil
                && tills.draw(300).refusal
                    == .insufficientPoints(beans, needed: Points(300), available: Points(199), debt: .zero)
        )
        for _ in 0..<18 { #expect(tills.draw(1).refusal == nil) }
        #expect(tills.draw(1).refusal == .tooManyHolds(20))
        #expect(tills.draw(1, "nobody").refusal == .memberUnknown(.card))
        let plain = try Tills(Programs.spending)
        #expect(plain.draw(1).refusal == .allowanceRefused(.notOffered))
        #expect(try tills.world.findings().isEmpty)
    }

    @Test("points that lapse meanwhile are spent all the same; what is not used of them lapses")
    func lapsing() throws {
        let tills = try Tills()
        let expiry = try #require(try tills.world.state().ledger.lots.first?.expiresAt)
        tills.world.harness.now = expiry + -60_000
        tills.draw(400)
        let allowance = try tills.world.newest()
        tills.world.wait(days: 1, minutes: -2)
        #expect(tills.settle(allowance, 300).refusal == nil)
        #expect(try tills.world.balance() == Balance(currency: beans))
        #expect(try tills.world.findings().isEmpty)
    }

    @Test("members who are suspended draw nothing more, and what a till used of theirs is settled")
    func suspended() throws {
        let tills = try Tills()
        tills.draw(400)
        let allowance = try tills.world.newest()
        tills.world.carryOut(.status(member: .card("c1"), .suspend))
        #expect(tills.draw(100).refusal == .memberSuspended)
        #expect(tills.settle(allowance, 300).refusal == nil)
        #expect(try tills.world.available() == 300)
        #expect(try tills.world.findings().isEmpty)
    }

    @Test("of the points of members who leave only those stay that tills may have used already, until they settle")
    func closed() throws {
        let tills = try Tills()
        tills.draw(400)
        let allowance = try tills.world.newest()
        tills.draw(100)
        let now = tills.world.harness.now
        tills.world.carryOut(.status(member: .card("c1"), .close(graceMs: 0)))
        #expect(try tills.world.state().status == .closed(pointsUntil: now))
        #expect(try tills.world.balance() == Balance(currency: beans, available: .zero, held: Points(500)))
        #expect(tills.draw(100).refusal == .memberClosed)
        tills.world.wait(days: 3)
        #expect(tills.settle(allowance, 300, at: now).refusal == nil)
        // What the till did not use lapses as it comes back; the other one is settled by nobody.
        #expect(try tills.world.balance() == Balance(currency: beans, available: .zero, held: Points(100)))
        tills.world.wait(days: 5)
        #expect(try tills.world.balance() == Balance(currency: beans))
        #expect(try tills.world.findings().isEmpty)
    }

    @Test("points that lapse by inactivity live on from when a till used some, and so do those that come back")
    func activity() throws {
        let tills = try Tills(
            Self.Tills.source.replacing(
                "beans: { expiry: { after: 12 months, end_of: month }", with: "beans: { expiry: { inactivity: 20 days }"
            ))
        let world = tills.world
        world.carryOut(.redeem(member: .card("c1"), .points(beans, Points(100))))
        let redemption = try world.newest()
        tills.draw(100)
        let allowance = try world.newest()
        let usedAt = world.harness.now + Self.day / 2
        world.wait(days: 6)
        #expect(tills.settle(allowance, 100, at: usedAt).refusal == nil)
        #expect(world.carryOut(.cancel(redemption)).refusal == nil)
        #expect(Set(try world.state().ledger.lots.map(\.expiresAt)).count == 1)
        #expect(try world.findings().isEmpty)
    }

    @Test("an allowance of a member who was merged is settled with whoever took over")
    func merged() throws {
        let tills = try Tills()
        tills.world.carryOut(enroll(2))
        tills.world.carryOut(
            .adjust(member: .card("c2"), Adjustment(currency: beans, points: 200, reason: "test")))
        tills.draw(150, "c2")
        let allowance = OperationID(member: MemberNumber(2), sequence: 3)
        tills.world.carryOut(.merge(member: .card("c1"), from: .card("c2")))
        #expect(try tills.world.balance() == Balance(currency: beans, available: Points(650), held: Points(150)))
        #expect(tills.world.carryOut(.release(allowance)).refusal == .recordUnknown(.hold))
        let late = tills.world.harness.now + Self.day
        tills.world.wait(days: 2)
        #expect(tills.settle(allowance, 1).refusal == .allowanceRefused(.usedTooLate(validUntil: late)))
        #expect(tills.settle(allowance, 100, at: late + -1).refusal == nil)
        #expect(try tills.world.available() == 700)
        #expect(tills.settle(allowance, 1, at: late + -1).refusal == .holdNotOpen(.captured(try tills.world.newest())))
        #expect(try tills.world.findings().isEmpty)
    }
}

@Suite("Signing keys")
struct AllowanceKeysTests {
    @Test("the first server makes the key, and every other one has the same")
    func oneKey() throws {
        let store = MemoryStore()
        let (one, other) = (
            try AllowanceKeys(of: store, at: EngineHarness.start), try AllowanceKeys(of: store, at: EngineHarness.start)
        )
        #expect(one.publicKeys.count == 1 && one.publicKeys == other.publicKeys)
        let token = try #require(one.token(saying: Array("{}".utf8)))
        #expect(other.payload(of: token) == Array("{}".utf8))
    }

    @Test("the newest key signs, and what older ones signed is still accepted")
    func rotation() throws {
        let store = MemoryStore()
        let before = try AllowanceKeys(of: store, at: EngineHarness.start)
        store.addSigningKey(
            SigningKey(number: 2, createdAt: EngineHarness.start, secret: Array(repeating: 7, count: 32)))
        let after = try AllowanceKeys(of: store, at: EngineHarness.start)
        #expect(after.publicKeys.map(\.name) == ["1", "2"])
        let (old, new) = (
            try #require(before.token(saying: Array("1".utf8))), try #require(after.token(saying: Array("2".utf8)))
        )
        #expect(after.payload(of: old) == Array("1".utf8) && after.payload(of: new) == Array("2".utf8))
        #expect(before.payload(of: new) == nil, "a server that does not know the key yet")
        try before.catchUp(with: store)
        #expect(before.payload(of: new) == Array("2".utf8) && before.publicKeys == after.publicKeys)
    }

    @Test("what a key signed that ended is not accepted any more, by a server that runs either")
    func ending() throws {
        let store = MemoryStore()
        let keys = try AllowanceKeys(of: store, at: EngineHarness.start)
        let stolen = try #require(keys.token(saying: Array("1".utf8)))
        _ = store.rotateSigningKey(
            SigningKeyRotation(endsEarlier: true, at: EngineHarness.start, by: .commandLine))
        #expect(keys.payload(of: stolen) != nil, "a server that has not looked yet")
        try keys.catchUp(with: store)
        #expect(keys.payload(of: stolen) == nil && keys.publicKeys.map(\.name) == ["2"])
        let token = try #require(keys.token(saying: Array("2".utf8)))
        #expect(keys.payload(of: token) == Array("2".utf8))
    }

    @Test("keys that cannot be read leave a server with those it has")
    func damagedLater() throws {
        let store = MemoryStore()
        let keys = try AllowanceKeys(of: store, at: EngineHarness.start)
        store.addSigningKey(SigningKey(number: 2, createdAt: EngineHarness.start, secret: [1]))
        #expect(throws: StoreError.self) { try keys.catchUp(with: store) }
        #expect(keys.publicKeys.map(\.name) == ["1"] && keys.token(saying: []) != nil)
    }

    @Test("a token that was changed anywhere is not accepted")
    func tampering() throws {
        let keys = try AllowanceKeys(of: MemoryStore(), at: EngineHarness.start)
        let token = try #require(keys.token(saying: Array(#"{"jti":"1-7","points":300}"#.utf8)))
        #expect(keys.payload(of: token) != nil)
        for index in token.indices {
            for other in ["A", "B", "-", "=", "."] where token[index...index] != other {
                #expect(keys.payload(of: token.replacingCharacters(in: index...index, with: other)) == nil)
            }
        }
        for wrong in ["", ".", "..", "...", token + ".", "." + token, String(token.dropLast()), token + "A", "é.é.é"] {
            #expect(keys.payload(of: wrong) == nil, "\(wrong)")
        }
    }

    @Test("what is no key in the database is told")
    func damaged() {
        #expect(throws: StoreError.self) {
            _ = try AllowanceKeys([SigningKey(number: 1, createdAt: EngineHarness.start, secret: [1, 2])])
        }
    }
}
