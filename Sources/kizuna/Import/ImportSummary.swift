import JSON

/// What came of an import, at its end.
struct ImportSummary {
    let tally: ImportTally
    let seconds: Double
    /// The file with the rejected lines, if there are any.
    let rejects: String?

    private var perSecond: Int64 { seconds > 0 ? Int64((Double(tally.read) / seconds).rounded()) : 0 }

    /// - Parameter figures: how points are shown; in the smallest unit without them.
    func text(_ figures: PointFigures?, _ style: Style) -> String {
        var lines = Table(.left("PURCHASES"), .right("COUNT"), .left(""))
        lines.add(["read", Table.Cell(Numbers.grouped(tally.read)), ""])
        lines.add(["new", Table.Cell(Numbers.grouped(tally.new)), ""])
        lines.add(["replayed", Table.Cell(Numbers.grouped(tally.replayed)), ""])
        lines.add([
            "rejected", Table.Cell(Numbers.grouped(tally.rejected), tally.rejected > 0 ? .bad : nil),
            Table.Cell(rejects.map { "see \($0)" } ?? ""),
        ])
        var text = lines.text(style)
        if !tally.byRule.isEmpty { text += "\n" + points(figures, style) }
        let tenths = Int64((seconds * 10).rounded())
        return text
            + "\nIn \(Numbers.grouped(tenths / 10)).\(tenths % 10) s, \(Numbers.grouped(perSecond)) per second.\n"
    }

    private func points(_ figures: PointFigures?, _ style: Style) -> String {
        var table = Table(
            .left(figures == nil ? "POINTS (SMALLEST UNIT)" : "POINTS"), .left("RULE"), .right("NEW"),
            .right("REPLAYED"))
        for currency in tally.currencies {
            let total = tally.byCurrency[currency] ?? ImportTally.Points()
            func text(_ points: Int64) -> String {
                figures?.text(points, of: currency) ?? Numbers.grouped(points)
            }
            func add(_ name: String, _ rule: String, _ points: ImportTally.Points) {
                table.add([
                    Table.Cell(name), Table.Cell(rule), Table.Cell(text(points.new)),
                    Table.Cell(text(points.replayed)),
                ])
            }
            add(currency, "in all", total)
            for key in tally.rules where key.currency == currency {
                add("", key.rule, tally.byRule[key] ?? ImportTally.Points())
            }
        }
        return table.text(style)
    }

    var json: String {
        JSONText.line { json in
            json.beginObject()
            json.member("read", tally.read)
            json.member("new", tally.new)
            json.member("replayed", tally.replayed)
            json.member("rejected", tally.rejected)
            json.key("points")
            json.beginObject()
            for currency in tally.currencies {
                json.key(currency)
                json.beginObject()
                Self.write(tally.byCurrency[currency] ?? ImportTally.Points(), to: &json)
                json.endObject()
            }
            json.endObject()
            json.key("rules")
            json.beginArray()
            for key in tally.rules {
                json.beginObject()
                json.member("rule", key.rule)
                json.member("into", key.currency)
                Self.write(tally.byRule[key] ?? ImportTally.Points(), to: &json)
                json.endObject()
            }
            json.endArray()
            json.key("seconds")
            json.double((seconds * 1000).rounded() / 1000)
            json.member("per_second", perSecond)
            if let rejects { json.member("rejects", rejects) }
            json.endObject()
        }
    }

    private static func write(_ points: ImportTally.Points, to json: inout JSONWriter) {
        json.member("new", points.new)
        json.member("replayed", points.replayed)
    }
}
