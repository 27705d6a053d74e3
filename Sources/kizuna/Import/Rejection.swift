import Client
import RPC

/// Why a line cannot become a purchase.
struct Rejection: Error, Equatable {
    /// One or more things that are wrong, each of them a few words that name the place.
    let reasons: [String]

    init(_ reasons: [String]) {
        self.reasons = reasons
    }

    init(_ reason: String) {
        reasons = [reason]
    }

    /// What the server had against it.
    init(_ failure: RPCFailure) {
        if !failure.errors.isEmpty {
            self.init(failure.errors.map { Self.reason(Self.place($0.pointer), $0.detail) })
        } else {
            self.init("\(failure.type): \(failure.detail ?? failure.message)")
        }
    }

    /// The place and what is wrong there.
    static func reason(_ place: String, _ detail: String) -> String {
        place.isEmpty ? detail : "\(place) \(detail)"
    }

    /// A pointer into a call as the place in its params: `/params/items/0/amount` is `items[0].amount`.
    static func place(_ pointer: String) -> String {
        var place = ""
        for step in pointer.split(separator: "/").dropFirst() {
            if step.allSatisfy(\.isNumber) {
                place += "[\(step)]"
            } else {
                let name = step.replacing("~1", with: "/").replacing("~0", with: "~")
                place += place.isEmpty ? name : ".\(name)"
            }
        }
        return place
    }
}
