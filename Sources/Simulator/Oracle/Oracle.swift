// The model of the whole ledger: what a patient clerk with paper would write down. It knows the contract and nothing of
// the engine: no batches, no stores, no caches. Commands come one after the other; each has one right outcome.
//
// Points, times and numbers are plain `Int`s, which are far from their ends in every world that is simulated.

/// A naive model of the ledger that foretells what comes of every command.
package struct Oracle: Sendable {
    struct Version: Sendable {
        let number: Int
        let from: Int
        let terms: Terms
    }

    struct Answer {
        let content: Act
        /// `nil` where no member's history tells of it.
        let place: Act.Place?
        /// The receipt of the sale without a member that it was about.
        let receipt: String?
        let text: String
    }

    /// Points that a member lacks.
    struct Shortfall {
        let currency: String
        let points: Int
    }

    struct Refused: Error {
        let text: String
        /// What was not there.
        var missing: Shortfall?

        init(_ text: String, missing: Shortfall? = nil) {
            self.text = text
            self.missing = missing
        }
    }

    private(set) var versions: [Version] = []
    /// How many of them whoever decides knows; `nil` for all.
    private var known: Int?
    var members: [Int: ModelMember] = [:]
    private var cards: [String: Int] = [:]
    private var ids: [String: Int] = [:]
    private var receipts = Layered<String, Act.Place>()
    private var answers = Layered<String, Answer>()
    /// What all members together used.
    var shared: [String: Int] = [:]
    /// Who has what code, and what voucher.
    private var codes: [String: Int] = [:]
    private var vouchers: [String: Int] = [:]
    /// Sales without a member, by their receipts.
    var kept: [String: ModelKept] = [:]
    /// The codes that were drawn for what is carried out.
    private(set) var drawn: [String] = []
    /// What is written of others than the member of the act: member by member, in the order in which each was first
    /// concerned.
    private var beside: [(member: Int, rows: [Row])] = []
    /// What a return had to take back and did not find.
    var missed: [Shortfall] = []

    package init() {}

    /// Takes in a published program.
    package mutating func publish(_ terms: Terms, number: Int, from: Int) {
        versions.append(Version(number: number, from: from, terms: terms))
    }

    /// The program of an instant: of those that hold by then the newest, or else the first.
    func inForce(at instant: Int) -> Version {
        versions.prefix(known ?? versions.count).last { $0.from <= instant } ?? versions[0]
    }

    func version(_ number: Int) -> Version {
        guard let version = versions.first(where: { $0.number == number }) else {
            preconditionFailure("whatever was decided was decided under a version")
        }
        return version
    }

    /// Tells what comes of a command, and lets it happen.
    ///
    /// - Parameters:
    ///   - key: its idempotency key.
    ///   - newMember: the number that a member would have whom it makes.
    ///   - drawn: the codes that it gives out.
    package mutating func carryOut(
        _ act: Act, key: String, at now: Int, newMember: Int, drawn: [String] = []
    ) -> Tale {
        if let answer = answers[key] {
            return answer.content == act
                ? .repeated(answer: answer.text)
                : .refused("key used for \(answer.place.map { "\($0)" } ?? "something refused")")
        }
        var trial = self
        trial.drawn = drawn
        do {
            if let answer = try trial.decideKept(act, now) {
                self = trial
                answers[key] = Answer(content: act, place: nil, receipt: act.receipt, text: answer)
                if let receipt = act.receipt { kept[receipt]?.calls.append(key) }
                return .accepted([], answer: answer)
            }
            let (rows, answer) = try trial.decide(act, now, newMember)
            guard let own = rows.first(where: { $0.kind == act.kind }) else {
                preconditionFailure("\(act) left no row")
            }
            self = trial
            answers[key] = Answer(content: act, place: own.place, receipt: nil, text: answer)
            return .accepted(rows, answer: answer)
        } catch let refusal as Refused {
            return .refused(refusal.text)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// The member as everyone sees it at an instant.
    package func picture(of number: Int, at now: Int) -> Picture? {
        guard var member = members[number] else { return nil }
        _ = member.pass(to: now)
        var seen = member
        seen.sequence = members[number]?.sequence ?? 0
        return seen.picture
    }

    /// The operation that a key brought about.
    func place(of key: String) -> Act.Place? { answers[key]?.place }

    /// The next instant behind one at which something happens by itself.
    func nextDue(behind now: Int) -> Int? {
        members.values.compactMap(\.nextDue).filter { $0 > now }.min()
    }

    /// The model as it would be knowing so many of some programs; `nil` for all.
    func knowing(_ count: Int?, of versions: [Version]) -> Oracle {
        var oracle = self
        oracle.versions = versions
        oracle.known = count
        return oracle
    }

    /// What comes of an act that is about no member; `nil` for any other one.
    private mutating func decideKept(_ act: Act, _ now: Int) throws -> String? {
        switch act {
        case .keep(let receipt, let lines, let at): try keep(receipt, lines, at: at, now)
        case .giveBack(.receipt(let receipt), let extent, let at): try takeOff(receipt, extent, at: at, now)
        default: nil
        }
    }

    private mutating func decide(_ act: Act, _ now: Int, _ newMember: Int) throws -> ([Row], String) {
        beside = []
        let (rows, answer) = try decideInPool(act, now, newMember)
        return (rows + beside.flatMap(\.rows), answer)
    }

    /// Decides an act on what its member has, and where that is too little, again behind a loan of the pool.
    private mutating func decideInPool(_ act: Act, _ now: Int, _ newMember: Int) throws -> ([Row], String) {
        guard let number = subject(of: act), let pool = members[number]?.pool else {
            return try decideAlone(act, now, newMember)
        }
        if act.spends, case .mate(_, spends: false) = pool { throw Refused("pool: earnOnly") }
        guard act.usesPool, !act.spends || members[number]?.pointsUntil == nil else {
            return try decideAlone(act, now, newMember)
        }
        var rows: [Row] = []
        var lent: Set<String> = []
        while true {
            var trial = self
            trial.missed = []
            let missing: [Shortfall]
            do {
                let (later, answer) = try trial.decideAlone(act, now, newMember)
                missing = trial.missed.filter { !lent.contains($0.currency) }
                if missing.isEmpty {
                    self = trial
                    return (rows + later, answer)
                }
            } catch let refusal as Refused {
                guard let points = refusal.missing, !lent.contains(points.currency) else { throw refusal }
                missing = [points]
            }
            for points in missing {
                rows += try lend(points, to: number, for: act, now)
                lent.insert(points.currency)
            }
        }
    }

    /// Adds what is written of another member than that of the act.
    mutating func add(_ rows: [Row], of member: Int) {
        if let index = beside.firstIndex(where: { $0.member == member }) {
            beside[index].rows += rows
        } else {
            beside.append((member, rows))
        }
    }

    private mutating func decideAlone(_ act: Act, _ now: Int, _ newMember: Int) throws -> ([Row], String) {
        switch act {
        case .draw(let card, let currency, let points, let ms): return try draw(card, currency, points, ms, now)
        case .settle(let place, let used, let at): return try settle(place, used, at: at, now)
        case .vouchers(let card, let quantity): return try slips(card, quantity, now)
        case .voucher(let code, let givesBack): return try use(code, givesBack: givesBack, now)
        case .standing(let card, let standing): return try self.standing(card, standing, now)
        case .code(let card): return try code(card, now)
        case .refer(let card, let code): return try refer(card, code, now)
        case .pool(let card, let pooling): return try self.pool(card, pooling, now)
        case .keep: preconditionFailure("a sale without a member is decided before anything about a member is")
        case .claim(let card, let receipt): return try claim(card, receipt, now, newMember)
        case .enroll(let id, let card): return try enroll(id, card, now, newMember)
        case .buy(let card, let receipt, let lines, let at, let payment):
            return try buy(card, receipt, lines, at: at, payment, now, newMember)
        case .giveBack(let sale, let extent, let at): return try giveBack(sale, extent, at: at, now)
        case .confirm(let sale, let at): return try confirm(sale, at: at, now)
        case .hold(let card, let currency, let points, let ms): return try hold(card, currency, points, ms, now)
        case .capture(let place, let points): return try capture(place, points, now)
        case .release(let place): return try release(place, now)
        case .redeem(let card, let points): return try redeem(card, points, now)
        case .reward(let card, let quantity): return try reward(card, quantity, now)
        case .cancel(let place): return try cancel(place, now)
        case .adjust(let card, let currency, let points): return try adjust(card, currency, points, now)
        case .give(let card, let other, let currency, let points): return try give(card, other, currency, points, now)
        case .merge(let card, let other): return try merge(card, other, now)
        }
    }

    // MARK: Members

    func owner(of card: String) throws -> Int {
        guard let number = cards[card] else { throw Refused("member unknown by card") }
        return number
    }

    /// Who has by now what was a member's.
    func holder(_ number: Int) -> Int {
        members[number]?.mergedInto.map(holder) ?? number
    }

    /// The place of a member's next operation.
    func next(_ number: Int) -> Act.Place {
        Act.Place(member: number, sequence: (members[number]?.sequence ?? 0) + 1)
    }

    /// Everything that is called by one member's cards is another one's.
    mutating func rename(_ loser: Int, to winner: Int) {
        for (card, owner) in cards where owner == loser { cards[card] = winner }
        for (code, owner) in codes where owner == loser { codes[code] = winner }
        for (code, owner) in vouchers where owner == loser { vouchers[code] = winner }
    }

    /// Whose code it is.
    func referrer(_ code: String) -> Int? { codes[code] }
    func voucherOwner(_ code: String) -> Int? { vouchers[code] }
    mutating func name(_ code: String, _ number: Int) { codes[code] = number }
    mutating func give(_ voucher: String, _ number: Int) { vouchers[voucher] = number }

    /// The code of whoever has a card.
    func code(ofCard card: String) -> String? { cards[card].flatMap { members[$0]?.code } }

    func receipt(ofCall key: String) -> String? { answers[key]?.receipt }

    mutating func forgetCalls(of receipt: String) {
        for key in kept[receipt]?.calls ?? [] { answers[key] = nil }
        kept[receipt] = nil
    }

    func isKnown(_ card: String) -> Bool { cards[card] != nil }

    func posted(_ receipt: String) -> Act.Place? { receipts[receipt] }

    mutating func note(_ receipt: String, _ place: Act.Place) {
        receipts[receipt] = place
        kept[receipt]?.isClaimed = true
    }

    /// Makes a member. Who joins by a purchase has an id that was drawn.
    mutating func join(_ number: Int, id: String?, card: String, _ now: Int) {
        let terms = inForce(at: now).terms
        var member = ModelMember(number: number, id: id ?? "", joinedAt: now)
        member.levels = terms.levels.map { MemberLevels($0.rules, joinedAt: now, by: terms.clock) }
        members[number] = member
        if let id { ids[id] = number }
        cards[card] = number
    }

    private mutating func enroll(_ id: String, _ card: String, _ now: Int, _ number: Int) throws -> ([Row], String) {
        if ids[id] != nil { throw Refused("member taken") }
        if cards[card] != nil { throw Refused("card taken") }
        join(number, id: id, card: card, now)
        let row = write("enroll", number, at: now, now, [])
        return ([row], "enrolled \(number)-1")
    }

    // MARK: Writing

    /// Writes down the next operation of a member.
    mutating func write(
        _ kind: String, _ number: Int, at instant: Int, _ now: Int, _ moves: [Move], version: Int? = nil,
        levels: [Int]? = nil
    ) -> Row {
        members[number]?.sequence += 1
        let levels = levels ?? change(number) { $0.levels?.model.takeChanges() } ?? []
        return Row(
            member: number, sequence: members[number]?.sequence ?? 0, kind: kind, occurredAt: instant, postedAt: now,
            version: version ?? inForce(at: instant).number, moves: moves.sorted(), levels: levels.map { "l\($0)" })
    }

    /// Lets time pass for a member.
    mutating func pass(_ number: Int, to now: Int) -> [Row] {
        (members[number]?.pass(to: now) ?? []).map {
            write("due", number, at: $0.at, now, $0.moves, levels: $0.levels)
        }
    }

    /// Changes a member.
    mutating func change<Result>(_ number: Int, _ body: (inout ModelMember) throws -> Result) rethrows -> Result {
        guard var member = members.removeValue(forKey: number) else { preconditionFailure("the member is known") }
        defer { members[number] = member }
        return try body(&member)
    }

    func shortage(_ number: Int, _ points: Int, _ currency: String) -> Refused {
        let member = members[number]
        let there = member?.available(currency) ?? 0
        return Refused(
            "\(points) \(currency) wanted, \(there) there, \(member?.debt(currency) ?? 0) owed",
            missing: Shortfall(currency: currency, points: max(0, points - there)))
    }

    /// Points live on that lapse without activity.
    mutating func keepAlive(_ number: Int, _ currency: Terms.Currency, _ terms: Terms, from instant: Int, _ now: Int) {
        guard case .inactivity = currency.lapse, let until = currency.lapse.instant(from: instant, terms.clock) else {
            return
        }
        change(number) { $0.keepAlive(currency.name, until: until, at: now) }
    }
}

extension Act {
    /// The kind of the operation that it becomes.
    package var kind: String {
        switch self {
        case .enroll: "enroll"
        case .buy: "purchase"
        case .giveBack: "return"
        case .confirm: "confirm"
        case .hold: "hold"
        case .capture: "capture"
        case .release: "release"
        case .redeem, .reward: "redeem"
        case .cancel: "cancel"
        case .adjust: "adjust"
        case .give: "give"
        case .merge: "merge"
        case .draw: "allowance"
        case .settle: "settle"
        case .vouchers: "redeem"
        case .voucher: "voucher"
        case .standing: "status"
        case .code, .refer: "refer"
        case .pool: "pool"
        case .keep: "keep"
        case .claim: "purchase"
        }
    }

    /// The receipt of a sale that may be without a member.
    fileprivate var receipt: String? {
        switch self {
        case .keep(let receipt, _, _), .giveBack(.receipt(let receipt), _, _): receipt
        default: nil
        }
    }
}
