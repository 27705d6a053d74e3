import ArgumentParser
import Client
import JSON

/// `kizuna explain`
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell why an operation earned what it earned, rule by rule.",
        discussion: """
            Every operation can be explained for ever: it keeps what its rules saw, and is told under the rule set that \
            decided it. `kizuna statement` lists a member's operations.

            EXAMPLES
              kizuna explain 1042-7
              kizuna explain 1042-7 --json
            """)

    @Argument(help: "The operation, such as 1042-7.")
    var operation: String

    @OptionGroup var server: ServerOptions

    @Flag(help: "Print one JSON object, as operation.explain gives it.")
    var json = false

    func run() async throws {
        let client = try await server.connect()
        let result = try await client.call("operation.explain") { json in
            json.beginObject()
            json.member("operation", operation)
            json.endObject()
        }
        let figures = json ? nil : try await client.pointFigures()
        await client.close()
        if let figures {
            print(ExplanationPicture(result: result, figures: figures).text(.standardOutput()), terminator: "")
        } else {
            print(JSONText.line { $0.raw(result.rawText) }, terminator: "")
        }
    }
}

/// What `operation.explain` told, for people.
struct ExplanationPicture {
    let result: JSONValue
    let figures: PointFigures

    func text(_ style: Style) -> String {
        let head = "\(result.text("operation")): \(result.text("kind")) of member \(result.text("member"))"
        var text = style.paint(SafeText.text(head), .heading) + "\n"
        text += "Happened \(result.time("occurred_at")), recorded \(result.time("posted_at")), "
        text += "decided under rule set \(result["version"]?.int64 ?? 0).\n"
        if let sentence = KindSentence(result).text { text += SafeText.text(sentence) + "\n" }
        for line in result["returned"]?.elements.map(\.self) ?? [] {
            let amount = Numbers.money(line["amount"]?.int64 ?? 0, result.text("money"))
            let article = line.text("sku").isEmpty ? "" : " (\(line.text("sku")))"
            let goods = Numbers.grouped(line["quantity"]?.int64 ?? 0)
            text += SafeText.text("\(goods) of line \(line["line"]?.int64 ?? 0)\(article), \(amount).") + "\n"
        }
        if result["returned"] != nil {
            text += "The rules of the purchase told what is left of its points.\n"
        } else if result["rules"] == nil {
            text += "No rules were asked.\n"
        } else {
            text += TracePicture(result: result, money: result.text("money"), figures: figures).text(style)
        }
        if result["complete"]?.bool == false {
            text += style.paint("Something that its rules saw was erased since; more was recorded.", .warning) + "\n"
        }
        if let reason = result["reason"]?.string {
            text += SafeText.text("Somebody gave as the reason: \(reason)") + "\n"
        }
        for change in result["levels"]?.elements.map(\.self) ?? [] { text += TierSentence(change).text + "\n" }
        for move in result["moved"]?.elements.map(\.self) ?? [] {
            text += SafeText.text("\(points(of: move)) went from \(move.text("from")) to \(move.text("to")).") + "\n"
        }
        for lot in result["opened"]?.elements.map(\.self) ?? [] {
            let expiry = lot["expires_at"] == nil ? "that never lapse" : "that lapse \(lot.time("expires_at"))"
            text += "Opened lot \(lot["lot"]?.int64 ?? 0): \(points(of: lot)) \(expiry).\n"
        }
        for lot in result["lapsed"]?.elements.map(\.self) ?? [] {
            text += "Of lot \(lot["lot"]?.int64 ?? 0), \(points(of: lot)) lapsed.\n"
        }
        return text
    }

    private func points(of lot: JSONValue) -> String {
        let currency = lot.text("currency")
        return "\(figures.text(lot["points"]?.int64 ?? 0, of: currency)) \(SafeText.text(currency))"
    }
}
