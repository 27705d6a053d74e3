import Rules

/// Numbers, money and times as tables show them.
enum Numbers {
    /// An integer with a comma before every three digits: `64,846`.
    static func grouped(_ value: Int64) -> String {
        let digits = String(value.magnitude)
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return text
    }

    /// An amount of minor units in a currency: `1,100 JPY`, `12.34 USD`.
    static func money(_ minorUnits: Int64, _ code: String) -> String {
        let exponent = MoneyCurrency(code: code)?.exponent ?? 0
        return "\(decimal(minorUnits, places: exponent)) \(code)"
    }

    /// A number of which so many digits stand behind the point: 1234 with two is `12.34`.
    static func decimal(_ value: Int64, places: Int) -> String {
        guard places > 0 else { return grouped(value) }
        let unit = UInt64((0..<places).reduce(1) { power, _ in power * 10 })
        let fraction = String(value.magnitude % unit)
        let zeros = String(repeating: "0", count: places - fraction.count)
        return "\(value < 0 ? "-" : "")\(grouped(Int64(value.magnitude / unit))).\(zeros)\(fraction)"
    }

    /// A time of the wire without the letter in its middle: `2026-05-16 10:00:00 +09:00`.
    static func time(_ rfc3339: String) -> String {
        guard rfc3339.utf8.count >= 20 else { return rfc3339 }
        let date = rfc3339.prefix(10)
        let rest = rfc3339.dropFirst(11)
        guard let zone = rest.firstIndex(where: { "+-Zz".contains($0) }) else { return rfc3339 }
        return "\(date) \(rest[..<zone]) \(rest[zone...])"
    }
}
