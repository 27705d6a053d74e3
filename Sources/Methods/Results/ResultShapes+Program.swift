import JSON
import Rules
import Time

/// What the program calls itself and what is in it.
extension ResultShapes {
    /// The result of `program.get`.
    ///
    /// - Parameter now: the instant by which campaigns are over.
    func program(at now: Instant) -> [UInt8] {
        var json = JSONWriter(reserving: 1024)
        json.beginObject()
        json.member("program", program.id)
        write(program.title, to: &json)
        json.member("currency", program.money.currency.code)
        json.member("timezone", program.zone.name)
        json.key("points")
        json.beginArray()
        for currency in program.currencies {
            json.beginObject()
            json.member("id", currency.id)
            json.member("kind", currency.kind.rawValue)
            write(currency.title, to: &json)
            json.member("decimals", Int64(currency.decimals))
            json.endObject()
        }
        json.endArray()
        json.key("campaigns")
        json.beginArray()
        for campaign in program.campaigns where campaign.effective.until.map({ now < $0 }) ?? true {
            json.beginObject()
            json.member("id", campaign.id)
            write(campaign.title, to: &json)
            if let from = campaign.effective.from {
                json.key("from")
                write(from, to: &json)
            }
            if let until = campaign.effective.until {
                json.key("until")
                write(until, to: &json)
            }
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.take()
    }

    /// The member `title`: a text by its language.
    func write(_ title: LocalizedText, to json: inout JSONWriter) {
        json.key("title")
        json.beginObject()
        for entry in title.entries { json.member(entry.language, entry.text) }
        json.endObject()
    }
}
