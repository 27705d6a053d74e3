import Testing

@testable import kizuna

/// What people see on a terminal.
@Suite struct OutputTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("絆 太郎", 7), ("コーヒー", 8), ("ｺｰﾋｰ", 4), ("ｶﾞ", 2), ("ＡＢＣ", 6),
        ("한국어", 6), ("\u{1112}\u{1161}\u{11AB}", 2), ("、。", 4), ("👍", 2), ("👍🏽", 2), ("👨‍👩‍👧", 2), ("🇯🇵", 2),
        ("☕", 2), ("❤️", 2), ("§", 1), ("Ωж", 2), ("𠮷野家", 6), ("à\u{200B}b", 2), ("한", 2), ("−", 1),
    ])
    func widthsAreThoseOfATerminal(text: String, columns: Int) {
        #expect(DisplayWidth.columns(of: text) == columns)
    }

    @Test func tablesLineUpWithFullWidthText() {
        var table = Table(.left("NAME"), .right("POINTS"), .left("NOTE"))
        table.add(["絆 太郎", "1,234", "gold"])
        table.add(["Ann", "5", ""])
        table.add(["コーヒークラブ", "", "ok"])
        #expect(
            table.text(.plain) == """
                NAME            POINTS  NOTE
                絆 太郎          1,234  gold
                Ann                  5
                コーヒークラブ          ok

                """)
    }

    @Test func colourChangesNoWidthAndTakesNoEmptyCell() {
        var table = Table(.left("A"), .right("B"))
        table.add([Table.Cell("x", .good), Table.Cell("", .bad)])
        table.add([Table.Cell("yy", nil), Table.Cell("9", .bad)])
        #expect(
            table.text(.coloured)
                == "\u{1B}[1mA\u{1B}[0m   \u{1B}[1mB\u{1B}[0m\n\u{1B}[32mx\u{1B}[0m\nyy  \u{1B}[31m9\u{1B}[0m\n")
    }

    @Test(
        arguments: [
            (true, [:], true), (false, [:], false), (true, ["NO_COLOR": "1"], false), (true, ["NO_COLOR": ""], true),
            (true, ["TERM": "dumb"], false), (true, ["TERM": "xterm"], true),
        ] as [(Bool, [String: String], Bool)])
    func colourIsForTerminalsThatWantIt(isTerminal: Bool, environment: [String: String], isColoured: Bool) {
        #expect(Style.standardOutput(isTerminal: isTerminal, environment: environment).isColoured == isColoured)
    }

    @Test(arguments: [
        ("plain 絆", "plain 絆"), ("\u{1B}[2J", "\\u{1B}[2J"), ("a\nb\t", "a\\u{A}b\\u{9}"),
        ("\u{202E}abc", "\\u{202E}abc"), ("\u{9B}1m", "\\u{9B}1m"), ("\u{7F}", "\\u{7F}"),
    ])
    func textFromOutsideCannotSteerTheTerminal(text: String, shown: String) {
        #expect(SafeText.text(text) == shown)
        #expect(SafeText.lines("\(text)\n") == shown.replacing("\\u{A}", with: "\n") + "\n")
    }

    @Test(arguments: [
        (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (-1000, "-1,000"), (64846, "64,846"),
        (1_234_567, "1,234,567"), (Int64.min, "-9,223,372,036,854,775,808"),
    ])
    func integersAreGrouped(value: Int64, text: String) {
        #expect(Numbers.grouped(value) == text)
    }

    @Test(
        arguments: [
            (1100, "JPY", "1,100 JPY"), (1234, "USD", "12.34 USD"), (5, "USD", "0.05 USD"), (-5, "USD", "-0.05 USD"),
            (123_456_789, "USD", "1,234,567.89 USD"), (1234, "KWD", "1.234 KWD"), (12, "???", "12 ???"),
        ] as [(Int64, String, String)])
    func moneyHasThePlacesOfItsCurrency(minorUnits: Int64, code: String, text: String) {
        #expect(Numbers.money(minorUnits, code) == text)
    }

    @Test(arguments: [
        ("2026-05-16T10:00:00+09:00", "2026-05-16 10:00:00 +09:00"),
        ("2026-05-16T01:00:00.250Z", "2026-05-16 01:00:00.250 Z"), ("", ""), ("soon", "soon"),
    ])
    func timesAreEasierToRead(rfc3339: String, text: String) {
        #expect(Numbers.time(rfc3339) == text)
    }
}
