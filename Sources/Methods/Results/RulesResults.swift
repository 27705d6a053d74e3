public import Engine
import JSON
import Ledger
import Loyalty
public import Rules
public import Time

// What `rules.*` and `audit.list` tell, also of the command line. Times have the offset of the program's zone.

/// Writes what was published, what it changes and who did it.
public struct RulesResults: Sendable {
    private let zone: Zone

    public init(zone: Zone) {
        self.zone = zone
    }

    /// The result of `rules.publish` and `rules.rollback`, less its `replayed` member.
    public func publication(_ publication: Publication) -> [UInt8] {
        object { json in
            write(publication.ruleSet, to: &json)
            if !publication.supersedes.isEmpty {
                json.key("supersedes")
                json.beginArray()
                for version in publication.supersedes { json.int(version) }
                json.endArray()
            }
            write("warnings", publication.warnings, to: &json)
            write(publication.changes, to: &json)
        }
    }

    /// The result of `rules.list`: newest first.
    ///
    /// - Parameter inForce: the version that is in force.
    public func list(_ ruleSets: [StoredRuleSet], inForce: Int64) -> [UInt8] {
        let superseders = ruleSets.superseders()
        return object { json in
            json.key("rule_sets")
            json.beginArray()
            for ruleSet in ruleSets.reversed() {
                json.beginObject()
                write(ruleSet, to: &json)
                json.key("in_force")
                json.bool(ruleSet.version == inForce)
                if let superseder = superseders[ruleSet.version] { json.member("superseded_by", superseder) }
                json.endObject()
            }
            json.endArray()
        }
    }

    /// The result of `rules.get`: a rule set with its document.
    public func ruleSet(_ ruleSet: StoredRuleSet) -> [UInt8] {
        object { json in
            write(ruleSet, to: &json)
            json.member("document", ruleSet.source)
        }
    }

    /// The result of `rules.diff`.
    public func changes(_ changes: [DocumentChange]) -> [UInt8] {
        object { write(changes, to: &$0) }
    }

    /// The result of `rules.validate`.
    ///
    /// - Parameter changes: against the newest rule set; `nil` where the document has errors or there is none.
    public func review(_ review: DocumentReview, changes: [DocumentChange]?, warnings: [String]) -> [UInt8] {
        object { json in
            json.key("ok")
            json.bool(review.publishable != nil)
            if let program = review.program { json.member("program", program.id) }
            json.key("problems")
            json.beginArray()
            for problem in review.problems { json.diagnostic(problem) }
            json.endArray()
            json.key("tests")
            json.beginArray()
            for test in review.tests { json.testOutcome(test) }
            json.endArray()
            write("warnings", warnings, to: &json)
            if let changes { write(changes, to: &json) }
        }
    }

    /// The result of `audit.list`: newest first.
    ///
    /// - Parameter next: the cursor of the next page, where there is one.
    public func audit(_ entries: [AuditEntry], next: Int64?) -> [UInt8] {
        object { json in
            json.key("entries")
            json.beginArray()
            for entry in entries { write(entry, to: &json) }
            json.endArray()
            if let next { json.member("next_cursor", String(next)) }
        }
    }

    // MARK: Parts

    private func object(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter(reserving: 2048)
        json.beginObject()
        body(&json)
        json.endObject()
        return json.take()
    }

    private func write(_ ruleSet: StoredRuleSet, to json: inout JSONWriter) {
        json.member("version", ruleSet.version)
        json.member("effective_from", ruleSet.effectiveFrom.rfc3339(in: zone))
        json.member("published_at", ruleSet.publishedAt.rfc3339(in: zone))
        json.member("author", ruleSet.author)
        json.member("note", ruleSet.note)
        json.member("sha256", "\(ruleSet.digest)")
    }

    private func write(_ changes: [DocumentChange], to json: inout JSONWriter) {
        json.key("changes")
        json.beginArray()
        for change in changes {
            json.beginObject()
            json.member("kind", change.kind.rawValue)
            json.member("path", change.path)
            if let before = change.before { json.member("before", before) }
            if let after = change.after { json.member("after", after) }
            json.endObject()
        }
        json.endArray()
    }

    private func write(_ name: String, _ sentences: [String], to json: inout JSONWriter) {
        json.key(name)
        json.beginArray()
        for sentence in sentences { json.string(sentence) }
        json.endArray()
    }

    private func write(_ entry: AuditEntry, to json: inout JSONWriter) {
        let note = entry.note
        json.beginObject()
        json.member("entry", entry.number)
        json.member("at", note.at.rfc3339(in: zone))
        json.member("author", note.author.name)
        if let client = note.author.client { json.member("client", client) }
        if let origin = note.author.origin { json.member("origin", origin) }
        json.member("action", note.action.rawValue)
        json.member("subject", note.subject)
        json.key("details")
        json.beginObject()
        for detail in note.details { json.member(detail.name, detail.value) }
        json.endObject()
        json.member("sha256", "\(entry.digest)")
        json.endObject()
    }
}
