import JSON

/// How and why an operation changed a member's level.
struct TierSentence {
    private let change: JSONValue

    /// - Parameter change: one of the `levels` of a result.
    init(_ change: JSONValue) {
        self.change = change
    }

    var text: String {
        let move = "The level went from \(change.text("from")) to \(change.text("to")) on \(change.time("since"))"
        return SafeText.text("\(move): \(Self.reason(change.text("why"))).")
    }

    /// Why a level began, by the word of the wire.
    static func reason(_ word: String) -> String {
        switch word {
        case "joined": "the member joined"
        case "reached": "what counts toward levels reached it"
        case "review": "the level before was over and had not been reached again"
        case "return": "what came back had given the level before"
        case "correction": "status points were corrected by hand"
        case "given": "somebody gave it by hand"
        case "given_ended": "the level that was given by hand is over"
        case "merged": "two members became one"
        default: word
        }
    }
}
