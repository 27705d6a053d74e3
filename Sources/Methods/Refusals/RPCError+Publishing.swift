public import Engine
public import RPC
public import Rules
import Time

// The codes and words for documents that are not published. Administrators alone get them, so they may quote a document.

extension RPCError {
    /// A refusal to publish as it goes over the wire.
    public init(_ refusal: PublishingRefusal, in program: Program) {
        switch refusal {
        case .keyReused(let version):
            self = .keyReused
            detail = "rule set \(version) was published with this key and other content; use a new key for a new call"
        case .unknownVersion:
            self = .unknownRuleSet
            detail = "rules.list tells which versions there are"
        case .badDocument(let review):
            self = .badDocument
            detail = "nothing was published; correct the document and call rules.validate"
            problems = review.complaints.map { Problem(pointer: "/params/document", detail: $0) }
        case .otherProgram(let expected):
            self = .otherProgram
            detail = "this database serves the program \(expected)"
        case .tooEarly(let earliest):
            self = .effectiveTooEarly
            detail =
                "it is \(earliest.rfc3339(in: program.zone)) now; a rule set is never in force before it is published"
        case .inTheWay(let ruleSets):
            self = .ruleSetsToCome
            let versions = ruleSets.map { "\($0.version)" }.joined(separator: ", ")
            let times = ruleSets.map { "\($0.version) from \($0.effectiveFrom.rfc3339(in: program.zone))" }
            detail =
                "rule sets that were published before are in force later: \(times.joined(separator: ", ")); choose a "
                + "later effective_from, or give supersedes: [\(versions)], and they never will be"
        case .notToCome(let version):
            self = .ruleSetsToCome
            detail =
                "supersedes names \(version), which is not a rule set that would begin later than this one; "
                + "rules.list tells which are to come"
        }
    }

    static let badDocument = RPCError(code: 1101, message: "Document not accepted", type: "bad-document")
    static let otherProgram = RPCError(code: 1102, message: "Other program", type: "other-program")
    static let effectiveTooEarly = RPCError(code: 1103, message: "Too early", type: "effective-too-early")
    static let ruleSetsToCome = RPCError(code: 1105, message: "Rule sets to come", type: "rule-sets-to-come")
    static let unknownRuleSet = RPCError(code: 1104, message: "Unknown rule set", type: "rule-set-unknown")
}
