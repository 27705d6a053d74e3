import JSON
import Rules

// What the wire tells of rules, as a table with a sentence for each of them. It is made from the result of the method,
// so that people and programs are told the same.

/// How rules came to what they paid, for people.
struct TracePicture {
    /// A result with the members `rules`, `earned`, `amount` and `eligible_amount`.
    let result: JSONValue
    /// The currency of the money.
    let money: String
    let figures: PointFigures

    /// The table of the rules and the sums behind it.
    func text(_ style: Style) -> String {
        var table = Table(.left("RULE"), .right("POINTS"), .left("INTO"), .left("WHY"))
        for entry in result["rules"]?.elements.map(\.self) ?? [] {
            let points = entry["points"]?.int64 ?? 0
            let currency = entry.text("into")
            table.add([
                Table.Cell(name(of: entry)),
                Table.Cell(points > 0 ? figures.text(points, of: currency) : "", .good),
                Table.Cell(points > 0 ? currency : ""),
                Table.Cell(TraceSentence(entry, money: money, figures: figures).text),
            ])
        }
        return base + (table.rows.isEmpty ? "" : "\n" + table.text(style)) + "\n" + style.paint(sum, .heading) + "\n"
            + missing
    }

    private func name(of entry: JSONValue) -> String {
        let rule = entry["rule"]?.string ?? ""
        return entry["multiplied"]?.string.map { "\(rule) × \($0)" } ?? rule
    }

    private var base: String {
        guard let amount = result["amount"]?.int64, let eligible = result["eligible_amount"]?.int64, amount != 0 else {
            return ""
        }
        let part = amount == eligible ? "all of which" : "of which \(Numbers.money(eligible, money))"
        return "\(Numbers.money(amount, money)) as the program counts money, \(part) may earn.\n"
    }

    private var sum: String {
        let earned = (result["earned"]?.members.map { ($0.key.string ?? "", $0.value.int64 ?? 0) } ?? [])
            .map { SafeText.text("\(figures.text($0.1, of: $0.0)) \($0.0)") }
        return earned.isEmpty ? "It earns nothing." : "It earns \(earned.joined(separator: ", "))."
    }

    private var missing: String {
        (result["missing"]?.elements.map(\.self) ?? []).map { missing in
            let rule = SafeText.text(missing["rule"]?.string ?? "")
            if let stamps = missing["stamps"]?.int64 {
                return "\(Numbers.grouped(stamps)) more stamps would fill the card of \(rule).\n"
            }
            return
                "\(Numbers.money(missing["money"]?.int64 ?? 0, money)) more would bring the next points of \(rule).\n"
        }.joined()
    }
}
