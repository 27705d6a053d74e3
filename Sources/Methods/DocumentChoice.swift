import Engine
import JSON
import Loyalty
import RPC
import Rules
import Time

/// Which document a call is about: a text, a version, or the one in force.
struct DocumentChoice: Sendable {
    private let source: String?
    private let version: Int64?

    init(_ params: Params) throws(RPCError) {
        source = params.optionalText("document")
        version = params["version"]?.int64
        guard source == nil || version == nil else {
            throw .invalidParams([Problem(pointer: "/params/version", detail: "must be left out beside `document`")])
        }
    }

    /// Whether the text is given, and has to be loaded.
    var isText: Bool { source != nil }

    /// The rule set that is meant; the one in force at an instant where none is named. A text gets the number behind all
    /// others. Loading a long text takes a fraction of a second.
    func ruleSet(at instant: Instant, in book: RuleBook) throws(RPCError) -> RuleSet {
        if let source {
            let outcome = Loader.load(source, file: "document", zones: SystemZones.zone)
            guard let program = outcome.program else {
                throw .invalidParams(
                    outcome.diagnostics.map { Problem(pointer: "/params/document", detail: $0.description) })
            }
            return RuleSet(version: book.newestVersion + 1, effectiveFrom: .distantPast, program: program)
        }
        guard let version else { return book.inForce(at: instant) }
        guard let ruleSet = book[version] else {
            throw .invalidParams([Problem(pointer: "/params/version", detail: "there is no such version")])
        }
        return ruleSet
    }
}
