public import Engine
import JSON
import Ledger
import Loyalty
import Rules
import Time

extension ResultShapes {
    /// The result of `rules.backtest`, of a draft that is this program.
    public func backtest(_ report: BacktestReport) -> [UInt8] {
        var json = JSONWriter(reserving: 16_384)
        json.beginObject()
        if report.from > .distantPast {
            json.key("from")
            write(report.from, to: &json)
        }
        if report.until < .distantFuture {
            json.key("to")
            write(report.until, to: &json)
        }
        json.key("end")
        write(report.end, to: &json)
        json.member("operations", report.operations)
        json.member("members", report.members)
        write(report.sales, to: &json)
        list("currencies", report.currencies, to: &json) { write($0, to: &$1) }
        list("rules", report.rules, to: &json) { rule, json in
            json.member("rule", rule.rule)
            json.member("into", rule.currency.text)
            write("points", rule.points, to: &json)
            write("times", rule.times, to: &json)
        }
        list("campaigns", report.campaigns, to: &json) { campaign, json in
            json.member("campaign", campaign.campaign)
            write("used", campaign.used, to: &json)
            write("budget", campaign.budget, to: &json)
        }
        list("rewards", report.rewards, to: &json) { reward, json in
            json.member("reward", reward.reward)
            write("given", reward.given, to: &json)
            write("redeemed", reward.redeemed, to: &json)
            write("used", reward.used, to: &json)
            write("stock", reward.stock, to: &json)
        }
        list("levels", report.levels, to: &json) { level, json in
            json.member("level", level.level)
            write("ups", level.ups, to: &json)
            write("downs", level.downs, to: &json)
            write("members", level.members, to: &json)
        }
        list("rows", report.rows, to: &json) { row, json in
            json.key("from")
            write(row.start, to: &json)
            write(row.sales, to: &json)
            json.key("earned")
            json.beginObject()
            for (currency, earned) in zip(report.currencies, row.earned) where !earned.isZero {
                write(currency.currency.text, earned, to: &json)
            }
            json.endObject()
        }
        list("refusals", report.refusals, to: &json) { refusals, json in
            json.member("reason", refusals.reason)
            write("times", refusals.times, to: &json)
        }
        list("failures", report.failures, to: &json) { failure, json in
            json.member("expression", failure.failure.path)
            json.member("reason", failure.failure.message)
            json.member("times", failure.times)
        }
        if let comparison = report.comparison { write(comparison, to: &json) }
        json.endObject()
        return json.take()
    }

    private func write(_ currency: BacktestReport.Currency, to json: inout JSONWriter) {
        json.member("currency", currency.currency.text)
        write("earned", currency.earned, to: &json)
        write("expired", currency.expired, to: &json)
        write("taken_back", currency.takenBack, to: &json)
        write("outstanding", currency.outstanding, to: &json)
        writeLiability(currency.liability, to: &json)
        json.member("gaining", currency.gaining)
        json.member("losing", currency.losing)
        for (name, members) in [("gainers", currency.gainers), ("losers", currency.losers)] {
            list(name, members, to: &json) { member, json in
                json.member("member", member.id.text)
                write("earned", member.earned, to: &json)
            }
        }
    }

    /// Absent where the points pay in neither course.
    private func writeLiability(_ pair: BacktestPair<Int64?>, to json: inout JSONWriter) {
        guard pair.current != nil || pair.draft != nil else { return }
        json.key("liability")
        json.beginObject()
        if let current = pair.current { json.member("now", current) }
        if let draft = pair.draft { json.member("draft", draft) }
        if let change = pair.change { json.member("change", change) }
        json.endObject()
    }

    private func write(_ comparison: BacktestComparison, to json: inout JSONWriter) {
        json.key("comparison")
        json.beginObject()
        json.member("compared", comparison.compared)
        json.member("differing", comparison.differing)
        json.member("erased", comparison.erased)
        list("differences", comparison.differences, to: &json) { difference, json in
            json.member("operation", difference.operation.description)
            json.member("reason", difference.reason)
        }
        json.endObject()
    }

    private func write(_ sales: BacktestSales, to json: inout JSONWriter) {
        json.member("purchases", sales.purchases)
        json.member("money", sales.money)
    }

    private func write(_ name: String, _ pair: BacktestPair<Int64>, to json: inout JSONWriter) {
        json.key(name)
        json.beginObject()
        json.member("now", pair.current)
        json.member("draft", pair.draft)
        json.endObject()
    }

    private func write(_ name: String, _ pair: BacktestPair<Int64?>, to json: inout JSONWriter) {
        json.key(name)
        json.beginObject()
        if let current = pair.current { json.member("now", current) }
        if let draft = pair.draft { json.member("draft", draft) }
        json.endObject()
    }

    /// A list of objects, of each of which `body` writes the members.
    private func list<Element>(
        _ name: String, _ elements: [Element], to json: inout JSONWriter,
        _ body: (Element, inout JSONWriter) -> Void
    ) {
        json.key(name)
        json.beginArray()
        for element in elements {
            json.beginObject()
            body(element, &json)
            json.endObject()
        }
        json.endArray()
    }
}
