import Engine
import Loyalty
import MemoryStore
import ModelSupport
import Rules
import TestSupport
import Testing
import Time

@testable import Simulator

/// Who checks what was recorded must notice whatever clients can tell.
@Suite("The committed order against the model")
struct CommittedOrderTests {
    /// What clients did and heard, told once more with or without a lie.
    fileprivate struct Story {
        enum Event {
            case asked(String, Act)
            case answered(String, HeardAnswer)
            case refused(String, String, lasts: Bool)
        }

        let store = MemoryStore()
        let rules: RuleBook
        let now: Int
        var events: [Event] = []

        /// Two members buy, one redeems, one wants more than there is.
        init() throws {
            let source = Terms.busyShop.document
            _ = store.addRuleSet(Programs.publication(source)) { EngineHarness.start }
            let ruleSet = Programs.ruleSet(source)
            rules = RuleBook([ruleSet])
            let engine = try EngineHarness(store: store, ruleSet: ruleSet)
            now = Int(engine.now.milliseconds)
            let line = [Act.Line(quantity: 1, amount: 900)]
            let acts: [(String, Act)] = [
                ("one", .buy(card: "c1", receipt: "1", line, at: now, paying: nil)),
                ("two", .buy(card: "c2", receipt: "2", line, at: now, paying: nil)),
                ("three", .redeem(card: "c1", 7)), ("four", .redeem(card: "c2", 500)),
                ("five", .giveBack(.receipt("1"), .amount(300), at: now)),
            ]
            for (key, act) in acts {
                events.append(.asked(key, act))
                switch engine.carryOut([(Cause(key, act.command), act.command)])[0] {
                case .accepted(let result, _): events.append(.answered(key, try act.answer(in: result)))
                case .refused(let refusal):
                    events.append(.refused(key, refusal.told, lasts: refusal.memory != nil))
                case let reply: Issue.record("\(key): \(reply)")
                }
            }
            engine.engine.drain()
        }

        func check() throws -> CommittedOrder.Sum {
            var book = CallBook()
            for event in events {
                switch event {
                case .asked(let key, let act): book.ask(act, key: key, at: now)
                case .answered(let key, let answer): book.hear(answer, key: key)
                case .refused(let key, let told, let lasts): book.hear(refusal: told, lasts: lasts, key: key, at: now)
                }
            }
            return try CommittedOrder(book, under: .busyShop) { try $0.answer(in: $1) }.check(
                store, at: now, under: rules)
        }
    }

    @Test("finds a true story true")
    func truth() throws {
        let sum = try Story().check()
        #expect(sum.operations == ["purchase": 2, "redeem": 1, "return": 1] && sum.refusals == 1)
    }

    /// What a client might tell otherwise than it was, and what is said of it.
    enum Lie: String, CaseIterable {
        case neverAsked = "nobody asked for"
        case askedForMore = "should be:"
        case answeredOtherwise = "is answered:"
        case answeredWithOtherBalances = "is answered with"
        case refused = "and is recorded"
        case refusedOtherwise = "was refused: 500 a wanted, 18 there"

        fileprivate func tell(_ event: Story.Event) -> Story.Event? {
            switch (self, event) {
            case (.neverAsked, .asked("two", _)), (.neverAsked, .answered("two", _)): nil
            case (.askedForMore, .asked("three", _)): .asked("three", .redeem(card: "c1", 8))
            case (.answeredOtherwise, .answered("three", let answer)):
                .answered(
                    "three",
                    HeardAnswer(
                        place: answer.place, told: answer.told.replacing("7 a", with: "6 a"), balances: answer.balances)
                )
            case (.answeredWithOtherBalances, .answered("one", let answer)):
                .answered("one", HeardAnswer(place: answer.place, told: answer.told, balances: [:]))
            case (.refused, .answered("three", _)): .refused("three", "7 a wanted, 6 there, 0 owed", lasts: true)
            case (.refusedOtherwise, .refused("four", _, _)):
                .refused("four", "500 a wanted, 18 there, 0 owed", lasts: true)
            default: event
            }
        }
    }

    @Test("finds a lie", arguments: Lie.allCases)
    func lies(lie: Lie) throws {
        var story = try Story()
        story.events = story.events.compactMap(lie.tell)
        let difference = #expect(throws: Difference.self) { try story.check() }
        #expect(difference?.description.contains(lie.rawValue) == true, "\(difference?.description ?? "")")
    }

    @Test("finds an answer that was lost")
    func lost() throws {
        var story = try Story()
        let answer = HeardAnswer(place: Act.Place(member: 1, sequence: 9), told: "redeemed 1-9: 1 a", balances: nil)
        story.events += [.asked("six", .redeem(card: "c1", 1)), .answered("six", answer)]
        let difference = #expect(throws: Difference.self) { try story.check() }
        #expect(difference?.description.contains("was answered and is not recorded") == true)
    }

    @Test("finds what is recorded in front of something that was answered before it was asked for")
    func order() throws {
        var story = try Story()
        // As if "one" had been asked for behind everything, though it is recorded first.
        let first = Array(story.events.prefix(2))
        story.events = Array(story.events.dropFirst(2)) + first
        let difference = #expect(throws: Difference.self) { try story.check() }
        #expect(difference?.description.contains("before something was asked for") == true)
    }

    @Test("finds two answers to one call that differ, and a refusal that did not last")
    func contradictions() throws {
        var story = try Story()
        let other = HeardAnswer(place: Act.Place(member: 1, sequence: 3), told: "redeemed 1-3: 8 a", balances: nil)
        story.events += [.asked("three", .redeem(card: "c1", 7)), .answered("three", other)]
        #expect(throws: Difference.self) { try story.check() }
        story = try Story()
        story.events += [
            .asked("four", .redeem(card: "c2", 500)), .refused("four", "500 a wanted, 1 there, 0 owed", lasts: true),
        ]
        #expect(throws: Difference.self) { try story.check() }
    }
}
