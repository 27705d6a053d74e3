package import JSON
import Ledger
import Loyalty
package import Simulator
import Time

// What a till of a busy shop sends and is answered, between the words of the wire and those of the model. Acts that no
// such till sends are not here.

extension Act {
    /// The method that asks for it, and its params.
    package func call(key: String) -> (method: String, params: String) {
        let (method, fields) = wire
        return (method, #"{"idempotency_key":"\#(key)",\#(fields)}"#)
    }

    private var wire: (String, String) {
        switch self {
        case .buy(let card, let receipt, let lines, let at, let payment):
            let items = lines.map { #"{"sku":"s","quantity":\#($0.quantity),"amount":\#($0.amount)}"# }
            return (
                "purchase.post",
                #""card":"\#(card)","store":"s","receipt":"\#(receipt)","channel":"pos","occurred_at":"\#(time(at))","#
                    + #""currency":"JPY","items":[\#(items.joined(separator: ","))]"#
                    + (payment.map { #","pay":{\#($0.fields)}"# } ?? "")
            )
        case .giveBack(.receipt(let receipt), let extent, let at):
            let sale = #""receipt":{"store":"s","number":"\#(receipt)"},"occurred_at":"\#(time(at))""#
            return switch extent {
            case .everything: ("purchase.void", sale)
            case .line(let line, nil): ("purchase.return", sale + #","items":[{"line":\#(line)}]"#)
            case .line(let line, let quantity?):
                ("purchase.return", sale + #","items":[{"line":\#(line),"quantity":\#(quantity)}]"#)
            case .amount(let money): ("purchase.return", sale + #","amount":\#(money)"#)
            }
        case .hold(let card, let currency, let points, nil):
            return ("hold.create", #""card":"\#(card)","currency":"\#(currency)","points":\#(points)"#)
        case .capture(let hold, let points):
            return ("hold.capture", #""hold":"\#(hold)""# + (points.map { #","points":\#($0)"# } ?? ""))
        case .release(let hold): return ("hold.release", #""hold":"\#(hold)""#)
        case .redeem(let card, let points): return ("redemption.create", #""card":"\#(card)","points":\#(points)"#)
        case .reward(let card, let quantity):
            return ("redemption.create", #""card":"\#(card)","reward":"mug","quantity":\#(quantity)"#)
        case .cancel(let redemption): return ("redemption.cancel", #""redemption":"\#(redemption)""#)
        default: preconditionFailure("no till of a busy shop sends \(self)")
        }
    }

    private func time(_ instant: Int) -> String { Instant(milliseconds: Int64(instant)).rfc3339 }

    /// What the result of its call says.
    package func answer(in result: JSONValue) throws(StrangeAnswer) -> HeardAnswer {
        let place = try Place(result.text("operation"))
        var told: String
        switch self {
        case .enroll: told = "enrolled \(place)"
        case .buy:
            told = "bought \(place):"
            for (currency, points) in try result.fields("earned") {
                told += " \(try StrangeAnswer.unwrap(points.int64, result)) \(currency)"
            }
        case .giveBack:
            told = "returned \(place) of \(try result.text("purchase")):" + (try result.givenBack)
            for (currency, claim) in try result.fields("taken_back") {
                told += " \(currency) \(try claim.number("taken")) taken \(try claim.number("owed")) owed "
                told += "\(try claim.number("waived")) waived"
            }
            told += " refund \(try result.number("refund"))"
            if try StrangeAnswer.unwrap(result["complete"]?.bool, result) { told += " over" }
        case .hold:
            let until = try result.instant("until")
            told = "held \(place): \(try result.number("points")) \(try result.text("currency")) until \(until)"
        case .capture:
            told = "captured \(place) of \(try result.text("hold")): \(try result.number("captured")) "
            told += "\(try result.text("currency")), \(try result.number("released")) freed"
        case .release:
            told = "released \(place) of \(try result.text("hold")): \(try result.number("released")) "
            told += try result.text("currency")
        case .redeem: told = "redeemed \(place): \(try result.number("points")) \(try result.text("currency"))"
        case .reward:
            told = "redeemed \(place): \(try result.number("points")) \(try result.text("currency")) for "
            told += try result.text("reward")
        case .cancel: told = "cancelled \(place) of \(try result.text("redemption")):" + (try result.givenBack)
        default: preconditionFailure("no till of a busy shop sends \(self)")
        }
        if case .enroll = self { return HeardAnswer(place: place, told: told, balances: nil) }
        return HeardAnswer(place: place, told: told, balances: try result.balances)
    }

    /// The same of a result as bytes.
    package func answer(in result: [UInt8]) throws -> HeardAnswer { try answer(in: JSONDocument(result).root) }
}

extension Act.Payment {
    fileprivate var fields: String {
        switch self {
        case .free(let points): #""points":\#(points)"#
        case .held(let points, let hold): #""points":\#(points),"hold":"\#(hold)""#
        }
    }
}

extension Act.Place {
    fileprivate init(_ text: String) throws(StrangeAnswer) {
        guard let id = OperationID(text) else { throw StrangeAnswer(text) }
        self.init(id)
    }
}

/// An answer that nobody expects.
package struct StrangeAnswer: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }

    fileprivate static func unwrap<Value>(_ value: Value?, _ whole: JSONValue) throws(StrangeAnswer) -> Value {
        guard let value else { throw StrangeAnswer(String(decoding: whole.rawText, as: UTF8.self)) }
        return value
    }
}

extension JSONValue {
    fileprivate func text(_ name: String) throws(StrangeAnswer) -> String {
        try StrangeAnswer.unwrap(self[name]?.string, self)
    }

    fileprivate func number(_ name: String) throws(StrangeAnswer) -> Int {
        Int(try StrangeAnswer.unwrap(self[name]?.int64, self))
    }

    fileprivate func fields(_ name: String) throws(StrangeAnswer) -> [(String, JSONValue)] {
        try StrangeAnswer.unwrap(self[name], self).members.map { ($0.key.string ?? "", $0.value) }
    }

    /// In milliseconds.
    fileprivate func instant(_ name: String) throws(StrangeAnswer) -> Int64 {
        try StrangeAnswer.unwrap(try? Instant(rfc3339: text(name)).milliseconds, self)
    }

    fileprivate var givenBack: String {
        get throws(StrangeAnswer) {
            guard let back = self["given_back"] else { return "" }
            return " restored \(try back.number("usable")) usable \(try back.number("lapsed")) lapsed"
        }
    }

    fileprivate var balances: [String: Picture.Balance] {
        get throws(StrangeAnswer) {
            var balances: [String: Picture.Balance] = [:]
            let none = Picture.Balance(available: 0, pending: 0, held: 0, debt: 0)
            for (currency, told) in try fields("balances") {
                let balance = Picture.Balance(
                    available: try told.number("available"), pending: try told.number("pending"),
                    held: try told.number("held"), debt: try told.number("debt"))
                if balance != none { balances[currency] = balance }
            }
            return balances
        }
    }

    /// Why a call was refused, from the error of its reply, and whether the same call is refused again from now on.
    package var refusal: (told: String, lasts: Bool) {
        get throws(StrangeAnswer) {
            let data = try StrangeAnswer.unwrap(self["data"], self)
            let detail = data["detail"]?.string ?? ""
            let operation = detail.firstMatch(of: /operation (\d+-\d+)/).map { String($0.1) } ?? "?"
            switch try data.text("type").split(separator: ":").last {
            case "member-unknown": return ("member unknown by card", false)
            case "not-found":
                if detail.contains("no such hold") { return ("no such hold", false) }
                return (detail.replacing("there is no", with: "no"), false)
            case "return-not-possible":
                if let line = detail.firstMatch(of: /no line (\d+)/) { return ("no line \(line.1)", false) }
                if let line = detail.firstMatch(of: /of line (\d+)/) {
                    return ("line \(line.1) has \(try data.number("left")) left", false)
                }
                if data["left"] != nil { return ("only \(try data.number("left")) left", false) }
                return ("nothing left", false)
            case "insufficient-points":
                return (
                    "\(try data.number("needed")) a wanted, \(try data.number("available")) there, "
                        + "\(try data.number("debt")) owed", true
                )
            case "payment-not-possible":
                return (
                    "pay \(try data.number("minimum")) to \((try? data.number("most")) ?? .max) by \(try data.number("step"))",
                    true
                )
            case "hold-not-open" where detail.hasSuffix("spent it"): return ("hold captured by \(operation)", true)
            case "hold-not-open" where detail.hasSuffix("freed it"): return ("hold released by \(operation)", true)
            case "hold-not-open":
                let end = detail.split(separator: " ").last.flatMap { try? Instant(rfc3339: String($0)) }
                return ("hold timed out at \(try StrangeAnswer.unwrap(end, self).milliseconds)", true)
            case "already-cancelled": return ("cancelled by \(operation)", false)
            case "capture-exceeds-hold": return ("only \(try data.number("held")) held", true)
            case "too-many-holds":
                let most = detail.firstMatch(of: /at most (\d+)/).map { String($0.1) } ?? "?"
                return ("more than \(most) holds", true)
            case "reward-not-available": return ("\(try data.number("left")) in stock", true)
            default: break
            }
            throw StrangeAnswer(String(decoding: rawText, as: UTF8.self))
        }
    }
}
