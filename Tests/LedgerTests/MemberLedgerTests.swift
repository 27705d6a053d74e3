import Ledger
import TestSupport
import Testing
import Time

private let beans = CurrencyID("beans")
private let miles = CurrencyID("miles")

private func day(_ number: Int64) -> Instant {
    Instant(milliseconds: number * 86_400_000)
}

extension MemberLedger {
    fileprivate mutating func issue(
        _ points: Int64, of currency: CurrencyID = beans, earned: Int64 = 0, expires: Int64?
    ) throws -> Movements {
        var movements = Movements()
        try receive(
            Points(points), of: currency, origin: 1, ruleSetVersion: 1, earnedAt: day(earned),
            expiresAt: expires.map(day), into: &movements)
        return movements
    }

    fileprivate mutating func expire(upTo number: Int64) -> Movements {
        var movements = Movements()
        expire(upTo: day(number), into: &movements)
        return movements
    }
}

@Suite("A member's ledger")
struct MemberLedgerTests {
    @Test("An award is one transfer from issued to available and one lot")
    func award() throws {
        var ledger = MemberLedger()
        let movements = try ledger.issue(22, expires: 365)
        #expect(movements.transfers.map(\.number) == [1])
        #expect(movements.transfers.map(\.from) == [.issued])
        #expect(movements.transfers.map(\.to) == [.available])
        #expect(movements.transfers.map(\.availableAfter) == [Points(22)])
        #expect(movements.opened.map(\.remaining) == [Points(22)])
        #expect(ledger.balance(of: beans).available == Points(22))
        #expect(ledger.balance(of: miles).available == .zero)
    }

    @Test("Points are usable until their expiry and not at it", arguments: [(9, 22), (10, 0), (11, 0)])
    func expiryIsExclusive(now: Int64, left: Int64) throws {
        var ledger = MemberLedger()
        _ = try ledger.issue(22, expires: 10)
        let movements = ledger.expire(upTo: now)
        #expect(ledger.balance(of: beans).available == Points(left))
        #expect(movements.transfers.map(\.to) == (left == 0 ? [.expired] : []))
    }

    @Test("Lots are spent soonest expiry first, then earliest earned, then by number, and endless ones last")
    func order() throws {
        var ledger = MemberLedger()
        for (earned, expires) in [(3, nil), (2, 20), (1, 30), (1, 20), (1, 20)] as [(Int64, Int64?)] {
            _ = try ledger.issue(5, earned: earned, expires: expires)
        }
        #expect(ledger.lots.map(\.number) == [4, 5, 2, 3, 1])
        #expect(ledger.nextExpiry == day(20))
        let next = try #require(ledger.nextExpiry(of: beans))
        #expect(next.points == Points(15))
        #expect(next.at == day(20))
    }

    @Test("A balance that would leave 64 bits is refused and nothing changes")
    func overflow() throws {
        var ledger = MemberLedger()
        _ = try ledger.issue(.max, expires: nil)
        let before = ledger
        #expect(throws: LedgerRefusal.overflow(beans)) { try ledger.issue(1, expires: nil) }
        #expect(ledger == before)
        _ = try ledger.issue(1, of: miles, expires: nil)
        #expect(ledger.balance(of: miles).available == Points(1))
    }

    /// A ledger as a shop owner would keep it on paper: a list of awards, looked through from the start each time.
    private struct Paper {
        var awards: [(currency: CurrencyID, points: Int64, expires: Int64?, lapsed: Bool)] = []

        mutating func expire(upTo now: Int64) -> Int64 {
            var lapsed: Int64 = 0
            for index in awards.indices where !awards[index].lapsed {
                if let expires = awards[index].expires, expires <= now {
                    awards[index].lapsed = true
                    lapsed += awards[index].points
                }
            }
            return lapsed
        }

        func balance(of currency: CurrencyID) -> Int64 {
            awards.reduce(0) { $0 + ($1.currency == currency && !$1.lapsed ? $1.points : 0) }
        }
    }

    @Test("Random histories agree with a ledger on paper", arguments: 0..<200 as Range<UInt64>)
    func agreesWithPaper(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var ledger = MemberLedger()
        var paper = Paper()
        var sums: [CurrencyID: [Account: Int64]] = [:]
        var transfers: Int64 = 0
        for now in 0..<60 as Range<Int64> {
            let movements: Movements
            if Int.random(in: 0..<3, using: &generator) == 0 {
                movements = ledger.expire(upTo: now)
                let lapsed = movements.transfers.reduce(0) { $0 + $1.amount.count }
                #expect(lapsed == paper.expire(upTo: now), "seed \(seed), day \(now)")
            } else {
                let points = Int64.random(in: 1...1000, using: &generator)
                let currency = Bool.random(using: &generator) ? beans : miles
                let expires = Bool.random(using: &generator) ? Int64.random(in: 0...70, using: &generator) : nil
                movements = try ledger.issue(points, of: currency, earned: now, expires: expires)
                paper.awards.append((currency, points, expires, false))
            }
            for transfer in movements.transfers {
                transfers += 1
                #expect(transfer.number == transfers)
                sums[transfer.currency, default: [:]][transfer.from, default: 0] -= transfer.amount.count
                sums[transfer.currency, default: [:]][transfer.to, default: 0] += transfer.amount.count
            }
            for currency in [beans, miles] {
                let available = ledger.balance(of: currency).available.count
                #expect(available == paper.balance(of: currency), "seed \(seed), day \(now)")
                #expect(available == sums[currency]?[.available] ?? 0)
                #expect(sums[currency]?.values.reduce(0, +) ?? 0 == 0)
                let open = ledger.lots.filter { $0.currency == currency }
                #expect(available == open.reduce(0) { $0 + $1.remaining.count })
            }
        }
    }
}
