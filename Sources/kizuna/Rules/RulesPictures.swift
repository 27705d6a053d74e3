import Engine
import Loyalty
import Rules
import Time

/// Rule sets as people see them.
struct RulesPictures {
    let zone: Zone

    /// One row a rule set, newest first.
    func list(_ ruleSets: [StoredRuleSet], inForce: Int64) -> Table {
        var table = Table(.right("VERSION"), .left("IN FORCE FROM"), .left("PUBLISHED BY"), .left("NOTE"), .left(""))
        let superseders = ruleSets.superseders()
        for ruleSet in ruleSets.reversed() {
            let state =
                if ruleSet.version == inForce {
                    Table.Cell("in force", .good)
                } else if let superseder = superseders[ruleSet.version] {
                    Table.Cell("never: superseded by \(superseder)")
                } else {
                    Table.Cell(ruleSet.version > inForce ? "to come" : "")
                }
            table.add([
                "\(ruleSet.version)", Table.Cell(Numbers.time(ruleSet.effectiveFrom.rfc3339(in: zone))),
                Table.Cell(ruleSet.author), Table.Cell(ruleSet.note), state,
            ])
        }
        return table
    }

    /// What was published, what it changes, and what is easily overlooked.
    func publication(_ publication: Publication, _ style: Style) -> String {
        let ruleSet = publication.ruleSet
        var text = changes(publication.changes, style)
        for warning in publication.warnings {
            text += style.paint("warning:", .warning) + " \(SafeText.text(warning))\n"
        }
        text +=
            "Rule set \(ruleSet.version) is published and in force from "
            + "\(Numbers.time(ruleSet.effectiveFrom.rfc3339(in: zone))).\n"
        for version in publication.supersedes { text += "Rule set \(version) never will be in force.\n" }
        return text
    }

    /// One row a difference.
    func changes(_ changes: [DocumentChange], _ style: Style) -> String {
        guard !changes.isEmpty else { return "They say the same.\n" }
        var table = Table(.left(""), .left("WHERE"), .left("BEFORE"), .left("AFTER"))
        for change in changes {
            let sign =
                switch change.kind {
                case .added: Table.Cell("+", .good)
                case .removed: Table.Cell("-", .bad)
                case .changed: Table.Cell("~", .warning)
                }
            table.add([
                sign, Table.Cell(change.path), Table.Cell(Self.short(change.before)),
                Table.Cell(Self.short(change.after)),
            ])
        }
        return table.text(style)
    }

    private static func short(_ text: String?) -> String {
        guard let text else { return "" }
        return text.count <= 60 ? text : text.prefix(59) + "…"
    }
}
