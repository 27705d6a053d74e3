import Engine
import JSON

/// What was copied, and whether the copy is proven, for people and programs.
struct CopyOutcome {
    let source: String
    let target: String
    let comparison: StoreComparison.Report
    /// `nil` where there is nothing to verify.
    let verification: VerificationReport?

    /// Whether the copy is equal and sound.
    var isProven: Bool { comparison.isEqual && verification?.isClean ?? true }

    private var counts: [(name: String, count: Int64)] {
        [
            ("members", comparison.counts.members), ("operations", comparison.counts.operations),
            ("transfers", comparison.counts.transfers), ("blocks", comparison.counts.blocks),
            ("rule sets", comparison.ruleSets), ("clients", comparison.clients),
            ("audit entries", comparison.auditEntries),
        ]
    }

    /// Tables for a terminal.
    func text(_ style: Style) -> String {
        var table = Table(.left("COPIED"), .right("COUNT"))
        for (name, count) in counts { table.add([.init(name), .init(Numbers.grouped(count))]) }
        var problems = Table(.left("WHERE"), .left("PROBLEM"))
        for difference in comparison.differences {
            problems.add([.init(difference.subject), .init(difference.problem)])
        }
        for finding in verification?.findings ?? [] {
            problems.add([.init(finding.subject.description), .init(finding.problem)])
        }
        let verdict =
            isProven
            ? style.paint("Equal", .good) + " and clean: \(target) goes on where \(source) was.\n"
            : style.paint("Not proven", .bad) + ": \(comparison.differenceCount) differences and "
                + "\(verification?.findingCount ?? 0) findings; do not use \(target).\n"
        return table.text(style) + (problems.rows.isEmpty ? "" : problems.text(style)) + verdict
    }

    /// One object as a line.
    var json: String {
        JSONText.line { json in
            json.beginObject()
            json.member("equal", comparison.isEqual)
            json.member("clean", verification?.isClean ?? true)
            for (name, count) in counts { json.member(name.replacing(" ", with: "_"), count) }
            json.member("difference_count", comparison.differenceCount)
            json.key("differences")
            json.beginArray()
            for difference in comparison.differences {
                json.beginObject()
                json.member("subject", difference.subject)
                json.member("problem", difference.problem)
                json.endObject()
            }
            json.endArray()
            json.member("finding_count", verification?.findingCount ?? 0)
            json.key("findings")
            json.beginArray()
            for finding in verification?.findings ?? [] {
                json.beginObject()
                json.member("subject", finding.subject.description)
                json.member("problem", finding.problem)
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }
    }
}
