package import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import Time

// One world: nodes that are real engines on one store, clients whose messages go astray, a clock that jumps, and the
// judge, who holds all that comes of it against the model. Everything happens on one thread and hangs on the steps
// alone, so the same steps always bring the same world about.

/// Runs steps on engines and tells the first difference to the model.
package final class World {
    private let frame: Terms.Frame
    private let clock = WorldClock(World.start)
    private let diary = Diary()
    private let faults = Faults()
    private let stores: [WatchedStore]
    private let seed: UInt64
    private var nodes: [Node] = []
    private var ruleSets: [RuleSet] = []
    private var judge: Judge

    /// Messages on their way, in the order of sending.
    private var underWay: [Message] = []
    private var sent: [Int: Message] = [:]
    private var lastMessage = 0
    private var lives: UInt64 = 0
    /// What each step's deed became, for those who ask again.
    private var asked: [(step: Int, key: String, act: Act, node: Int)] = []

    /// 2026-02-20T06:00:00Z: before a month's end, a change of clocks and a quarter's end.
    private static let start = 1_771_567_200_000
    /// After so many steps without a reply a client asks again.
    private static let patience = 25

    /// - Parameter seed: of the programs and of everything that is drawn in the world itself.
    package convenience init(seed: UInt64, on store: any Store = MemoryStore()) throws {
        try self.init(seed: seed, sharing: [store])
    }

    /// - Parameter stores: ways to one database. Engines take turns in having one: with as many ways as there are
    ///   engines each has its own.
    package init(seed: UInt64, sharing stores: [any Store]) throws {
        precondition(!stores.isEmpty, "engines work on a store")
        self.seed = seed
        var dice = Dice(seed: seed)
        frame = Terms.Frame(&dice)
        self.stores = stores.map { [diary, faults] in WatchedStore($0, diary, faults) }
        judge = Judge()
        try publish(Terms(frame, &dice), lead: 0, supersedes: false)
        for number in 0..<StepSource.nodes { nodes.append(try newNode(number)) }
    }

    /// The steps of a seed.
    package static func steps(_ count: Int, seed: UInt64) -> [Step] {
        var dice = Dice(seed: seed)
        var source = StepSource(Terms.Frame(&dice), seed: seed &+ 7_000_000)
        return (0..<count).map { _ in source.next() }
    }

    /// Carries out steps and then lets everything come to rest.
    ///
    /// - Returns: the first difference between the engines and the model; `nil` where they agree.
    package func run(_ steps: [Step]) throws -> Difference? {
        do {
            for (index, step) in steps.enumerated() {
                try carryOut(step)
                if index % 1000 == 999 { try judge.look(at: store, clock.now, book, everything: true) }
            }
            try settle()
            try judge.look(at: store, clock.now, book, everything: true)
            var dice = Dice(seed: seed &+ 99)
            for _ in 0..<80 { try judge.query(store, clock.now, book, &dice) }
            return nil
        } catch let difference as Difference {
            return difference
        }
    }

    /// What was seen of the world.
    package var tally: Tally { judge.tally }

    /// How many engines there are.
    package static let engines = StepSource.nodes

    /// All members' operations, transfers and lots, as the store tells them.
    package func export() throws -> [String] { try store.read { try $0.export() } }

    /// By which the world itself looks and publishes.
    private var store: WatchedStore { stores[0] }

    private var book: RuleBook { RuleBook(ruleSets) }

    private func newNode(_ number: Int) throws -> Node {
        lives += 1
        return try Node(number, store: stores[number % stores.count], book, clock, diary, seed: seed &+ 1000 &* lives)
    }

    // MARK: Steps

    private func carryOut(_ step: Step) throws {
        judge.step = step.number
        switch step.kind {
        case .deed(let deed, let journey): send(deed, journey, step.number)
        case .clock(let change): try turn(by: change)
        case .due(let offset):
            if let due = judge.oracle.nextDue(behind: clock.now) { try turn(by: due + offset - clock.now) }
        case .crash(let node, let finishes): try crash(node, finishing: finishes)
        case .fault(let fault): faults.arm(fault)
        case .publish(let terms, let lead, let supersedes): try publish(terms, lead: lead, supersedes: supersedes)
        case .look: try judge.look(at: store, clock.now, book, everything: false)
        }
        askAgain(step.number)
        try deliver(step.number)
        for node in step.ends {
            nodes[node].finishCommit()
            try hear()
        }
        clock.now += step.pause
    }

    /// Turns the clock; engines hear of new programs every second.
    private func turn(by change: Int) throws {
        clock.now += change
        if change >= 1000 { try catchUp() }
    }

    private func catchUp() throws {
        for (number, node) in nodes.enumerated() {
            try node.rules.catchUp(with: stores[number % stores.count])
            judge.known[number] = ruleSets.count
        }
    }

    private func crash(_ number: Int, finishing: Bool) throws {
        nodes[number].silence()
        if finishing { nodes[number].finishCommit() }
        try hear()
        nodes[number] = try newNode(number)
        judge.known[number] = ruleSets.count
    }

    private func publish(_ terms: Terms, lead: Int, supersedes: Bool) throws {
        let source = terms.document
        let outcome = Loader.load(source, file: "simulated.yaml", zones: WorldZones.zone)
        guard let program = outcome.program else {
            preconditionFailure(outcome.diagnostics.map(\.description).joined(separator: "\n") + "\n" + source)
        }
        let now = Instant(clock.now)
        let later =
            supersedes ? ruleSets.inCourse().course.dropFirst().filter { $0.effectiveFrom > now + Int64(lead) } : []
        let new = NewRuleSet(
            source: source, digest: Digest(hashing: Array(source.utf8)), start: .after(Int64(lead)), note: "simulated",
            supersedes: Set(later.map(\.version)), author: .commandLine)
        guard case .added(let stored) = try store.addRuleSet(new, clock: { now }) else { return }
        ruleSets.append(RuleSet(version: stored.version, effectiveFrom: stored.effectiveFrom, program: program))
        judge.oracle.publish(terms, number: Int(stored.version), from: Int(stored.effectiveFrom.milliseconds))
    }

    // MARK: Messages

    private func send(_ deed: Deed, _ journey: Journey, _ step: Int) {
        guard let act = act(deed, step) else { return }
        let key = "k\(journey.keyOf ?? step)"
        for copy in journey.copies {
            guard copy.arrives else { continue }
            post(key, act, step, node: copy.node, arrival: step + copy.delay, losesReply: journey.losesReply)
        }
        asked.append((step, key, act, journey.copies[0].node))
    }

    private func post(_ key: String, _ act: Act, _ step: Int, node: Int, arrival: Int, losesReply: Bool) {
        lastMessage += 1
        underWay.append(
            Message(
                number: lastMessage, key: key, act: act, step: step, node: node, arrival: arrival,
                losesReply: losesReply))
    }

    /// Clients that heard nothing ask again, somewhere else.
    private func askAgain(_ step: Int) {
        while let first = asked.first, first.step + Self.patience <= step {
            asked.removeFirst()
            guard !judge.isHeard(first.step) else { continue }
            post(
                first.key, first.act, first.step, node: 1 - first.node, arrival: step, losesReply: false)
        }
    }

    private func deliver(_ step: Int) throws {
        for number in nodes.indices {
            let arrived = underWay.filter { $0.node == number && $0.arrival <= step }.prefix(nodes[number].room)
            guard !arrived.isEmpty else { continue }
            let numbers = Set(arrived.map(\.number))
            underWay.removeAll { numbers.contains($0.number) }
            judge.take(Array(arrived), node: number)
            nodes[number].decide(Array(arrived))
            judge.note(nodes[number].decided, of: number)
            try hear()
        }
    }

    /// Lets everything that is under way end.
    private func settle() throws {
        for round in 1...4 {
            try catchUp()
            askAgain(.max - Self.patience)
            while !underWay.isEmpty {
                try deliver(.max)
                try finishAll()
            }
            try finishAll()
            if round == 4 { return }
        }
    }

    private func finishAll() throws {
        for node in nodes {
            while node.isBusy {
                node.finishCommit()
                try hear()
            }
        }
    }

    private func hear() throws {
        for number in nodes.indices { judge.note(nodes[number].decided, of: number) }
        for occurrence in diary.take() { try judge.hear(occurrence, at: clock.now) }
    }

    /// A deed with everything it is about, as its client knows it; `nil` where that never came about.
    private func act(_ deed: Deed, _ step: Int) -> Act? {
        func card(_ member: Int) -> String { "c\(member)" }
        switch deed {
        case .enroll(let member): return .enroll(id: "m\(member)", card: card(member))
        case .buy(let member, let lines, let late, let pay, let hold, let receiptOf):
            var payment: Act.Payment?
            if pay > 0 {
                payment = hold.flatMap { judge.place(of: $0) }.map { .held(pay, $0) } ?? .free(pay)
            }
            return .buy(
                card: card(member), receipt: "r\(receiptOf ?? step)", lines, at: clock.now - late, paying: payment)
        case .giveBack(let sale, let extent, let byReceipt):
            return reference(sale, byReceipt).map { .giveBack($0, extent, at: clock.now) }
        case .confirm(let sale): return reference(sale, false).map { .confirm($0, at: clock.now) }
        case .hold(let member, let currency, let points, let ms):
            return .hold(card: card(member), currency: currency, points, ms: ms)
        case .capture(let hold, let points): return judge.place(of: hold).map { .capture($0, points) }
        case .release(let hold): return judge.place(of: hold).map { .release($0) }
        case .redeem(let member, let points): return .redeem(card: card(member), points)
        case .reward(let member, let quantity): return .reward(card: card(member), quantity)
        case .cancel(let spending): return judge.place(of: spending).map { .cancel($0) }
        case .adjust(let member, let currency, let points):
            return .adjust(card: card(member), currency: currency, points)
        case .give(let member, let other, let currency, let points):
            return .give(card: card(member), to: card(other), currency: currency, points)
        case .merge(let member, let other): return .merge(card: card(member), from: card(other))
        case .draw(let member, let currency, let points, let ms):
            return .draw(card: card(member), currency: currency, points, ms: ms)
        case .settle(let allowance, let used, let late):
            return judge.place(of: allowance).map { .settle($0, used: used, at: clock.now - late) }
        case .vouchers(let member, let quantity): return .vouchers(card: card(member), quantity)
        case .voucher(let giver, let place, let givesBack):
            return judge.voucher(of: giver, at: place).map { .voucher(code: $0, givesBack: givesBack) }
        case .standing(let member, let standing): return .standing(card: card(member), standing)
        case .code(let member): return .code(card: card(member))
        case .refer(let member, let other):
            return .refer(card: card(member), code: judge.oracle.code(ofCard: card(other)) ?? "nobody's")
        case .found(let member): return .pool(card: card(member), .found)
        case .join(let member, let owner, let spends):
            return .pool(card: card(member), .join(owner: card(owner), spends: spends))
        case .leave(let member): return .pool(card: card(member), .leave)
        case .keep(let lines, let late): return .keep(receipt: "r\(step)", lines, at: clock.now - late)
        case .claim(let member, let sale): return .claim(card: card(member), receipt: "r\(sale)")
        }
    }

    private func reference(_ sale: Int, _ byReceipt: Bool) -> Act.Sale? {
        byReceipt ? .receipt("r\(sale)") : judge.place(of: sale).map { .operation($0) }
    }
}
