import Engine
import Foundation
import Ledger
import Loyalty
import Rules
import Time

/// The tables of a backtest.
struct BacktestSheets {
    private let report: BacktestReport
    private let program: Program
    private var money: String { program.money.currency.code }

    init(_ report: BacktestReport, program: Program) {
        self.report = report
        self.program = program
    }

    /// All of them, in the order in which they are shown; some may have no rows.
    var all: [BacktestSheet] {
        [currencies, rules, campaigns, rewards, levels, periods] + [members, refusals, failures, differences]
    }

    /// Writes each table as a file into a folder, which is made if need be. A table without rows is written as well, so
    /// that nothing of an earlier backtest is left beside this one.
    func write(to folder: String) throws {
        let place = URL(filePath: folder)
        do {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            for sheet in all {
                try Data(sheet.csv.utf8).write(to: place.appending(path: "\(sheet.name).csv"))
            }
        } catch {
            throw CommandFailure(.cannotCreate, "cannot write to \(folder): \(error.localizedDescription)")
        }
    }

    private var currencies: BacktestSheet {
        var sheet = BacktestSheet(
            "currencies", "Points",
            [.left("CURRENCY"), .left("POINTS"), .right("NOW"), .right("DRAFT"), .right("CHANGE")])
        for currency in report.currencies {
            for (what, pair) in [
                ("earned", currency.earned), ("lapsed", currency.expired), ("taken back", currency.takenBack),
                ("outstanding at the end", currency.outstanding),
            ] where what != "taken back" || !pair.isZero {
                sheet.add([.text(currency.currency.text), .text(what)] + cells(pair, of: currency.currency))
            }
            let liability = currency.liability
            guard liability.current != nil || liability.draft != nil else { continue }
            sheet.add(
                .text(currency.currency.text), .text("liability at the end"),
                liability.current.map { .money($0, money) } ?? .nothing,
                liability.draft.map { .money($0, money) } ?? .nothing,
                liability.change.map { .moneyChange($0, money) } ?? .nothing)
        }
        return sheet
    }

    private var rules: BacktestSheet {
        var sheet = BacktestSheet(
            "rules", "What each rule paid",
            [
                .left("RULE"), .left("INTO"), .right("NOW"), .right("DRAFT"), .right("CHANGE"), .right("TIMES NOW"),
                .right("TIMES DRAFT"),
            ])
        for rule in report.rules {
            sheet.add(
                [.text(rule.rule), .text(rule.currency.text)] + cells(rule.points, of: rule.currency)
                    + [.number(rule.times.current), .number(rule.times.draft)])
        }
        return sheet
    }

    private var campaigns: BacktestSheet {
        var sheet = BacktestSheet(
            "campaigns", "What each campaign used of its budget",
            [
                .left("CAMPAIGN"), .right("NOW"), .right("OF"), .right("DRAFT"), .right("OF DRAFT"), .right("CHANGE"),
            ])
        for campaign in report.campaigns {
            let decimals = program.currency(ofBudget: campaign.campaign)?.decimals ?? 0
            func points(_ points: Int64?) -> BacktestSheet.Cell {
                points.map { .points($0, decimals: decimals) } ?? .nothing
            }
            sheet.add(
                .text(campaign.campaign), points(campaign.used.current), points(campaign.budget.current),
                points(campaign.used.draft), points(campaign.budget.draft),
                .pointsChange(campaign.used.change, decimals: decimals))
        }
        return sheet
    }

    private var rewards: BacktestSheet {
        var sheet = BacktestSheet(
            "rewards", "Rewards: given by full cards, had for points, and what that used of the stock",
            [
                .left("REWARD"), .right("GIVEN NOW"), .right("GIVEN DRAFT"), .right("REDEEMED NOW"),
                .right("REDEEMED DRAFT"), .right("USED NOW"), .right("OF"), .right("USED DRAFT"), .right("OF DRAFT"),
            ])
        for reward in report.rewards {
            sheet.add(
                [.text(reward.reward)]
                    + [reward.given, reward.redeemed].flatMap { [.number($0.current), .number($0.draft)] }
                    + [
                        .number(reward.used.current), reward.stock.current.map { .number($0) } ?? .nothing,
                        .number(reward.used.draft), reward.stock.draft.map { .number($0) } ?? .nothing,
                    ])
        }
        return sheet
    }

    private var levels: BacktestSheet {
        var sheet = BacktestSheet(
            "levels", "Levels: who rose and fell to them, and who has them at the end",
            [
                .left("LEVEL"), .right("UPS NOW"), .right("UPS DRAFT"), .right("DOWNS NOW"), .right("DOWNS DRAFT"),
                .right("MEMBERS NOW"), .right("MEMBERS DRAFT"),
            ])
        for level in report.levels {
            sheet.add(
                [.text(level.level)]
                    + [level.ups, level.downs, level.members].flatMap { [.number($0.current), .number($0.draft)] })
        }
        return sheet
    }

    private var periods: BacktestSheet {
        let currencies = report.currencies.indices.filter { !report.currencies[$0].earned.isZero }
        let columns = currencies.flatMap { index -> [Table.Column] in
            let name = report.currencies[index].currency.text.uppercased()
            return [.right("\(name) NOW"), .right("\(name) DRAFT"), .right("\(name) CHANGE")]
        }
        var sheet = BacktestSheet(
            "periods", "By \(report.rowPeriod?.rawValue ?? "period")",
            [.left("FROM"), .right("PURCHASES"), .right("MONEY")] + columns)
        for row in report.rows {
            sheet.add(
                [
                    .text(program.zone.date(at: row.start).description), .number(row.sales.purchases),
                    .money(row.sales.money, money),
                ] + currencies.flatMap { cells(row.earned[$0], of: report.currencies[$0].currency) })
        }
        return sheet
    }

    private var members: BacktestSheet {
        var sheet = BacktestSheet(
            "members", "Members who gain and lose most",
            [.left("CURRENCY"), .left("MEMBER"), .right("NOW"), .right("DRAFT"), .right("CHANGE")])
        for currency in report.currencies {
            for member in currency.gainers + currency.losers {
                sheet.add(
                    [.text(currency.currency.text), .text(member.id.text)]
                        + cells(member.earned, of: currency.currency))
            }
        }
        return sheet
    }

    private var refusals: BacktestSheet {
        var sheet = BacktestSheet(
            "refusals", "Refused", [.left("REASON"), .right("NOW"), .right("DRAFT"), .right("CHANGE")])
        for refusals in report.refusals { sheet.add([.text(refusals.reason)] + cells(refusals.times)) }
        return sheet
    }

    private var failures: BacktestSheet {
        var sheet = BacktestSheet(
            "failures", "Expressions of the draft that had no value",
            [.left("EXPRESSION"), .left("REASON"), .right("TIMES")])
        for failure in report.failures {
            sheet.add(.text(failure.failure.path), .text(failure.failure.message), .number(failure.times))
        }
        return sheet
    }

    private var differences: BacktestSheet {
        var sheet = BacktestSheet(
            "differences", "Recorded otherwise than the present documents give",
            [.left("OPERATION"), .left("DECIDED AGAIN, IT")])
        for difference in report.comparison?.differences ?? [] {
            sheet.add(.text(difference.operation.description), .text(difference.reason))
        }
        return sheet
    }

    /// Points, with the decimals that the draft gives them.
    private func cells(_ pair: BacktestPair<Int64>, of currency: CurrencyID) -> [BacktestSheet.Cell] {
        let decimals = program.currencies.first { $0.id == currency.text }?.decimals ?? 0
        return [
            .points(pair.current, decimals: decimals), .points(pair.draft, decimals: decimals),
            .pointsChange(pair.change, decimals: decimals),
        ]
    }

    private func cells(_ pair: BacktestPair<Int64>) -> [BacktestSheet.Cell] {
        [.number(pair.current), .number(pair.draft), .change(pair.change)]
    }
}
