// The currencies of ISO 4217 that have a minor unit, by the number of its decimal places. Codes without one (gold, the
// drawing right, the code for tests) are no money that a shop can take, and are refused. The exponents are those of the
// standard; locale data sometimes differs, because it tells how prices are shown and not how they are counted.

/// A currency in which a program counts money.
public struct MoneyCurrency: Hashable, Sendable {
    /// The ISO 4217 code, such as `JPY`.
    public let code: String
    /// The decimal places of the minor unit: 0 for yen, 2 for cents.
    public let exponent: Int

    /// The active currency with an ISO 4217 code, or `nil` where there is none or it has no minor unit.
    public init?(code: String) {
        guard let exponent = MoneyCurrency.exponents[code] else { return nil }
        self.code = code
        self.exponent = exponent
    }

    /// Every code there is, sorted.
    public static var codes: [String] { exponents.keys.sorted() }

    private static let exponents: [String: Int] = {
        var exponents: [String: Int] = [:]
        for (exponent, codes) in table {
            for code in codes.split(whereSeparator: \.isWhitespace) { exponents[String(code)] = exponent }
        }
        return exponents
    }()

    private static let table: [(exponent: Int, codes: String)] = [
        (
            0,
            """
            BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF
            """
        ),
        (
            2,
            """
            AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE
            CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD
            HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK
            MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD
            RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH
            USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
            """
        ),
        (
            3,
            """
            BHD IQD JOD KWD LYD OMR TND
            """
        ),
        (
            4,
            """
            CLF UYW
            """
        ),
    ]
}
