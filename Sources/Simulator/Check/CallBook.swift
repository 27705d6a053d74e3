// What clients remember of a time in which much went wrong: every call, every answer, every refusal, and in which order
// they asked and heard. It is all that a checker may believe.

/// What a client was answered, in the words of the model.
package struct HeardAnswer: Hashable, Sendable {
    package let place: Act.Place
    package let told: String
    /// What the member had then, of currencies of which there was any; `nil` where the answer does not say.
    package let balances: [String: Picture.Balance]?

    package init(place: Act.Place, told: String, balances: [String: Picture.Balance]?) {
        self.place = place
        self.told = told
        self.balances = balances
    }
}

/// All calls of all clients of one database.
package struct CallBook: Sendable {
    struct Refusal {
        let told: String
        /// Whether the same call is refused again from now on.
        let lasts: Bool
        /// When the call was first made, and when this was heard, by the order of everything that was asked and heard.
        let asked: Int
        let heard: Int
        /// Between which instants it was decided.
        let instants: [Int]
    }

    struct Call {
        let act: Act
        let asked: Int
        let instant: Int
        var answer: HeardAnswer?
        var heard = Int.max
        var refusals: [Refusal] = []
    }

    private(set) var calls: [String: Call] = [:]
    /// What clients heard and cannot both be true.
    private(set) var contradictions: [String] = []
    private var last = 0

    package init() {}

    /// Notes that something is about to be asked, perhaps once more, at an instant.
    package mutating func ask(_ act: Act, key: String, at instant: Int) {
        last += 1
        guard let call = calls[key] else {
            calls[key] = Call(act: act, asked: last, instant: instant)
            return
        }
        precondition(call.act == act, "a key is used for one call")
    }

    /// Notes an answer.
    package mutating func hear(_ answer: HeardAnswer, key: String) {
        last += 1
        guard let call = calls[key] else {
            contradictions.append("\(key) is answered and nobody asked: \(answer.told)")
            return
        }
        if let refusal = call.refusals.last(where: \.lasts) {
            contradictions.append("\(call.act)\n  was refused: \(refusal.told)\n  and is answered: \(answer.told)")
        }
        if let earlier = call.answer, earlier != answer {
            contradictions.append("\(call.act)\n  was answered: \(earlier)\n  and then: \(answer)")
        }
        guard call.answer == nil else { return }
        calls[key]?.answer = answer
        calls[key]?.heard = last
    }

    /// Notes a refusal at an instant.
    package mutating func hear(refusal told: String, lasts: Bool, key: String, at instant: Int) {
        last += 1
        guard let call = calls[key] else {
            contradictions.append("\(key) is refused and nobody asked: \(told)")
            return
        }
        if let answer = call.answer {
            contradictions.append("\(call.act)\n  was answered: \(answer.told)\n  and is refused: \(told)")
        }
        if let earlier = call.refusals.last(where: \.lasts) {
            if earlier.told != told {
                contradictions.append("\(call.act)\n  was refused: \(earlier.told)\n  and then: \(told)")
            }
            return
        }
        calls[key]?.refusals.append(
            Refusal(
                told: told, lasts: lasts, asked: call.asked, heard: last, instants: [call.instant, instant]))
    }

    /// The calls about which nothing was heard yet.
    package var unheard: [(key: String, act: Act)] {
        calls.filter { $0.value.answer == nil && $0.value.refusals.isEmpty }.map { ($0.key, $0.value.act) }
    }

    /// What was asked for under a key.
    package func act(of key: String) -> Act? { calls[key]?.act }

    /// Every call.
    package var all: [(key: String, act: Act)] { calls.map { ($0.key, $0.value.act) } }

    /// How many calls were answered.
    package var answered: Int { calls.values.count { $0.answer != nil } }
}
