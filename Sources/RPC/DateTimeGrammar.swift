/// The grammar of RFC 3339 §5.6 and the days and leap seconds that exist (§5.7). Whether an instant makes sense for
/// the business is for others to say.
enum DateTimeGrammar {
    /// Whether the text is a full-date: YYYY-MM-DD.
    static func isDate(_ text: Span<UInt8>) -> Bool {
        text.count == 10 && isDate(atStartOf: text)
    }

    /// Whether the text is a date-time with its offset.
    static func isDateTime(_ text: Span<UInt8>) -> Bool {
        guard text.count >= 20, isDate(atStartOf: text), text[10] | 0x20 == UInt8(ascii: "t"),
            text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
            let hour = twoDigits(text, 11, upTo: 23), let minute = twoDigits(text, 14, upTo: 59),
            let second = twoDigits(text, 17, upTo: 60)
        else { return false }
        var at = 19
        if text[at] == UInt8(ascii: ".") {
            let first = at + 1
            at = first
            while at < text.count, text[at] &- UInt8(ascii: "0") < 10 { at += 1 }
            guard at > first, at < text.count else { return false }
        }
        var offset = 0
        if text[at] | 0x20 == UInt8(ascii: "z") {
            guard at + 1 == text.count else { return false }
        } else {
            guard text[at] == UInt8(ascii: "+") || text[at] == UInt8(ascii: "-"), at + 6 == text.count,
                text[at + 3] == UInt8(ascii: ":"),
                let hours = twoDigits(text, at + 1, upTo: 23), let minutes = twoDigits(text, at + 4, upTo: 59)
            else { return false }
            offset = (hours * 60 + minutes) * (text[at] == UInt8(ascii: "-") ? -1 : 1)
        }
        // A leap second is the last second of a day in UTC.
        return second < 60 || (hour * 60 + minute - offset + 2880) % 1440 == 1439
    }

    private static func isDate(atStartOf text: Span<UInt8>) -> Bool {
        guard let century = twoDigits(text, 0, upTo: 99), let yearOfCentury = twoDigits(text, 2, upTo: 99),
            text[4] == UInt8(ascii: "-"), let month = twoDigits(text, 5, upTo: 12), month > 0,
            text[7] == UInt8(ascii: "-"), let day = twoDigits(text, 8, upTo: 31)
        else { return false }
        return 1...days(in: month, of: century * 100 + yearOfCentury) ~= day
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func twoDigits(_ text: Span<UInt8>, _ at: Int, upTo limit: Int) -> Int? {
        let (tens, ones) = (text[at] &- UInt8(ascii: "0"), text[at + 1] &- UInt8(ascii: "0"))
        guard tens < 10, ones < 10 else { return nil }
        let value = Int(tens) * 10 + Int(ones)
        return value <= limit ? value : nil
    }
}
