import Engine
import Ledger
import Rules
import Time

/// A backtest as people read it.
struct BacktestText {
    let report: BacktestReport
    let draft: Program
    let file: String

    func text(_ style: Style) -> String {
        let sheets = BacktestSheets(report, program: draft).all
        return head(style) + sheets.map { $0.text(style) }.joined() + "\n" + verdict(style) + "\n"
    }

    private func head(_ style: Style) -> String {
        let sales = report.sales
        let money = Numbers.money(sales.money, draft.money.currency.code)
        return """
            \(style.paint("\(file) (\(draft.id))", .heading)) \(period)
            \(([purchases(sales, money)] + gainers).joined(separator: "; "))

            """
    }

    private var period: String {
        // A period that is still to come ends where it was asked to.
        let until = "until \(time(report.from < report.end ? min(report.until, report.end) : report.until))"
        return report.from == .distantPast ? until : "from \(time(report.from)) \(until)"
    }

    private func purchases(_ sales: BacktestSales, _ money: String) -> String {
        "\(Numbers.grouped(sales.purchases)) purchases of \(money)"
    }

    private var gainers: [String] {
        report.currencies.filter { !$0.earned.isZero }.map { currency in
            "\(Numbers.grouped(currency.gaining)) members gain \(currency.currency.text), "
                + "\(Numbers.grouped(currency.losing)) lose"
        }
    }

    private func verdict(_ style: Style) -> String {
        guard let comparison = report.comparison else {
            return style.paint("What was recorded was not compared.", .quiet)
        }
        let compared = Numbers.grouped(comparison.compared)
        let erased =
            comparison.erased > 0
            ? " \(Numbers.grouped(comparison.erased)) more come out otherwise for what was erased of their members, and count as recorded."
            : ""
        guard comparison.differing > 0 else {
            return style.paint("The present documents give exactly what was recorded", .good)
                + ": \(compared) operations compared.\(erased)"
        }
        return style.paint("\(Numbers.grouped(comparison.differing)) of \(compared) operations", .bad)
            + " come out otherwise than recorded, so the column NOW is not what happened.\(erased)"
    }

    private func time(_ instant: Instant) -> String { Numbers.time(instant.rfc3339(in: draft.zone)) }
}
